"""A city's nominations until the committee decides: drafting, handing in, checking, sending back.

What the committee does, and what follows from a free seat, stands in `admissions`.
"""

from collections.abc import Mapping, Sequence
from typing import Any

from django.db import IntegrityError, transaction

from cohorts.models import City, Cohort, Organization, Quota
from g60portal.accounts.models import User
from g60portal.audit.record import changes, record
from g60portal.common import clock
from g60portal.common.constraints import broken_constraint
from g60portal.common.locks import locked_rows
from g60portal.common.refusals import Refusal
from g60portal.common.row_walls import as_system
from participants.actions.nomination_steps import (
    Locked,
    demand_move,
    lock_nomination,
    locked_nominations,
    make_step,
    tell,
)
from participants.actions.seating import usable_nomination
from participants.choices import (
    ACTIVE_STATES,
    OPEN_NOMINATIONS,
    Gender,
    NominationState,
)
from participants.models import (
    Enrollment,
    Nomination,
    NominationLink,
    NominationStep,
    SealedIdentity,
)
from participants.queries.identities import paper_index
from participants.queries.nomination_papers import paper_columns
from participants.refusals import (
    AlreadyEnrolled,
    AlreadyNominated,
    DeadlinePassed,
    LinesUnusable,
    NominationFixed,
    NominationIncomplete,
    NoQuota,
)
from participants.rules.nominations import Said, is_over, missing_in
from participants.rules.papers import Paper, likely_kind
from participants.rules.person_facts import CheckedFacts, PersonFacts

# What is said about the person, and what may be written at any time before the end.
PERSON_FACTS = (
    "name", "gender", "organization", "title", "phone", "email", "language", "paper_kind",
    "identity",
)  # fmt: skip
TEXT_FACTS = ("reason", "conditions")
FREE_FACTS = ("rank", "reviewer_notes")
FACTS = frozenset({*PERSON_FACTS, *TEXT_FACTS, *FREE_FACTS})


@as_system()
@transaction.atomic
def create_nomination(
    *,
    cohort: Cohort,
    city: City,
    facts: Mapping[str, Any],
    by: User | None,
    link: NominationLink | None = None,
) -> Nomination:
    """A draft of the city with any of `FACTS`; only the name is needed. Locks the cohort.

    Raises PersonFactsWrong, IdentityInvalid, NoQuota, and AlreadyNominated for somebody whom the
    city itself has in hand already.
    """
    row = locked_nominations(cohort)
    if not Quota.objects.filter(cohort=row, city=city).exists():
        raise NoQuota(fields={"city": NoQuota.text})
    nomination = Nomination(cohort=row, city=city, created_by=by, link=link)
    columns, paper = _columns(nomination, facts)
    _demand_new_in_city(nomination, paper)
    for name, value in columns.items():
        setattr(nomination, name, value)
    nomination.save(force_insert=True)
    NominationStep.objects.create(nomination=nomination, state=nomination.state, by=by)
    record(
        "nomination.created",
        nomination,
        by=by,
        scope=row.code,
        after={"city": city, **_audited(columns)},
    )
    return nomination


@as_system()
@transaction.atomic
def create_nominations(
    *, cohort: Cohort, city: City, rows: Mapping[int, Mapping[str, Any]], by: User | None
) -> list[Nomination]:
    """Several drafts by line number, all or none. Locks the cohort.

    Raises LinesUnusable with what is wrong in each line.
    """
    made, wrong = [], []
    for number, facts in rows.items():
        try:
            with transaction.atomic():
                made.append(create_nomination(cohort=cohort, city=city, facts=facts, by=by))
        except Refusal as refusal:
            texts = [str(text) for text in refusal.fields.values()] or [str(refusal)]
            wrong.append({"line": number, "name": facts.get("name", ""), "texts": texts})
    if wrong:
        raise LinesUnusable(facts={"lines": wrong})
    return made


@as_system()
@transaction.atomic
def change_nomination(
    *, nomination: Nomination, facts: Mapping[str, Any], by: User | None
) -> Nomination:
    """Change any of `FACTS`; an identity number left empty stays. Locks cohort, quota, nomination.

    Raises NominationFixed for what was handed in; rank and notes may be written at any time.
    """
    row = lock_nomination(nomination).nomination
    fixed = set(facts) - set(FREE_FACTS)
    if fixed and row.state not in OPEN_NOMINATIONS:
        raise NominationFixed(facts={"state": row.state})
    columns, paper = _columns(row, facts)
    if paper and columns["blind_index"] == row.blind_index and paper.kind == row.paper_kind:
        columns = {name: value for name, value in columns.items() if name not in _PAPER_COLUMNS}
    elif paper:
        _demand_new_in_city(row, paper)
    write_columns(row, columns, by=by)
    return row


