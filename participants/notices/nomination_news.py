"""What was decided about a city's nominations: told to its coordinators, many decisions of one
moment in one mail. Whoever acted is not told what it did.
"""

from collections.abc import Iterable, Mapping, Sequence

from django.conf import settings
from django.db.models import Q
from django.urls import reverse
from django.utils import translation
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from cohorts.choices import Role
from cohorts.models import Cohort, CohortRole
from g60portal.accounts.models import User
from g60portal.notices.kinds import Kind, Message
from g60portal.notices.models import Notice
from g60portal.notices.outbox import NoticeDraft
from participants.choices import NominationState
from participants.models import NominationStep
from participants.notices.letters import Letter, Line

NAME = "nomination_news"
# What a city hears of; it hands in and checks by itself.
TOLD = frozenset(
    {
        NominationState.RETURNED,
        NominationState.ADMITTED,
        NominationState.WAITLISTED,
        NominationState.DECLINED,
        NominationState.WITHDRAWN,
        NominationState.REPLACED,
    }
)


def coordinators_of(cohort: Cohort, city_id: int) -> list[User]:
    """Those of this cohort and those who serve the city in all."""
    roles = CohortRole.objects.filter(
        Q(cohort=cohort) | Q(cohort__isnull=True), role=Role.COORDINATOR, city_id=city_id
    )
    found = {role.user_id: role.user for role in roles.select_related("user").order_by("pk")}
    return [user for user in found.values() if user.is_active]


def nomination_news(steps: Iterable[NominationStep], *, by: User | None) -> list[NoticeDraft]:
    """One draft for each coordinator of each city."""
    by_city: dict[int, list[NominationStep]] = {}
    for step in steps:
        if step.state in TOLD:
            by_city.setdefault(step.nomination.city_id, []).append(step)
    return [
        _draft(user, told)
        for city_id, told in by_city.items()
        for user in coordinators_of(told[0].nomination.cohort, city_id)
        if by is None or user.pk != by.pk
    ]


def _draft(user: User, steps: Sequence[NominationStep]) -> NoticeDraft:
    cohort = steps[0].nomination.cohort
    with translation.override(user.language):
        subject = _("%(code)s: news of your nominations") % {"code": cohort.code}
    return NoticeDraft(
        kind=NAME,
        dedupe_key=f"{NAME}:{steps[0].pk}-{steps[-1].pk}:{user.pk}",
        recipient=user.name or user.email,
        address=user.email,
        language=user.language,
        subject=subject,
        context={"steps": [step.pk for step in steps]},
        scope=cohort.code,
        user_id=user.pk,
    )


def compose(notices: Sequence[Notice]) -> Mapping[int, Message]:
    """One query a slice."""
    wanted = {pk for notice in notices for pk in notice.context["steps"]}
    rows = NominationStep.objects.select_related("nomination__cohort")
    steps = rows.in_bulk(wanted)
    messages = {}
    for notice in notices:
        told = [steps[pk] for pk in notice.context["steps"] if pk in steps]
        if told:
            with translation.override(notice.language):
                messages[notice.pk] = _letter(told).to(notice)
    return messages


def _letter(steps: Sequence[NominationStep]) -> Letter:
    cohort = steps[0].nomination.cohort
    return Letter(
        title=cohort.local_title,
        intro=_("this has happened to people whom your city has nominated:"),
        lines=[
            Line(
                " · ".join(filter(None, (step.nomination.name, step.nomination.organization_name))),
                step.get_state_display(),
                step.told_reason,
            )
            for step in steps
        ],
        url=settings.PORTAL_URL + reverse("nomination-list", args=[cohort.code]),
        button=_("Open the nominations"),
    )


def present_address(notice: Notice) -> str:
    """The coordinator's address of today."""
    user = User.objects.filter(pk=notice.user_id or 0).first()
    return user.email if user else ""


KIND = Kind(
    name=NAME,
    label=gettext_lazy("News of nominations"),
    compose=compose,
    address_of=present_address,
)
