"""The private link to a nominee's own form, or to an enterprise's list of people.

The address is derived when the mail is composed and stands in no row; a link closed or expired
meanwhile is not sent.
"""

from collections.abc import Mapping, Sequence

from django.conf import settings
from django.utils import translation
from django.utils.formats import date_format
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from g60portal.common import clock
from g60portal.notices.kinds import Kind, Message
from g60portal.notices.models import Notice
from g60portal.notices.outbox import NoticeDraft
from participants.choices import LinkKind
from participants.models import NominationLink
from participants.notices.letters import Letter
from participants.queries.nomination_links import link_path

NAME = "nomination_link"


def private_link(link: NominationLink) -> NoticeDraft:
    """Of a link that has an address."""
    nominee = link.nomination
    with translation.override(link.language):
        subject = (
            _("Please complete your form: %(title)s")
            if link.kind == LinkKind.NOMINEE
            else _("Please name your people: %(title)s")
        ) % {"title": link.cohort.local_title}
    return NoticeDraft(
        kind=NAME,
        dedupe_key=f"{NAME}:{link.pk}",
        recipient=nominee.name if nominee else link.organization_name or link.email,
        address=link.email,
        language=link.language,
        subject=subject,
        context={"link": link.pk},
        scope=link.cohort.code,
    )


def compose(notices: Sequence[Notice]) -> Mapping[int, Message]:
    """One query a slice."""
    rows = NominationLink.objects.select_related("cohort", "city").filter(
        closed_at__isnull=True, expires_at__gt=clock.now()
    )
    links = rows.in_bulk([notice.context["link"] for notice in notices])
    messages = {}
    for notice in notices:
        link = links.get(notice.context["link"])
        if link:
            with translation.override(notice.language):
                messages[notice.pk] = _letter(link).to(notice)
    return messages


def _letter(link: NominationLink) -> Letter:
    names = {"city": link.city.local_name}
    if link.kind == LinkKind.NOMINEE:
        intro = _(
            "%(city)s has nominated you. Please read what is done with your data, complete your "
            "form and confirm it."
        )
    else:
        intro = _("%(city)s asks you to fill in the people whom you put forward.")
    return Letter(
        title=link.cohort.local_title,
        intro=intro % names,
        url=settings.PORTAL_URL + link_path(link),
        button=_("Open the form"),
        note=_("This address is yours alone; it works until %(day)s.")
        % {"day": date_format(clock.local(link.expires_at), "DATETIME_FORMAT")},
    )


def present_address(notice: Notice) -> str:
    link = NominationLink.objects.filter(pk=notice.context["link"]).first()
    return link.email if link else ""


KIND = Kind(
    name=NAME,
    label=gettext_lazy("Private link of a nomination"),
    compose=compose,
    address_of=present_address,
)
