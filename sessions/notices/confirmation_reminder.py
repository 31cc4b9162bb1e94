"""Whoever has not confirmed a message is asked once more, with the same link.

What was confirmed, replaced or taken back before this mail went out is not asked for any more.
"""

from collections.abc import Iterable, Mapping, Sequence

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, override, pgettext

from cohorts.models import Cohort
from g60portal.common import clock
from g60portal.notices.choices import NoticeState
from g60portal.notices.kinds import Kind, Message
from g60portal.notices.models import Notice
from g60portal.notices.outbox import NoticeDraft, language_or_default, one_line
from participants.notices.letters import Letter
from sessions.notices.people import active_enrollments, address_of
from sessions.queries.acknowledgements import REMINDER_KIND, confirm_url


def confirmation_reminders(missing: Iterable[Notice], key_start: str) -> list[NoticeDraft]:
    """One draft for each message that waits for its confirmation."""
    moment = clock.now().strftime("%Y%m%d%H%M%S")
    return [_draft(row, f"{REMINDER_KIND}:{key_start}{row.pk}:{moment}") for row in missing]


def _draft(row: Notice, key: str) -> NoticeDraft:
    with override(language_or_default(row.language)):
        subject = one_line(_("Please confirm: %(subject)s") % {"subject": row.subject})
    return NoticeDraft(
        kind=REMINDER_KIND,
        dedupe_key=key,
        recipient=row.recipient,
        address=row.address,
        language=row.language,
        subject=subject,
        context={"notice": row.pk, "enrollment": row.context["enrollment"]},
        scope=row.scope,
        user_id=row.user_id,
    )


def compose(notices: Sequence[Notice]) -> Mapping[int, Message]:
    """Three queries a slice."""
    asked = Notice.objects.filter(acknowledged_at=None).exclude(state=NoticeState.CANCELLED)
    first = asked.in_bulk([notice.context["notice"] for notice in notices])
    people = active_enrollments(notices)
    cohorts = {row.code: row for row in Cohort.objects.filter(code__in={n.scope for n in notices})}
    messages = {}
    for notice in notices:
        row, cohort = first.get(notice.context["notice"]), cohorts.get(notice.scope)
        if row and cohort and notice.context["enrollment"] in people:
            with override(language_or_default(notice.language)):
                messages[notice.pk] = _letter(row, cohort).to(notice)
    return messages


def _letter(row: Notice, cohort: Cohort) -> Letter:
    return Letter(
        title=cohort.local_title,
        intro=_("you have not confirmed yet that you have read “%(subject)s”. Please do so now.")
        % {"subject": row.subject},
        url=confirm_url(row),
        button=pgettext("confirmation", "I have read this"),
        note=_("Whoever does not confirm will be called."),
    )


KIND = Kind(
    name=REMINDER_KIND,
    label=gettext_lazy("Confirmation asked for again"),
    compose=compose,
    address_of=address_of,
)
