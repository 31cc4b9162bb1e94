"""A person's calendar: its events from released rows, and the address of its feed.

The address holds a signature over the enrollment and its generation; nothing of it is stored.
Counting the generation up revokes it. A withdrawn participant's feed is gone.
"""

import base64
from collections.abc import Iterable, Sequence
from email.utils import parseaddr

from django.conf import settings
from django.urls import reverse
from django.utils.crypto import constant_time_compare, salted_hmac
from django.utils.translation import gettext as _
from django.utils.translation import override

from g60portal.notices.outbox import language_or_default
from participants.models import Enrollment
from sessions.choices import SessionKind
from sessions.models import Release, ReleasedSession
from sessions.queries.itinerary_rows import (
    address_of,
    kind_of,
    place_of,
    teachers_of,
    title_of,
)
from sessions.queries.releases import Picture, latest_release, picture, released_rows
from sessions.rules.calendar_text import CalendarEvent, Party, calendar_text
from sessions.rules.release_diff import Slot

_SALT = "sessions.calendar-feed"
_SIGNATURE_BYTES = 20  # 160 bits
# More digits than any row of the database has.
_ID_DIGITS = 19
UID_DOMAIN = "calendar.g60portal"
ITINERARY_PATH = "/my/itinerary/"
ALARM_MINUTES = 30
# Nobody needs to be called to table.
_WITHOUT_ALARM = frozenset({SessionKind.MEAL, SessionKind.SELF_STUDY})


def feed_token(enrollment: Enrollment) -> str:
    """The secret part of the feed's address: the enrollment and 160 bits of signature."""
    return f"{enrollment.pk}-{_signature(enrollment, settings.SECRET_KEY)}"


def feed_url(enrollment: Enrollment) -> str:
    """The whole address, from the configured host only."""
    return settings.PORTAL_URL + reverse("calendar-feed", args=[feed_token(enrollment)])


def enrollment_of_feed_token(token: str) -> Enrollment | None:
    """The participant whose feed this is; None for forged, revoked and withdrawn ones."""
    number, _dash, signature = token.partition("-")
    if not (number.isascii() and number.isdigit() and len(number) < _ID_DIGITS):
        return None
    seated = Enrollment.objects.active().select_related("cohort", "person")
    enrollment = seated.filter(pk=int(number)).first()
    if enrollment is None or not _is_signed(enrollment, signature):
        return None
    return enrollment


def feed_etag(enrollment: Enrollment, release: Release | None) -> str:
    """Changes with the release, the group, the language and the generation, nothing else."""
    parts = (
        enrollment.pk,
        enrollment.feed_generation,
        enrollment.group_id or 0,
        enrollment.person.language,
        release.pk if release else 0,
    )
    return '"' + salted_hmac(_SALT + ".etag", "/".join(map(str, parts))).hexdigest()[:32] + '"'


def feed_of(enrollment: Enrollment, release: Release | None) -> bytes:
    """The feed: everything released for the person's group, cancelled sessions marked as such."""
    none = ReleasedSession.objects.none()
    rows = released_rows(release, enrollment.group_id) if release else none
    return calendar_for(enrollment, rows, release=release)


def calendar_for(
    enrollment: Enrollment, rows: Iterable[ReleasedSession], *, release: Release | None = None
) -> bytes:
    """A published calendar of these rows, in the person's language."""
    found = list(rows)
    release = release or (latest_release(enrollment.cohort) if found else None)
    whole = picture(release, found)
    with override(language_or_default(enrollment.person.language)):
        events = events_of(whole, enrollment, whole.slots.values())
        return calendar_text(
            events, method="PUBLISH", name=enrollment.cohort.local_title, organizer=organizer()
        )


def invitation(enrollment: Enrollment, events: Sequence[CalendarEvent], *, method: str) -> bytes:
    """REQUEST or CANCEL of these events, to the person alone; in the language now active."""
    person = enrollment.person
    return calendar_text(
        events,
        method=method,
        name=enrollment.cohort.local_title,
        organizer=organizer(),
        attendee=Party(person.name, person.email),
    )


def organizer() -> Party:
    name, address = parseaddr(settings.DEFAULT_FROM_EMAIL)
    return Party(name or _("G60 Portal"), address)


def events_of(
    whole: Picture,
    enrollment: Enrollment,
    slots: Iterable[Slot],
    *,
    sequence: int | None = None,
    cancelled: bool | None = None,
) -> list[CalendarEvent]:
    """Events in the order of time. `sequence` and `cancelled`, where given, overrule the rows."""
    if whole.release is None:
        return []
    return [
        CalendarEvent(
            uid=f"{whole.uids[slot.session_id]}-{enrollment.pk}@{UID_DOMAIN}",
            sequence=whole.sequences[slot.session_id] if sequence is None else sequence,
            stamp=whole.release.released_at,
            starts_at=slot.starts_at,
            ends_at=slot.ends_at,
            summary=title_of(slot),
            location=", ".join(filter(None, (place_of(slot), address_of(slot)))),
            description=_description(slot),
            category=kind_of(slot),
            url=settings.PORTAL_URL + ITINERARY_PATH,
            latitude=slot.latitude,
            longitude=slot.longitude,
            cancelled=not slot.takes_place if cancelled is None else cancelled,
            alarm_minutes=None if slot.kind in _WITHOUT_ALARM else ALARM_MINUTES,
        )
        for slot in sorted(slots, key=lambda slot: (slot.starts_at, slot.session_id))
    ]


def _description(slot: Slot) -> str:
    lines = [kind_of(slot), teachers_of(slot), slot.description]
    if slot.cancel_reason and not slot.takes_place:
        lines.append(_("Cancelled: %(reason)s") % {"reason": slot.cancel_reason})
    return "\n".join(filter(None, lines))


def _is_signed(enrollment: Enrollment, signature: str) -> bool:
    keys = (settings.SECRET_KEY, *settings.SECRET_KEY_FALLBACKS)
    return any(constant_time_compare(signature, _signature(enrollment, key)) for key in keys)


def _signature(enrollment: Enrollment, key: str | bytes) -> str:
    value = f"{enrollment.pk}/{enrollment.feed_generation}"
    digest = salted_hmac(_SALT, value, secret=key, algorithm="sha256").digest()
    return base64.urlsafe_b64encode(digest[:_SIGNATURE_BYTES]).decode().rstrip("=")
