"""Who is asked for slots: a speaker, or the host of a venue. One value for both, in a cohort."""

import re
from dataclasses import dataclass
from typing import Any

from django.db.models import Q, QuerySet

from cohorts.models import Cohort
from sessions.choices import SessionState
from sessions.models import Slot, SlotLink, Speaker, TrainingSession, Venue

# `speaker-12` or `venue-3`, with no more digits than an id has.
_KEY = re.compile(r"(speaker|venue)-([1-9][0-9]{0,17})")


@dataclass(frozen=True)
class Party:
    """Exactly one of the two is given."""

    speaker: Speaker | None = None
    venue: Venue | None = None

    @property
    def kind(self) -> str:
        return "speaker" if self.speaker else "venue"

    @property
    def id(self) -> int:
        row = self.speaker or self.venue
        return row.pk if row else 0

    @property
    def key(self) -> str:
        """What names the party in addresses and forms."""
        return f"{self.kind}-{self.id}"

    @property
    def name(self) -> str:
        """In the language of the moment."""
        row = self.speaker or self.venue
        return row.local_name if row else ""

    @property
    def facts(self) -> dict[str, Any]:
        """The columns of its rows."""
        return {"speaker": self.speaker, "venue": self.venue}

    def slots(self, cohort: Cohort) -> QuerySet[Slot]:
        return Slot.objects.filter(training_session__cohort=cohort, **self.facts)

    def links(self, cohort: Cohort) -> QuerySet[SlotLink]:
        return SlotLink.objects.filter(cohort=cohort, **self.facts)

    def sessions(self, cohort: Cohort) -> QuerySet[TrainingSession]:
        """What it can be asked for: takes place, and has a time."""
        return askable_sessions(cohort).filter(self._booking)

    def leg_ids(self, cohort: Cohort) -> set[int]:
        """The legs in which it teaches or hosts, or was asked to."""
        planned = self.sessions(cohort).values_list("leg_id", flat=True)
        asked = self.slots(cohort).values_list("training_session__leg_id", flat=True)
        return {*planned, *asked}

    @property
    def _booking(self) -> Q:
        if self.speaker:
            return Q(speaker_rows__speaker=self.speaker)
        return Q(venue=self.venue)


def askable_sessions(cohort: Cohort) -> QuerySet[TrainingSession]:
    rows = TrainingSession.objects.filter(cohort=cohort, starts_at__isnull=False)
    return rows.exclude(state=SessionState.CANCELLED)


def party_of(row: Slot | SlotLink) -> Party:
    return Party(speaker=row.speaker, venue=row.venue)


def party_named(cohort: Cohort, key: str) -> Party | None:
    """The party of that key, if the cohort has anything to do with it."""
    found = _KEY.fullmatch(key)
    if found is None:
        return None
    party = _party(found[1], int(found[2]))
    if party is None:
        return None
    known = (party.sessions(cohort), party.slots(cohort), party.links(cohort))
    return party if any(rows.exists() for rows in known) else None


def _party(kind: str, key: int) -> Party | None:
    if kind == "speaker":
        speaker = Speaker.objects.select_related("organization", "city").filter(pk=key).first()
        return Party(speaker=speaker) if speaker else None
    venue = Venue.objects.select_related("organization", "city").filter(pk=key).first()
    return Party(venue=venue) if venue else None
