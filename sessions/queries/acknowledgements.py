"""Who has confirmed a message, who has not, and the address that confirms one.

The address is signed and names one notice: nothing of it stands in the database, and it confirms
nothing else. A message that went out over a further channel as well is one message.
"""

import datetime as dt
import uuid
from collections.abc import Sequence
from dataclasses import dataclass

from django.conf import settings
from django.core.signing import BadSignature, Signer
from django.db.models import Count, F, Max, Q, QuerySet
from django.urls import reverse
from django.utils.translation import gettext as _

from cohorts.models import Cohort
from cohorts.rules.states import CLOSED_STATES
from g60portal.common import clock
from g60portal.notices.choices import NoticeState
from g60portal.notices.models import Notice
from participants.models import Enrollment
from participants.rules.papers import mask_phone
from sessions.models import Announcement, Release

PURPOSE = "sessions.confirm"
# A uid in hexadecimal digits, the separator, a signature; whatever is longer is none of ours.
LONGEST_TOKEN = 120
REMINDER_KIND = "confirmation_reminder"
REMIND_EVERY = dt.timedelta(hours=1)
PAGE_SIZE = 100

# What people are asked to confirm: the changes of a release, or a message written by hand.
Told = Release | Announcement


def _signer() -> Signer:
    return Signer(salt=PURPOSE, sep=".")


def confirm_url(notice: Notice) -> str:
    """The whole address, from the configured host only."""
    return settings.PORTAL_URL + reverse("confirm-page", args=[confirm_token(notice)])


def confirm_token(notice: Notice) -> str:
    return _signer().sign(notice.uid.hex)


def notice_of_token(token: str) -> Notice | None:
    """The message behind an address; None for anything that was not signed here, and when the
    cohort is archived or cancelled."""
    if len(token) > LONGEST_TOKEN:
        return None
    try:
        uid = uuid.UUID(hex=_signer().unsign(token))
    except (BadSignature, ValueError):
        return None
    found = Notice.objects.filter(uid=uid, needs_acknowledgement=True).select_related("copy_of")
    notice = found.first()
    if notice is None or Cohort.objects.filter(code=notice.scope, state__in=CLOSED_STATES).exists():
        return None
    return notice.copy_of or notice


def to_confirm(cohort: Cohort) -> QuerySet[Notice]:
    """The messages of a cohort that people are asked to confirm and that nothing has replaced."""
    rows = Notice.objects.filter(scope=cohort.code, needs_acknowledgement=True, copy_of=None)
    return rows.exclude(state=NoticeState.CANCELLED)


def to_confirm_of(told: Told) -> QuerySet[Notice]:
    return to_confirm(told.cohort).filter(dedupe_key__startswith=key_start(told))


def key_start(told: Told) -> str:
    """What the keys of these messages begin with."""
    return f"{'release' if isinstance(told, Release) else 'announcement'}:{told.pk}:"


def own_unconfirmed(enrollment_id: int, code: str) -> QuerySet[Notice]:
    """What one person has still to confirm, oldest first."""
    rows = Notice.objects.filter(
        scope=code, needs_acknowledgement=True, copy_of=None, acknowledged_at=None
    )
    rows = rows.exclude(state=NoticeState.CANCELLED)
    return rows.filter(context__enrollment=enrollment_id).order_by("pk")


@dataclass(frozen=True)
class ConfirmationCounts:
    """`overdue`: urgent and not confirmed in time. `last_at`: the newest confirmation."""

    total: int
    confirmed: int
    overdue: int
    last_at: dt.datetime | None

    @property
    def missing(self) -> int:
        return self.total - self.confirmed


def confirmation_counts(notices: QuerySet[Notice]) -> ConfirmationCounts:
    figures = notices.aggregate(
        total=Count("pk"),
        confirmed=Count("pk", filter=Q(acknowledged_at__isnull=False)),
        overdue=Count("pk", filter=overdue()),
        last_at=Max("acknowledged_at"),
    )
    return ConfirmationCounts(**figures)


def overdue() -> Q:
    """Urgent ones that nobody confirmed in time; counted from when they were written, so that
    those that reach nobody are among them."""
    return Q(
        acknowledged_at=None,
        escalate_after__isnull=False,
        created_at__lt=clock.now() - F("escalate_after") * dt.timedelta(minutes=1),
    )


def last_reminded_at(told: Told) -> dt.datetime | None:
    rows = Notice.objects.filter(
        scope=told.cohort.code,
        kind=REMINDER_KIND,
        dedupe_key__startswith=f"{REMINDER_KIND}:{key_start(told)}",
    )
    return rows.order_by("-created_at").values_list("created_at", flat=True).first()


@dataclass(frozen=True)
class ConfirmationRow:
    """One person and whether it has confirmed."""

    notice: Notice
    enrollment: Enrollment
    phone: str

    @property
    def is_overdue(self) -> bool:
        notice = self.notice
        if notice.acknowledged_at or notice.escalate_after is None:
            return False
        return notice.created_at + dt.timedelta(minutes=notice.escalate_after) < clock.now()


@dataclass(frozen=True)
class ConfirmationPage:
    rows: Sequence[ConfirmationRow]
    next_after: int | None


def confirmation_page(
    told: Told, *, missing: bool, after: int | None, phones: bool
) -> ConfirmationPage:
    """By key, so that a thousand people are pages; two queries. `missing`: those who have not."""
    notices = to_confirm_of(told).filter(acknowledged_at__isnull=missing).order_by("pk")
    if after is not None:
        notices = notices.filter(pk__gt=after)
    found = list(notices[: PAGE_SIZE + 1])
    more, found = len(found) > PAGE_SIZE, found[:PAGE_SIZE]
    return ConfirmationPage(_rows(found, phones=phones), found[-1].pk if more else None)


def confirmation_rows(told: Told, *, phones: bool) -> list[ConfirmationRow]:
    """Everybody, those who have not confirmed first; for a file and for paper."""
    notices = to_confirm_of(told).order_by(F("acknowledged_at").asc(nulls_first=True), "pk")
    return _rows(list(notices), phones=phones)


def _rows(notices: Sequence[Notice], *, phones: bool) -> list[ConfirmationRow]:
    people = Enrollment.objects.select_related("person", "group", "city").in_bulk(
        [notice.context["enrollment"] for notice in notices]
    )
    rows = []
    for notice in notices:
        enrollment = people.get(notice.context["enrollment"])
        if enrollment is not None:
            phone = enrollment.person.phone
            rows.append(ConfirmationRow(notice, enrollment, phone if phones else mask_phone(phone)))
    return rows


def told_name(told: Told) -> str:
    """What was told, as a heading."""
    if isinstance(told, Announcement):
        return told.subject
    name = _("Release %(number)s") % {"number": told.number}
    return f"{name} · {told.name}" if told.name else name