@as_system()
@transaction.atomic
def rank_nominations(
    *, cohort: Cohort, city: City, order: Sequence[int], by: User | None
) -> list[Nomination]:
    """The city's nominations in this order get the ranks from 1 on; others keep theirs. Locks the
    cohort and these nominations. The waiting list is not touched: its priorities need a reason."""
    row = locked_nominations(cohort)
    mine = {one.pk: one for one in locked_rows(_of_city(row, city).filter(pk__in=order))}
    ranked = [mine[pk] for pk in dict.fromkeys(order) if pk in mine]
    for rank, one in enumerate(ranked, start=1):
        one.rank = rank
    Nomination.objects.bulk_update(ranked, ["rank"])
    record(
        "nominations.ranked",
        row,
        by=by,
        scope=row.code,
        after={"city": city, "order": [one.pk for one in ranked]},
    )
    return ranked


@as_system()
@transaction.atomic
def submit_nomination(*, nomination: Nomination, by: User | None, late: bool = False) -> Nomination:
    """Hand in a draft, or again what was sent back. Locks cohort, quota, nomination.

    Raises NoQuota, DeadlinePassed (not for what was handed in before, nor with `late`, which is the
    lead's), NominationIncomplete, AlreadyNominated, AlreadyEnrolled.
    """
    here = lock_nomination(nomination)
    demand_move(here.nomination, NominationState.SUBMITTED)
    _demand_in_time(here, late=late)
    submit_locked(here.nomination, by=by)
    return here.nomination


@as_system()
@transaction.atomic
def check_nomination(*, nomination: Nomination, by: User | None) -> Nomination:
    """The city's approval. Locks cohort, quota, nomination."""
    row = lock_nomination(nomination).nomination
    demand_move(row, NominationState.CHECKED)
    make_step(row, NominationState.CHECKED, by=by)
    return row


@as_system()
@transaction.atomic
def return_nomination(*, nomination: Nomination, reason: str, by: User | None) -> Nomination:
    """Send it back to be mended, and say why. Locks cohort, quota, nomination."""
    row = lock_nomination(nomination).nomination
    demand_move(row, NominationState.RETURNED, reason)
    tell([make_step(row, NominationState.RETURNED, by=by, reason=reason)], by=by)
    return row


def submit_locked(row: Nomination, *, by: User | None, reason: str = "") -> NominationStep:
    """Hand in a locked nomination. The unique constraint decides between two cities at once."""
    missing = missing_in(
        Said(row.name, row.organization_name, row.phone, row.email, bool(row.blind_index))
    )
    if missing:
        raise NominationIncomplete(fields=missing)
    _demand_not_enrolled(row)
    try:
        with transaction.atomic():
            return make_step(
                row,
                NominationState.SUBMITTED,
                by=by,
                reason=reason,
                submitted_at=row.submitted_at or clock.now(),
            )
    except IntegrityError as error:
        if broken_constraint(error) == "nomination_one_active":
            raise _already_nominated(row) from None
        raise


def write_columns(row: Nomination, columns: Mapping[str, Any], *, by: User | None) -> None:
    """Write what differs, and the audit line. Expects the lock of the nomination."""
    before, after = changes(row, columns)
    if not after:
        return
    for name, value in after.items():
        setattr(row, name, value)
    row.save(update_fields=list(after))
    record(
        "nomination.changed",
        row,
        by=by,
        scope=row.cohort.code,
        before=_audited(before),
        after=_audited(after),
    )


def person_columns(row: Nomination, facts: Mapping[str, Any]) -> dict[str, Any]:
    """The columns that facts said by the nominee mean. Raises as `change_nomination`."""
    columns, paper = _columns(row, facts)
    if paper and columns["blind_index"] != row.blind_index:
        _demand_new_in_city(row, paper)
    return columns


_PAPER_COLUMNS = (
    "paper_kind", "sealed", "key_version", "blind_index", "index_version", "masked",
)  # fmt: skip


def _columns(row: Nomination, facts: Mapping[str, Any]) -> tuple[dict[str, Any], Paper | None]:
    """The columns that the facts mean, in stored spelling."""
    unknown = set(facts) - FACTS
    if unknown:
        raise TypeError(f"A nomination has no facts {sorted(unknown)}.")
    columns: dict[str, Any] = {name: facts[name] for name in FREE_FACTS if name in facts}
    columns |= {name: " ".join(facts[name].split()) for name in TEXT_FACTS if name in facts}
    if not set(facts) & set(PERSON_FACTS):
        return columns, None
    organization = _organization(row, facts)
    checked = usable_nomination(_person_facts(row, facts, organization[1]))
    columns |= _person_columns(checked, facts, row)
    if "organization" in facts:
        columns["organization_id"], columns["organization_name"] = (
            organization[0],
            checked.organization_name,
        )
    if checked.paper:
        columns |= paper_columns(row, checked.paper)
    return columns, checked.paper


