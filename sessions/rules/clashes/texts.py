"""The messages of clashes: who and what, with the figures, in the language of the moment.

Looking up a translation and writing a date cost more than finding a clash, and a large cohort has
thousands of them. So each sentence and each date is looked up once a language (`Plan.language`).
"""

from collections.abc import Iterable
from functools import lru_cache

from django.utils.formats import date_format
from django.utils.translation import get_language, gettext, override, pgettext
from django.utils.translation import gettext_noop as _

from sessions.rules.clashes.facts import DAY, MINUTE, Concerned, Placed, Plan, date_of


def clock_text(seconds: int) -> str:
    minutes = seconds % DAY // MINUTE
    return f"{minutes // 60:02}:{minutes % 60:02}"


def day_text(number: int) -> str:
    return _day_text(number, get_language())


def joined(words: Iterable[str]) -> str:
    return _separator(get_language()).join(words)


def names_text(plan: Plan, names: Iterable[str]) -> str:
    return _separator(plan.language).join(names)


def groups_text(plan: Plan, groups: Iterable[int]) -> str:
    """The groups by name; none of them or all of them means everyone."""
    keys = dict.fromkeys(groups)
    if not keys or keys.keys() >= plan.groups.keys():
        return _said(plan, _("everyone"))
    return names_text(plan, (plan.groups[key].name for key in keys if key in plan.groups))


def concerned_text(plan: Plan, concerned: Concerned) -> str:
    """The groups by name, and those who are in none; together everyone."""
    left_out = bool(plan.ungrouped_people) and not concerned.ungrouped
    if len(concerned.groups) == len(plan.groups) and not left_out:
        return _said(plan, _("everyone"))
    names = [plan.groups[key].name for key in sorted(concerned.groups) if key in plan.groups]
    loose = [_said(plan, _("people without a group"))] if concerned.ungrouped else []
    return names_text(plan, [*names, *loose])


def speaker_names(plan: Plan, speakers: Iterable[int]) -> list[str]:
    return [plan.speakers[speaker].name for speaker in speakers if speaker in plan.speakers]


def venue_text(plan: Plan, venue: int | None) -> str:
    return plan.venues[venue].name if venue is not None and venue in plan.venues else ""


def venue_taken(plan: Plan, first: Placed, second: Placed) -> str:
    return _said(plan, _("%(venue)s is taken twice: %(first)s and %(second)s.")) % {
        "venue": venue_text(plan, first.venue),
        "first": _named(plan, first),
        "second": _named(plan, second),
    }


def speaker_taken(plan: Plan, first: Placed, second: Placed, speakers: Iterable[int]) -> str:
    return _said(plan, _("%(speaker)s would teach twice at once: %(first)s and %(second)s.")) % {
        "speaker": names_text(plan, speaker_names(plan, speakers)),
        "first": _named(plan, first),
        "second": _named(plan, second),
    }


def group_taken(plan: Plan, first: Placed, second: Placed, groups: Iterable[int]) -> str:
    return _said(plan, _("Two sessions at once for %(groups)s: %(first)s and %(second)s.")) % {
        "groups": groups_text(plan, groups),
        "first": _named(plan, first),
        "second": _named(plan, second),
    }


def travel_short(plan: Plan, first: Placed, second: Placed, needed: int, gap: int, who: str) -> str:
    sentence = _(
        "From %(origin)s to %(destination)s (%(who)s): needs %(needed)d min, has %(gap)d,"
        " between %(first)s and %(second)s."
    )
    return _said(plan, sentence) % {
        "origin": venue_text(plan, first.venue),
        "destination": venue_text(plan, second.venue),
        "who": who,
        "needed": needed,
        "gap": gap,
        "first": _named(plan, first),
        "second": _named(plan, second),
    }


def venue_small(plan: Plan, venue: str, people: int, capacity: int) -> str:
    return _said(plan, _("%(venue)s holds %(capacity)d; %(people)d are expected.")) % {
        "venue": venue,
        "capacity": capacity,
        "people": people,
    }


def party_large(plan: Plan, venue: str, people: int, largest: int, waves: int) -> str:
    sentence = _(
        "%(venue)s receives at most %(largest)d at a time; %(people)d are expected:"
        " %(waves)d waves."
    )
    return _said(plan, sentence) % {
        "venue": venue,
        "largest": largest,
        "people": people,
        "waves": waves,
    }


