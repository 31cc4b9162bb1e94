"""Certificates by API: the list, issuing after a fresh completion run, revoking, the documents."""

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
from cohorts.api.problems import READ_PROBLEMS, WRITE_PROBLEMS, ProblemOut
from cohorts.api.shared import page_of, paged
from cohorts.models import Cohort
from cohorts.permissions import may_complete, may_see_certificates
from participants.actions.certificates import revoke_certificate
from participants.choices import RevokeKind
from participants.models import Certificate
from participants.queries.certificates import certificate_list
from participants.views.documents import certificate_document
from sessions.actions.completion import complete_and_issue


class CertificateOut(serializers.Serializer[Any]):
    """Rows come from `certificate_list`. `file` is null until the document is printed."""

    number = serializers.CharField()
    enrollment = serializers.IntegerField(source="enrollment_id")
    name = serializers.CharField()
    state = serializers.CharField()
    issued_on = serializers.DateField()
    sha256 = serializers.CharField()
    file = serializers.SerializerMethodField()
    verify_code = serializers.CharField()
    verify_url = serializers.URLField()

    def get_file(self, row: Any) -> str | None:
        path = reverse("api-certificate-file", args=[row.code, row.number])
        return settings.PORTAL_URL + path if row.rendered_at else None


CERTIFICATE_PAGE = page_of(CertificateOut)


class RevokeIn(serializers.Serializer[Any]):
    reason = serializers.CharField(max_length=300)
    kind = serializers.ChoiceField(choices=RevokeKind.choices, required=False)


class CertificateListView(CohortView):
    may_read = staticmethod(may_see_certificates)
    may_write = staticmethod(may_complete)

    @extend_schema(
        operation_id="certificates_list",
        parameters=[OpenApiParameter("cursor", str), OpenApiParameter("limit", int)],
        responses={200: CERTIFICATE_PAGE, **READ_PROBLEMS},
    )
    def get(self, request: Request, code: str) -> Response:
        return paged(self, certificate_list(self.cohort), CertificateOut, "serial")

    @extend_schema(
        operation_id="certificates_issue",
        request=None,
        responses={201: CERTIFICATE_PAGE, **WRITE_PROBLEMS, 409: ProblemOut},
    )
    def post(self, request: Request, code: str) -> Response:
        """Runs the completion, then issues to all who passed and never had a certificate."""
        issued = complete_and_issue(cohort=self.cohort, by=self.by)
        rows = certificate_list(self.cohort).filter(pk__in=[row.pk for row in issued])
        results = CertificateOut(rows, many=True).data
        return Response({"next": None, "previous": None, "results": results}, status=201)


class CertificateRevokeView(CohortView):
    may_read = staticmethod(may_complete)
    may_write = staticmethod(may_complete)

    @extend_schema(
        operation_id="certificates_revoke",
        request=RevokeIn,
        responses={200: CertificateOut, **WRITE_PROBLEMS, 409: ProblemOut},
    )
    def post(self, request: Request, code: str, number: str) -> Response:
        asked = RevokeIn(data=request.data)
        asked.is_valid(raise_exception=True)
        certificate = _certificate_or_404(self.cohort, number)
        revoke_certificate(certificate=certificate, by=self.by, **asked.validated_data)
        return Response(CertificateOut(_certificate_or_404(self.cohort, number)).data)


class CertificateFileView(CohortView):
    may_read = staticmethod(may_see_certificates)
    may_write = staticmethod(may_complete)

    @extend_schema(
        operation_id="certificates_file",
        responses={(200, "application/pdf"): OpenApiTypes.BINARY, **READ_PROBLEMS},
    )
    def get(self, request: Request, code: str, number: str) -> HttpResponse:
        return certificate_document(_certificate_or_404(self.cohort, number))


def _certificate_or_404(cohort: Cohort, number: str) -> Certificate:
    row = certificate_list(cohort).defer(None).filter(number=number).first()
    if row is None:
        raise Http404
    return row
