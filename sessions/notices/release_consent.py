"""Consent to a release: the hosts are told that they are asked, the one who asked of the outcome.

What has been answered or withdrawn before the mail went out is not asked any more.
"""

from collections.abc import Collection, Iterable, Mapping, Sequence

from django.conf import settings
from django.template.loader import render_to_string
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, override

from cohorts.choices import Role
from cohorts.models import CohortRole
from g60portal.accounts.models import User
from g60portal.notices.kinds import Kind, Message
from g60portal.notices.models import Notice
from g60portal.notices.outbox import NoticeDraft, language_or_default, one_line
from sessions.choices import RequestState
from sessions.models import ReleaseConsent, ReleaseRequest
from sessions.queries.release_requests import LegAnswer

ASKED = "release_consent_asked"
ANSWERED = "release_consent_answered"
TEMPLATE = "sessions/notice_consent"
# As much of a fingerprint as tells two questions of one request apart.
_SHORT = 16


def consent_asked(
    request: ReleaseRequest, answers: Collection[LegAnswer], *, asked_by: User | None
) -> list[NoticeDraft]:
    """One draft for each organizer of these legs, and for the leads where a leg has none; not for
    the one who asks."""
    users = {user.pk: user for one in answers for user in one.hosts}
    if any(not one.hosts for one in answers):
        users |= {user.pk: user for user in _leads(request)}
    if asked_by is not None:
        users.pop(asked_by.pk, None)
    return [_draft(ASKED, request, user) for _pk, user in sorted(users.items())]


def consent_answered(request: ReleaseRequest, *, by: User | None) -> list[NoticeDraft]:
    """For the one who asked, unless it was the same person that answered."""
    asker = request.by
    if asker is None or asker == by or not asker.is_active:
        return []
    return [_draft(ANSWERED, request, asker)]


def compose_asked(notices: Sequence[Notice]) -> Mapping[int, Message]:
    return _messages(notices, {RequestState.OPEN})


def compose_answered(notices: Sequence[Notice]) -> Mapping[int, Message]:
    return _messages(notices, {RequestState.DECLINED, RequestState.RELEASED})


def present_address(notice: Notice) -> str:
    """The user's address of today, for a notice that is tried again by hand."""
    return notice.user.email if notice.user else ""


def _leads(request: ReleaseRequest) -> Iterable[User]:
    roles = CohortRole.objects.filter(
        cohort=request.cohort_id, role=Role.LEAD, user__is_active=True
    )
    return [role.user for role in roles.select_related("user")]


def _draft(kind: str, request: ReleaseRequest, user: User) -> NoticeDraft:
    language = language_or_default(user.language)
    with override(language):
        subject = one_line(_subject(kind, request))
    return NoticeDraft(
        kind=kind,
        dedupe_key=f"{kind}:{request.pk}:{request.fingerprint[:_SHORT]}:{user.pk}",
        recipient=one_line(str(user)),
        address=user.email,
        language=language,
        subject=subject,
        context={"request": request.pk},
        scope=request.cohort.code,
        user_id=user.pk,
    )


def _subject(kind: str, request: ReleaseRequest) -> str:
    facts = {"cohort": request.cohort.local_title}
    if kind == ASKED:
        return _("Your consent to a release is asked: %(cohort)s") % facts
    if request.state == RequestState.RELEASED:
        return _("All hosts have agreed, the release is out: %(cohort)s") % facts
    return _("A host has declined the release: %(cohort)s") % facts


def _messages(notices: Sequence[Notice], states: Iterable[str]) -> dict[int, Message]:
    rows = ReleaseRequest.objects.filter(state__in=list(states)).select_related(
        "cohort", "by", "release"
    )
    found = rows.in_bulk([notice.context["request"] for notice in notices])
    declined = _declined(found)
    messages = {}
    for notice in notices:
        row = found.get(notice.context["request"])
        if row is not None:
            with override(language_or_default(notice.language)):
                messages[notice.pk] = _message(notice, row, declined.get(row.pk))
    return messages


def _declined(requests: Collection[int]) -> dict[int, ReleaseConsent]:
    rows = ReleaseConsent.objects.filter(request__in=list(requests), agreed=False)
    return {row.request_id: row for row in rows.select_related("leg__city", "by")}


def _message(notice: Notice, row: ReleaseRequest, declined: ReleaseConsent | None) -> Message:
    context = {
        "language": notice.language,
        "subject": notice.subject,
        "recipient": notice.recipient,
        "cohort": row.cohort.local_title,
        "request": row,
        "asks": row.state == RequestState.OPEN,
        "declined": declined,
        "url": settings.PORTAL_URL + reverse("release-list", args=[row.cohort.code]),
    }
    return Message(
        text=render_to_string(f"{TEMPLATE}.txt", context),
        html=render_to_string(f"{TEMPLATE}.html", context),
    )


KIND_ASKED = Kind(
    name=ASKED,
    label=gettext_lazy("Consent to a release"),
    compose=compose_asked,
    address_of=present_address,
)
KIND_ANSWERED = Kind(
    name=ANSWERED,
    label=gettext_lazy("Answer about a release"),
    compose=compose_answered,
    address_of=present_address,
)
