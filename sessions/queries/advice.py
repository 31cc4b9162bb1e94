"""Advice on a cohort with its words, read in a constant number of queries."""

import datetime as dt
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from django.utils.formats import date_format
from django.utils.translation import get_language, ngettext, pgettext
from django.utils.translation import gettext as _

from cohorts.models import Cohort, Leg, Theme
from g60portal.common.clock import local
from participants.models import Enrollment, Group
from sessions.queries.clashes import cohort_sessions, with_arrays
from sessions.rules.advice import Advice, AdviceCode, AdvisedSession, Course, advice_on
from sessions.rules.clashes.order import ceremony_role
from sessions.rules.clashes.places import years_with_holidays

_COLUMNS = (
    "pk", "kind", "starts_at", "hours", "compulsory", "theme_id", "group_ids", "title", "title_en",
)  # fmt: skip


@dataclass(frozen=True)
class WordedAdvice:
    """Advice as the page and the API show it."""

    code: str
    label: str
    message: str
    facts: Mapping[str, Any]
    sessions: tuple[int, ...]

    def shape(self) -> dict[str, Any]:
        return {
            "code": self.code,
            "message": self.message,
            "facts": dict(self.facts),
            "sessions": list(self.sessions),
        }


def advice_of(cohort: Cohort) -> list[WordedAdvice]:
    """All of it, in five queries."""
    course = course_of(cohort)
    return [
        WordedAdvice(
            advice.code.value,
            str(advice.code.label),
            _message(course, advice),
            advice.facts,
            advice.sessions,
        )
        for advice in advice_on(course)
    ]


def course_of(cohort: Cohort) -> Course:
    english = (get_language() or "").startswith("en")
    themes = Theme.objects.values_list("pk", "name", "name_en")
    return Course(
        sessions=_sessions(cohort),
        days=_days(Leg.objects.filter(cohort=cohort).order_by("position")),
        themes={pk: (name_en if english else "") or name for pk, name, name_en in themes},
        groups=dict(
            Group.objects.filter(cohort=cohort).order_by("position").values_list("pk", "name")
        ),
        ungrouped_people=Enrollment.objects.active().filter(cohort=cohort, group=None).count(),
        required_hours=cohort.required_hours,
        holidays_known=years_with_holidays(),
    )


def _sessions(cohort: Cohort) -> list[AdvisedSession]:
    rows = with_arrays(cohort_sessions(cohort)).order_by("starts_at", "pk").values_list(*_COLUMNS)
    return [
        AdvisedSession(
            id=pk,
            kind=kind,
            day=None if starts_at is None else local(starts_at).date(),
            hours=hours,
            compulsory=compulsory,
            theme=theme,
            groups=frozenset(groups),
            ceremony=ceremony_role(kind, title, title_en),
        )
        for pk, kind, starts_at, hours, compulsory, theme, groups, title, title_en in rows
    ]


def _days(legs: Iterable[Leg]) -> list[dt.date]:
    return [
        leg.starts_on + dt.timedelta(days=number)
        for leg in legs
        for number in range((leg.ends_on - leg.starts_on).days + 1)
    ]


def _message(course: Course, advice: Advice) -> str:
    facts = {**advice.facts}
    if "theme" in facts:
        facts["theme"] = course.themes[facts["theme"]]
    if "day" in facts:
        facts["day"] = date_format(dt.date.fromisoformat(facts["day"]), "MONTH_DAY_FORMAT")
    if "group" in facts:
        facts["group"] = _people(course, [facts["group"]])
    if "groups" in facts:
        whom: list[int | None] = [*facts["groups"], *([None] if facts["ungrouped"] else [])]
        facts["groups"] = _("everyone") if facts["everyone"] else _people(course, whom)
    return _text(advice.code, facts) % {name: _figure(value) for name, value in facts.items()}


def _text(code: AdviceCode, facts: Mapping[str, Any]) -> str:
    """The sentence of a code, still with its placeholders."""
    count = facts.get("count", 0)
    sentences = {
        AdviceCode.HOURS_UNREACHABLE: _(
            "%(group)s: the timetable offers %(offered_hours)s hours, %(required_hours)s are"
            " required."
        ),
        AdviceCode.HOURS_OPTIONAL: _(
            "%(group)s: %(required_hours)s hours are required, compulsory sessions offer"
            " %(compulsory_hours)s and all sessions together %(offered_hours)s."
        ),
        AdviceCode.THEME_MISSING: _("No session with a time is about %(theme)s."),
        AdviceCode.THEME_THIN: _(
            "%(theme)s has %(hours)s of %(total_hours)s hours; an even share would be"
            " %(even_hours)s."
        ),
        AdviceCode.THEME_CROWDED: _(
            "All %(count)s sessions about %(theme)s lie on one day, %(day)s."
        ),
        AdviceCode.THEME_UNSET: ngettext(
            "%(count)s of %(lectures)s lectures has no theme.",
            "%(count)s of %(lectures)s lectures have no theme.",
            count,
        ),
        AdviceCode.DAY_EMPTY: _("%(day)s holds no programme for %(groups)s."),
        AdviceCode.UNPLACED: ngettext(
            "%(count)s session has no time yet (%(compulsory)s compulsory, %(hours)s hours).",
            "%(count)s sessions have no time yet (%(compulsory)s compulsory, %(hours)s hours).",
            count,
        ),
        AdviceCode.CEREMONY_UNTOLD: _(
            "No title of a ceremony says that it opens the cohort, so nothing is known to come"
            " before it."
        )
        if facts.get("missing") == "opening"
        else _(
            "No title of a ceremony says that it completes the cohort, so nothing is known to come"
            " after it."
        ),
        AdviceCode.HOLIDAYS_UNKNOWN: _(
            "The holidays of %(year)s have not been announced; sessions on them are not noticed."
        ),
    }
    return sentences[code]


def _people(course: Course, groups: Iterable[int | None]) -> str:
    if not course.groups:
        return _("everyone")
    names = [_("people without a group") if key is None else course.groups[key] for key in groups]
    return pgettext("between names", ", ").join(names)


def _figure(value: Any) -> Any:
    """Whole hours without a decimal."""
    return int(value) if isinstance(value, float) and value.is_integer() else value
