"""The sealed rows of participants, for key rotation: identity papers of people and nominations with
their blind index, uploaded rosters between preview and application, copies of one's own data, what
is said of allergies and special needs."""

from collections.abc import Callable
from dataclasses import replace
from functools import partial
from typing import Any

from django.db.models import BinaryField, Model, Q, QuerySet
from django.db.models.functions import Substr

from g60portal.common.merging import plain_columns, row_of
from g60portal.common.resealing import SealedKind
from g60portal.common.sealing import Sealer
from participants.models import (
    DataCopy,
    LogisticsForm,
    Nomination,
    PersonMerge,
    RosterImport,
    SealedIdentity,
)
from participants.queries.identities import seal_name
from participants.queries.import_papers import import_seal_name
from participants.queries.logistics_papers import logistics_seal_name
from participants.queries.merges import (
    merge_seal_name,
    opened_picture,
    paper_steps,
    sealed_picture,
)
from participants.queries.nomination_papers import nomination_seal_name
from participants.queries.privacy import copy_seal_name


def _old_papers(sealer: Sealer) -> Q:
    return ~Q(key_version=sealer.newest) | ~Q(index_version=sealer.index_version)


def _old_identities(sealer: Sealer) -> QuerySet[Any]:
    return SealedIdentity.objects.filter(_old_papers(sealer))


def _old_nominations(sealer: Sealer) -> QuerySet[Any]:
    return Nomination.objects.filter(_old_papers(sealer), sealed__isnull=False)


def _resealed_paper(row: Any, number: str, kind: str, name: str, sealer: Sealer) -> dict[str, Any]:
    sealed = sealer.seal(number, name)
    columns = {"sealed": sealed.ciphertext, "key_version": sealed.key_version}
    if row.index_version != sealer.index_version:
        columns["blind_index"] = sealer.blind_index(number, kind).hex()
        columns["index_version"] = sealer.index_version
    return columns


def _identity_number(row: Any, sealer: Sealer) -> str:
    return sealer.unseal(row.sealed, row.key_version, seal_name(row.pk))


def _nomination_number(row: Any, sealer: Sealer) -> str:
    return sealer.unseal(row.sealed, row.key_version, nomination_seal_name(row))


def _resealed_identity(row: Any, sealer: Sealer) -> dict[str, Any]:
    return _resealed_paper(row, _identity_number(row, sealer), row.kind, seal_name(row.pk), sealer)


def _resealed_nomination(row: Any, sealer: Sealer) -> dict[str, Any]:
    number = _nomination_number(row, sealer)
    return _resealed_paper(row, number, row.paper_kind, nomination_seal_name(row), sealer)


def _identity_index_holds(row: Any, sealer: Sealer) -> bool:
    if row.index_version != sealer.index_version:
        return True  # counted as left on an old key
    index = sealer.blind_index(_identity_number(row, sealer), row.kind).hex()
    return bool(row.blind_index == index)


def _nomination_index_holds(row: Any, sealer: Sealer) -> bool:
    if row.index_version != sealer.index_version:
        return True
    index = sealer.blind_index(_nomination_number(row, sealer), row.paper_kind).hex()
    return bool(row.blind_index == index)


def _bytes_kind(
    name: str, model: type[Model], column: str, seal_name: Callable[[Any], str]
) -> SealedKind:
    """A column whose bytes begin with the version of their key and a colon."""

    def stale(sealer: Sealer) -> QuerySet[Any]:
        mark = b"%d:" % sealer.newest
        rows = model._default_manager.filter(**{f"{column}__isnull": False})  # noqa: SLF001
        begun = Substr(column, 1, len(mark), output_field=BinaryField())
        old: QuerySet[Any] = rows.alias(begun=begun).exclude(begun=mark)
        return old

    def resealed(row: Any, sealer: Sealer) -> dict[str, Any]:
        version, _colon, ciphertext = bytes(getattr(row, column)).partition(b":")
        text = sealer.unseal(ciphertext, int(version), seal_name(row))
        sealed = sealer.seal(text, seal_name(row))
        return {column: b"%d:" % sealed.key_version + sealed.ciphertext}

    return SealedKind(name, stale, resealed)


def _merge_pictures() -> SealedKind:
    """Papers stand in a picture sealed as they were: sealed again one by one, and then together."""
    outer = _bytes_kind("merges of persons", PersonMerge, "picture", merge_seal_name)

    def resealed(row: Any, sealer: Sealer) -> dict[str, Any]:
        picture = opened_picture(row, sealer)
        for step in paper_steps(picture):
            identity = row_of(step["model"], step["row"])
            columns = _resealed_identity(identity, sealer)
            for name, value in columns.items():
                setattr(identity, name, value)
            step["row"] = plain_columns(identity)
        return {"picture": sealed_picture(row, picture, sealer)}

    return replace(outer, resealed=resealed)


KINDS = (
    SealedKind(
        "identity papers",
        _old_identities,
        _resealed_identity,
        SealedIdentity.objects.all,
        _identity_index_holds,
    ),
    SealedKind(
        "nominations",
        _old_nominations,
        _resealed_nomination,
        lambda: Nomination.objects.filter(sealed__isnull=False),
        _nomination_index_holds,
    ),
    _bytes_kind("uploaded rosters", RosterImport, "sealed", import_seal_name),
    *(
        _bytes_kind(f"roster {kind}s", RosterImport, kind, partial(import_seal_name, kind=kind))
        for kind in ("picture", "journal")
    ),
    _bytes_kind("copies of own data", DataCopy, "sealed", copy_seal_name),
    _merge_pictures(),
    _bytes_kind("special needs", LogisticsForm, "sealed", logistics_seal_name),
)
