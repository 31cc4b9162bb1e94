"""The timetable on paper: a landscape page a leg, or the running list of a booklet."""

from collections.abc import Iterable, Sequence

from django.utils.translation import gettext as _
from django.utils.translation import pgettext

from participants.documents.facts import PrintedCohort
from participants.documents.sheets import Block, Break, Day, Sheet, Slot, Timetable
from participants.documents.words import (
    sheet_of,
    short_day,
    span_words,
    title_of,
    weekday_words,
)
from sessions.documents.facts import (
    HALF_DAYS,
    HalfDay,
    PrintedLeg,
    PrintedRelease,
    PrintedSession,
)


def timetable_sheet(cohort: PrintedCohort, release: PrintedRelease) -> Sheet:
    text = _("Timetable")
    blocks: list[Block] = []
    for leg in release.legs:
        sessions = [one for one in release.sessions if one.leg == leg.leg]
        if sessions:
            blocks += [*([Break()] if blocks else []), *_leg_blocks(cohort, release, leg, sessions)]
    return sheet_of(cohort, text, blocks, paper="a4-landscape")


def running_blocks(cohort: PrintedCohort, release: PrintedRelease, text: str) -> list[Block]:
    """The whole timetable, day after day."""
    return [
        title_of(cohort, text, release_line(release)),
        Timetable([half_day_word(part) for part in HALF_DAYS], _days(release.sessions, HALF_DAYS)),
    ]


def release_line(release: PrintedRelease) -> str:
    """Which timetable this is, and that the day itself has the last word."""
    return (
        _("Release %(number)s") % {"number": release.number}
        + f" · {short_day(release.released_at.date())} · "
        + _("The notice of the day prevails.")
    )


def half_day_word(part: HalfDay) -> str:
    return {
        "morning": pgettext("half-day", "Morning"),
        "afternoon": pgettext("half-day", "Afternoon"),
        "evening": pgettext("half-day", "Evening"),
    }[part]


def _leg_blocks(
    cohort: PrintedCohort,
    release: PrintedRelease,
    leg: PrintedLeg,
    sessions: Sequence[PrintedSession],
) -> list[Block]:
    parts = [part for part in HALF_DAYS if any(one.half_day == part for one in sessions)]
    return [
        title_of(
            cohort,
            _("Timetable: %(city)s") % {"city": leg.city},
            f"{span_words(leg.starts_on, leg.ends_on)} · {leg.host} · {release_line(release)}",
        ),
        Timetable(
            [half_day_word(part) for part in parts],
            _days(sessions, parts),
            date_word=_("Date"),
            wide=True,
        ),
    ]


def _days(sessions: Iterable[PrintedSession], parts: Sequence[HalfDay]) -> list[Day]:
    rows = list(sessions)
    return [
        Day(
            date=short_day(day),
            weekday=weekday_words(day),
            parts=[
                (
                    half_day_word(part),
                    [_slot(one) for one in rows if one.day == day and one.half_day == part],
                )
                for part in parts
            ],
        )
        for day in sorted({one.day for one in rows})
    ]


def _slot(one: PrintedSession) -> Slot:
    return Slot(
        time=one.times,
        title=one.title,
        kind_word=one.kind_word,
        kind_key=one.kind,
        speakers=one.speakers,
        place=one.place,
        audience=pgettext("between names", ", ").join(one.groups),
    )
