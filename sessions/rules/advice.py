"""Advice on a cohort as a whole: what no single session is to blame for.

Themes over the week, hours that everybody can reach, days with nothing in them. Advice is never
accepted nor in the way of anything; it goes when the plan is better. Pure: facts in, advice out.
"""

import datetime as dt
from collections import defaultdict
from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from decimal import Decimal
from typing import Any

from django.db.models import TextChoices
from django.utils.translation import gettext_lazy as _

from sessions.choices import SessionKind
from sessions.rules.clashes.places import PROGRAMME_KINDS

# A theme is thin below this share of what it would have if all themes had the same hours.
THIN_SHARE = Decimal("0.5")
# A theme on a single day is noticed from this many of its sessions, in a plan of this many days.
CROWDED_SESSIONS, WEEK_DAYS = 3, 3
NO_HOURS = Decimal(0)


class AdviceCode(TextChoices):
    HOURS_UNREACHABLE = "hours_unreachable", _("hours cannot be reached")
    HOURS_OPTIONAL = "hours_optional", _("hours only with optional sessions")
    THEME_MISSING = "theme_missing", _("theme without sessions")
    THEME_THIN = "theme_thin", _("theme with few hours")
    THEME_CROWDED = "theme_crowded", _("theme on one day only")
    THEME_UNSET = "theme_unset", _("lectures without theme")
    DAY_EMPTY = "day_empty", _("day without programme")
    UNPLACED = "unplaced", _("sessions without a time")
    CEREMONY_UNTOLD = "ceremony_untold", _("ceremony not told by its title")
    HOLIDAYS_UNKNOWN = "holidays_unknown", _("holidays not announced")


@dataclass(frozen=True, slots=True)
class AdvisedSession:
    """A session that is not cancelled. `day` None = it lies in the tray; no groups = everyone."""

    id: int
    kind: str
    day: dt.date | None
    hours: Decimal
    compulsory: bool
    theme: int | None = None
    groups: frozenset[int] = frozenset()
    ceremony: str = ""


@dataclass(frozen=True)
class Course:
    """A cohort's plan as advice sees it. `days` are those of its legs; `holidays_known` are the
    years whose holidays have been announced."""

    sessions: Sequence[AdvisedSession]
    days: Sequence[dt.date] = ()
    themes: Mapping[int, str] = field(default_factory=dict)
    groups: Mapping[int, str] = field(default_factory=dict)
    ungrouped_people: int = 0
    required_hours: Decimal = NO_HOURS
    holidays_known: Collection[int] = ()

    @property
    def placed(self) -> list[AdvisedSession]:
        return [row for row in self.sessions if row.day is not None]

    @property
    def audiences(self) -> list[int | None]:
        """Each group, and None for the people without one: if any, or if there are no groups."""
        loners = [None] if self.ungrouped_people or not self.groups else []
        return [*self.groups, *loners]

    def attended_by(self, group: int | None) -> list[AdvisedSession]:
        return [row for row in self.placed if not row.groups or group in row.groups]


@dataclass(frozen=True, slots=True)
class Advice:
    """`facts` are the figures, ready for JSON; the text is made of them where it is shown."""

    code: AdviceCode
    facts: Mapping[str, Any]
    sessions: tuple[int, ...] = ()


def advice_on(course: Course) -> list[Advice]:
    """Everything there is to say, what keeps people from a certificate first."""
    return [
        *_hours(course),
        *_themes(course),
        *_themes_on_one_day(course),
        *_without_theme(course),
        *_empty_days(course),
        *_unplaced(course),
        *_untold_ceremonies(course),
        *_unknown_holidays(course),
    ]


def _hours(course: Course) -> Iterator[Advice]:
    """Sessions that count are those with a time: what lies in the tray is nobody's yet. The hours
    earned are those of all sessions attended, compulsory or not."""
    if course.required_hours <= 0:
        return
    for group in course.audiences:
        programme = course.attended_by(group)
        offered = sum((row.hours for row in programme), NO_HOURS)
        compulsory = sum((row.hours for row in programme if row.compulsory), NO_HOURS)
        if compulsory >= course.required_hours:
            continue
        short = offered < course.required_hours
        yield Advice(
            AdviceCode.HOURS_UNREACHABLE if short else AdviceCode.HOURS_OPTIONAL,
            {
                "group": group,
                "offered_hours": float(offered),
                "compulsory_hours": float(compulsory),
                "required_hours": float(course.required_hours),
            },
        )


