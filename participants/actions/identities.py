"""Sealing identity papers, and opening one for a person who says why."""

from collections.abc import Sequence

from django.db import IntegrityError, transaction

from cohorts.refusals import ReasonMissing
from g60portal.accounts.models import User
from g60portal.audit.record import record
from g60portal.common.constraints import broken_constraint
from g60portal.common.keyring import portal_sealer
from participants.models import Enrollment, Nomination, SealedIdentity
from participants.queries.identities import opened_number, paper_index, seal_name
from participants.queries.nomination_papers import opened_paper
from participants.refusals import NoIdentity, PaperOfAnother
from participants.rules.papers import Paper, mask_paper


def keep_papers(papers: Sequence[tuple[int, Paper]]) -> None:
    """Seal the papers of people, each for its person id; a paper kept before is replaced.

    Raises PaperOfAnother when somebody else has the same paper, even written a moment ago by a
    transaction that no lock of ours could see.
    """
    rows = [_sealed_row(person_id, paper) for person_id, paper in papers]
    try:
        with transaction.atomic():
            SealedIdentity.objects.bulk_create(
                rows,
                batch_size=1000,
                update_conflicts=True,
                unique_fields=["person"],
                update_fields=[
                    "kind",
                    "sealed",
                    "key_version",
                    "blind_index",
                    "index_version",
                    "masked",
                ],
            )
    except IntegrityError as error:
        if broken_constraint(error) == "identity_blind_index_unique":
            raise PaperOfAnother(fields={"identity": PaperOfAnother.text}) from None
        raise


@transaction.atomic
def reveal_identity(*, enrollment: Enrollment, reason: str, by: User | None) -> str:
    """The number in clear. The audit keeps who asked and why, never the number."""
    if not reason.strip():
        raise ReasonMissing(fields={"reason": ReasonMissing.text})
    identity = SealedIdentity.objects.filter(person_id=enrollment.person_id).first()
    if identity is None:
        raise NoIdentity
    record(
        "identity.revealed", enrollment, by=by, scope=enrollment.cohort.code, reason=reason.strip()
    )
    return opened_number(identity)


@transaction.atomic
def reveal_nomination(*, nomination: Nomination, reason: str, by: User | None) -> str:
    """As `reveal_identity`, for somebody who is only nominated."""
    if not reason.strip():
        raise ReasonMissing(fields={"reason": ReasonMissing.text})
    number = opened_paper(nomination)
    if not number:
        raise NoIdentity
    scope = nomination.cohort.code
    record("identity.revealed", nomination, by=by, scope=scope, reason=reason.strip())
    return number


def _sealed_row(person_id: int, paper: Paper) -> SealedIdentity:
    sealer = portal_sealer()
    sealed = sealer.seal(paper.number, seal_name(person_id))
    return SealedIdentity(
        person_id=person_id,
        kind=paper.kind,
        sealed=sealed.ciphertext,
        key_version=sealed.key_version,
        blind_index=paper_index(paper),
        index_version=sealer.index_version,
        masked=mask_paper(paper.number),
    )
