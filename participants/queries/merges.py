"""What a merge of two persons would move and what stands in its way, read for the page, the API
and, under locks, for the action itself; and the picture of one that was made."""

import json
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from django.apps import apps

from cohorts.models import CohortRole
from cohorts.permissions import may_merge_people
from cohorts.queries.standing import Viewer, led_cohort_ids, may_merge
from cohorts.rules.states import CLOSED_STATES
from g60portal.accounts.models import User
from g60portal.common.keyring import portal_sealer
from g60portal.common.merging import Picture, Pointer, clashing, pointers_to
from g60portal.common.sealing import Sealer
from participants.choices import ACTIVE_STATES
from participants.models import (
    Consent,
    Enrollment,
    Person,
    PersonMerge,
    PrivacyRequest,
    RetentionHold,
    SealedIdentity,
)
from participants.rules.merges import (
    CHOOSABLE,
    IDENTITY,
    Account,
    Conflict,
    ConsentPlan,
    SharedCohort,
    Standing,
    Word,
    account_kept,
    consent_plan,
    differing,
    survivor,
)

# The merges' own records stay with the row that they are about.
_OWN = frozenset({"participants.PersonMerge", "participants.NotSamePerson"})
_CONFLICTS = {
    PrivacyRequest._meta.label: Conflict.REQUESTS,  # noqa: SLF001 - Django documents it
    RetentionHold._meta.label: Conflict.HOLDS,  # noqa: SLF001
}


@dataclass(frozen=True)
class MergePlan:
    """`moving` are the primary keys that would refer to `kept`, by pointer; `conflicts` say what
    stands in the way, each with the model that it is about; `account` is the id of the one that
    stays."""

    kept: Person
    gone: Person
    differing: tuple[str, ...]
    moving: tuple[tuple[Pointer, tuple[Any, ...]], ...]
    shared: tuple[SharedCohort, ...]
    consents: ConsentPlan
    account: int | None
    conflicts: tuple[tuple[Conflict, str], ...]

    def counts(self) -> list[tuple[str, int]]:
        """How many rows would move, by the name of what they are."""
        return [
            (str(pointer.model._meta.verbose_name_plural), len(pks))  # noqa: SLF001 - documented
            for pointer, pks in self.moving
            if pks
        ]


def person_pointers() -> list[Pointer]:
    """Every column of every table that refers to a person and moves with it."""
    return [one for one in pointers_to(Person) if one.label not in _OWN]


def merge_plan(kept: Person, gone: Person) -> MergePlan:
    """A fixed number of queries for the tables that there are."""
    shared = tuple(_shared(kept, gone))
    consents = consent_plan(_words(kept, gone))
    account = account_kept(_account(kept), _account(gone))
    staying: Mapping[str, set[Any]] = {
        "participants.Enrollment": {one.gone for one in shared},
        "participants.Consent": set(consents.stay),
    }
    moving: list[tuple[Pointer, tuple[Any, ...]]] = []
    conflicts: list[tuple[Conflict, str]] = []
    for pointer in person_pointers():
        if pointer.model is SealedIdentity:
            continue
        pks = set(pointer.rows(gone.pk).values_list("pk", flat=True))
        pks -= staying.get(pointer.label, set())
        if pointer.label not in staying and clashing(pointer, gone=gone.pk, kept=kept.pk):
            conflicts.append((_CONFLICTS.get(pointer.label, Conflict.ROWS), pointer.label))
        moving.append((pointer, tuple(sorted(pks))))
    if isinstance(account, Conflict):
        conflicts.append((account, User._meta.label))  # noqa: SLF001
    return MergePlan(
        kept,
        gone,
        differing(compared_values(kept), compared_values(gone)),
        tuple(moving),
        shared,
        consents,
        account.id if isinstance(account, Account) else None,
        tuple(conflicts),
    )


def compared_values(person: Person) -> dict[str, Any]:
    """What two persons are compared by, field by field of `CHOOSABLE`: a name with its spelling,
    of the paper the kind and the blind index."""
    identity = SealedIdentity.objects.filter(person_id=person.pk).first()
    values = {
        name: getattr(person, "organization_id" if name == "organization" else name)
        for name in CHOOSABLE
        if name != IDENTITY
    }
    paper = (identity.kind, identity.blind_index) if identity else None
    return values | {"name": (person.name, person.latin_name), IDENTITY: paper}


def proposed_survivor(one: Person, other: Person) -> Person:
    pick = survivor(_standing(one), _standing(other))
    return one if pick == one.pk else other


