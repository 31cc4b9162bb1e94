"""Documents by API: the list of those that the role may have, and each as a PDF."""

from typing import Any

from django.conf import settings
from django.http import Http404, HttpResponse
from django.urls import reverse
from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import OpenApiParameter, extend_schema
from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response

from cohorts.api.entry import CohortView
from cohorts.api.problems import READ_PROBLEMS, ProblemOut
from cohorts.permissions import may_edit_cohort, may_see_cohort
from participants.queries.roster import ORDERINGS
from sessions.documents.catalogue import document_named, documents_for
from sessions.forms.documents import LANGUAGES, document_language, document_wish
from sessions.views.documents import document_response


class DocumentOut(serializers.Serializer[Any]):
    """`personal` names the contact columns in clear; getting such a document is written down."""

    name = serializers.CharField()
    title = serializers.CharField()
    note = serializers.CharField()
    personal = serializers.ListField(child=serializers.CharField())
    ordered = serializers.BooleanField()
    file = serializers.URLField()


class DocumentListView(CohortView):
    may_read = staticmethod(may_see_cohort)
    may_write = staticmethod(may_edit_cohort)

    @extend_schema(
        operation_id="documents_list",
        responses={200: DocumentOut(many=True), **READ_PROBLEMS},
    )
    def get(self, request: Request, code: str) -> Response:
        rows = [
            {
                "name": document.name,
                "title": document.title,
                "note": document.note,
                "personal": document.personal(self.standing),
                "ordered": document.ordered,
                "file": settings.PORTAL_URL
                + reverse("api-document-file", args=[code, document.name]),
            }
            for document in documents_for(self.standing)
        ]
        return Response(DocumentOut(rows, many=True).data)


class DocumentFileView(CohortView):
    may_read = staticmethod(may_see_cohort)
    may_write = staticmethod(may_edit_cohort)

    @extend_schema(
        operation_id="documents_file",
        parameters=[
            OpenApiParameter("language", str, enum=LANGUAGES),
            OpenApiParameter("ordering", str, enum=ORDERINGS),
            OpenApiParameter("rows", int, description="Rows of the hall, for the seat plan."),
            OpenApiParameter("columns", int, description="Seats a row, for the seat plan."),
            OpenApiParameter(
                "reason",
                str,
                description="Why the list for the hotel shows papers in clear; written down.",
            ),
        ],
        responses={
            (200, "application/pdf"): OpenApiTypes.BINARY,
            400: ProblemOut,
            **READ_PROBLEMS,
            422: ProblemOut,
        },
    )
    def get(self, request: Request, code: str, name: str) -> HttpResponse:
        document = document_named(name, self.standing)
        if document is None:
            raise Http404
        params = request.query_params.dict()
        return document_response(
            document,
            self.cohort,
            self.standing,
            document_wish(params),
            document_language(params),
            by=self.by,
        )
