"""The sealed secrets of the second factor, for key rotation."""

from typing import Any

from allauth.mfa.models import Authenticator
from django.db.models import Q, QuerySet

from g60portal.accounts.second_factor import opened_secret, sealed_secret
from g60portal.common.resealing import SealedKind
from g60portal.common.sealing import Sealer

_SINGLE = ("secret", "seed")
_LIST = "migrated_codes"


def _stale(sealer: Sealer) -> QuerySet[Any]:
    mark = f"{sealer.newest}:"
    old = Q(**{f"data__{_LIST}__0__isnull": False}) & ~Q(**{f"data__{_LIST}__0__startswith": mark})
    for name in _SINGLE:
        old |= Q(data__has_key=name) & ~Q(**{f"data__{name}__startswith": mark})
    rows: QuerySet[Any] = Authenticator.objects.filter(old)
    return rows


def _resealed(row: Any, sealer: Sealer) -> dict[str, Any]:
    def again(text: str) -> str:
        return sealed_secret(sealer, opened_secret(sealer, text))

    data = dict(row.data)
    data |= {name: again(data[name]) for name in _SINGLE if name in data}
    if _LIST in data:
        data[_LIST] = [again(code) for code in data[_LIST]]
    return {"data": data}


SECOND_FACTORS = SealedKind("second factors", _stale, _resealed)
