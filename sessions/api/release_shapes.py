"""Shapes that several routes of releases share: a change in words, a request for consent."""

from typing import Any

from rest_framework import serializers

from cohorts.models import Cohort
from sessions.choices import RequestState
from sessions.models import ReleaseRequest
from sessions.queries.release_requests import (
    Answer,
    Parties,
    leg_answers,
    parties_of,
    requests_of,
)


class ChangeDetailOut(serializers.Serializer[Any]):
    what = serializers.CharField(source="label")
    old = serializers.CharField(allow_blank=True)
    new = serializers.CharField(allow_blank=True)


class ChangeLineOut(serializers.Serializer[Any]):
    """One session that is new, different or gone, in words of the request's language."""

    session = serializers.IntegerField(source="session_id")
    change = serializers.ChoiceField(
        choices=["added", "moved", "cancelled", "removed"], source="kind"
    )
    what = serializers.CharField()
    title = serializers.CharField()
    when = serializers.CharField()
    place = serializers.CharField(allow_blank=True)
    details = ChangeDetailOut(many=True)
    reason = serializers.CharField(allow_blank=True)


class LegAnswerOut(serializers.Serializer[Any]):
    leg = serializers.IntegerField(source="leg.pk")
    answer = serializers.ChoiceField(choices=[(one.value, one.value) for one in Answer])
    note = serializers.CharField(source="consent.note", default="")
    by = serializers.SerializerMethodField()
    at = serializers.DateTimeField(source="consent.at", default=None, allow_null=True)

    def get_by(self, one: Any) -> str | None:
        return str(one.consent.by) if one.consent and one.consent.by else None


class ReleaseRequestOut(serializers.Serializer[Any]):
    """`fingerprint` is that of the timetable that would be released: consent to another one is
    void. `release` is the number that came of it."""

    id = serializers.IntegerField()
    state = serializers.ChoiceField(choices=RequestState.choices)
    name = serializers.CharField(allow_blank=True)
    comment = serializers.CharField(allow_blank=True)
    by = serializers.CharField(allow_null=True)
    asked_at = serializers.DateTimeField()
    closed_at = serializers.DateTimeField(allow_null=True)
    fingerprint = serializers.CharField()
    release = serializers.IntegerField(allow_null=True)
    answers = LegAnswerOut(many=True)


def request_shape(
    cohort: Cohort, request: ReleaseRequest, fingerprint: str | None = None
) -> dict[str, Any]:
    """`fingerprint` of the draft, for one that is open; a closed one keeps its own."""
    row = requests_of(cohort).get(pk=request.pk)
    return request_facts(row, fingerprint or row.fingerprint, parties_of(cohort.pk))


def request_facts(row: ReleaseRequest, fingerprint: str, parties: Parties) -> dict[str, Any]:
    return {
        "id": row.pk,
        "state": row.state,
        "name": row.name,
        "comment": row.comment,
        "by": str(row.by) if row.by else None,
        "asked_at": row.asked_at,
        "closed_at": row.closed_at,
        "fingerprint": fingerprint,
        "release": row.release.number if row.release else None,
        "answers": LegAnswerOut(leg_answers(row, fingerprint, parties), many=True).data,
    }
