"""Proposals between hosts: the hosts asked are told of a proposal, the one who made it of its
answer.

A proposal that was answered or withdrawn before the mail went out is not told of any more.
"""

from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from django.conf import settings
from django.db.models import Q
from django.template.loader import render_to_string
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, override

from cohorts.choices import Role
from g60portal.accounts.models import User
from g60portal.notices.kinds import Kind, Message
from g60portal.notices.models import Notice
from g60portal.notices.outbox import NoticeDraft, language_or_default, one_line
from sessions.choices import ProposalState
from sessions.models import Proposal
from sessions.queries.proposals import lines_of, title_of

ASKED = "proposal_asked"
ANSWERED = "proposal_answered"
TEMPLATE = "sessions/notice_proposal"


def proposal_asked(proposal: Proposal) -> list[NoticeDraft]:
    """One draft for each organizer of the leg; for the leads where it has none."""
    return [_draft(ASKED, proposal, user) for user in _asked(proposal)]


def proposal_answered(proposal: Proposal) -> list[NoticeDraft]:
    """For the one who proposed it, unless it was the same person that answered."""
    if proposal.by is None or proposal.by_id == proposal.decided_by_id:
        return []
    return [_draft(ANSWERED, proposal, proposal.by)] if proposal.by.is_active else []


def _asked(proposal: Proposal) -> list[User]:
    users = User.objects.filter(is_active=True).exclude(pk=proposal.by_id or 0)
    hosts = Q(cohort_roles__role=Role.LEG, cohort_roles__leg=proposal.leg_id)
    leads = Q(cohort_roles__role=Role.LEAD, cohort_roles__cohort=proposal.cohort_id)
    found = list(users.filter(hosts).distinct().order_by("pk"))
    return found or list(users.filter(leads).distinct().order_by("pk"))


def _draft(kind: str, proposal: Proposal, user: User) -> NoticeDraft:
    with override(language_or_default(user.language)):
        subject = one_line(_subject(kind, proposal))
    return NoticeDraft(
        kind=kind,
        dedupe_key=f"{kind}:{proposal.pk}:{user.pk}",
        recipient=one_line(str(user)),
        address=user.email,
        language=language_or_default(user.language),
        subject=subject,
        context={"proposal": proposal.pk},
        scope=proposal.cohort.code,
        user_id=user.pk,
    )


def _subject(kind: str, proposal: Proposal) -> str:
    facts = {"title": title_of(proposal), "cohort": proposal.cohort.local_title}
    if kind == ASKED:
        return _("A change is proposed to you: %(title)s (%(cohort)s)") % facts
    if proposal.state == ProposalState.ACCEPTED:
        return _("Your proposal is accepted: %(title)s (%(cohort)s)") % facts
    return _("Your proposal is declined: %(title)s (%(cohort)s)") % facts


def compose_asked(notices: Sequence[Notice]) -> Mapping[int, Message]:
    return _messages(notices, {ProposalState.OPEN})


def compose_answered(notices: Sequence[Notice]) -> Mapping[int, Message]:
    return _messages(notices, {ProposalState.ACCEPTED, ProposalState.DECLINED})


def present_address(notice: Notice) -> str:
    """The user's address of today, for a notice that is tried again by hand."""
    user = User.objects.filter(pk=notice.user_id or 0).first()
    return user.email if user else ""


def _messages(notices: Sequence[Notice], states: Iterable[str]) -> dict[int, Message]:
    """Proposals once, names once a language."""
    rows = Proposal.objects.filter(state__in=list(states)).select_related(
        "cohort", "leg__city", "training_session", "by", "decided_by"
    )
    found = rows.in_bulk([notice.context["proposal"] for notice in notices])
    messages = {}
    for language in {notice.language for notice in notices}:
        with override(language_or_default(language)):
            lines = lines_of(list(found.values()))
            for notice in notices:
                row = found.get(notice.context["proposal"])
                if notice.language == language and row is not None:
                    messages[notice.pk] = _message(notice, row, lines[row.pk])
    return messages


def _message(notice: Notice, row: Proposal, lines: Sequence[Any]) -> Message:
    url = settings.PORTAL_URL + reverse("proposal-list", args=[row.cohort.code])
    context = {
        "language": notice.language,
        "subject": notice.subject,
        "recipient": notice.recipient,
        "cohort": row.cohort.local_title,
        "proposal": row,
        "asks": row.state == ProposalState.OPEN,
        "title": title_of(row),
        "lines": lines,
        "url": url,
    }
    return Message(
        text=render_to_string(f"{TEMPLATE}.txt", context),
        html=render_to_string(f"{TEMPLATE}.html", context),
    )


KIND_ASKED = Kind(
    name=ASKED,
    label=gettext_lazy("Proposal to a host"),
    compose=compose_asked,
    address_of=present_address,
)
KIND_ANSWERED = Kind(
    name=ANSWERED,
    label=gettext_lazy("Answer to a proposal"),
    compose=compose_answered,
    address_of=present_address,
)
