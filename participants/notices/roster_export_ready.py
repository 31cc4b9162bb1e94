"""A regular file of the roster is ready: told to its owner by a link that needs signing in. The
file itself never travels by mail."""

from collections.abc import Iterable, Mapping, Sequence

from django.conf import settings
from django.urls import reverse
from django.utils import translation
from django.utils.formats import date_format
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from g60portal.common import clock
from g60portal.notices.kinds import Kind, Message
from g60portal.notices.models import Notice
from g60portal.notices.outbox import NoticeDraft
from participants.choices import ExportFileState
from participants.models import ExportFile
from participants.notices.letters import Letter

NAME = "roster_export_ready"


def export_ready(files: Iterable[ExportFile]) -> list[NoticeDraft]:
    """One draft a file; written twice, the second time changes nothing."""
    return [_draft(file) for file in files]


def _draft(file: ExportFile) -> NoticeDraft:
    user, cohort = file.schedule.owner, file.schedule.cohort
    with translation.override(user.language):
        subject = _("%(code)s: your roster file is ready") % {"code": cohort.code}
    return NoticeDraft(
        kind=NAME,
        dedupe_key=f"{NAME}:{file.uid}",
        recipient=user.name or user.email,
        address=user.email,
        language=user.language,
        subject=subject,
        context={"file": file.pk},
        scope=cohort.code,
        user_id=user.pk,
    )


def compose(notices: Sequence[Notice]) -> Mapping[int, Message]:
    """One query a slice; a file that is gone needs no message any more."""
    rows = ExportFile.objects.select_related("schedule__cohort", "schedule__view")
    kept = rows.filter(state=ExportFileState.DONE, expires_at__gt=clock.now())
    files = kept.in_bulk([notice.context["file"] for notice in notices])
    messages = {}
    for notice in notices:
        file = files.get(notice.context["file"])
        if file:
            with translation.override(notice.language):
                messages[notice.pk] = _letter(file).to(notice)
    return messages


def _letter(file: ExportFile) -> Letter:
    cohort, view = file.schedule.cohort, file.schedule.view
    until = file.expires_at or clock.now()
    return Letter(
        title=cohort.local_title,
        intro=_("The regular file of the view “%(view)s” has been made.")
        % {"view": view.name if view else ""},
        url=settings.PORTAL_URL + reverse("scheduled-export-list", args=[cohort.code]),
        button=_("Sign in and download"),
        note=_("It is kept until %(until)s, for you alone.")
        % {"until": date_format(clock.local(until), "DATETIME_FORMAT")},
    )


def present_address(notice: Notice) -> str:
    """The owner's address of today, for a notice that is tried again by hand."""
    file = ExportFile.objects.select_related("schedule__owner").filter(pk=notice.context["file"])
    return next((one.schedule.owner.email for one in file), "")


KIND = Kind(
    name=NAME,
    label=gettext_lazy("Roster file ready"),
    compose=compose,
    address_of=present_address,
)
