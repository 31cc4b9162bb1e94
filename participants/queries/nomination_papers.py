"""The identity paper of a nomination: sealed for its uid, opened for its admission."""

from typing import Any

from g60portal.common.keyring import portal_sealer
from participants.models import Nomination
from participants.queries.identities import paper_index
from participants.rules.papers import Paper, mask_paper


def paper_columns(nomination: Nomination, paper: Paper) -> dict[str, Any]:
    """What the row keeps of a paper: nothing in clear but the masked number."""
    sealer = portal_sealer()
    sealed = sealer.seal(paper.number, nomination_seal_name(nomination))
    return {
        "paper_kind": paper.kind,
        "sealed": sealed.ciphertext,
        "key_version": sealed.key_version,
        "blind_index": paper_index(paper),
        "index_version": sealer.index_version,
        "masked": mask_paper(paper.number),
    }


def opened_paper(nomination: Nomination) -> str:
    """The number in clear; empty without a paper."""
    if not nomination.sealed:
        return ""
    name = nomination_seal_name(nomination)
    return portal_sealer().unseal(nomination.sealed, nomination.key_version, name)


def nomination_seal_name(nomination: Nomination) -> str:
    """What a nomination's number is bound to."""
    return f"nomination:{nomination.uid}"
