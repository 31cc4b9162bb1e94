"""What the script of the board is given with the page: sessions, names, addresses, words.

Sessions go as columns and rows, in the fields of the API: the script reads both alike.
"""

from collections.abc import Iterable
from typing import Any

from django.urls import reverse
from django.utils.translation import get_language, pgettext
from django.utils.translation import gettext as _

from cohorts.models import Leg
from cohorts.permissions import may_edit_any_leg, may_edit_leg
from cohorts.views.rooms import Entry
from g60portal.common.clock import local
from sessions.choices import ClashCode, SessionKind
from sessions.queries.board import Board, Card, day_label
from sessions.queries.board_standing import confirmation_labels
from sessions.rules.placing import USUAL_MINUTES

_SESSION_COLUMNS = (
    "id", "version", "kind", "title", "title_en", "leg", "venue", "speakers", "groups",
    "starts_at", "ends_at", "hours", "state",
)  # fmt: skip
# What lies below the sessions of a cohort in the API, and beside them.
_BELOW_SESSIONS = ("changes", "presence", "undo", "redo", "batch")
_BESIDE_SESSIONS = ("clashes", "repairs", "proposals")
# How lunch and dinner are called: title and English title of the session.
_MEALS = (("午餐", "Lunch"), ("晚餐", "Dinner"))


def board_facts(board: Board, entry: Entry, legs: Iterable[Leg]) -> dict[str, Any]:
    """Everything that `static/js/board.js` needs to know."""
    standing = entry.standing
    return {
        "cohort": entry.cohort.code,
        "view": board.view,
        "leg": board.leg.pk,
        "english": (get_language() or "").startswith("en"),
        "me": entry.by.pk,
        "since": board.since,
        "editable": board.editable or may_edit_any_leg(standing),
        "may_propose": may_edit_any_leg(standing),
        "urls": _addresses(entry.cohort.code),
        "legs": [
            {
                "id": leg.pk,
                "name": leg.city.local_name,
                "city": leg.city_id,
                "first": leg.starts_on,
                "last": leg.ends_on,
                "editable": may_edit_leg(standing, leg.pk),
            }
            for leg in legs
        ],
        "days": [{"key": day, "label": day_label(day)} for day in board.days],
        "venues": [
            {"id": venue.pk, "name": venue.local_name, "city": venue.city_id}
            for venue in board.names.venues.values()
        ],
        "speakers": list(board.names.speakers.items()),
        "groups": list(board.names.groups.items()),
        "kinds": [
            {"code": kind.value, "word": str(kind.label), "minutes": USUAL_MINUTES[kind]}
            for kind in SessionKind
        ],
        "codes": {code.value: str(code.label) for code in ClashCode},
        "states": confirmation_labels(),
        "sessions": {"columns": _SESSION_COLUMNS, "rows": [_row(card) for card in board.cards]},
        "clashes": _clashes(board),
        "slots": dict(board.slots),
        "meals": _MEALS,
        "words": _words(),
    }


def _addresses(code: str) -> dict[str, str]:
    """Of the API and of pages; 0 stands for the id of a session, or the key of a clash."""
    one = reverse("api-session-detail", args=[0])
    sessions = reverse("api-session-list", args=[code])
    cohort = sessions.removesuffix("sessions/")
    return {
        "session": one,
        "copy": f"{one}copy/",
        "waves": f"{one}waves/",
        "page": reverse("session-edit", args=[0]),
        "sessions": sessions,
        **{name: f"{sessions}{name}/" for name in _BELOW_SESSIONS},
        **{name: f"{cohort}{name}/" for name in _BESIDE_SESSIONS},
        "accept": reverse("api-clash-accept", args=[code]),
        "reopen": reverse("api-clash-reopen", args=[code, "0"]),
        "clash_list": reverse("clash-list", args=[code]),
        "standing": reverse("timetable-standing", args=[code]),
    }


def _row(card: Card) -> list[Any]:
    row: Any = card.row
    return [
        row.pk,
        row.version,
        row.kind,
        row.title,
        row.title_en,
        row.leg_id,
        row.venue_id,
        row.speaker_ids,
        row.group_ids,
        f"{local(row.starts_at):%Y-%m-%dT%H:%M}" if row.starts_at else None,
        f"{local(row.ends_at):%Y-%m-%dT%H:%M}" if row.ends_at else None,
        float(row.hours),
        row.state,
    ]


