"""Releases that wait for the consent of the hosts: who has answered for which leg, for what."""

from collections import defaultdict
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum

from django.db.models import Prefetch, QuerySet

from cohorts.choices import Role
from cohorts.models import Cohort, CohortRole, Leg
from cohorts.permissions import may_answer_for_leg
from cohorts.queries.standing import Standing
from g60portal.accounts.models import User
from sessions.choices import RequestState
from sessions.models import ReleaseConsent, ReleaseRequest


class Answer(StrEnum):
    WAITING = "waiting"
    AGREED = "agreed"
    DECLINED = "declined"
    # Agreed to a timetable that has been changed since.
    VOID = "void"


@dataclass(frozen=True)
class LegAnswer:
    """What the host of one leg has said. `hosts` may answer; the leads where there is none."""

    leg: Leg
    answer: Answer
    consent: ReleaseConsent | None
    hosts: Sequence[User]


def requests_of(cohort: Cohort) -> QuerySet[ReleaseRequest]:
    """Newest first, with the answers."""
    consents = ReleaseConsent.objects.select_related("by").order_by("leg__position")
    return (
        ReleaseRequest.objects.filter(cohort=cohort)
        .select_related("by", "release")
        .prefetch_related(Prefetch("consents", queryset=consents))
        .order_by("-pk")
    )


def open_request(cohort: Cohort) -> ReleaseRequest | None:
    return requests_of(cohort).filter(state=RequestState.OPEN).first()


@dataclass(frozen=True)
class Parties:
    """The legs of a cohort in their order, and the organizers of each."""

    legs: Sequence[Leg]
    hosts: Mapping[int, Sequence[User]]


def parties_of(cohort_id: int) -> Parties:
    legs = Leg.objects.filter(cohort=cohort_id).select_related("city", "host")
    return Parties(list(legs.order_by("position")), hosts_of(cohort_id))


def leg_answers(
    request: ReleaseRequest, fingerprint: str, parties: Parties | None = None
) -> list[LegAnswer]:
    """For every leg in its order, as they stand for the timetable of that fingerprint."""
    parties = parties or parties_of(request.cohort_id)
    found = {consent.leg_id: consent for consent in request.consents.all()}
    return [
        LegAnswer(
            leg=leg,
            answer=_answer(found.get(leg.pk), fingerprint),
            consent=found.get(leg.pk),
            hosts=parties.hosts.get(leg.pk, ()),
        )
        for leg in parties.legs
    ]


def hosts_of(cohort_id: int) -> Mapping[int, Sequence[User]]:
    """The organizers of each leg; an empty list for legs without any."""
    roles = CohortRole.objects.filter(cohort=cohort_id, role=Role.LEG, user__is_active=True)
    found: dict[int, list[User]] = defaultdict(list)
    for role in roles.select_related("user").order_by("pk"):
        if role.leg_id is not None:
            found[role.leg_id].append(role.user)
    return found


def answerable(answers: Collection[LegAnswer], standing: Standing) -> list[LegAnswer]:
    """Those that somebody of this standing may give (again)."""
    return [
        one for one in answers if may_answer_for_leg(standing, one.leg.pk, hosted=bool(one.hosts))
    ]


def may_answer(standing: Standing, leg: Leg) -> bool:
    hosted = CohortRole.objects.filter(leg=leg, role=Role.LEG, user__is_active=True).exists()
    return may_answer_for_leg(standing, leg.pk, hosted=hosted)


def _answer(consent: ReleaseConsent | None, fingerprint: str) -> Answer:
    if consent is None:
        return Answer.WAITING
    if not consent.agreed:
        return Answer.DECLINED
    return Answer.AGREED if consent.fingerprint == fingerprint else Answer.VOID
