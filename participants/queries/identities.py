"""Identity papers as they are looked up and opened. Who may see one is decided by the caller."""

from django.db.models import Model

from g60portal.audit.models import AuditEvent
from g60portal.common.keyring import portal_sealer
from participants.models import SealedIdentity
from participants.rules.papers import Paper


def paper_index(paper: Paper | None) -> str:
    """Equal for equal papers, and tells nothing; empty without a paper."""
    return portal_sealer().blind_index(paper.number, paper.kind).hex() if paper else ""


def opened_number(identity: SealedIdentity) -> str:
    """The number in clear."""
    return opened(identity.sealed, identity.key_version, identity.person_id)


def opened_cell(cell: str) -> str:
    """The number behind a cell that a roster has selected sealed: person, key version, hex."""
    if not cell:
        return ""
    person_id, version, sealed = cell.split(":")
    return opened(bytes.fromhex(sealed), int(version), int(person_id))


def opened(sealed: bytes | memoryview, key_version: int, person_id: int) -> str:
    return portal_sealer().unseal(sealed, key_version, seal_name(person_id))


def reveal_count(row: Model) -> int:
    """How often the number behind this enrollment or nomination was shown in clear."""
    return AuditEvent.objects.filter(
        verb="identity.revealed",
        target_kind=row._meta.label_lower,  # noqa: SLF001 - Django documents it
        target_id=str(row.pk),
    ).count()


def seal_name(person_id: int) -> str:
    """What a person's number is bound to."""
    return f"identity:{person_id}"