def _clashes(board: Board) -> list[dict[str, Any]]:
    """The clashes of the sessions that the board shows."""
    shown = {card.row.pk for card in board.cards}
    return [clash.shape() for clash in board.clashes if not shown.isdisjoint(clash.sessions)]


def _words() -> dict[str, Any]:
    return {**_moving_words(), **_dialog_words(), **_sharing_words()}


def _moving_words() -> dict[str, Any]:
    return {
        "lifted": _(
            "{title} picked up: {where}. Arrows move, plus and minus resize, Enter puts down, "
            "Escape puts back."
        ),
        "where": _("{column} {time}"),
        "free": _("{column} {time}, free"),
        "tray": _("tray"),
        "back": _("{title} is back where it was."),
        "saving": _("Saving {title} …"),
        "saved": _("Saved."),
        "moved": _("{title} moved: {where}."),
        "added": _("{title} added: {where}."),
        "copied": _("Copy of {title}: {where}."),
        "split": _("{title} is split into {n} waves."),
        "swapped": _("{title} and {other} have changed places."),
        "swap_with": _("change places with {other}"),
        "cancelled": _("{title} is cancelled. People hear of it with the next release."),
        "deleted": _("{title} is deleted."),
        "repaired": _("Done: {text}"),
        "undo": _("Undo"),
        "redo": _("Do again"),
        "of": _("{act}: {title}"),
        "undo_done": _("Undone: {titles}. {where}"),
        "redo_done": _("Done again: {titles}. {where}"),
        "marks": _("Warnings: {marks}"),
        "venue": _("venue taken by {other}"),
        "speaker": _("speaker taken by {other}"),
        "group": _("people are in {other}"),
        "without_venue": _("without a venue in this city yet"),
        "stays": _("{title} stays as it was. {message}"),
        "no_answer": _("The server did not answer. Please try again."),
        "other_leg": _("Only the hosts of {leg} change this leg."),
        "transfer_along": _("Move the transfer {times} along"),
        "transfers_along": _("Move the transfers {times} along"),
        "transfers_moved": _("The transfers have moved along."),
        "zoomed": _("Steps of {n} minutes"),
        "sum_all": _("{n} sessions"),
        "sum_hard": _("{n} with clashes"),
        "sum_soft": _("{n} with warnings"),
        "minutes": _("{n} min"),
        "between": pgettext("between names", ", "),
        "everyone": _("everyone"),
    }


def _dialog_words() -> dict[str, Any]:
    return {
        "new_session": _("New session"),
        "times_wrong": _("Write times such as 09:30; the end comes after the beginning."),
        "title_missing": _("Give the session a title."),
        "reason_missing": _("Say why: people read it."),
        "waves_of": _("Split into waves: {title}"),
        "looking_for_repairs": _("Looking for ways out …"),
        "no_repair": _("No way out was found by moving one or two sessions."),
        "repairs": _("Ways out, the cheapest first"),
        "apply": _("Do it"),
        "ways": _("Ways to get there"),
        "costs": {
            "people_told": _("{n} people to be told"),
            "sessions_moved": _("sessions moved: {n}"),
            "transfers_moved": _("transfers moved: {n}"),
            "clashes_added": _("new warnings: {n}"),
        },
        "fields": {
            "title": _("Title"),
            "kind": _("Kind of session"),
            "when": _("When"),
            "venue": _("Venue"),
            "speakers": _("Speakers"),
            "groups": _("Groups"),
        },
    }


def _sharing_words() -> dict[str, Any]:
    return {
        "somebody": _("somebody else"),
        "changed_by": _("changed by {name}"),
        "changed_by_others": _("Changed by others: {titles}"),
        "away": _("No connection: what others change does not arrive."),
        "here_again": _("The connection is back."),
        "reload": _("Much has changed meanwhile: load this page again."),
        "stale": _("Somebody else has changed {title} meanwhile."),
        "stale_by": _("{title} was changed by {name} while you had it."),
        "proposes": _("{title}: {where}"),
        "proposed": _("The change of {title} is proposed. Its hosts decide."),
    }
