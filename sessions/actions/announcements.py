"""Messages by hand: writing, having them reviewed, sending at once or at a time, stopping.

Who gets one is frozen when it is sent; the rows of the outbox are unique by message and person, so
that two clicks, or two workers at the hour, are one message to each.
"""

import datetime as dt
from collections.abc import Mapping
from typing import Any

from django.db import transaction
from django.utils.translation import gettext_lazy as _

from cohorts.models import Cohort
from g60portal.accounts.models import User
from g60portal.audit.record import record
from g60portal.common import clock
from g60portal.common.locks import locked
from g60portal.common.refusals import Refusal, Stale
from g60portal.notices.outbox import write_notices
from g60portal.notices.template_problems import problem_text
from g60portal.notices.template_text import problems_of
from participants.models import Enrollment
from sessions.actions.notice_changes import take_back
from sessions.actions.release_messages import TAKEN_BACK
from sessions.actions.releases import demand_open_cohort
from sessions.choices import AnnouncementState
from sessions.models import Announcement
from sessions.notices.announcement import PLACEHOLDERS, announcement_drafts, test_draft
from sessions.queries.announcements import people_of, waiting_messages
from sessions.rules.audience_filter import AudienceFilter

TEXTS = ("subject", "subject_en", "text", "text_en")
LATEST_DAYS = 366


class NotEditable(Refusal):
    code = "message_not_editable"
    status = 409
    text = _("This message is not a draft any more. Take it back to change it.")


class NobodyMeant(Refusal):
    code = "nobody_meant"
    text = _("Nobody fits this audience. Choose other groups, cities, states or people.")


class TextsWrong(Refusal):
    code = "texts_wrong"
    text = _("The text has to be corrected.")


class TimePassed(Refusal):
    code = "time_passed"
    text = _("That time has passed. Choose a later one, or send at once.")


class TooFar(Refusal):
    code = "time_too_far"
    text = _("That is more than a year ahead.")


class NotInReview(Refusal):
    code = "not_in_review"
    status = 409
    text = _("This message does not wait for a review any more.")


class OwnMessage(Refusal):
    code = "own_message"
    status = 403
    text = _("Whoever wrote or changed a message cannot approve it. Ask a colleague.")


class NoteNeeded(Refusal):
    code = "note_needed"
    text = _("Say what has to be changed.")


class NothingToStop(Refusal):
    code = "nothing_to_stop"
    status = 409
    text = _("Everything has left already.")


@transaction.atomic
def write_announcement(
    *, cohort: Cohort, facts: Mapping[str, Any], audience: AudienceFilter, by: User | None
) -> Announcement:
    """A new draft. `facts`: the texts and `urgent`."""
    _check_texts(facts)
    row = Announcement.objects.create(
        cohort=cohort, audience=audience.stored(), author=by, edited_by=by, **facts
    )
    record("announcement_written", row, by=by, scope=cohort.code, after={"subject": row.subject})
    return row


@transaction.atomic
def edit_announcement(
    *,
    announcement: Announcement,
    facts: Mapping[str, Any],
    audience: AudienceFilter,
    version: int,
    by: User | None,
) -> Announcement:
    """Of a draft. Stale when somebody else saved since `version`."""
    row = _of_state(announcement, AnnouncementState.DRAFT)
    if row.version != version:
        raise Stale(facts={"current": row.version})
    _check_texts(facts)
    for name, value in facts.items():
        setattr(row, name, value)
    row.audience, row.edited_by, row.version = audience.stored(), by, row.version + 1
    row.save(update_fields=[*facts, "audience", "edited_by", "version"])
    _record("announcement_edited", row, by)
    return row


@transaction.atomic
def submit_announcement(
    *, announcement: Announcement, send_at: dt.datetime | None, by: User | None
) -> Announcement:
    """Send a draft, at once (`send_at` None) or later; where the cohort wants a second person, it
    goes to review instead. Locks the cohort and the message."""
    cohort = locked(announcement.cohort)
    demand_open_cohort(cohort)
    row = _of_state(announcement, AnnouncementState.DRAFT)
    row.cohort = cohort
    _check_time(send_at)
    if not people_of(cohort, AudienceFilter.of(row.audience)).exists():
        raise NobodyMeant
    row.send_at = send_at
    if cohort.message_needs_review:
        _move(row, AnnouncementState.IN_REVIEW, "announcement_submitted", by, review_note="")
        return row
    return _release(row, by)


@transaction.atomic
def approve_announcement(*, announcement: Announcement, by: User) -> Announcement:
    """A second person agrees, and the message leaves at its time; at once when that has passed."""
    cohort = locked(announcement.cohort)
    demand_open_cohort(cohort)
    row = _of_state(announcement, AnnouncementState.IN_REVIEW, refusal=NotInReview)
    row.cohort = cohort
    if by.pk in {row.author_id, row.edited_by_id}:
        raise OwnMessage
    row.reviewed_by = by
    row.save(update_fields=["reviewed_by"])
    _record("announcement_approved", row, by)
    return _release(row, by)


