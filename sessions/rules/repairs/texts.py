"""Repairs in words, in the language of the moment."""

from collections.abc import Iterable, Mapping

from django.utils.translation import gettext as _
from django.utils.translation import ngettext, pgettext

from sessions.choices import ClashCode, RepairKind
from sessions.rules.clashes import Plan, SessionFacts
from sessions.rules.clashes.facts import DAY
from sessions.rules.clashes.texts import (
    clock_text,
    day_text,
    groups_text,
    joined,
    venue_text,
)
from sessions.rules.repairs.facts import Cost, Repair
from sessions.rules.repairs.judging import FIXED, PAST, UNSOLVED


def sentence(plan: Plan, repair: Repair) -> str:
    """What a repair does."""
    row = next(row for row in repair.option.after if row.id == repair.option.about)
    then = repair.before[row.id]
    others = repair.option.others
    words = {
        "title": row.title,
        "day": day_text((row.starts or 0) // DAY),
        "start": clock_text(row.starts or 0),
        "end": clock_text(row.ends or 0),
        "count": len(others),
        "other": others[0].title if others else "",
        "old_venue": venue_text(plan, then.venue) or _("no venue"),
        "venue": venue_text(plan, row.venue),
        "old_speaker": _names(plan, sorted(set(then.speakers) - set(row.speakers))),
        "speaker": _names(plan, sorted(set(row.speakers) - set(then.speakers))),
    }
    if repair.kind == RepairKind.WAVES:
        return _waves(plan, repair)
    return _pattern(repair.kind, len(others)) % words


def _pattern(kind: RepairKind, others: int) -> str:
    return {
        RepairKind.SHIFT: _("Move “%(title)s” to %(start)s–%(end)s."),
        RepairKind.ALONG: _("Move “%(title)s” to %(start)s–%(end)s, its transfers with it."),
        RepairKind.PUSH: ngettext(
            "Move “%(title)s” to %(start)s–%(end)s and %(count)d more session of the day with it.",
            "Move “%(title)s” to %(start)s–%(end)s and %(count)d more sessions of the day with it.",
            others,
        ),
        RepairKind.TRIM: ngettext(
            "Move “%(title)s” to %(start)s–%(end)s and shorten what follows (%(count)d session).",
            "Move “%(title)s” to %(start)s–%(end)s and shorten what follows (%(count)d sessions).",
            others,
        ),
        RepairKind.DAY: _("Move “%(title)s” to %(day)s, %(start)s–%(end)s."),
        RepairKind.PLACE: _("Place “%(title)s” on %(day)s, %(start)s–%(end)s."),
        RepairKind.VENUE: _("Hold “%(title)s” at %(venue)s instead of %(old_venue)s."),
        RepairKind.SWAP: _("Exchange the times of “%(title)s” and “%(other)s”."),
        RepairKind.VENUE_SWAP: _("Exchange the venues of “%(title)s” and “%(other)s”."),
        RepairKind.SPEAKER: _("Ask %(speaker)s instead of %(old_speaker)s for “%(title)s”."),
    }[kind]


def _waves(plan: Plan, repair: Repair) -> str:
    parts, others = repair.option.parts, repair.option.others
    waves = [
        _("%(start)s–%(end)s %(groups)s")
        % {
            "start": clock_text(row.starts or 0),
            "end": clock_text(row.ends or 0),
            "groups": groups_text(plan, row.groups),
        }
        for row in parts
    ]
    text = _("Split “%(title)s” into %(count)d waves: %(waves)s.") % {
        "title": parts[0].title,
        "count": len(waves),
        "waves": pgettext("between waves", "; ").join(waves),
    }
    more = ngettext("%(n)d more session moves.", "%(n)d more sessions move.", len(others))
    return f"{text} {more % {'n': len(others)}}" if others else text


def cost_texts(cost: Cost) -> list[str]:
    """The figures that are not nothing, the weightiest first."""
    told = cost.people_told
    words = [
        (
            cost.clashes_added,
            ngettext(
                "%(n)d warning new or worse", "%(n)d warnings new or worse", cost.clashes_added
            ),
        ),
        (told, ngettext("%(n)d person is told", "%(n)d people are told", told)),
        (
            cost.speakers_changed,
            ngettext("%(n)d other speaker", "%(n)d other speakers", cost.speakers_changed),
        ),
        (
            cost.sessions_moved,
            ngettext("%(n)d session changes", "%(n)d sessions change", cost.sessions_moved),
        ),
        (
            cost.transfers_moved,
            ngettext("%(n)d transfer changes", "%(n)d transfers change", cost.transfers_moved),
        ),
        (
            cost.venues_changed,
            ngettext("%(n)d other venue", "%(n)d other venues", cost.venues_changed),
        ),
    ]
    found = [text % {"n": number} for number, text in words if number]
    found += [shift_text(cost.minutes_shifted)] if cost.minutes_shifted else []
    return found if told else [_("nobody needs to be told"), *found]


def shift_text(minutes: int) -> str:
    """By how much times change in all."""
    days, rest = divmod(minutes, 24 * 60)
    hours, left = divmod(rest, 60)
    words = [
        (days, ngettext("%(n)d day", "%(n)d days", days)),
        (hours, _("%(n)d h")),
        (left, _("%(n)d min")),
    ]
    length = " ".join(text % {"n": number} for number, text in words if number)
    return _("times change by %(length)s") % {"length": length}


def way_texts(plan: Plan, then: SessionFacts, now: SessionFacts) -> tuple[str, str]:
    """From what to what a session changes, without what stays; the day and time always first."""
    before, after = [_when(then)], []
    if (then.starts, then.ends) != (now.starts, now.ends):
        same_day = then.starts is not None and then.starts // DAY == (now.starts or 0) // DAY
        after.append(_times(now) if same_day else _when(now))
    if then.venue != now.venue:
        before.append(venue_text(plan, then.venue) or _("no venue"))
        after.append(venue_text(plan, now.venue))
    if then.speakers != now.speakers:
        before.append(_names(plan, then.speakers))
        after.append(_names(plan, now.speakers))
    if then.groups != now.groups:
        before.append(groups_text(plan, then.groups))
        after.append(groups_text(plan, now.groups))
    return " · ".join(before), " · ".join(after)


def wave_text(plan: Plan, row: SessionFacts) -> str:
    """When a wave that is to be made comes, and who."""
    return f"{_when(row)} · {groups_text(plan, row.groups)}"


def _when(row: SessionFacts) -> str:
    if row.starts is None:
        return _("not placed yet")
    return _("%(day)s, %(times)s") % {"day": day_text(row.starts // DAY), "times": _times(row)}


def _times(row: SessionFacts) -> str:
    return f"{clock_text(row.starts or 0)}–{clock_text(row.ends or 0)}"


def blocked_texts(blocked: Mapping[str, int]) -> list[str]:
    """Why the other possibilities failed, the most frequent reason first."""
    words = {
        FIXED: _("would move a session that you cannot change"),
        PAST: _("lies in the past"),
        UNSOLVED: _("would not solve it"),
    }
    labels = dict(ClashCode.choices)
    ordered = sorted(blocked.items(), key=lambda pair: (-pair[1], pair[0]))
    return [
        _("%(count)d × %(reason)s")
        % {"reason": words.get(code, labels.get(code, code)), "count": n}
        for code, n in ordered
    ]


def _names(plan: Plan, speakers: Iterable[int]) -> str:
    return joined(plan.speakers[key].name for key in speakers if key in plan.speakers)
