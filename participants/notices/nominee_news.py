"""What a nominee is told: that it is admitted, or that its place has gone."""

from collections.abc import Iterable, Mapping, Sequence

from django.conf import settings
from django.urls import reverse
from django.utils import translation
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from g60portal.notices.kinds import Kind, Message
from g60portal.notices.models import Notice
from g60portal.notices.outbox import NoticeDraft
from participants.choices import NominationState
from participants.models import Nomination, NominationStep
from participants.notices.letters import Letter

NAME = "nominee_news"
_GONE = frozenset({NominationState.WITHDRAWN, NominationState.REPLACED})


def nominee_news(steps: Iterable[NominationStep]) -> list[NoticeDraft]:
    """One draft for each nominee with an address; only those who were admitted hear of the end."""
    drafts = []
    for step in steps:
        row = step.nomination
        gone = step.state in _GONE and row.enrollment_id is not None
        if row.email and (step.state == NominationState.ADMITTED or gone):
            drafts.append(_draft(step, row))
    return drafts


def _draft(step: NominationStep, row: Nomination) -> NoticeDraft:
    with translation.override(row.language):
        subject = (
            _("You are admitted: %(title)s")
            if step.state == NominationState.ADMITTED
            else _("You are no longer a participant: %(title)s")
        ) % {"title": row.cohort.local_title}
    return NoticeDraft(
        kind=NAME,
        dedupe_key=f"{NAME}:{step.pk}",
        recipient=row.name,
        address=row.email,
        language=row.language,
        subject=subject,
        context={"step": step.pk},
        scope=row.cohort.code,
    )


def compose(notices: Sequence[Notice]) -> Mapping[int, Message]:
    """One query a slice. What has been overtaken by a later step is not sent any more."""
    rows = NominationStep.objects.select_related("nomination__cohort", "nomination__enrollment")
    steps = rows.in_bulk([notice.context["step"] for notice in notices])
    messages = {}
    for notice in notices:
        step = steps.get(notice.context["step"])
        if step and step.nomination.state == step.state:
            with translation.override(notice.language):
                messages[notice.pk] = _letter(step).to(notice)
    return messages


def _letter(step: NominationStep) -> Letter:
    row = step.nomination
    if step.state == NominationState.ADMITTED:
        seat = row.enrollment.seat if row.enrollment else ""
        intro = _(
            "you are admitted under number %(seat)s. Sign in with this e-mail address to see where "
            "and when everything takes place."
        ) % {"seat": seat}
    else:
        intro = _("your place in this cohort has been given back. Your private links are closed.")
    return Letter(
        title=row.cohort.local_title,
        intro=intro,
        url=settings.PORTAL_URL + reverse("my-home"),
        button=_("Open my page"),
    )


def present_address(notice: Notice) -> str:
    step = NominationStep.objects.select_related("nomination").filter(pk=notice.context["step"])
    found = step.first()
    return found.nomination.email if found else ""


KIND = Kind(
    name=NAME,
    label=gettext_lazy("Admission of a nominee"),
    compose=compose,
    address_of=present_address,
)
