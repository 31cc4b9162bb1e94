"""Logistics by API: one's own form leg by leg, and the forms of a leg for who runs it."""

from typing import Any

from django.http import Http404
from django.utils.translation import get_language
from drf_spectacular.utils import extend_schema
from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from cohorts.api.entry import CohortView
from cohorts.api.problems import READ_PROBLEMS, WRITE_PROBLEMS, ProblemOut
from cohorts.permissions import (
    may_ask_for_logistics,
    may_run_leg_logistics,
    people_city_ids,
)
from g60portal.accounts.viewer import signed_in
from g60portal.common.refusals import NotAllowed
from participants.actions.logistics import save_logistics
from participants.choices import Diet, RoomWish, ShirtSize, TravelMode
from participants.models import Enrollment, LogisticsForm
from participants.models.logistics import (
    NAME_LENGTH,
    NUMBER_LENGTH,
    PLACE_LENGTH,
    WISH_LENGTH,
)
from participants.queries.logistics import (
    FormRow,
    LegState,
    diet_consent_given,
    forms_of_leg,
    leg_with_logistics,
    own_enrollments,
    own_forms,
)
from participants.queries.logistics_papers import opened_texts
from participants.rules.logistics import FACTS, OPEN_FACTS

FORM_STATES = (("open", "open"), ("filled", "filled"), ("late", "late"))


class TravelFields(serializers.Serializer[Any]):
    """What a form says, but for diet and health."""

    arrival_mode = serializers.ChoiceField(TravelMode.choices, allow_blank=True, required=False)
    arrival_number = serializers.CharField(
        max_length=NUMBER_LENGTH, allow_blank=True, required=False
    )
    arrival_place = serializers.CharField(max_length=PLACE_LENGTH, allow_blank=True, required=False)
    arrival_at = serializers.DateTimeField(allow_null=True, required=False)
    arrival_pickup = serializers.BooleanField(required=False)
    departure_mode = serializers.ChoiceField(TravelMode.choices, allow_blank=True, required=False)
    departure_number = serializers.CharField(
        max_length=NUMBER_LENGTH, allow_blank=True, required=False
    )
    departure_place = serializers.CharField(
        max_length=PLACE_LENGTH, allow_blank=True, required=False
    )
    departure_at = serializers.DateTimeField(allow_null=True, required=False)
    departure_pickup = serializers.BooleanField(required=False)
    nights = serializers.ListField(
        child=serializers.DateField(),
        max_length=60,
        required=False,
        help_text="Nights, each named by the day on which it begins.",
    )
    room_wish = serializers.ChoiceField(RoomWish.choices, allow_blank=True, required=False)
    roommate = serializers.CharField(max_length=NAME_LENGTH, allow_blank=True, required=False)
    smoker = serializers.BooleanField(required=False)
    shirt_size = serializers.ChoiceField(ShirtSize.choices, allow_blank=True, required=False)
    car_plate = serializers.CharField(max_length=20, allow_blank=True, required=False)
    emergency_name = serializers.CharField(max_length=NAME_LENGTH, allow_blank=True, required=False)
    emergency_relation = serializers.CharField(max_length=40, allow_blank=True, required=False)
    emergency_phone = serializers.CharField(max_length=40, allow_blank=True, required=False)


class OwnLogisticsIn(TravelFields):
    """What is not named stays. `consent` gives or takes back the separate consent to diet and
    health; taken back, all of it is deleted."""

    diet = serializers.ChoiceField(Diet.choices, allow_blank=True, required=False)
    allergy = serializers.CharField(max_length=WISH_LENGTH, allow_blank=True, required=False)
    accessibility = serializers.CharField(max_length=WISH_LENGTH, allow_blank=True, required=False)
    consent = serializers.BooleanField(required=False)


class OwnLogisticsOut(OwnLogisticsIn):
    leg = serializers.IntegerField()
    cohort = serializers.CharField()
    city = serializers.CharField()
    state = serializers.ChoiceField(FORM_STATES)
    due_at = serializers.DateTimeField(allow_null=True)
    late_fields = serializers.ListField(child=serializers.CharField())


class LegFormOut(TravelFields):
    """Diet and special needs are counted on the lists of meals; here they are left out."""

    enrollment = serializers.IntegerField()
    seat = serializers.IntegerField()
    name = serializers.CharField()
    city = serializers.CharField()
    state = serializers.ChoiceField(FORM_STATES)
    late_fields = serializers.ListField(child=serializers.CharField())


