"""Releasing with the consent of every host: asking, agreeing, declining, withdrawing.

Consent is given to what was seen: after an edit it is void, and the host is asked again as soon as
another one agrees to the timetable as it is then. The last agreement publishes.
"""

from collections.abc import Iterable

from django.db import transaction
from django.utils.translation import gettext_lazy as _

from cohorts.models import Cohort, Leg
from g60portal.accounts.models import User
from g60portal.audit.record import record
from g60portal.common import clock
from g60portal.common.locks import locked
from g60portal.common.refusals import Refusal
from g60portal.notices.outbox import write_notices
from sessions.actions.releases import (
    AlreadyReleased,
    DraftChanged,
    NothingToRelease,
    demand_open_cohort,
    release_under_lock,
)
from sessions.choices import RequestState
from sessions.models import Release, ReleaseConsent, ReleaseRequest
from sessions.notices.release_consent import consent_answered, consent_asked
from sessions.queries.release_preview import preview_of
from sessions.queries.release_requests import Answer, LegAnswer, leg_answers, requests_of


class AlreadyAsked(Refusal):
    code = "already_asked"
    status = 409
    text = _("A release of this cohort waits for consent already.")


class RequestClosed(Refusal):
    code = "request_closed"
    status = 409
    text = _("This release does not wait for consent any more.")


class NoteMissing(Refusal):
    code = "note_missing"
    text = _("Say what has to change before you agree.")


class LegNotAsked(Refusal):
    code = "leg_not_asked"
    text = _("This leg is not one of the cohort.")


@transaction.atomic
def release_or_ask(
    *,
    cohort: Cohort,
    name: str,
    comment: str,
    by: User | None,
    expected_number: int | None = None,
    urgent: bool = False,
) -> Release | ReleaseRequest:
    """Publish at once, or ask the hosts where the cohort demands consent. Locks the cohort."""
    cohort = locked(cohort)
    if not cohort.release_needs_consent:
        return release_under_lock(
            cohort=cohort,
            name=name,
            comment=comment,
            by=by,
            expected_number=expected_number,
            urgent=urgent,
        )
    demand_open_cohort(cohort)
    if ReleaseRequest.objects.filter(cohort=cohort, state=RequestState.OPEN).exists():
        raise AlreadyAsked
    preview = preview_of(cohort)
    if expected_number not in (None, preview.number):
        raise AlreadyReleased(facts={"number": preview.number - 1})
    if not preview.has_news:
        raise NothingToRelease
    request = ReleaseRequest.objects.create(
        cohort=cohort,
        name=name.strip(),
        comment=comment.strip(),
        urgent=urgent,
        fingerprint=preview.fingerprint,
        by=by,
    )
    record("release_consent_asked", request, by=by, scope=cohort.code, after=_facts(request))
    write_notices(consent_asked(request, leg_answers(request, preview.fingerprint), asked_by=by))
    return request


@transaction.atomic
def agree_to_release(
    *,
    request: ReleaseRequest,
    leg: Leg,
    note: str,
    by: User | None,
    fingerprint: str | None = None,
) -> ReleaseRequest:
    """The host of one leg agrees; who agrees last publishes in the same transaction.

    `fingerprint` is that of the timetable that the host saw. Locks the cohort, under which alone
    the timetable is written, and then the request: of two that agree at once the later one sees
    the answer of the earlier.
    """
    row = _open_request(request, leg)
    current = preview_of(row.cohort).fingerprint
    if fingerprint not in (None, current):
        raise DraftChanged(facts={"fingerprint": current})
    _answer(row, leg, agreed=True, note=note, fingerprint=current, by=by)
    answers = leg_answers(_with_consents(row), current)
    missing = [one for one in answers if one.answer is not Answer.AGREED]
    if missing:
        _move(row, fingerprint=current)
        _ask_again(row, missing, by)
    else:
        _publish(row, current, by)
    return row


@transaction.atomic
def decline_release(
    *, request: ReleaseRequest, leg: Leg, note: str, by: User | None
) -> ReleaseRequest:
    """The host of one leg declines, and says why: the release is off until it is asked again."""
    row = _open_request(request, leg)
    if not note.strip():
        raise NoteMissing(fields={"note": NoteMissing.text})
    current = preview_of(row.cohort).fingerprint
    _answer(row, leg, agreed=False, note=note, fingerprint=current, by=by)
    _move(row, state=RequestState.DECLINED)
    write_notices(consent_answered(row, by=by))
    return row


@transaction.atomic
def withdraw_request(*, request: ReleaseRequest, by: User | None) -> ReleaseRequest:
    """Take the question back; nothing is released."""
    row = _open_request(request)
    _move(row, state=RequestState.WITHDRAWN)
    record("release_request_withdrawn", row, by=by, scope=row.cohort.code, after=_facts(row))
    return row


def _open_request(request: ReleaseRequest, leg: Leg | None = None) -> ReleaseRequest:
    """The request under its lock, below that of the cohort."""
    cohort = locked(request.cohort)
    row = locked(request)
    row.cohort = cohort
    if row.state != RequestState.OPEN:
        raise RequestClosed
    if leg is not None and leg.cohort_id != cohort.pk:
        raise LegNotAsked(fields={"leg": LegNotAsked.text})
    return row


def _with_consents(row: ReleaseRequest) -> ReleaseRequest:
    return requests_of(row.cohort).get(pk=row.pk)


def _answer(
    row: ReleaseRequest, leg: Leg, *, agreed: bool, note: str, fingerprint: str, by: User | None
) -> None:
    said = " ".join(note.split())
    facts = {
        "agreed": agreed,
        "note": said,
        "fingerprint": fingerprint,
        "by": by,
        "at": clock.now(),
    }
    ReleaseConsent.objects.update_or_create(request=row, leg=leg, defaults=facts)
    verb = "release_agreed" if agreed else "release_declined"
    after = {**_facts(row), "leg": leg.pk, "fingerprint": fingerprint}
    record(verb, row, by=by, scope=row.cohort.code, after=after, reason=said)


def _ask_again(row: ReleaseRequest, missing: Iterable[LegAnswer], by: User | None) -> None:
    """Hosts whose consent is void are told so; the others have been asked already."""
    void = [one for one in missing if one.answer is Answer.VOID]
    write_notices(consent_asked(row, void, asked_by=by))


def _publish(row: ReleaseRequest, fingerprint: str, by: User | None) -> None:
    row.release = release_under_lock(
        cohort=row.cohort,
        name=row.name,
        comment=row.comment,
        author=row.by,
        by=by,
        fingerprint=fingerprint,
        urgent=row.urgent,
    )
    _move(row, state=RequestState.RELEASED, release=row.release, fingerprint=fingerprint)
    write_notices(consent_answered(row, by=by))


def _move(row: ReleaseRequest, **facts: object) -> None:
    if "state" in facts:
        facts["closed_at"] = clock.now()
    for name, value in facts.items():
        setattr(row, name, value)
    row.save(update_fields=list(facts))


def _facts(row: ReleaseRequest) -> dict[str, object]:
    return {"request": row.pk, "state": row.state, "name": row.name}
