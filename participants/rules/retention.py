"""How long which personal data are kept, and when a person's copy of them is due to go. Pure.

T is the last day of the cohort. Kept for good, as the ledger of what was taught: names, employer
and post at the time, attendance, hours, certificates. The audit is kept for a year and more (the
law asks for six months); nothing here touches it.
"""

import datetime as dt
from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from participants.choices import FieldGroup

# A request of a person about its own data is answered within this many days (our own promise; the
# law says "in time").
ANSWER_DAYS = 15
# Without the person's consent to be listed a phone number has no purpose after the cohort.
PHONE_DAYS_UNLISTED = 30
# What the roster said of people who are in no cohort any more: for questions about a mistaken
# import.
PAST_DAYS = 30
# A copy of one's own data waits this long to be fetched.
COPY_DAYS = 7
# A merge of two persons or organizations can be taken back for this long.
MERGE_DAYS = 30


@dataclass(frozen=True)
class Term:
    """Days after T, and between which limits a cohort may set its own."""

    days: int
    shortest: int
    longest: int

    @property
    def adjustable(self) -> bool:
        return self.shortest < self.longest


TERMS: dict[str, Term] = {
    # Insurance, lodging and entry end with the cohort; claims of insurance come within a month.
    FieldGroup.IDENTITY: Term(30, shortest=0, longest=90),
    # Bills of hotels and coaches are checked within the month.
    FieldGroup.LOGISTICS: Term(30, shortest=0, longest=90),
    # The directory of those who agreed to be listed; others' go after PHONE_DAYS_UNLISTED.
    FieldGroup.PHONE: Term(365, shortest=30, longest=365),
    # Certificates, follow-ups, and the account.
    FieldGroup.EMAIL: Term(365, shortest=30, longest=730),
    # An objection to a decision of an authority may be raised for 60 days (administrative
    # reconsideration), and an answer takes its time.
    FieldGroup.NOMINATION: Term(90, shortest=60, longest=180),
    # After the upload, whatever became of it; not of the cohort.
    FieldGroup.UPLOAD: Term(1, shortest=1, longest=1),
    # After it was made.
    FieldGroup.COPY: Term(COPY_DAYS, shortest=COPY_DAYS, longest=COPY_DAYS),
    # After the merge; until then it can be undone.
    FieldGroup.MERGE: Term(MERGE_DAYS, shortest=MERGE_DAYS, longest=MERGE_DAYS),
}


@dataclass(frozen=True)
class Stay:
    """A person in a cohort: when it ends, by its code, and the cohort's own terms."""

    scope: str
    ends_on: dt.date
    days: Mapping[str, int]

    def due_on(self, group: str) -> dt.date:
        return self.ends_on + dt.timedelta(days=self.days.get(group, TERMS[group].days))


def last_stay(group: str, stays: Iterable[Stay]) -> Stay | None:
    """The cohort that keeps the data longest: they go when no cohort needs them any more."""
    return max(stays, key=lambda stay: (stay.due_on(group), stay.scope), default=None)


def phone_stay(stay: Stay, *, listed: bool) -> dt.date:
    """Phones of people who are not listed go sooner, and never later than the cohort's term."""
    sooner = stay.ends_on + dt.timedelta(days=PHONE_DAYS_UNLISTED)
    due_on = stay.due_on(FieldGroup.PHONE)
    return due_on if listed else min(sooner, due_on)


def term_problem(group: str, days: int) -> Term | None:
    """The term whose limits these days break."""
    term = TERMS[group]
    return None if term.shortest <= days <= term.longest else term


def answer_due_on(received_on: dt.date) -> dt.date:
    return received_on + dt.timedelta(days=ANSWER_DAYS)


def held_until(ends: Iterable[dt.date], today: dt.date) -> dt.date | None:
    """A deletion asked for during a cohort waits for its last day: safety and money need the data
    until then. None = nothing to wait for."""
    running = [day for day in ends if day >= today]
    return max(running, default=None)