def _themes(course: Course) -> Iterator[Advice]:
    hours: dict[int, Decimal] = dict.fromkeys(course.themes, NO_HOURS)
    for row in course.placed:
        if row.theme in hours:
            hours[row.theme] += row.hours
    total = sum(hours.values(), NO_HOURS)
    if not total:
        return
    even = total / len(hours)
    for theme, found in hours.items():
        if found < even * THIN_SHARE:
            yield Advice(
                AdviceCode.THEME_THIN if found else AdviceCode.THEME_MISSING,
                {
                    "theme": theme,
                    "hours": float(found),
                    "even_hours": round(float(even), 1),
                    "total_hours": float(total),
                },
            )


def _themes_on_one_day(course: Course) -> Iterator[Advice]:
    if len(course.days) < WEEK_DAYS:
        return
    by_theme: dict[int, list[AdvisedSession]] = defaultdict(list)
    for row in course.placed:
        if row.theme is not None and row.theme in course.themes:
            by_theme[row.theme].append(row)
    for theme, rows in sorted(by_theme.items()):
        days = {row.day for row in rows}
        if len(rows) >= CROWDED_SESSIONS and len(days) == 1:
            yield Advice(
                AdviceCode.THEME_CROWDED,
                {"theme": theme, "day": _first(days), "count": len(rows)},
                tuple(row.id for row in rows),
            )


def _without_theme(course: Course) -> Iterator[Advice]:
    """Only where themes are in use: a plan without any has decided against them."""
    lectures = [row for row in course.sessions if row.kind == SessionKind.LECTURE]
    bare = [row.id for row in lectures if row.theme is None]
    if bare and len(bare) < len(lectures):
        facts = {"count": len(bare), "lectures": len(lectures)}
        yield Advice(AdviceCode.THEME_UNSET, facts, tuple(bare))


def _empty_days(course: Course) -> Iterator[Advice]:
    """Meals, transfers and self-study are no programme. A day that is empty for some is told with
    their groups; a plan without any session yet is not told day by day."""
    if not course.placed:
        return
    busy = {
        group: {row.day for row in course.attended_by(group) if row.kind in PROGRAMME_KINDS}
        for group in course.audiences
    }
    for day in course.days:
        idle = [group for group, days in busy.items() if day not in days]
        if idle:
            everyone = len(idle) == len(busy)
            yield Advice(
                AdviceCode.DAY_EMPTY,
                {
                    "day": day.isoformat(),
                    "everyone": everyone,
                    "groups": [group for group in idle if group is not None],
                    "ungrouped": None in idle,
                },
            )


def _unplaced(course: Course) -> Iterator[Advice]:
    loose = [row for row in course.sessions if row.day is None]
    if loose:
        compulsory = [row for row in loose if row.compulsory]
        yield Advice(
            AdviceCode.UNPLACED,
            {
                "count": len(loose),
                "compulsory": len(compulsory),
                "hours": float(sum((row.hours for row in loose), NO_HOURS)),
            },
            tuple(row.id for row in loose),
        )


def _untold_ceremonies(course: Course) -> Iterator[Advice]:
    """What comes before the opening or after the completion is told by the titles of ceremonies;
    where some tell and others do not, the others order nothing."""
    ceremonies = [row for row in course.placed if row.kind == SessionKind.CEREMONY]
    untold = tuple(row.id for row in ceremonies if not row.ceremony)
    roles = {row.ceremony for row in ceremonies if row.ceremony}
    if untold and len(roles) == 1:
        missing = "completion" if "opening" in roles else "opening"
        yield Advice(AdviceCode.CEREMONY_UNTOLD, {"missing": missing}, untold)


def _unknown_holidays(course: Course) -> Iterator[Advice]:
    years = {row.day.year for row in course.placed if row.day is not None}
    for year in sorted(years - set(course.holidays_known)):
        yield Advice(AdviceCode.HOLIDAYS_UNKNOWN, {"year": year})


def _first(days: Collection[dt.date | None]) -> str:
    return min(day for day in days if day is not None).isoformat()
