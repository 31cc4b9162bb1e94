"""A message that organizers wrote by hand, to each person whom it was for when it was sent.

Nothing goes out of one that was stopped, nor to people who have left since.
"""

from collections.abc import Iterable, Mapping, Sequence

from django.conf import settings
from django.template.loader import render_to_string
from django.urls import reverse
from django.utils.translation import get_language, gettext_lazy, override
from django.utils.translation import gettext as _

from g60portal.accounts.models import User
from g60portal.common import clock
from g60portal.notices.kinds import Kind, Message
from g60portal.notices.models import Notice
from g60portal.notices.outbox import NoticeDraft, language_or_default, one_line
from g60portal.notices.template_text import filled, filled_line, plain
from participants.choices import ACTIVE_STATES
from participants.models import Enrollment
from sessions.choices import AnnouncementState
from sessions.models import Announcement
from sessions.notices.people import address_of
from sessions.queries.acknowledgements import confirm_url

NAME = "announcement"
TEMPLATE = "sessions/notice_announcement"
PLACEHOLDERS = ("name", "cohort", "group", "seat")


def announcement_drafts(row: Announcement, people: Iterable[Enrollment]) -> list[NoticeDraft]:
    """One draft a person."""
    return [_draft(row, enrollment) for enrollment in people]


def test_draft(row: Announcement, enrollment: Enrollment, to: User, language: str) -> NoticeDraft:
    """The very mail of one person in one language, to whoever wrote it."""
    moment = clock.now().strftime("%Y%m%d%H%M%S%f")
    return NoticeDraft(
        kind=NAME,
        dedupe_key=f"announcement-test:{row.pk}:{to.pk}:{language}:{moment}",
        recipient=one_line(str(to)),
        address=to.email,
        language=language,
        subject=one_line(_test_subject(subject_for(row, enrollment, language), language)),
        context={"announcement": row.pk, "enrollment": enrollment.pk, "sample": True},
        scope=row.cohort.code,
        user_id=to.pk,
    )


def subject_for(row: Announcement, enrollment: Enrollment, language: str) -> str:
    with override(language):
        text = (row.subject_en if language.startswith("en") else "") or row.subject
        return one_line(filled_line(text, _values(enrollment))) or one_line(row.cohort.local_title)


def message_for(row: Announcement, enrollment: Enrollment, subject: str, url: str) -> Message:
    """In the active language."""
    language = get_language() or settings.LANGUAGE_CODE
    text = (row.text_en if language.startswith("en") else "") or row.text
    body = filled(text, _values(enrollment), {})
    context = {
        "subject": subject,
        "language": language,
        "recipient": plain(enrollment.person.name),
        "cohort": row.cohort.local_title,
        "urgent": row.urgent,
        "confirm_url": url,
        "page_url": settings.PORTAL_URL + reverse("my-home"),
    }
    return Message(
        text=render_to_string(f"{TEMPLATE}.txt", {**context, "body": body.text}),
        html=render_to_string(f"{TEMPLATE}.html", {**context, "body": body.html}),
    )


def compose(notices: Sequence[Notice]) -> Mapping[int, Message]:
    """Two queries a slice."""
    rows = Announcement.objects.select_related("cohort").in_bulk(
        {notice.context["announcement"] for notice in notices}
    )
    people = Enrollment.objects.select_related("person", "group", "cohort").in_bulk(
        {notice.context["enrollment"] for notice in notices}
    )
    messages = {}
    for notice in notices:
        row = rows.get(notice.context["announcement"])
        enrollment = people.get(notice.context["enrollment"])
        if row and enrollment and _is_wanted(notice, row, enrollment):
            url = confirm_url(notice) if notice.needs_acknowledgement else ""
            with override(language_or_default(notice.language)):
                messages[notice.pk] = message_for(row, enrollment, notice.subject, url)
    return messages


def _is_wanted(notice: Notice, row: Announcement, enrollment: Enrollment) -> bool:
    if notice.context.get("sample"):
        return True
    states = row.audience.get("states") or ACTIVE_STATES
    return row.state == AnnouncementState.SENT and enrollment.state in states


def _draft(row: Announcement, enrollment: Enrollment) -> NoticeDraft:
    person = enrollment.person
    language = language_or_default(person.language)
    return NoticeDraft(
        kind=NAME,
        dedupe_key=f"{NAME}:{row.pk}:{enrollment.pk}",
        recipient=one_line(plain(person.name)),
        address=person.email,
        language=language,
        subject=subject_for(row, enrollment, language),
        context={"announcement": row.pk, "enrollment": enrollment.pk},
        scope=row.cohort.code,
        user_id=person.user_id,
        urgent=row.urgent,
        needs_acknowledgement=row.urgent,
        escalate_after=row.cohort.escalate_minutes if row.urgent else None,
    )


def _test_subject(subject: str, language: str) -> str:
    with override(language):
        return _("Test: %(subject)s") % {"subject": subject}


def _values(enrollment: Enrollment) -> dict[str, str]:
    return {
        "name": enrollment.person.name,
        "cohort": enrollment.cohort.local_title,
        "group": enrollment.group.name if enrollment.group else "–",
        "seat": str(enrollment.seat),
    }


KIND = Kind(
    name=NAME,
    label=gettext_lazy("Message of the organizers"),
    compose=compose,
    address_of=address_of,
)
