"""The logistics form of a leg is not there yet: one reminder a person and deadline, and one a day
when an organizer reminds by hand."""

from collections.abc import Iterable, Mapping, Sequence

from django.conf import settings
from django.urls import reverse
from django.utils import translation
from django.utils.formats import date_format
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from cohorts.models import Leg
from g60portal.common import clock
from g60portal.notices.kinds import Kind, Message
from g60portal.notices.models import Notice
from g60portal.notices.outbox import NoticeDraft
from participants.models import Enrollment, LegLogistics, LogisticsForm
from participants.notices.letters import Letter
from participants.queries.logistics import FormRow, LegState

NAME = "logistics_due"


def logistics_due(
    state: LegState, rows: Iterable[FormRow], *, by_hand: bool = False
) -> list[NoticeDraft]:
    """For people without a form; written twice, the second time changes nothing."""
    due = int(state.due_at.timestamp()) if state.due_at else 0
    mark = f"{due}:{clock.today():%Y%m%d}" if by_hand else str(due)
    return [_draft(state, row.enrollment, mark) for row in rows if row.enrollment.person.email]


def _draft(state: LegState, enrollment: Enrollment, mark: str) -> NoticeDraft:
    person = enrollment.person
    with translation.override(person.language):
        subject = _("%(city)s: arrival, room and meals still to be told") % {
            "city": state.leg.city.local_name
        }
    return NoticeDraft(
        kind=NAME,
        dedupe_key=f"{NAME}:{state.leg.pk}:{mark}:{enrollment.pk}",
        recipient=person.name,
        address=person.email,
        language=person.language,
        subject=subject,
        context={"enrollment": enrollment.pk, "leg": state.leg.pk},
        scope=state.leg.cohort.code,
        user_id=person.user_id,
    )


def compose(notices: Sequence[Notice]) -> Mapping[int, Message]:
    """Three queries a slice; who has filled in the form meanwhile, or left, is told no more."""
    rows = Leg.objects.select_related("cohort", "city", "logistics")
    legs = rows.in_bulk({notice.context["leg"] for notice in notices})
    people = [notice.context["enrollment"] for notice in notices]
    seated = set(Enrollment.objects.active().filter(pk__in=people).values_list("pk", flat=True))
    filled = set(
        LogisticsForm.objects.filter(enrollment__in=people).values_list("enrollment_id", "leg_id")
    )
    messages = {}
    for notice in notices:
        leg, enrollment = legs.get(notice.context["leg"]), notice.context["enrollment"]
        if leg and enrollment in seated and (enrollment, leg.pk) not in filled:
            with translation.override(notice.language):
                messages[notice.pk] = _letter(leg).to(notice)
    return messages


def _letter(leg: Leg) -> Letter:
    try:
        due_at = leg.logistics.due_at
    except LegLogistics.DoesNotExist:
        due_at = None
    if due_at:
        until = date_format(clock.local(due_at), "DATETIME_FORMAT")
        intro = _(
            "Please tell us until %(deadline)s how you come to %(city)s and leave again, for which "
            "nights you need a room, and what we should know about meals."
        ) % {"deadline": until, "city": leg.city.local_name}
    else:
        intro = _(
            "Please tell us how you come to %(city)s and leave again, for which nights you need a "
            "room, and what we should know about meals."
        ) % {"city": leg.city.local_name}
    return Letter(
        title=leg.cohort.local_title,
        intro=intro,
        url=settings.PORTAL_URL + reverse("my-logistics-leg", args=[leg.pk]),
        button=_("Fill in the form"),
        note=_("What you say of diet and health is kept only with your separate consent."),
    )


def present_address(notice: Notice) -> str:
    row = Enrollment.objects.select_related("person").filter(pk=notice.context["enrollment"])
    found = row.first()
    return found.person.email if found else ""


KIND = Kind(
    name=NAME,
    label=gettext_lazy("Logistics form due"),
    compose=compose,
    address_of=present_address,
)
