"""What people and organizers see of consents and requests; the rows that are a person's."""

import datetime as dt
from collections import defaultdict
from dataclasses import dataclass, field
from typing import Any

from django.db.models import F, Q, QuerySet
from django.utils.functional import Promise

from cohorts.models import Cohort
from participants.choices import ConsentPurpose, PastKind
from participants.consent_texts import CONSENT_TEXTS, WITHDRAWABLE, text_version
from participants.models import (
    Consent,
    DataCopy,
    Enrollment,
    FormerContact,
    LogisticsForm,
    Nomination,
    Person,
    PersonMerge,
    PrivacyRequest,
    RoomStay,
    RosterPast,
    SealedIdentity,
)
from participants.queries.merges import person_ids


def cohort_ends(person: Person) -> list[dt.date]:
    """The last days of the cohorts in which the person holds a seat."""
    rows = Enrollment.objects.active().filter(person=person)
    return list(rows.values_list("cohort__ends_on", flat=True))


def rows_of_person(person: Person) -> dict[str, list[int]]:
    """Ids by holding: what a deletion empties, in the rows of those merged into the person, too.
    Nominations are known by their enrollment, or by the same paper."""
    ids = person_ids(person)
    nominations = Q(enrollment__person__in=ids)
    identity = SealedIdentity.objects.filter(person=person).first()
    if identity:
        nominations |= Q(paper_kind=identity.kind, blind_index=identity.blind_index)
    rows = Nomination.objects.filter(nominations)
    admitted = list(rows.filter(enrollment__isnull=False).values_list("pk", flat=True))
    past = RosterPast.objects.filter(row_id__in=ids)
    return {
        "identity": [identity.pk] if identity else [],
        "birth_date": [person.pk] if person.birth_on else [],
        "logistics": _ids(LogisticsForm.objects.filter(enrollment__person__in=ids)),
        "room_stay": _ids(RoomStay.objects.filter(enrollment__person__in=ids)),
        "phone": [person.pk] if person.phone else [],
        "email": [person.pk] if person.email else [],
        "nomination_paper": admitted,
        "nomination_contact": admitted,
        "nomination": list(
            rows.filter(enrollment=None, replaces=None).values_list("pk", flat=True)
        ),
        "past_identity": _ids(past.filter(kind=PastKind.IDENTITY).exclude(facts__masked="")),
        "past_phone": _ids(past.filter(kind=PastKind.PERSON).exclude(facts__phone="")),
        "former_contact": _ids(FormerContact.objects.filter(person__in=ids)),
        "merge": _ids(PersonMerge.objects.filter(kept__in=ids, picture__isnull=False)),
        "past_email": _ids(past.filter(kind=PastKind.PERSON).exclude(facts__email="")),
    }


def _ids(rows: QuerySet[Any]) -> list[int]:
    return list(rows.values_list("pk", flat=True))


@dataclass(frozen=True)
class ConsentStanding:
    """One purpose for one person. `asked` = agreed to older words only, or never."""

    purpose: str
    label: str
    text: str | Promise
    given: Consent | None
    current: bool
    withdrawable: bool
    history: list[Consent] = field(default_factory=list)


def consents_of(person: Person) -> list[ConsentStanding]:
    """Every purpose with its words of today and what was said so far; one query."""
    history: dict[str, list[Consent]] = defaultdict(list)
    for row in Consent.objects.filter(person=person).order_by("-given_at", "-pk"):
        history[row.purpose].append(row)
    standings = []
    for purpose in ConsentPurpose:
        rows = history[purpose]
        given = next((row for row in rows if row.withdrawn_at is None), None)
        standings.append(
            ConsentStanding(
                purpose=str(purpose),
                label=str(purpose.label),
                text=CONSENT_TEXTS[purpose],
                given=given,
                current=given is not None and given.text_version == text_version(purpose),
                withdrawable=purpose in WITHDRAWABLE,
                history=rows,
            )
        )
    return standings


@dataclass
class PurposeStanding:
    """One purpose over a cohort. `missing` are those without a consent in force."""

    label: str
    given: int = 0
    older: int = 0
    withdrawn: int = 0
    missing: list[Enrollment] = field(default_factory=list)


def consents_in(cohort: Cohort) -> list[PurposeStanding]:
    """In two queries, whatever the number of people."""
    people = list(
        Enrollment.objects.active().filter(cohort=cohort).select_related("person").order_by("seat")
    )
    said: dict[tuple[int, str], list[Consent]] = defaultdict(list)
    for row in Consent.objects.filter(person__in=[one.person_id for one in people]):
        said[row.person_id, row.purpose].append(row)
    standings = []
    for purpose in ConsentPurpose:
        standing = PurposeStanding(str(purpose.label))
        for one in people:
            _count(standing, one, said[one.person_id, purpose], text_version(purpose))
        standings.append(standing)
    return standings


def _count(standing: PurposeStanding, one: Enrollment, rows: list[Consent], version: str) -> None:
    in_force = [row for row in rows if row.withdrawn_at is None]
    if not in_force:
        standing.withdrawn += bool(rows)
        standing.missing.append(one)
    elif in_force[0].text_version == version:
        standing.given += 1
    else:
        standing.older += 1


def copy_seal_name(copy: DataCopy) -> str:
    """What the content of a copy is bound to."""
    return f"data_copy:{copy.pk}"


def requests_of(person: Person) -> QuerySet[PrivacyRequest]:
    return PrivacyRequest.objects.filter(person=person).select_related("copy").defer("copy__sealed")


def requests_in(cohort: Cohort) -> QuerySet[PrivacyRequest]:
    """Of the people of a cohort; the open ones first, the most urgent on top."""
    people = Enrollment.objects.filter(cohort=cohort).values("person")
    return (
        PrivacyRequest.objects.filter(person__in=people)
        .select_related("person", "by")
        .order_by(F("ended_at").desc(nulls_first=True), "due_on", "-pk")
    )
