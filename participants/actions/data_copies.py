"""Copies of one's own data: made by a task, kept sealed, handed to the person alone, gone after a
week. Identity numbers stand in them masked: the person knows its own, and a stolen session or a
forwarded file must not tell it."""

import base64
import datetime as dt

from django.db import transaction

from g60portal.accounts.models import User
from g60portal.audit.record import record
from g60portal.common import clock
from g60portal.common.keyring import portal_sealer
from g60portal.common.locks import locked
from g60portal.common.row_walls import as_system
from participants.choices import OPEN_REQUESTS, RequestKind, RequestState
from participants.documents.own_data import copy_archive
from participants.models import DataCopy, PrivacyRequest
from participants.queries.own_data import own_data
from participants.queries.privacy import copy_seal_name
from participants.refusals import CopyGone
from participants.rules.retention import COPY_DAYS


def waiting_requests() -> list[int]:
    rows = PrivacyRequest.objects.filter(kind=RequestKind.COPY, state__in=OPEN_REQUESTS)
    return list(rows.order_by("pk").values_list("pk", flat=True)[:100])


@as_system()
@transaction.atomic
def make_copy(*, request_id: int) -> DataCopy | None:
    """Once for each request, however often it is called. Locks the request."""
    request = PrivacyRequest.objects.filter(pk=request_id, kind=RequestKind.COPY).first()
    if request is None:
        return None
    row = locked(request)
    if row.state not in OPEN_REQUESTS:
        return DataCopy.objects.filter(request=row).first()
    now = clock.now()
    copy = DataCopy.objects.create(
        request=row, made_at=now, expires_at=now + dt.timedelta(days=COPY_DAYS)
    )
    archive = copy_archive(own_data(row.person), row.person.language, now)
    sealed = portal_sealer().seal(base64.b64encode(archive).decode(), copy_seal_name(copy))
    copy.sealed = b"%d:" % sealed.key_version + sealed.ciphertext
    copy.save(update_fields=["sealed"])
    row.state, row.ended_at = RequestState.DONE, now
    row.save(update_fields=["state", "ended_at"])
    record("data_copy.made", row, by=None)
    return copy


@as_system()
@transaction.atomic
def fetch_copy(*, copy: DataCopy, by: User) -> bytes:
    """The ZIP, for the person itself. Raises CopyGone for everybody else, and when it expired."""
    row = locked(copy)
    mine = row.request.person.user_id == by.pk
    if not mine or row.sealed is None or row.expires_at <= clock.now():
        raise CopyGone
    row.fetched_at = clock.now()
    row.save(update_fields=["fetched_at"])
    record("data_copy.fetched", row.request, by=by)
    version, _colon, ciphertext = bytes(row.sealed).partition(b":")
    text = portal_sealer().unseal(ciphertext, int(version), copy_seal_name(row))
    return base64.b64decode(text)
