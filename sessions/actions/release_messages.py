"""The messages of a release that is out: have them leave at once, or take them back."""

from django.db import transaction
from django.utils.translation import gettext_lazy as _

from g60portal.accounts.models import User
from g60portal.audit.record import record
from g60portal.common import clock
from g60portal.common.locks import locked
from g60portal.common.refusals import Refusal
from g60portal.notices.choices import NoticeState
from g60portal.notices.outbox import hint_delivery
from sessions.actions.notice_changes import take_back
from sessions.models import Release
from sessions.queries.release_messages import waiting_messages

TAKEN_BACK = "taken back"


class NothingWaits(Refusal):
    code = "nothing_waits"
    status = 409
    text = _("No message of this release waits any more.")


@transaction.atomic
def send_messages_now(*, release: Release, by: User | None) -> int:
    """End the waiting time; answers how many messages leave now.

    Those that are tried again because the mail server failed keep their time.
    """
    _lock(release)
    now = clock.now()
    waiting = waiting_messages(release).filter(state=NoticeState.QUEUED, due_at__gt=now)
    count = waiting.update(due_at=now)
    if not count:
        raise NothingWaits
    _record("release_messages_hurried", release, count, by)
    hint_delivery(count)
    return count


@transaction.atomic
def take_messages_back(*, release: Release, by: User | None) -> int:
    """Stop what has not left; answers how many. The release stays in force on the pages, and the
    next one tells these people everything since what they know.

    A row that a worker claims at this moment is not among them: it is on its way.
    """
    _lock(release)
    count = take_back(waiting_messages(release), TAKEN_BACK)
    if not count:
        raise NothingWaits
    _record("release_messages_taken_back", release, count, by)
    return count


def _lock(release: Release) -> None:
    """Publishing supersedes waiting messages under the same lock."""
    release.cohort = locked(release.cohort)


def _record(verb: str, release: Release, count: int, by: User | None) -> None:
    after = {"release": release.number, "messages": count}
    record(verb, release, by=by, scope=release.cohort.code, after=after)