@transaction.atomic
def return_announcement(*, announcement: Announcement, note: str, by: User) -> Announcement:
    """Back to its author, with what has to be changed."""
    row = _of_state(announcement, AnnouncementState.IN_REVIEW, refusal=NotInReview)
    if not note.strip():
        raise NoteNeeded(fields={"note": NoteNeeded.text})
    row.reviewed_by = by
    _move(
        row,
        AnnouncementState.DRAFT,
        "announcement_returned",
        by,
        reviewed_by=by,
        review_note=note.strip(),
    )
    return row


@transaction.atomic
def stop_announcement(*, announcement: Announcement, by: User | None) -> int:
    """Take a message back. What waits for its time or for a review becomes a draft again; of one
    that is being sent, whatever has not left never will. Answers how many notices were stopped."""
    row = locked(announcement)
    if row.state in {AnnouncementState.IN_REVIEW, AnnouncementState.SCHEDULED}:
        _move(row, AnnouncementState.DRAFT, "announcement_taken_back", by, send_at=None)
        return 0
    if row.state != AnnouncementState.SENT:
        raise NothingToStop
    count = take_back(waiting_messages(row), TAKEN_BACK)
    if not count:
        raise NothingToStop
    _move(row, AnnouncementState.STOPPED, "announcement_stopped", by)
    return count


@transaction.atomic
def remove_announcement(*, announcement: Announcement, by: User | None) -> None:
    """Of a draft: nobody has read it."""
    row = _of_state(announcement, AnnouncementState.DRAFT)
    _record("announcement_removed", row, by)
    row.delete()


@transaction.atomic
def send_test(
    *, announcement: Announcement, enrollment: Enrollment, language: str, by: User
) -> None:
    """The mail that this person would get, to the organizer who asks."""
    write_notices([test_draft(announcement, enrollment, by, language)])


def send_due_announcements() -> int:
    """Those whose time has come; answers how many. Of two beats at once each takes others, and a
    message that one of them holds is left to it."""
    count = 0
    while _send_one_due():
        count += 1
    return count


@transaction.atomic
def _send_one_due() -> bool:
    due = Announcement.objects.filter(
        state=AnnouncementState.SCHEDULED, send_at__lte=clock.now()
    ).order_by("send_at", "pk")
    row = due.select_related("cohort").select_for_update(of=("self",), skip_locked=True).first()
    if row is None:
        return False
    _send(row, None)
    return True


def _release(row: Announcement, by: User | None) -> Announcement:
    """At its time, or now."""
    if row.send_at is not None and row.send_at > clock.now():
        _move(row, AnnouncementState.SCHEDULED, "announcement_scheduled", by, send_at=row.send_at)
        return row
    return _send(row, by)


def _send(row: Announcement, by: User | None) -> Announcement:
    """Freezes who gets it. A scheduled one that fits nobody any more is done all the same."""
    people = people_of(row.cohort, AudienceFilter.of(row.audience))
    row.told_count = write_notices(announcement_drafts(row, people))
    row.sent_at = clock.now()
    facts = {"told_count": row.told_count, "sent_at": row.sent_at, "send_at": row.send_at}
    _move(row, AnnouncementState.SENT, "announcement_sent", by, **facts)
    return row


def _of_state(
    announcement: Announcement, state: AnnouncementState, refusal: type[Refusal] = NotEditable
) -> Announcement:
    row = locked(announcement)
    if row.state != state:
        raise refusal
    return row


def _move(
    row: Announcement, state: AnnouncementState, verb: str, by: User | None, **facts: Any
) -> None:
    before = {"state": row.state}
    row.state = state
    for name, value in facts.items():
        setattr(row, name, value)
    row.save(update_fields=["state", "send_at", *facts])
    after = {"state": row.state, "told": row.told_count}
    record(verb, row, by=by, scope=row.cohort.code, before=before, after=after)


def _record(verb: str, row: Announcement, by: User | None) -> None:
    record(verb, row, by=by, scope=row.cohort.code, after={"subject": row.subject})


def _check_time(send_at: dt.datetime | None) -> None:
    now = clock.now()
    if send_at is not None and send_at <= now:
        raise TimePassed(fields={"send_at": TimePassed.text})
    if send_at is not None and send_at > now + dt.timedelta(days=LATEST_DAYS):
        raise TooFar(fields={"send_at": TooFar.text})


def _check_texts(facts: Mapping[str, Any]) -> None:
    """Placeholders that nobody fills would be sent as they stand."""
    wrong = {}
    for name in TEXTS:
        problems = problems_of(facts.get(name, ""), allowed=PLACEHOLDERS)
        if problems:
            wrong[name] = problem_text(problems[0], PLACEHOLDERS)
    if wrong:
        raise TextsWrong(fields=wrong)
