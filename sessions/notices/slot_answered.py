"""The organizers of a leg hear what a speaker or the host of a site has answered.

Answers of five minutes are one mail: whoever confirms a week session by session writes one letter.
"""

import datetime as dt
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

from django.template.loader import render_to_string
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, override

from cohorts.choices import Role
from cohorts.models import Cohort, CohortRole
from g60portal.accounts.models import User
from g60portal.common import clock
from g60portal.notices.kinds import Kind, Message
from g60portal.notices.models import Notice
from g60portal.notices.outbox import NoticeDraft, language_or_default
from sessions.models import Slot, SlotLink
from sessions.notices.slot_mails import portal_address, slot_when, when_text
from sessions.queries.slot_parties import Party, party_of
from sessions.queries.slots import slots_of, windows_of

NAME = "slot_answered"
GATHERED_SECONDS = 300


@dataclass(frozen=True)
class AnswerLine:
    """One answer as texts."""

    when: str
    title: str
    answer: str
    reason: str
    times: Sequence[str]


def slot_answered(link: SlotLink, slots: Iterable[Slot]) -> list[NoticeDraft]:
    """A draft for each organizer of the legs concerned; of the cohort where a leg has none."""
    legs = {slot.training_session.leg_id for slot in slots}
    party = party_of(link)
    since = int(clock.now().timestamp()) // GATHERED_SECONDS * GATHERED_SECONDS
    return [_draft(link, party, user, since) for user in _organizers(link.cohort, legs)]


def _organizers(cohort: Cohort, legs: set[int]) -> list[User]:
    roles = CohortRole.objects.filter(cohort=cohort, user__is_active=True).select_related("user")
    of_legs = list(roles.filter(role=Role.LEG, leg__in=legs))
    if {role.leg_id for role in of_legs} != legs:
        of_legs += roles.filter(role=Role.LEAD)
    return sorted({role.user for role in of_legs}, key=lambda user: user.pk)


def _draft(link: SlotLink, party: Party, user: User, since: int) -> NoticeDraft:
    until = since + GATHERED_SECONDS
    with override(language_or_default(user.language)):
        facts = {"name": party.name, "cohort": link.cohort.code}
        subject = _("Answer of %(name)s (%(cohort)s)") % facts
    return NoticeDraft(
        kind=NAME,
        dedupe_key=f"{NAME}:{link.cohort_id}:{party.key}:{user.pk}:{since}",
        recipient=str(user),
        address=user.email,
        language=user.language,
        subject=subject,
        context={
            "cohort": link.cohort_id,
            "party": party.key,
            "since": since,
            "until": until,
            "user": user.pk,
        },
        scope=link.cohort.code,
        user_id=user.pk,
        due_at=dt.datetime.fromtimestamp(until, clock.SHANGHAI),
    )


def compose(notices: Sequence[Notice]) -> Mapping[int, Message]:
    """Two queries and one a cohort."""
    cohorts = Cohort.objects.in_bulk({notice.context["cohort"] for notice in notices})
    slots = {pk: list(slots_of(cohort)) for pk, cohort in cohorts.items()}
    messages = {}
    for notice in notices:
        cohort = cohorts.get(notice.context["cohort"])
        answered = [slot for slot in slots.get(notice.context["cohort"], []) if _told(notice, slot)]
        if cohort and answered:
            with override(language_or_default(notice.language)):
                messages[notice.pk] = _message(notice, cohort, answered)
    return messages


def _told(notice: Notice, slot: Slot) -> bool:
    if slot.answered_at is None or party_of(slot).key != notice.context["party"]:
        return False
    return bool(notice.context["since"] <= slot.answered_at.timestamp() < notice.context["until"])


def _message(notice: Notice, cohort: Cohort, slots: Sequence[Slot]) -> Message:
    party = party_of(slots[0])
    context = {
        "subject": notice.subject,
        "language": notice.language,
        "name": notice.recipient,
        "cohort": cohort.local_title,
        "party": party.name,
        "lines": [_line(slot) for slot in slots],
        "page_url": portal_address(reverse("slot-party", args=[cohort.code, party.key])),
    }
    return Message(
        text=render_to_string("sessions/notice_slot_answers.txt", context),
        html=render_to_string("sessions/notice_slot_answers.html", context),
    )


def _line(slot: Slot) -> AnswerLine:
    return AnswerLine(
        when=slot_when(slot),
        title=slot.training_session.local_title,
        answer=slot.get_state_display(),
        reason=slot.reason,
        times=[when_text(window) for window in windows_of(slot)],
    )


def present_address(notice: Notice) -> str:
    user = User.objects.filter(pk=notice.context["user"]).first()
    return user.email if user else ""


KIND = Kind(
    name=NAME,
    label=gettext_lazy("Answer of a speaker or a site"),
    compose=compose,
    address_of=present_address,
)