class LegFormsOut(serializers.Serializer[Any]):
    leg = serializers.IntegerField()
    due_at = serializers.DateTimeField(allow_null=True)
    results = LegFormOut(many=True)


class OwnLogisticsListView(APIView):
    @extend_schema(
        operation_id="me_logistics_list",
        responses={200: OwnLogisticsOut(many=True), 401: ProblemOut},
    )
    def get(self, request: Request) -> Response:
        """The caller's forms, leg by leg, filled in or not."""
        rows = [
            _own_facts(enrollment, state, form)
            for enrollment in own_enrollments(signed_in(request).pk)
            for state, form in own_forms(enrollment)
        ]
        return Response(OwnLogisticsOut(rows, many=True).data)


class OwnLogisticsView(APIView):
    @extend_schema(
        operation_id="me_logistics_detail",
        responses={200: OwnLogisticsOut, 401: ProblemOut, 404: ProblemOut},
    )
    def get(self, request: Request, leg_id: int) -> Response:
        return Response(OwnLogisticsOut(_own_facts(*_own_leg(request, leg_id))).data)

    @extend_schema(
        operation_id="me_logistics_save",
        request=OwnLogisticsIn,
        responses={200: OwnLogisticsOut, 401: ProblemOut, **WRITE_PROBLEMS},
    )
    def put(self, request: Request, leg_id: int) -> Response:
        enrollment, state, _form = _own_leg(request, leg_id)
        form = OwnLogisticsIn(data=request.data)
        form.is_valid(raise_exception=True)
        said = dict(form.validated_data)
        consent = said.pop("consent", None)
        save_logistics(
            enrollment=enrollment,
            leg=state.leg,
            facts={name: value for name, value in said.items() if name in FACTS},
            consent=consent,
            by=signed_in(request),
            language=get_language() or "",
        )
        return Response(OwnLogisticsOut(_own_facts(*_own_leg(request, leg_id))).data)


class LegLogisticsView(CohortView):
    """Forms in full for who runs the leg; by `may_ask_for_logistics` nobody else comes here."""

    may_read = staticmethod(may_ask_for_logistics)
    may_write = staticmethod(may_ask_for_logistics)

    @extend_schema(operation_id="legs_logistics", responses={200: LegFormsOut, **READ_PROBLEMS})
    def get(self, request: Request, code: str, leg_id: int) -> Response:
        state = leg_with_logistics(self.cohort, leg_id)
        if state is None:
            raise Http404
        if not may_run_leg_logistics(self.standing, leg_id, in_window=state.in_window):
            raise NotAllowed
        rows = forms_of_leg(state.leg, people_city_ids(self.standing))
        facts = {"leg": leg_id, "due_at": state.due_at, "results": map(_row_facts, rows)}
        return Response(LegFormsOut(facts).data)


def _own_leg(request: Request, leg_id: int) -> tuple[Enrollment, LegState, LogisticsForm | None]:
    for enrollment in own_enrollments(signed_in(request).pk):
        for state, form in own_forms(enrollment):
            if state.leg.pk == leg_id:
                return enrollment, state, form
    raise Http404


def _own_facts(
    enrollment: Enrollment, state: LegState, form: LogisticsForm | None
) -> dict[str, Any]:
    row = FormRow(enrollment, form)
    said = form or LogisticsForm(enrollment=enrollment, leg=state.leg)
    return {
        **{name: getattr(said, name) for name in OPEN_FACTS},
        **opened_texts(said),
        "diet": said.diet,
        "consent": diet_consent_given(enrollment.person_id),
        "leg": state.leg.pk,
        "cohort": enrollment.cohort.code,
        "city": state.leg.city.code,
        "state": row.state,
        "due_at": state.due_at,
        "late_fields": said.late_fields,
    }


def _row_facts(row: FormRow) -> dict[str, Any]:
    said = row.form or LogisticsForm()
    return {
        **{name: getattr(said, name) for name in OPEN_FACTS},
        "enrollment": row.enrollment.pk,
        "seat": row.enrollment.seat,
        "name": row.enrollment.person.name,
        "city": row.enrollment.city.code,
        "state": row.state,
        "late_fields": said.late_fields,
    }
