"""The page of confirmations: every speaker and every venue of a cohort with its sessions, what was
asked of them and what they said. A constant number of queries.
"""

import datetime as dt
from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass

from django.db.models import Prefetch, QuerySet
from django.utils.translation import gettext_lazy as _

from cohorts.models import Cohort
from sessions.choices import AGREED_SLOTS, SessionKind, SlotStanding, SlotState, VenueKind
from sessions.models import SessionSpeaker, Slot, SlotLink, TrainingSession
from sessions.queries.slot_links import in_force, links_of
from sessions.queries.slot_parties import Party, askable_sessions, party_of
from sessions.queries.slots import slot_standing, slots_of, windows_of, with_facts
from sessions.rules.slots import Window

# What stands beside the states of a slot: not asked for yet, and changed since.
UNASKED, CHANGED = "unasked", "changed"
_LABELS = {**dict(SlotState.choices), UNASKED: _("not asked yet"), CHANGED: _("to be asked again")}
# In the order in which they ask for a look.
STATE_WORDS = (UNASKED, CHANGED, *SlotState.values)
SITE_KINDS = frozenset({VenueKind.COMPANY, VenueKind.EXHIBITION_HALL})
VISIT_KINDS = frozenset({SessionKind.SITE_VISIT, SessionKind.EXHIBITION})


@dataclass(frozen=True)
class SlotRow:
    """A session of a party, asked for or not."""

    training_session: TrainingSession
    slot: Slot | None
    standing: SlotStanding | None

    @property
    def state(self) -> str:
        """One of `SlotState`, or unasked, or changed."""
        if self.slot is None:
            return UNASKED
        lapsed = self.standing != SlotStanding.CURRENT and self.slot.state != SlotState.DONE
        return CHANGED if lapsed else self.slot.state

    @property
    def state_label(self) -> str:
        return state_label(self.state)

    @property
    def askable(self) -> bool:
        """Whether asking makes sense: it takes place with them, and they have not agreed."""
        on = self.standing in (None, SlotStanding.CURRENT, SlotStanding.MOVED)
        return on and self.state not in AGREED_SLOTS

    @property
    def windows(self) -> list[Window]:
        """The times that would suit instead."""
        return windows_of(self.slot) if self.slot else []


@dataclass(frozen=True)
class PartyRow:
    party: Party
    link: SlotLink | None
    rows: Sequence[SlotRow]

    @property
    def counts(self) -> Counter[str]:
        return Counter(row.state for row in self.rows)

    @property
    def link_alive(self) -> bool:
        return self.link is not None and in_force(self.link)

    @property
    def is_site(self) -> bool:
        """Whose host has to agree; other venues are booked, not asked."""
        venue = self.party.venue
        if venue is None:
            return False
        visited = any(row.training_session.kind in VISIT_KINDS for row in self.rows)
        asked = self.link is not None or any(row.slot for row in self.rows)
        return venue.kind in SITE_KINDS or visited or asked

    def only(self, state: str) -> "PartyRow":
        """With the rows of this state."""
        return PartyRow(self.party, self.link, [row for row in self.rows if row.state == state])


@dataclass(frozen=True)
class Confirmations:
    """Speakers by name; sites and other venues by city and name."""

    speakers: Sequence[PartyRow]
    sites: Sequence[PartyRow]
    others: Sequence[PartyRow]

    @property
    def asked_of(self) -> list[PartyRow]:
        """Those who have to agree: speakers and sites."""
        return [*self.speakers, *self.sites]

    @property
    def counts(self) -> Counter[str]:
        return sum((row.counts for row in self.asked_of), Counter())

    def only(self, state: str) -> "Confirmations":
        """Those with a row of this state, and these rows alone."""
        speakers, sites, others = (
            [row for row in (entry.only(state) for entry in part) if row.rows]
            for part in (self.speakers, self.sites, self.others)
        )
        return Confirmations(speakers, sites, others)


def state_label(state: str) -> str:
    return str(_LABELS[state])


def confirmations_of(cohort: Cohort) -> Confirmations:
    """Four queries at any size."""
    slots = slots_of(cohort).select_related(
        "training_session__leg", "speaker__organization", "venue__city"
    )
    rows = _Rows(slots.order_by("starts_at", "pk"))
    for row in _sessions(cohort):
        for booking in row.speaker_rows.all():
            rows.add(Party(speaker=booking.speaker), row)
        if row.venue:
            rows.add(Party(venue=row.venue), row)
    links = {party_of(link).key: link for link in links_of(cohort)}
    found = [PartyRow(party, links.get(party.key), own) for party, own in rows.by_party()]
    return Confirmations(
        speakers=sorted((row for row in found if row.party.speaker), key=_speaker_order),
        sites=sorted((row for row in found if row.is_site), key=_venue_order),
        others=sorted(
            (row for row in found if row.party.venue and not row.is_site), key=_venue_order
        ),
    )


def rows_of(cohort: Cohort, party: Party) -> PartyRow:
    """One party of them."""
    slots = party.slots(cohort)
    rows = _Rows(with_facts(slots).select_related("training_session__leg").order_by("starts_at"))
    theirs = party.sessions(cohort).select_related("venue", "leg").order_by("starts_at", "pk")
    for row in theirs:
        rows.add(party, row)
    link = party.links(cohort).select_related("by", "cohort").first()
    return PartyRow(party, link, next((own for _party, own in rows.by_party()), []))


class _Rows:
    """Sessions and slots by party, in the order of time."""

    def __init__(self, slots: Iterable[Slot]) -> None:
        self._parties: dict[str, Party] = {}
        self._slots: dict[tuple[str, int], Slot] = {}
        self._sessions: dict[tuple[str, int], TrainingSession] = {}
        for slot in slots:
            party = party_of(slot)
            self.add(party, slot.training_session)
            self._slots[party.key, slot.training_session_id] = slot

    def add(self, party: Party, row: TrainingSession) -> None:
        self._parties[party.key] = party
        self._sessions[party.key, row.pk] = row

    def by_party(self) -> Iterator[tuple[Party, list[SlotRow]]]:
        found: dict[str, list[SlotRow]] = {key: [] for key in self._parties}
        for (key, session_id), row in self._sessions.items():
            slot = self._slots.get((key, session_id))
            standing = slot_standing(slot) if slot else None
            found[key].append(SlotRow(row, slot, standing))
        for key, rows in found.items():
            yield self._parties[key], sorted(rows, key=_start)


def _sessions(cohort: Cohort) -> QuerySet[TrainingSession]:
    bookings = SessionSpeaker.objects.select_related("speaker__organization")
    return (
        askable_sessions(cohort)
        .select_related("venue__city", "leg")
        .prefetch_related(Prefetch("speaker_rows", bookings))
    )


def _start(row: SlotRow) -> tuple[dt.datetime, int]:
    """By the present time; where there is none, by what was asked."""
    starts_at = row.training_session.starts_at or (row.slot.starts_at if row.slot else None)
    return starts_at or dt.datetime.max.replace(tzinfo=dt.UTC), row.training_session.pk


def _speaker_order(row: PartyRow) -> tuple[str, int]:
    return row.party.name, row.party.id


def _venue_order(row: PartyRow) -> tuple[int, str, int]:
    venue = row.party.venue
    return venue.city.position if venue else 0, row.party.name, row.party.id
