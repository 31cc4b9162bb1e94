"""API of the next release before it is out: what differs, whom it concerns, what each reads."""

from typing import Any

from django.http import Http404
from django.shortcuts import get_object_or_404
from drf_spectacular.utils import OpenApiParameter, extend_schema
from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response

from cohorts.api.entry import CohortView
from cohorts.api.problems import READ_PROBLEMS
from cohorts.api.shared import page_of
from cohorts.permissions import may_preview_release
from g60portal.common.paging import KeysetPages
from participants.models import Enrollment
from sessions.api.release_shapes import ChangeLineOut
from sessions.api.releases import PAGE_PARAMETERS
from sessions.notices.release_samples import samples_of
from sessions.queries.audience import CHANGE_DIGEST, ITINERARY_RELEASED
from sessions.queries.release_pages import preview_rows
from sessions.queries.release_people import own_lines, people_told, told_person
from sessions.queries.release_preview import preview_of
from sessions.queries.release_requests import open_request


class PreviewChangeOut(ChangeLineOut):
    people = serializers.IntegerField(help_text="How many are told of it.")


class ReleasePreviewOut(serializers.Serializer[Any]):
    """`fingerprint` names the timetable as it is: give it with the consent to it."""

    number = serializers.IntegerField()
    previous = serializers.IntegerField(allow_null=True)
    fingerprint = serializers.CharField()
    has_news = serializers.BooleanField()
    people = serializers.IntegerField()
    told = serializers.IntegerField(help_text="People who get a mail.")
    newcomers = serializers.IntegerField(help_text="Of these, with the whole itinerary.")
    changes = PreviewChangeOut(many=True)


class PreviewPersonOut(serializers.Serializer[Any]):
    seat = serializers.IntegerField()
    enrollment = serializers.IntegerField()
    name = serializers.CharField()
    group = serializers.CharField(allow_null=True)
    kind = serializers.ChoiceField(choices=[ITINERARY_RELEASED, CHANGE_DIGEST])
    changes = serializers.IntegerField(allow_null=True, help_text="Null: the whole itinerary.")


class SampleMailOut(serializers.Serializer[Any]):
    language = serializers.CharField()
    subject = serializers.CharField()
    text = serializers.CharField()
    html = serializers.CharField()
    files = serializers.ListField(child=serializers.CharField())


class PreviewPersonDetailOut(PreviewPersonOut):
    lines = ChangeLineOut(many=True)
    mails = SampleMailOut(many=True)


class _PreviewView(CohortView):
    may_read = staticmethod(may_preview_release)
    may_write = staticmethod(may_preview_release)


class ReleasePreviewView(_PreviewView):
    @extend_schema(
        operation_id="releases_preview", responses={200: ReleasePreviewOut, **READ_PROBLEMS}
    )
    def get(self, request: Request, code: str) -> Response:
        """What publishing now would change, and how many people would be told of what."""
        preview = preview_of(self.cohort)
        rows = preview_rows(self.cohort, preview)
        changes = [{**ChangeLineOut(row.line).data, "people": row.told_count} for row in rows]
        return Response(
            {
                "number": preview.number,
                "previous": preview.previous.number if preview.previous else None,
                "fingerprint": preview.fingerprint,
                "has_news": preview.has_news,
                "people": preview.people_count,
                "told": preview.told_count,
                "newcomers": preview.newcomer_count,
                "changes": changes,
            }
        )


class ReleasePreviewPeopleView(_PreviewView):
    @extend_schema(
        operation_id="releases_preview_people",
        parameters=[OpenApiParameter("q", str, description="Part of a name."), *PAGE_PARAMETERS],
        responses={200: page_of(PreviewPersonOut), **READ_PROBLEMS},
    )
    def get(self, request: Request, code: str) -> Response:
        """Everybody who would get a mail, by seat."""
        preview = preview_of(self.cohort)
        people = people_told(self.cohort, preview, q=request.query_params.get("q", "").strip())
        pages = KeysetPages()
        pages.ordering = ("seat", "pk")
        found = pages.paginate_queryset(people, request, view=self) or []
        return pages.get_paginated_response([_person(one, preview) for one in found])


class ReleasePreviewPersonView(_PreviewView):
    @extend_schema(
        operation_id="releases_preview_person",
        parameters=[OpenApiParameter("comment", str, description="A word to try in the mail.")],
        responses={200: PreviewPersonDetailOut, **READ_PROBLEMS},
    )
    def get(self, request: Request, code: str, seat: int) -> Response:
        """What one person would be told, and the mail in every language. The address of the
        personal calendar is left out."""
        people = Enrollment.objects.filter(cohort=self.cohort).select_related("person", "group")
        enrollment = get_object_or_404(people, seat=seat)
        preview = preview_of(self.cohort)
        if enrollment.pk not in preview.audience.now:
            raise Http404
        asked = open_request(self.cohort)
        comment = asked.comment if asked else request.query_params.get("comment", "")
        mails = samples_of(self.cohort, preview, enrollment, comment=comment[:500])
        lines = own_lines(preview, preview.audience.move_of(enrollment.pk))
        return Response(
            {
                **_person(enrollment, preview),
                "lines": ChangeLineOut(lines, many=True).data,
                "mails": SampleMailOut(mails, many=True).data,
            }
        )


def _person(enrollment: Enrollment, preview: Any) -> dict[str, Any]:
    told = told_person(enrollment, preview)
    return {
        "seat": enrollment.seat,
        "enrollment": enrollment.pk,
        "name": enrollment.person.name,
        "group": enrollment.group.name if enrollment.group else None,
        "kind": ITINERARY_RELEASED if told.change_count is None else CHANGE_DIGEST,
        "changes": told.change_count,
    }
