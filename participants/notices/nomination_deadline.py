"""The deadline of a city comes near and seats are open: one reminder a quota and coordinator.

The quota's deadline is part of the key: a new deadline reminds again.
"""

from collections.abc import Iterable, Mapping, Sequence

from django.conf import settings
from django.urls import reverse
from django.utils import translation
from django.utils.formats import date_format
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext

from cohorts.models import Quota
from g60portal.common import clock
from g60portal.notices.kinds import Kind, Message
from g60portal.notices.models import Notice
from g60portal.notices.outbox import NoticeDraft
from participants.notices.letters import Letter
from participants.notices.nomination_news import coordinators_of, present_address
from participants.queries.quota_board import open_seats

NAME = "nomination_deadline"


def deadline_reminders(quotas: Iterable[Quota]) -> list[NoticeDraft]:
    """For quotas whose reminder is due; written twice, the second time changes nothing."""
    drafts = []
    for quota in quotas:
        day = clock.local(quota.deadline) if quota.deadline else clock.now()
        for user in coordinators_of(quota.cohort, quota.city_id):
            with translation.override(user.language):
                subject = _("%(code)s: nominate until %(deadline)s") % {
                    "code": quota.cohort.code,
                    "deadline": date_format(day, "DATETIME_FORMAT"),
                }
            drafts.append(
                NoticeDraft(
                    kind=NAME,
                    dedupe_key=f"{NAME}:{quota.pk}:{int(day.timestamp())}:{user.pk}",
                    recipient=user.name or user.email,
                    address=user.email,
                    language=user.language,
                    subject=subject,
                    context={"quota": quota.pk},
                    scope=quota.cohort.code,
                    user_id=user.pk,
                )
            )
    return drafts


def compose(notices: Sequence[Notice]) -> Mapping[int, Message]:
    """Two queries a slice; a quota filled meanwhile needs no reminder any more."""
    rows = Quota.objects.select_related("cohort", "city")
    quotas = rows.in_bulk([notice.context["quota"] for notice in notices])
    open_by_quota = open_seats(quotas.values())
    messages = {}
    for notice in notices:
        quota = quotas.get(notice.context["quota"])
        count = open_by_quota.get(notice.context["quota"], 0)
        if quota and count:
            with translation.override(notice.language):
                messages[notice.pk] = _letter(quota, count).to(notice)
    return messages


def _letter(quota: Quota, count: int) -> Letter:
    intro = ngettext(
        "%(city)s has %(count)s seat for which nobody has been handed in yet.",
        "%(city)s has %(count)s seats for which nobody has been handed in yet.",
        count,
    ) % {"city": quota.city.local_name, "count": count}
    return Letter(
        title=quota.cohort.local_title,
        intro=intro,
        url=settings.PORTAL_URL + reverse("nomination-list", args=[quota.cohort.code]),
        button=_("Open the nominations"),
        note=_("Seats that stay open can be given back, so that another city may fill them."),
    )


KIND = Kind(
    name=NAME,
    label=gettext_lazy("Deadline of nominations"),
    compose=compose,
    address_of=present_address,
)
