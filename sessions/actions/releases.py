"""Publishing the timetable. The only writer of releases."""

from collections.abc import Mapping, Sequence
from typing import Any

from django.db import connection, transaction
from django.utils.translation import gettext_lazy as _

from cohorts.choices import CohortState
from cohorts.models import Cohort
from g60portal.accounts.models import User
from g60portal.audit.record import record
from g60portal.common.arrays import array_text
from g60portal.common.locks import locked, locked_rows
from g60portal.common.refusals import Refusal
from participants.models import Group
from sessions.actions.reminders import plan_reminders
from sessions.choices import SessionState
from sessions.models import Release, ReleasedSession, TrainingSession
from sessions.notices.release_news import supersede_untold, write_release_notices
from sessions.queries.audience import Base, Membership, audience_of
from sessions.queries.release_preview import Preview, past_pictures, preview_from
from sessions.queries.releases import Picture, draft_sessions, draft_slots, latest_release
from sessions.rules.release_diff import ReleaseDiff, Slot

_FREEZE_GROUPS = """
    INSERT INTO training_sessions_releasedgroup (release_id, group_id_then, name, enrollment_ids)
    SELECT %(release)s, group_id, name, members::bigint[]
      FROM unnest(%(groups)s::bigint[], %(names)s::text[], %(members)s::text[])
           AS frozen (group_id, name, members)
"""
CLOSED_STATES = frozenset({CohortState.ARCHIVED, CohortState.CANCELLED})


class NothingToRelease(Refusal):
    code = "nothing_to_release"
    text = _("Nothing has changed since the last release.")


class AlreadyReleased(Refusal):
    """The page was made before somebody (or the same click twice) published; facts: `number`."""

    code = "already_released"
    status = 409
    text = _("This has been released in the meantime. Look at what has changed since.")


class CohortClosed(Refusal):
    code = "cohort_closed"
    text = _("The timetable of a cancelled or archived cohort cannot be released.")


class DraftChanged(Refusal):
    """Consent is for what was seen; facts: `fingerprint` of the timetable as it is now."""

    code = "draft_changed"
    status = 409
    text = _("The timetable has been changed since you looked. Look again, then answer.")


class ConsentNeeded(Refusal):
    """The cohort demands the consent of every host: ask for it instead."""

    code = "consent_needed"
    status = 409
    text = _("This cohort's releases need the consent of every host.")


@transaction.atomic
def publish_release(
    *,
    cohort: Cohort,
    name: str,
    comment: str,
    by: User | None,
    expected_number: int | None = None,
    urgent: bool = False,
) -> Release:
    """Freeze the timetable as the next release and tell everybody whom it concerns.

    Locks the cohort (numbers, double clicks, enrolling) and its sessions. `expected_number` is the
    number that the user saw: another one means that somebody was faster. Messages leave when the
    cohort's waiting time is over, those of an `urgent` release at once; what of earlier releases
    has not left by now never will, because the new messages tell the difference from what each
    person knows.
    """
    cohort = locked(cohort)
    if cohort.release_needs_consent:
        raise ConsentNeeded
    return release_under_lock(
        cohort=cohort,
        name=name,
        comment=comment,
        by=by,
        expected_number=expected_number,
        urgent=urgent,
    )


def demand_open_cohort(cohort: Cohort) -> None:
    if cohort.state in CLOSED_STATES:
        raise CohortClosed