def may_merge_these(user: Viewer, people: Iterable[Person]) -> bool:
    """Every cohort of each of them is one that the user leads; of those merged already, of the
    survivor."""
    ids = {one.merged_into_id or one.pk for one in people}
    rows = Enrollment.objects.filter(person__in=ids).values_list("person_id", "cohort_id")
    cohorts: dict[int, set[int]] = {pk: set() for pk in ids}
    for pk, cohort in rows:
        cohorts[pk].add(cohort)
    led = led_cohort_ids(user) if may_merge(user) else frozenset[int]()
    return all(may_merge_people(led, of_one) for of_one in cohorts.values())


def may_see_merge(user: Viewer, merge: PersonMerge) -> bool:
    """As `may_merge_these` of the two together: undone, either may be in one cohort alone."""
    rows = Enrollment.objects.filter(person__in=[merge.kept_id, merge.gone_id])
    cohorts = frozenset(rows.values_list("cohort_id", flat=True))
    return may_merge(user) and may_merge_people(led_cohort_ids(user), cohorts)


def person_ids(person: Person) -> list[int]:
    """The person and those who were merged into it: all rows that are about the same human."""
    merged = Person._base_manager.filter(merged_into=person)  # noqa: SLF001 - no filter applied
    return [person.pk, *merged.values_list("pk", flat=True)]


def merge_seal_name(merge: PersonMerge) -> str:
    """What a picture is bound to."""
    return f"person_merge:{merge.pk}"


def opened_picture(merge: PersonMerge, sealer: Sealer | None = None) -> Picture:
    version, _colon, ciphertext = bytes(merge.picture or b"").partition(b":")
    opener = sealer or portal_sealer()
    return Picture(json.loads(opener.unseal(ciphertext, int(version), merge_seal_name(merge))))


def sealed_picture(merge: PersonMerge, picture: Picture, sealer: Sealer | None = None) -> bytes:
    text = json.dumps(picture.steps, ensure_ascii=False)
    sealed = (sealer or portal_sealer()).seal(text, merge_seal_name(merge))
    return b"%d:" % sealed.key_version + sealed.ciphertext


def paper_steps(picture: Picture) -> list[dict[str, Any]]:
    """The steps that hold an identity paper, sealed once more inside."""
    label = SealedIdentity._meta.label  # noqa: SLF001 - Django documents it
    return [step for step in picture.steps if step["model"] == label and "row" in step]


def row_in_words(label: str, field: str = "") -> str:
    """A table, and a column of it, as people call them."""
    meta = apps.get_model(label)._meta  # noqa: SLF001 - Django documents it
    if not field:
        return str(meta.verbose_name)
    named = next(one for one in meta.concrete_fields if one.attname == field)
    return f"{meta.verbose_name}: {named.verbose_name}"


def _shared(kept: Person, gone: Person) -> Iterator[SharedCohort]:
    rows = Enrollment.objects.filter(person__in=[kept.pk, gone.pk]).values_list(
        "cohort__code", "cohort__state", "person_id", "pk", "state"
    )
    seats: dict[tuple[str, str], dict[int, tuple[int, str]]] = {}
    for code, cohort_state, person_id, pk, state in rows.order_by("cohort__code"):
        seats.setdefault((code, cohort_state), {})[person_id] = (pk, state)
    for (code, cohort_state), of in seats.items():
        if len(of) == 2:  # noqa: PLR2004 - of the two
            (mine, my_state), (other, other_state) = of[kept.pk], of[gone.pk]
            yield SharedCohort(
                code,
                mine,
                other,
                my_state in ACTIVE_STATES,
                other_state in ACTIVE_STATES,
                cohort_state in CLOSED_STATES,
            )


def _words(kept: Person, gone: Person) -> list[Word]:
    rows = Consent.objects.filter(person__in=[kept.pk, gone.pk]).order_by("pk")
    facts = rows.values_list("pk", "purpose", "given_at", "withdrawn_at", "person_id")
    return [
        Word(pk, purpose, given_at, withdrawn_at, person_id == kept.pk)
        for pk, purpose, given_at, withdrawn_at, person_id in facts
    ]


def _account(person: Person) -> Account | None:
    user = User.objects.filter(pk=person.user_id).first() if person.user_id else None
    if user is None:
        return None
    trusted = user.is_superuser or CohortRole.objects.filter(user=user).exists()
    return Account(user.pk, user.last_login is not None, trusted)


def _standing(person: Person) -> Standing:
    states = list(Enrollment.objects.filter(person=person.pk).values_list("state", flat=True))
    account = _account(person)
    return Standing(
        person.pk,
        sum(state in ACTIVE_STATES for state in states),
        bool(account and (account.used or account.trusted)),
        SealedIdentity.objects.filter(person=person.pk).exists(),
        len(states),
    )