def _person_facts(row: Nomination, facts: Mapping[str, Any], organization: str) -> PersonFacts:
    number = facts.get("identity") or ""
    return PersonFacts(
        name=facts.get("name", row.name),
        city_id=row.city_id,
        organization_name=organization,
        title=facts.get("title", row.title),
        gender=facts.get("gender", row.gender),
        phone=facts.get("phone", row.phone),
        email=facts.get("email", row.email),
        language=facts.get("language", row.language),
        paper_kind=facts.get("paper_kind") or likely_kind(str(number)),
        identity=number,
    )


def _person_columns(
    checked: CheckedFacts, facts: Mapping[str, Any], row: Nomination
) -> dict[str, Any]:
    """Those that were said; the gender that a paper tells comes along where none is known."""
    said = {
        name: getattr(checked, name)
        for name in ("name", "title", "phone", "email", "language")
        if name in facts
    }
    if "gender" in facts or (checked.paper and row.gender == Gender.UNKNOWN):
        said["gender"] = checked.gender or Gender.UNKNOWN
    return said


def _organization(row: Nomination, facts: Mapping[str, Any]) -> tuple[int | None, str]:
    """An organization as a row or by its name; a name that is known in the city finds the row."""
    given = facts.get("organization")
    if given is None:
        return row.organization_id, row.organization_name
    if isinstance(given, Organization):
        return given.pk, given.name
    name = " ".join(str(given).split())
    known = Organization.with_merged.filter(city_id=row.city_id, name=name).first()
    return (known.merged_into_id or known.pk if known else None), name


def _demand_in_time(here: Locked, *, late: bool) -> None:
    if here.quota is None:
        raise NoQuota(fields={"city": NoQuota.text})
    again = here.nomination.submitted_at is not None
    if not late and not again and is_over(here.quota.deadline, clock.now()):
        raise DeadlinePassed(facts={"deadline": here.quota.deadline.isoformat()})  # type: ignore[union-attr] # is_over has seen it


def _demand_new_in_city(row: Nomination, paper: Paper | None) -> None:
    """The own city's drafts count here; those of other cities only when they are handed in."""
    if paper is None:
        return
    same = _of_city(row.cohort, row.city).filter(
        paper_kind=paper.kind, blind_index=paper_index(paper)
    )
    known = same.exclude(state__in=_ENDED).exclude(pk=row.pk).first()
    if known:
        raise AlreadyNominated(
            fields={"identity": AlreadyNominated.text},
            facts={"where": "own_city", "nomination": known.pk},
        )


def _demand_not_enrolled(row: Nomination) -> None:
    """Somebody enrolled by the organizers directly; the seat is told to the own city only."""
    holders = SealedIdentity.objects.filter(kind=row.paper_kind, blind_index=row.blind_index)
    enrolled = Enrollment.objects.filter(
        cohort=row.cohort, person_id__in=holders.values("person_id"), state__in=ACTIVE_STATES
    ).first()
    if enrolled is None:
        return
    own = enrolled.city_id == row.city_id
    facts = {"enrollment": enrolled.pk, "seat": enrolled.seat} if own else {}
    raise AlreadyEnrolled(fields={"identity": AlreadyEnrolled.text}, facts=facts)


def _already_nominated(row: Nomination) -> AlreadyNominated:
    own = (
        _of_city(row.cohort, row.city)
        .active()
        .filter(paper_kind=row.paper_kind, blind_index=row.blind_index)
        .first()
    )
    facts = {"where": "own_city", "nomination": own.pk} if own else {"where": "another_city"}
    return AlreadyNominated(fields={"identity": AlreadyNominated.text}, facts=facts)


def _of_city(cohort: Cohort, city: City) -> Any:
    return Nomination.objects.filter(cohort=cohort, city=city)


def _audited(columns: Mapping[str, Any]) -> dict[str, Any]:
    """Without ciphertext; the paper by its masked number."""
    hidden = {"sealed", "key_version", "blind_index", "index_version"}
    return {name: value for name, value in columns.items() if name not in hidden}


_ENDED = (NominationState.DECLINED, NominationState.WITHDRAWN, NominationState.REPLACED)
