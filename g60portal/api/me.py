"""`me/`: who I am here, in which roles, and in which cohorts I take part."""

from typing import Any

from drf_spectacular.utils import extend_schema
from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from cohorts.api.problems import ProblemOut
from cohorts.models import CohortRole
from g60portal.accounts.viewer import signed_in
from participants.models import Enrollment


class RoleOut(serializers.Serializer[Any]):
    role = serializers.CharField()
    cohort = serializers.CharField(allow_null=True)
    leg = serializers.IntegerField(allow_null=True)
    city = serializers.CharField(allow_null=True)


class OwnEnrollmentOut(serializers.Serializer[Any]):
    id = serializers.IntegerField()
    cohort = serializers.CharField()
    seat = serializers.IntegerField()
    state = serializers.CharField()
    group = serializers.IntegerField(allow_null=True)


class MeOut(serializers.Serializer[Any]):
    email = serializers.EmailField()
    name = serializers.CharField()
    language = serializers.CharField()
    administrator = serializers.BooleanField()
    roles = RoleOut(many=True)
    enrollments = OwnEnrollmentOut(many=True)


class MeView(APIView):
    @extend_schema(operation_id="me", responses={200: MeOut, 401: ProblemOut})
    def get(self, request: Request) -> Response:
        """Who I am here, in which roles, and in which cohorts I take part."""
        user = signed_in(request)
        roles = CohortRole.objects.filter(user_id=user.pk).values_list(
            "role", "cohort__code", "leg_id", "city__code"
        )
        enrollments = Enrollment.objects.filter(person__user_id=user.pk).order_by(
            "-cohort__starts_on", "pk"
        )
        return Response(
            {
                "email": user.email,
                "name": user.name,
                "language": user.language,
                "administrator": user.is_superuser,
                "roles": [
                    {"role": role, "cohort": cohort, "leg": leg, "city": city}
                    for role, cohort, leg, city in roles
                ],
                "enrollments": [
                    {"id": pk, "cohort": cohort, "seat": seat, "state": state, "group": group}
                    for pk, cohort, seat, state, group in enrollments.values_list(
                        "pk", "cohort__code", "seat", "state", "group_id"
                    )
                ],
            }
        )
