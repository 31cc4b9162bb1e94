"""Writing notice rows: the only way into the outbox. Sending them is `delivery`'s.

Rows are written in the transaction of the change they tell of, with a copy for each further channel
over which the person wants every message. Celery is told after commit; when it cannot be, the sweep
finds the rows.
"""

import datetime as dt
import json
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import asdict, dataclass, field
from typing import Any, ClassVar

from django.conf import settings
from django.core.serializers.json import DjangoJSONEncoder
from django.db import connection
from django.utils.translation import gettext_lazy as _

from g60portal.common import clock
from g60portal.common.queue import LONGEST_COUNTDOWN, enqueue
from g60portal.common.refusals import Refusal, Text
from g60portal.notices.choices import Channel
from g60portal.notices.kinds import private_kinds

SLICE_SIZE = 100
DELIVER_TASK = "g60portal.notices.tasks.deliver"
URGENT_TASK = "g60portal.notices.tasks.deliver_urgent"
CHANNEL_TASK = "g60portal.notices.tasks.deliver_channel"
# More hints than this only fill the queue: each delivered slice asks for the next one itself.
MOST_HINTS = 4
SUBJECT_LENGTH = 250

# The columns that a SELECT handed to `write_selected_notices` answers, in this order.
COLUMNS = (
    "kind",
    "dedupe_key",
    "scope",
    "user_id",
    "recipient",
    "address",
    "channel",
    "language",
    "subject",
    "context",
    "after_id",
)
# What a SELECT may answer besides, named to `write_selected_notices`.
MORE_COLUMNS = ("urgent", "needs_acknowledgement", "escalate_after")

# A person without an address cannot be told by mail: the row says so at once.
_INSERT = """
    WITH written AS (
    INSERT INTO notices_notice
        (uid, {columns}, state, attempts, due_at, created_at, last_error)
    SELECT gen_random_uuid(), {columns},
           CASE WHEN address = '' THEN 'needs_person' ELSE 'queued' END, 0,
           {due}, %(outbox_now)s,
           CASE WHEN address = '' THEN 'no address' ELSE '' END
      FROM ({select}) AS drafts
        ON CONFLICT (dedupe_key) DO NOTHING
 RETURNING id, user_id, kind, dedupe_key, scope, recipient, channel, language, subject, context,
           urgent, needs_acknowledgement, due_at),
    copies AS (
    INSERT INTO notices_notice
        (uid, copy_of_id, user_id, kind, dedupe_key, scope, recipient, address, channel, language,
         subject, context, urgent, needs_acknowledgement, state, attempts, due_at, created_at,
         last_error)
    SELECT gen_random_uuid(), written.id, written.user_id, kind,
           dedupe_key || ':' || choice.channel, scope, recipient, choice.masked, choice.channel,
           language, subject, context, urgent, needs_acknowledgement, 'queued', 0, due_at,
           %(outbox_now)s, ''
      FROM written
      JOIN accounts_channelchoice AS choice ON choice.user_id = written.user_id
       AND choice.use = 'all' AND choice.confirmed_at IS NOT NULL
      JOIN notices_channelaccount AS account ON account.channel = choice.channel
       AND account.is_active
     WHERE written.channel = 'email' AND kind <> ALL(%(outbox_own_way)s)
        ON CONFLICT (dedupe_key) DO NOTHING
 RETURNING channel)
    SELECT (SELECT count(*) FROM written), (SELECT bool_or(urgent) FROM written),
           ARRAY(SELECT DISTINCT channel FROM written UNION SELECT channel FROM copies)
"""
_SELECT_DRAFTS = """
    SELECT * FROM jsonb_to_recordset(%(drafts)s::jsonb) AS draft (
        kind text, dedupe_key text, scope text, user_id bigint, recipient text, address text,
        channel text, language text, subject text, context jsonb, after_id bigint,
        urgent boolean, needs_acknowledgement boolean, escalate_after smallint,
        due_at timestamptz)
"""