def venue_closed(plan: Plan, venue: str, hours: str) -> str:
    if not hours:
        return _said(plan, _("%(venue)s is closed on this day.")) % {"venue": venue}
    return _said(plan, _("%(venue)s is open %(hours)s on this day.")) % {
        "venue": venue,
        "hours": hours,
    }


def speaker_away(plan: Plan, name: str, windows: str) -> str:
    if not windows:
        return _said(plan, _("%(speaker)s is not available on this day.")) % {"speaker": name}
    return _said(plan, _("%(speaker)s is available %(windows)s on this day.")) % {
        "speaker": name,
        "windows": windows,
    }


def meal_short(
    plan: Plan, *, dinner: bool, window: str, free: int, needed: int, groups: str
) -> str:
    text = (
        _("Dinner (%(window)s) for %(groups)s: %(free)d min free, %(needed)d needed.")
        if dinner
        else _("Lunch (%(window)s) for %(groups)s: %(free)d min free, %(needed)d needed.")
    )
    return _said(plan, text) % {"window": window, "groups": groups, "free": free, "needed": needed}


def lectures_long(plan: Plan, minutes: int, limit: int, pause: int) -> str:
    sentence = _("%(minutes)d min of lectures without a break of %(pause)d min; at most %(limit)d.")
    return _said(plan, sentence) % {
        "minutes": minutes,
        "limit": limit,
        "pause": pause,
    }


def ends_late(plan: Plan, end: str, limit: str) -> str:
    return _said(plan, _("Ends at %(end)s, after %(limit)s.")) % {"end": end, "limit": limit}


def outside_leg(plan: Plan, row: Placed, first_day: int, last_day: int) -> str:
    return _said(plan, _("Lies on %(day)s, outside its leg (%(first)s to %(last)s).")) % {
        "day": _day_text(row.day, plan.language),
        "first": _day_text(first_day, plan.language),
        "last": _day_text(last_day, plan.language),
    }


def before_opening(plan: Plan, row: Placed, ceremony: Placed) -> str:
    return _said(plan, _("%(session)s begins before the opening is over: %(ceremony)s.")) % {
        "session": _dated(plan, row),
        "ceremony": _dated(plan, ceremony),
    }


def after_completion(plan: Plan, row: Placed, ceremony: Placed) -> str:
    return _said(plan, _("%(session)s ends after the completion has begun: %(ceremony)s.")) % {
        "session": _dated(plan, row),
        "ceremony": _dated(plan, ceremony),
    }


def before_lecture(plan: Plan, row: Placed, lecture: Placed) -> str:
    return _said(plan, _("%(visit)s comes before the lecture that prepares it: %(lecture)s.")) % {
        "visit": _dated(plan, row),
        "lecture": _dated(plan, lecture),
    }


def on_holiday(plan: Plan, day: int, holiday: str) -> str:
    return _said(plan, _("%(day)s is a statutory holiday (%(holiday)s).")) % {
        "day": _day_text(day, plan.language),
        "holiday": holiday,
    }


def _named(plan: Plan, row: Placed) -> str:
    """The session by title and time, for messages about two of a day."""
    return _said(plan, _("“%(title)s” (%(start)s–%(end)s)")) % {
        "title": row.facts.title,
        "start": clock_text(row.starts),
        "end": clock_text(row.ends),
    }


def _dated(plan: Plan, row: Placed) -> str:
    """The session by title, day and time, for messages across days."""
    return _said(plan, _("“%(title)s” (%(day)s, %(start)s)")) % {
        "title": row.facts.title,
        "day": _day_text(row.day, plan.language),
        "start": clock_text(row.starts),
    }


def _said(plan: Plan, sentence: str) -> str:
    return _translated(sentence, plan.language)


@lru_cache(maxsize=256)
def _translated(sentence: str, language: str | None) -> str:
    with override(language):
        return gettext(sentence)


@lru_cache(maxsize=16)
def _separator(language: str | None) -> str:
    with override(language):
        return pgettext("between names", ", ")


@lru_cache(maxsize=1024)
def _day_text(number: int, language: str | None) -> str:
    with override(language):
        return date_format(date_of(number), "MONTH_DAY_FORMAT")
