"""What the mails of a slice need, read once: releases, enrollments, legs; and a mail's frame."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Any

from django.conf import settings
from django.template.loader import render_to_string
from django.utils.formats import date_format
from django.utils.html import escape
from django.utils.translation import gettext as _

from cohorts.models import Leg
from g60portal.notices.kinds import Attachment, Message
from g60portal.notices.models import Notice
from g60portal.notices.outbox import language_or_default
from g60portal.notices.templatetags.mails import inert
from participants.models import Enrollment
from sessions.models import Release, ReleasedGroup
from sessions.queries.acknowledgements import confirm_url
from sessions.queries.audience import (
    ARRIVED_STATES,
    CHANGE_DIGEST,
    Base,
    heard,
    message_of,
    messages_before,
)
from sessions.queries.calendar import ITINERARY_PATH, feed_url, invitation
from sessions.queries.releases import Picture, pictures_of
from sessions.rules.calendar_text import CalendarEvent

# Blanks of a letter. Characters of the private use area stand in no name and no title.
_NAME = "\ue000name\ue001"
_FEED_URL = "\ue000feed\ue001"
_CONFIRM_URL = "\ue000confirm\ue001"
HIDDEN = "••••••"


@dataclass(frozen=True)
class Addressee:
    """One notice with the person it is for and the release it tells of."""

    notice: Notice
    enrollment: Enrollment
    now: Picture
    past: Picture
    group_then: int | None
    group_name: str

    @property
    def knows_something(self) -> bool:
        """Whether an earlier release has reached this person."""
        return self.past.release is not None

    @property
    def group_id(self) -> int | None:
        return _context_id(self.notice, "group")

    @property
    def language(self) -> str:
        return language_or_default(self.notice.language)

    @property
    def release(self) -> Release:
        if self.now.release is None:
            raise LookupError("A notice tells of a release.")
        return self.now.release

    @cached_property
    def shared_key(self) -> tuple[Any, ...]:
        """Notices that agree in this read the same, greeting and addresses apart."""
        past = self.past.release.pk if self.past.release else None
        return self.release.pk, past, self.group_id, self.group_then, self.language


def addressees(notices: Sequence[Notice]) -> list[Addressee]:
    """The notices that are still wanted, with all that their mails say: the participant holds a
    seat, and no later message allowed for this one not to arrive."""
    followed = _followed(notices)
    bases = _bases(notices)
    pictures = _pictures(notices, bases)
    enrollments = _enrollments(notices)
    names = _group_names(pictures)
    found = []
    for notice in notices:
        enrollment = enrollments.get(notice.context["enrollment"])
        now = pictures.get(notice.context["release"])
        if enrollment is None or now is None or notice.pk in followed:
            continue
        base = bases[notice.pk]
        past = pictures.get(base.release or 0, Picture())
        name = names.get((notice.context["release"], notice.context.get("group")), "")
        found.append(Addressee(notice, enrollment, now, past, base.group, name))
    return found


def address_of(notice: Notice) -> str:
    """The person's present e-mail address."""
    enrollment = Enrollment.objects.select_related("person").get(pk=notice.context["enrollment"])
    return enrollment.person.email


def legs_by_cohort(of: Sequence[Addressee]) -> dict[int, list[Leg]]:
    cohort_ids = {addressee.release.cohort_id for addressee in of}
    legs: dict[int, list[Leg]] = {pk: [] for pk in cohort_ids}
    rows = Leg.objects.filter(cohort__in=cohort_ids).select_related("city").order_by("position")
    for leg in rows:
        legs[leg.cohort_id].append(leg)
    return legs


@dataclass(frozen=True)
class Letter:
    """A mail with blanks left: the person's name, the addresses of the person's feed and of the
    page that confirms this very message."""

    text: str
    html: str

    def to(
        self, notice: Notice, enrollment: Enrollment, attachments: Sequence[Attachment]
    ) -> Message:
        urls = {_FEED_URL: feed_url(enrollment), _CONFIRM_URL: confirm_url(notice)}
        return self._filled(enrollment, urls, attachments)

    def shown_to_others(self, enrollment: Enrollment) -> Message:
        """For the eyes of organizers: the addresses are the person's own secrets."""
        urls = {
            _FEED_URL: f"{settings.PORTAL_URL}/calendar/{HIDDEN}.ics",
            _CONFIRM_URL: f"{settings.PORTAL_URL}/confirm/{HIDDEN}/",
        }
        return self._filled(enrollment, urls, ())

    def _filled(
        self, enrollment: Enrollment, urls: Mapping[str, str], attachments: Sequence[Attachment]
    ) -> Message:
        name = inert(enrollment.person.name)
        text, html = self.text.replace(_NAME, name), self.html.replace(_NAME, escape(name))
        for blank, url in urls.items():
            text, html = text.replace(blank, url), html.replace(blank, escape(url))
        return Message(text=text, html=html, attachments=tuple(attachments))