class HeaderUnsafe(Refusal):
    """A line break in what becomes a mail header: somebody tries to add headers of their own."""

    code = "header_unsafe"
    text: ClassVar[Text] = _("A mail header cannot hold a line break.")


@dataclass(frozen=True)
class NoticeDraft:
    """One message to one person, before it is a row. `context` holds ids and small facts;
    `escalate_after` is in minutes."""

    kind: str
    dedupe_key: str
    recipient: str
    address: str
    language: str
    subject: str
    context: Mapping[str, Any] = field(default_factory=dict)
    scope: str = ""
    user_id: int | None = None
    channel: str = "email"
    after_id: int | None = None
    due_at: dt.datetime | None = None
    urgent: bool = False
    needs_acknowledgement: bool = False
    escalate_after: int | None = None

    def __post_init__(self) -> None:
        if not all(is_one_line(text) for text in (self.recipient, self.address, self.subject)):
            raise HeaderUnsafe


def is_one_line(text: str) -> bool:
    """Free of everything that could end a header line."""
    return not any(mark in text for mark in "\r\n\x00\x0b\x0c\x85\u2028\u2029")


def one_line(text: str) -> str:
    """The text with every run of white space as one blank, for subjects made of user text."""
    return " ".join(text.split())[:SUBJECT_LENGTH]


def write_notices(drafts: Iterable[NoticeDraft]) -> int:
    """Insert the drafts that are not there yet (by `dedupe_key`); answers how many were."""
    rows = [asdict(draft) | {"subject": one_line(draft.subject)} for draft in drafts]
    if not rows:
        return 0
    params = {"drafts": json.dumps(rows, cls=DjangoJSONEncoder)}
    columns = (*COLUMNS, *MORE_COLUMNS)
    return _written(_SELECT_DRAFTS, params, columns, due="COALESCE(due_at, %(outbox_now)s)")


def write_selected_notices(
    select: str,
    params: Mapping[str, Any],
    *,
    wait: dt.timedelta = dt.timedelta(0),
    more: Sequence[str] = (),
) -> int:
    """As `write_notices` for the rows of a SELECT that answers `COLUMNS`, and those of
    `MORE_COLUMNS` that `more` names: one statement for a whole cohort, due after `wait`. The caller
    makes sure that subjects are one line."""
    columns = (*COLUMNS, *more)
    return _written(select, params, columns, due="%(outbox_due)s::timestamptz", wait=wait)


def language_or_default(language: str) -> str:
    """A language that the portal speaks."""
    return language if language in dict(settings.LANGUAGES) else settings.LANGUAGE_CODE


def hint_delivery(
    count: int, wait: dt.timedelta = dt.timedelta(0), channel: str = Channel.EMAIL
) -> None:
    """Ask Celery, after commit, to deliver about that many notices once `wait` is over. What waits
    for longer than a hint may is the sweep's."""
    seconds = wait.total_seconds()
    if seconds > LONGEST_COUNTDOWN or not count:
        return
    if channel != Channel.EMAIL:
        enqueue(CHANNEL_TASK, channel, countdown=seconds)
        return
    slices = -(-count // SLICE_SIZE)
    for _number in range(min(slices, MOST_HINTS)):
        enqueue(DELIVER_TASK, countdown=seconds)


def hint_urgent() -> None:
    """Ask Celery, after commit, for the lane of urgent mail."""
    enqueue(URGENT_TASK)


def _written(
    select: str,
    params: Mapping[str, Any],
    columns: Sequence[str],
    *,
    due: str,
    wait: dt.timedelta = dt.timedelta(0),
) -> int:
    statement = _INSERT.format(columns=", ".join(columns), select=select, due=due)
    now = clock.now()
    own: dict[str, Any] = {
        "outbox_now": now,
        "outbox_due": now + wait,
        "outbox_own_way": private_kinds(),
    }
    with connection.cursor() as cursor:
        cursor.execute(statement, {**params, **own})
        count, urgent, channels = cursor.fetchone()
    for channel in channels:
        hint_delivery(count, wait, channel)
    if urgent and not wait:
        hint_urgent()
    return int(count)
