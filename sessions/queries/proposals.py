"""Proposals between hosts as people read them: what is now, what is asked, who may answer."""

import datetime as dt
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from django.db.models import QuerySet
from django.utils.formats import date_format
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, pgettext

from cohorts.models import Cohort, Leg, Theme
from cohorts.permissions import may_edit_cohort, may_edit_leg
from cohorts.queries.standing import Standing
from g60portal.accounts.models import User
from g60portal.common.clock import local
from participants.models import Group
from sessions.choices import ProposalState, SessionKind, SessionState
from sessions.models import Proposal, Speaker, TrainingSession, Venue
from sessions.queries.clashes import with_arrays
from sessions.queries.proposed_facts import ONE, SEVERAL, TIMES, present_facts

# In the order in which a session is read; times make one line.
_LABELS = {
    "kind": gettext_lazy("Kind of session"),
    "title": gettext_lazy("Title"),
    "title_en": gettext_lazy("English title"),
    "leg": gettext_lazy("Leg"),
    "starts_at": gettext_lazy("Time"),
    "venue": gettext_lazy("Venue"),
    "speakers": gettext_lazy("Speakers"),
    "groups": gettext_lazy("Groups"),
    "theme": gettext_lazy("Theme"),
    "hours": gettext_lazy("Hours"),
    "compulsory": gettext_lazy("Compulsory"),
    "prepared_by": gettext_lazy("Prepared by the lecture"),
    "state": gettext_lazy("State"),
    "reason": gettext_lazy("Reason"),
    "description": gettext_lazy("Description"),
}
_NAMED: dict[str, Any] = {
    "leg": Leg.objects.select_related("city"),
    "theme": Theme.objects,
    "venue": Venue.objects,
    "prepared_by": TrainingSession.objects,
    "speakers": Speaker.objects,
    "groups": Group.objects,
}
_NOTHING = "–"


@dataclass(frozen=True)
class FactLine:
    """One fact: what stands there, and what is asked. `moved_on` when it has changed since."""

    label: str
    now: str
    asked: str
    moved_on: bool = False


@dataclass(frozen=True)
class ProposalCard:
    """A proposal with its lines and what the reader may do with it."""

    proposal: Proposal
    title: str
    lines: Sequence[FactLine]
    may_answer: bool
    may_withdraw: bool

    @property
    def outdated(self) -> bool:
        return any(line.moved_on for line in self.lines)


def proposals_of(cohort: Cohort, *, state: str = "") -> QuerySet[Proposal]:
    """Newest first."""
    rows = Proposal.objects.filter(cohort=cohort).order_by("-pk")
    return rows.filter(state=state) if state else rows


def open_proposals_for(cohort: Cohort, standing: Standing) -> QuerySet[Proposal]:
    """The proposals that wait for an answer which this standing may give."""
    rows = proposals_of(cohort, state=ProposalState.OPEN)
    if may_edit_cohort(standing):
        return rows
    return rows.filter(leg_id__in=standing.leg_ids) if standing.leg_ids else rows.none()


def proposal_cards(
    rows: Iterable[Proposal], standing: Standing, reader: User | None
) -> list[ProposalCard]:
    """For the page; a constant number of queries. Decided ones show what stood there then."""
    known = list(rows)
    present = _present(known)
    names = _Names.of(known, present)
    return [_card(row, present, names, standing, reader) for row in known]


def lines_of(rows: Sequence[Proposal]) -> dict[int, list[FactLine]]:
    """For mails: the lines by proposal, as they were proposed, in the active language."""
    names = _Names.of(rows, {})
    return {row.pk: _lines(row, row.before, names) for row in rows}


def title_of(row: Proposal) -> str:
    """The session's title, else that of the session which is to be made."""
    if row.training_session is not None:
        return row.training_session.local_title
    return str(row.facts.get("title", ""))