def letter(
    addressee: Addressee, template: str, context: Mapping[str, Any], legs: Sequence[Leg]
) -> Letter:
    """The mail as all read it who share the addressee's key, in the active language."""
    facts = {
        "subject": addressee.notice.subject,
        "name": _NAME,
        "cohort": addressee.release.cohort.local_title,
        "group": addressee.group_name,
        "corridor": corridor_line(legs),
        "comment": addressee.release.comment,
        "itinerary_url": settings.PORTAL_URL + ITINERARY_PATH,
        "feed_url": _FEED_URL,
        "confirm_url": _CONFIRM_URL if addressee.notice.kind == CHANGE_DIGEST else "",
        "language": addressee.language,
    }
    parts = {
        kind: render_to_string(
            f"notices/mail.{kind}",
            {**facts, "body": render_to_string(f"{template}.{kind}", dict(context))},
        )
        for kind in ("txt", "html")
    }
    return Letter(text=parts["txt"], html=parts["html"])


def corridor_line(legs: Sequence[Leg]) -> str:
    """`上海松江 6月8日–6月10日 → 合肥 6月11日–6月13日`: the cohort's way along the corridor."""
    return " → ".join(
        _("%(city)s %(first)s–%(last)s")
        % {
            "city": leg.city.local_name,
            "first": date_format(leg.starts_on, "MONTH_DAY_FORMAT"),
            "last": date_format(leg.ends_on, "MONTH_DAY_FORMAT"),
        }
        for leg in legs
    )


def calendar_file(
    enrollment: Enrollment, events: Sequence[CalendarEvent], *, method: str, filename: str
) -> list[Attachment]:
    """An attached calendar that mail programs offer to add; none without events."""
    if not events:
        return []
    content = invitation(enrollment, events, method=method)
    return [Attachment(filename, content, f"text/calendar; method={method}; charset=utf-8")]


def calendar_files(
    enrollment: Enrollment, events: Sequence[CalendarEvent], *, method: str, stem: str
) -> list[Attachment]:
    """One file for each session: an invitation speaks of one only (RFC 5546, 3.2.2), and of several
    in one file mail programs take the first."""
    names = calendar_names(stem, len(events))
    return [
        file
        for name, event in zip(names, events, strict=True)
        for file in calendar_file(enrollment, [event], method=method, filename=name)
    ]


def calendar_names(stem: str, count: int) -> list[str]:
    """`changes.ics`, `changes-2.ics` and so on."""
    return [
        f"{stem}.ics" if number == 1 else f"{stem}-{number}.ics" for number in range(1, count + 1)
    ]


def _followed(notices: Sequence[Notice]) -> set[int]:
    """Those with a later message after them, which tells what they would have told; unless that
    one was superseded itself, and nothing came after it."""
    later = Notice.objects.filter(after__in=[notice.pk for notice in notices])
    alive = later.exclude(context__has_key="superseded_by")
    return set(alive.values_list("after_id", flat=True))


def _bases(notices: Sequence[Notice]) -> dict[int, Base]:
    """What each reader knows by now."""
    earlier = messages_before(notice.after_id for notice in notices)
    return {notice.pk: heard(message_of(notice), earlier, ARRIVED_STATES) for notice in notices}


def _context_id(notice: Notice, name: str) -> int | None:
    value = notice.context.get(name)
    return None if value is None else int(value)


def _pictures(notices: Sequence[Notice], bases: Mapping[int, Base]) -> dict[int, Picture]:
    keys = {notice.context["release"] for notice in notices}
    keys |= {base.release for base in bases.values()}
    releases = Release.objects.filter(pk__in=keys - {None}).select_related("cohort")
    return pictures_of(releases)


def _enrollments(notices: Sequence[Notice]) -> dict[int, Enrollment]:
    ids = [notice.context["enrollment"] for notice in notices]
    seated = Enrollment.objects.active().filter(pk__in=ids).select_related("person", "cohort")
    return {enrollment.pk: enrollment for enrollment in seated}


def _group_names(pictures: Mapping[int, Picture]) -> dict[tuple[int, int | None], str]:
    rows = ReleasedGroup.objects.filter(release__in=pictures).values_list(
        "release_id", "group_id_then", "name"
    )
    return {(release_id, group_id): name for release_id, group_id, name in rows}