def release_under_lock(
    *,
    cohort: Cohort,
    name: str,
    comment: str,
    by: User | None,
    author: User | None = None,
    expected_number: int | None = None,
    fingerprint: str | None = None,
    urgent: bool = False,
) -> Release:
    """`publish_release` for a caller that has locked the cohort and needs no (more) consent.

    `author` is whose release it is, when that is not who acts. With a `fingerprint` only the
    timetable of that fingerprint is released.
    """
    previous = latest_release(cohort)
    number = previous.number + 1 if previous else 1
    demand_open_cohort(cohort)
    if expected_number not in (None, number):
        raise AlreadyReleased(facts={"number": number - 1})
    sessions = locked_rows(draft_sessions(cohort))
    untold = supersede_untold(cohort=cohort, number=number)
    preview = _preview(cohort, previous, sessions, untold)
    if fingerprint not in (None, preview.fingerprint):
        raise DraftChanged(facts={"fingerprint": preview.fingerprint})
    if not preview.has_news:
        raise NothingToRelease
    release = Release.objects.create(
        cohort=cohort,
        number=number,
        name=name.strip(),
        comment=comment.strip(),
        urgent=urgent,
        by=author or by,
    )
    _freeze_sessions(release, preview.past, preview.slots, preview.diff, sessions)
    _freeze_groups(release, preview.audience.now)
    _plan_drafts(preview.slots)
    plan_reminders(cohort=cohort, slots=preview.slots.values())
    told_count = write_release_notices(release=release, preview=preview)
    after = {
        "release": number,
        "sessions": len(preview.slots),
        "told": told_count,
        "name": release.name,
    }
    if urgent:
        after["urgent"] = True
    record("timetable_released", release, by=by, scope=cohort.code, after=after)
    return release


def _preview(
    cohort: Cohort,
    previous: Release | None,
    sessions: Sequence[TrainingSession],
    untold: Mapping[int, Base],
) -> Preview:
    audience = audience_of(cohort, previous, untold)
    pasts = past_pictures(previous, audience)
    past = pasts[previous.pk].slots if previous else {}
    return preview_from(previous, pasts, draft_slots(sessions, past), audience)


def _freeze_sessions(
    release: Release,
    past: Picture,
    slots: Mapping[int, Slot],
    diff: ReleaseDiff,
    sessions: Sequence[TrainingSession],
) -> None:
    changed = diff.session_ids
    uids = {training_session.pk: training_session.uid for training_session in sessions}
    ReleasedSession.objects.bulk_create(
        ReleasedSession(
            release=release,
            training_session_id=key,
            uid=uids[key],
            sequence=release.number - 1 if key in changed else past.sequences[key],
            **_columns(slot),
        )
        for key, slot in slots.items()
    )


def _columns(slot: Slot) -> dict[str, Any]:
    """The columns of a frozen row from its value."""
    return {
        "leg_id_then": slot.leg_id,
        "city_code": slot.city_code,
        "kind": slot.kind,
        "state": slot.state,
        "cancel_reason": slot.cancel_reason,
        "title": slot.title,
        "title_en": slot.title_en,
        "description": slot.description,
        "venue_id_then": slot.venue_id,
        "venue_name": slot.venue_name,
        "venue_name_en": slot.venue_name_en,
        "venue_address": slot.venue_address,
        "venue_address_en": slot.venue_address_en,
        "latitude": slot.latitude,
        "longitude": slot.longitude,
        "speakers": [vars(speaker) for speaker in slot.speakers],
        "group_ids": sorted(slot.group_ids),
        "starts_at": slot.starts_at,
        "ends_at": slot.ends_at,
        "hours": slot.hours,
        "compulsory": slot.compulsory,
    }


def _freeze_groups(release: Release, now: Membership) -> None:
    names = dict(Group.objects.filter(cohort=release.cohort).values_list("pk", "name"))
    members: dict[int | None, list[int]] = {}
    for enrollment_id, group_id in now.items():
        members.setdefault(group_id, []).append(enrollment_id)
    facts: dict[str, Any] = {
        "release": release.pk,
        "groups": array_text(members),
        "names": [names[group_id] if group_id else "" for group_id in members],
        "members": [array_text(sorted(ids)) for ids in members.values()],
    }
    with connection.cursor() as cursor:
        cursor.execute(_FREEZE_GROUPS, facts)


def _plan_drafts(slots: Mapping[int, Slot]) -> None:
    """What is released is planned. The version stays: no fact that organizers edit has changed."""
    drafts = TrainingSession.objects.filter(pk__in=slots, state=SessionState.DRAFT)
    drafts.update(state=SessionState.PLANNED)