def _card(
    row: Proposal,
    present: Mapping[int, Any],
    names: "_Names",
    standing: Standing,
    reader: User | None,
) -> ProposalCard:
    is_open = row.state == ProposalState.OPEN
    now = present.get(row.training_session_id or 0) if is_open else None
    stands = row.before if now is None else present_facts(now, row.before)
    return ProposalCard(
        proposal=row,
        title=title_of(row),
        lines=_lines(row, stands, names),
        may_answer=is_open and may_edit_leg(standing, row.leg_id),
        may_withdraw=is_open and reader is not None and row.by_id == reader.pk,
    )


def _present(rows: Iterable[Proposal]) -> dict[int, TrainingSession]:
    keys = {
        row.training_session_id
        for row in rows
        if row.state == ProposalState.OPEN and row.training_session_id is not None
    }
    found = with_arrays(TrainingSession.objects.filter(pk__in=keys))
    return {row.pk: row for row in found}


def _lines(row: Proposal, stands: Mapping[str, Any], names: "_Names") -> list[FactLine]:
    """Only what differs; of a session that is to be made, only what is given."""
    lines = []
    for name, label in _LABELS.items():
        if name not in row.facts:
            continue
        fields = TIMES if name in TIMES else (name,)
        asked = names.text(name, [row.facts.get(field) for field in fields])
        now = names.text(name, [stands.get(field) for field in fields])
        if row.version == 0 and asked == _NOTHING:
            continue
        moved_on = any(stands.get(field) != row.before.get(field) for field in fields)
        lines.append(FactLine(str(label), now, asked, moved_on))
    return lines


@dataclass(frozen=True)
class _Names:
    """What ids stand for, read once for all proposals."""

    known: Mapping[str, Mapping[int, str]]

    @classmethod
    def of(cls, rows: Iterable[Proposal], present: Mapping[int, Any]) -> "_Names":
        wanted: dict[str, set[int]] = {name: set() for name in _NAMED}
        for row in rows:
            stands = present.get(row.training_session_id or 0)
            now = present_facts(stands, row.before) if stands is not None else {}
            for facts in (row.facts, row.before, now):
                for name in wanted:
                    wanted[name] |= _keys(facts.get(name))
        return cls({name: _names_of(name, keys) for name, keys in wanted.items() if keys})

    def text(self, name: str, values: Sequence[Any]) -> str:
        if name in TIMES:
            return _when(*values)
        (value,) = values
        if name in SEVERAL:
            if not value:
                return _("everyone") if name == "groups" and value is not None else _NOTHING
            return pgettext("between names", ", ").join(self._name(name, key) for key in value)
        if name in ONE:
            return _NOTHING if value is None else self._name(name, value)
        return _word(name, value)

    def _name(self, name: str, key: int) -> str:
        return self.known.get(name, {}).get(key, _("no longer there"))


def _keys(value: Any) -> set[int]:
    if isinstance(value, list):
        return set(value)
    return set() if value is None else {value}


def _names_of(name: str, keys: set[int]) -> dict[int, str]:
    rows = _NAMED[name].filter(pk__in=keys)
    return {row.pk: row.city.local_name if name == "leg" else str(row) for row in rows}


def _word(name: str, value: Any) -> str:
    if value is None or value == "":
        return _NOTHING
    if name == "kind":
        return str(SessionKind(value).label)
    if name == "state":
        return str(SessionState(value).label)
    if isinstance(value, bool):
        return _("yes") if value else _("no")
    if isinstance(value, float):
        return f"{value:g}"
    return str(value)


def _when(starts: str | None, ends: str | None) -> str:
    if not starts or not ends:
        return _("not placed yet")
    first, last = (local(dt.datetime.fromisoformat(text)) for text in (starts, ends))
    day = f"{date_format(first, 'MONTH_DAY_FORMAT')} {date_format(first, 'l')}"
    return f"{day} {first:%H:%M}–{last:%H:%M}"
