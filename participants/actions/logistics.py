"""The logistics form: filled in by the participant leg by leg, looked through by the leg's host."""

import datetime as dt
from collections.abc import Mapping
from typing import Any

from django.db import transaction

from cohorts.actions.locking import locked_open
from cohorts.models import Leg
from g60portal.accounts.models import User
from g60portal.audit.record import record
from g60portal.common import clock
from g60portal.common.locks import locked
from participants.actions.consents import give_consent, withdraw_consent
from participants.choices import ACTIVE_STATES, ConsentChannel, ConsentPurpose
from participants.models import Enrollment, LegLogistics, LogisticsForm
from participants.queries.logistics import diet_consent_given
from participants.queries.logistics_papers import SEALED_TEXTS, opened_texts, sealed_texts
from participants.refusals import LogisticsConsentMissing, LogisticsWrong, NotOfLeg
from participants.rules.logistics import (
    FACTS,
    OPEN_FACTS,
    SENSITIVE,
    LegDays,
    cleaned,
    problems_in,
)
from participants.rules.phones import normalize_phone


@transaction.atomic
def save_logistics(
    *,
    enrollment: Enrollment,
    leg: Leg,
    facts: Mapping[str, Any],
    consent: bool | None,
    by: User | None,
    language: str = "",
) -> LogisticsForm:
    """Write any of `FACTS`; what is not named stays, in a new form the usual nights. Locks the
    person, so that no consent is taken back meanwhile, then the enrollment.

    `consent` gives or takes back the consent to diet and health, None leaves it as it is. Without
    one in force, LogisticsConsentMissing for whoever says something of these. After the deadline
    the changed fields wait for an organizer's look. Raises LogisticsWrong, NotOfLeg.
    """
    locked(enrollment.person)
    row = locked(enrollment)
    if leg.cohort_id != row.cohort_id or row.state not in ACTIVE_STATES:
        raise NotOfLeg
    unknown = set(facts) - set(FACTS)
    if unknown:
        raise TypeError(f"A logistics form has no facts {sorted(unknown)}.")
    _say_consent(row, consent=consent, by=by, language=language)
    form = LogisticsForm.objects.filter(enrollment=row, leg=leg).first()
    fresh = form is None
    if form is None:
        nights = LegDays(leg.starts_on, leg.ends_on).usual_nights
        form = LogisticsForm(enrollment=row, leg=leg, nights=nights)
    wanted = _wanted(form, facts, leg)
    _demand_consent(row, wanted)
    changed = _written(form, wanted)
    if not changed and not fresh:
        return form
    _note_late(form, changed, leg, fresh=fresh)
    form.changed_at = clock.now()
    form.save()
    # What was said stays out of the audit: which fields is enough to follow what happened.
    record(
        "logistics.filled" if fresh else "logistics.changed",
        row,
        by=by,
        scope=leg.cohort.code,
        after={"leg": leg.position, "fields": changed, "late": bool(form.late_fields)},
    )
    return form


@transaction.atomic
def note_late_changes(*, form: LogisticsForm, by: User | None) -> LogisticsForm:
    """An organizer has seen what was changed after the deadline. Locks the form."""
    row = locked(form)
    if row.late_fields:
        before, row.late_fields = row.late_fields, []
        row.save(update_fields=["late_fields"])
        record(
            "logistics.noted",
            row.enrollment,
            by=by,
            scope=row.leg.cohort.code,
            before={"leg": row.leg.position, "fields": before},
        )
    return row


@transaction.atomic
def read_special_needs(*, form: LogisticsForm, by: User | None) -> dict[str, str]:
    """What was written of allergies and special needs, in clear; that it was read is written
    down, when there is something."""
    texts = opened_texts(form)
    if any(texts.values()):
        record(
            "logistics.needs_read",
            form.enrollment,
            by=by,
            scope=form.leg.cohort.code,
            after={"leg": form.leg.position},
        )
    return texts


@transaction.atomic
def set_logistics_deadline(
    *, leg: Leg, due_at: dt.datetime | None, by: User | None
) -> LegLogistics:
    """Until when the forms of a leg are filled in; None asks for no end. Locks the cohort."""
    cohort = locked_open(leg.cohort)
    row, _made = LegLogistics.objects.get_or_create(leg=leg)
    before = row.due_at
    if before != due_at:
        row.due_at = due_at
        row.save(update_fields=["due_at"])
        record(
            "logistics.deadline_set",
            leg,
            by=by,
            scope=cohort.code,
            before={"due_at": before},
            after={"due_at": due_at},
        )
    return row


def _say_consent(row: Enrollment, *, consent: bool | None, by: User | None, language: str) -> None:
    if consent is None:
        return
    purpose, channel = ConsentPurpose.DIET, ConsentChannel.OWN_PAGE
    if consent:
        give_consent(person=row.person, purpose=purpose, by=by, channel=channel, language=language)
    else:
        withdraw_consent(person=row.person, purpose=purpose, by=by, channel=channel)


def _wanted(form: LogisticsForm, facts: Mapping[str, Any], leg: Leg) -> dict[str, Any]:
    """All facts as they are to stand, in stored spelling. Raises LogisticsWrong."""
    present = {name: getattr(form, name) for name in (*OPEN_FACTS, "diet")}
    told = {
        name: clock.local(value) if isinstance(value, dt.datetime) else value
        for name, value in facts.items()
    }
    wanted = cleaned(present | opened_texts(form) | told)
    problems = problems_in(wanted, LegDays(leg.starts_on, leg.ends_on))
    if problems:
        raise LogisticsWrong(fields=problems)
    if wanted["emergency_phone"]:
        wanted["emergency_phone"] = normalize_phone(wanted["emergency_phone"])
    return wanted


def _demand_consent(row: Enrollment, wanted: Mapping[str, Any]) -> None:
    said = [name for name in SENSITIVE if wanted[name]]
    if said and not diet_consent_given(row.person_id):
        raise LogisticsConsentMissing(
            fields=dict.fromkeys(said, LogisticsConsentMissing.text), facts={"fields": said}
        )


def _written(form: LogisticsForm, wanted: Mapping[str, Any]) -> list[str]:
    """Set what differs; answers the names."""
    texts = opened_texts(form)
    changed = [name for name in SEALED_TEXTS if texts[name] != wanted[name]]
    if changed:
        form.sealed = sealed_texts(form, wanted)
    for name in (*OPEN_FACTS, "diet"):
        if getattr(form, name) != wanted[name]:
            setattr(form, name, wanted[name])
            changed.append(name)
    return sorted(changed)


def _note_late(form: LogisticsForm, changed: list[str], leg: Leg, *, fresh: bool) -> None:
    """Somebody who fills the form in late is simply late; changes are to be looked at."""
    row = LegLogistics.objects.filter(leg=leg).first()
    if fresh or row is None or row.due_at is None or clock.now() <= row.due_at:
        return
    form.late_fields = sorted({*form.late_fields, *changed})
