"""`cohorts/{code}/nominations/`: the list, one nomination, and its steps, one address each."""

from collections.abc import Mapping
from typing import Any

from django.db.models import F
from django.shortcuts import get_object_or_404
from django.utils.translation import gettext as _
from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import OpenApiParameter, extend_schema, extend_schema_field
from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response

from cohorts.api.entry import CohortView
from cohorts.api.problems import READ_PROBLEMS, WRITE_PROBLEMS
from cohorts.api.shared import page_of
from cohorts.models import City, Organization
from cohorts.permissions import (
    may_admit,
    may_nominate,
    may_see_nominations,
    nomination_city_ids,
)
from g60portal.common.paging import KeysetPages
from g60portal.common.refusals import NotAllowed
from participants.actions.admissions import (
    admit_nomination,
    decline_nomination,
    replace_nomination,
    replace_with_new,
    waitlist_nomination,
    withdraw_nomination,
)
from participants.actions.nominations import (
    change_nomination,
    check_nomination,
    create_nomination,
    return_nomination,
    submit_nomination,
)
from participants.choices import Gender, NominationState, PaperKind
from participants.models import Nomination
from participants.models.nomination import REASON_LENGTH
from participants.queries.nominations import (
    Filters,
    Sight,
    filtered,
    nominations_seen,
    places,
    sight_of,
)
from participants.rules.person_facts import NAME_LENGTH, ORGANIZATION_LENGTH, TITLE_LENGTH

_WORDS = {"male": Gender.MALE, "female": Gender.FEMALE, "男": Gender.MALE, "女": Gender.FEMALE}
LAST_RANK = 9998


class OrganizationField(serializers.Field[Any, Any, Any, Any]):
    """An organization's id, or the name of an employer that nobody has entered as one."""

    def to_internal_value(self, data: Any) -> Organization | str:
        if isinstance(data, bool) or not isinstance(data, int | str):
            raise serializers.ValidationError(_("An id or a name is expected."))
        if isinstance(data, str):
            if len(data) > ORGANIZATION_LENGTH:
                raise serializers.ValidationError(_("This name is too long."))
            return data
        found = Organization.objects.filter(pk=data).first() if abs(data) < 2**62 else None
        if found is None:
            raise serializers.ValidationError(_("There is no such organization."))
        return found

    def to_representation(self, value: Any) -> Any:
        return value


OrganizationField = extend_schema_field(  # type: ignore[misc] # the decorated class is the same
    {"oneOf": [{"type": "integer"}, {"type": "string"}]}
)(OrganizationField)


class GenderField(serializers.CharField):
    """The code of the standard, or a plain word."""

    def to_internal_value(self, data: Any) -> str:
        text = super().to_internal_value(data)
        return str(_WORDS.get(text.lower(), text))


class NominationOut(serializers.Serializer[Nomination]):
    """Contacts, number, rank and reasons as far as the caller may see them."""

    id = serializers.IntegerField()
    city = serializers.CharField(source="city.code")
    name = serializers.CharField()
    gender = serializers.CharField()
    organization = serializers.SerializerMethodField()
    title = serializers.CharField()
    phone = serializers.SerializerMethodField()
    email = serializers.SerializerMethodField()
    identity = serializers.SerializerMethodField()
    reason = serializers.SerializerMethodField()
    rank = serializers.SerializerMethodField()
    state = serializers.ChoiceField(choices=NominationState.choices)
    enrollment = serializers.IntegerField(source="enrollment_id", allow_null=True)
    paper_kind = serializers.CharField()
    state_reason = serializers.SerializerMethodField()
    waitlist_place = serializers.SerializerMethodField()
    replaced_by = serializers.IntegerField(source="replaced_by_id", allow_null=True)

    @property
    def _sight(self) -> Sight:
        sight: Sight = self.context["sight"]
        return sight

    @extend_schema_field({"oneOf": [{"type": "integer"}, {"type": "string"}]})
    def get_organization(self, row: Nomination) -> int | str:
        return row.organization_id or row.organization_name

    def get_phone(self, row: Nomination) -> str:
        return self._sight.phone(row)

    def get_email(self, row: Nomination) -> str:
        return self._sight.email(row)

    def get_identity(self, row: Nomination) -> str | None:
        return self._sight.identity(row)

    def get_reason(self, row: Nomination) -> str:
        return self._sight.reason(row)

    def get_rank(self, row: Nomination) -> int | None:
        return self._sight.rank(row)

    def get_state_reason(self, row: Nomination) -> str:
        return self._sight.told(row)

    def get_waitlist_place(self, row: Nomination) -> int | None:
        found: Mapping[int, int] = self.context["places"]
        return found.get(row.pk) if self._sight.full else None


class PersonIn(serializers.Serializer[Any]):
    name = serializers.CharField(max_length=NAME_LENGTH)
    gender = GenderField(required=False, allow_blank=True)
    organization = OrganizationField(required=False)
    title = serializers.CharField(max_length=TITLE_LENGTH, required=False, allow_blank=True)
    phone = serializers.CharField(max_length=40, required=False, allow_blank=True)
    email = serializers.CharField(max_length=254, required=False, allow_blank=True)
    language = serializers.CharField(max_length=10, required=False)
    paper_kind = serializers.ChoiceField(choices=PaperKind.choices, required=False)
    identity = serializers.CharField(max_length=40, required=False, allow_blank=True)
    reason = serializers.CharField(max_length=REASON_LENGTH, required=False, allow_blank=True)
    conditions = serializers.CharField(max_length=REASON_LENGTH, required=False, allow_blank=True)
    rank = serializers.IntegerField(
        required=False, allow_null=True, min_value=1, max_value=LAST_RANK
    )


class NominationIn(PersonIn):
    """Without `city`, the only city that the caller nominates for."""

    city = serializers.SlugRelatedField(
        slug_field="code", queryset=City.objects.all(), required=False
    )


class NominationChangeIn(PersonIn):
    reviewer_notes = serializers.CharField(max_length=1000, required=False, allow_blank=True)


class ReasonIn(serializers.Serializer[Any]):
    reason = serializers.CharField(
        max_length=REASON_LENGTH, required=False, allow_blank=True, default=""
    )


class AdmitIn(ReasonIn):
    """When no seat is free: onto the waiting list, or refused. `person` decides whom the facts
    mean, by a candidate's id; 0 is somebody new."""

    if_full = serializers.ChoiceField(choices=["waitlist", "refuse"], default="waitlist")
    person = serializers.IntegerField(required=False, min_value=0)


class ReplaceIn(ReasonIn):
    """By a nomination of the same city, or by somebody not nominated yet."""

    substitute = serializers.IntegerField(required=False, min_value=1)
    person = PersonIn(required=False)

    def validate(self, attrs: dict[str, Any]) -> dict[str, Any]:
        if ("substitute" in attrs) == ("person" in attrs):
            raise serializers.ValidationError(_("Either `substitute` or `person` is expected."))
        return attrs


class NominationsView(CohortView):
    """What all routes of nominations share."""

    may_read = staticmethod(may_see_nominations)
    may_write = staticmethod(may_nominate)

    def nomination(self, nomination_id: int) -> Nomination:
        return get_object_or_404(nominations_seen(self.cohort, self.standing), pk=nomination_id)

    def shown(self, row: Nomination) -> dict[str, Any]:
        """As the caller may see it now."""
        fresh = self.nomination(row.pk)
        return dict(NominationOut(fresh, context=self.out_context([fresh])).data)

    def out_context(self, rows: list[Nomination]) -> dict[str, Any]:
        return {"sight": sight_of(self.standing), "places": places(self.cohort, rows)}

    def own_city(self, city: City | None) -> City:
        """The city named, or the only one there is to name."""
        mine = nomination_city_ids(self.standing)
        if city is None:
            found = list(City.objects.filter(pk__in=mine or [])[:2])
            if len(found) != 1:
                raise serializers.ValidationError({"city": [_("The city is missing.")]})
            return found[0]
        if mine is not None and city.pk not in mine:
            raise NotAllowed
        return city


class NominationListView(NominationsView):
    @extend_schema(
        operation_id="nominations_list",
        parameters=[
            OpenApiParameter("city", OpenApiTypes.STR),
            OpenApiParameter("state", OpenApiTypes.STR, enum=NominationState.values),
            OpenApiParameter("q", OpenApiTypes.STR),
            OpenApiParameter("ordering", OpenApiTypes.STR, enum=["city", "waitlist"]),
        ],
        responses={200: page_of(NominationOut), **READ_PROBLEMS},
    )
    def get(self, request: Request, code: str) -> Response:
        """Cities in their official order; `ordering=waitlist` is the order of moving up."""
        query = request.query_params
        wish = Filters(query.get("city", ""), query.get("state", ""), query.get("q", "")[:60])
        rows = filtered(nominations_seen(self.cohort, self.standing), wish)
        pages = KeysetPages()
        if query.get("ordering") == "waitlist":
            rows = rows.filter(state=NominationState.WAITLISTED)
            pages.ordering = ("priority", "waitlist_number")
        else:
            rows = rows.annotate(city_order=F("city__position"))
            pages.ordering = ("city_order", "pk")
        found = list(pages.paginate_queryset(rows, request, view=self) or [])
        context = self.out_context(found)
        data = [NominationOut(row, context=context).data for row in found]
        return pages.get_paginated_response(data)

    @extend_schema(
        operation_id="nominations_create",
        request=NominationIn,
        responses={201: NominationOut, **WRITE_PROBLEMS},
    )
    def post(self, request: Request, code: str) -> Response:
        """A draft of the city; `submit/` hands it in."""
        form = NominationIn(data=request.data)
        form.is_valid(raise_exception=True)
        facts = dict(form.validated_data)
        city = self.own_city(facts.pop("city", None))
        row = create_nomination(cohort=self.cohort, city=city, facts=facts, by=self.by)
        return Response(self.shown(row), status=201)


class NominationView(NominationsView):
    @extend_schema(
        operation_id="nominations_detail", responses={200: NominationOut, **READ_PROBLEMS}
    )
    def get(self, request: Request, code: str, nomination_id: int) -> Response:
        return Response(self.shown(self.nomination(nomination_id)))

    @extend_schema(
        operation_id="nominations_change",
        request=NominationChangeIn(partial=True),
        responses={200: NominationOut, **WRITE_PROBLEMS},
    )
    def patch(self, request: Request, code: str, nomination_id: int) -> Response:
        """What was handed in is fixed until it is sent back; the rank may change at any time."""
        row = self.nomination(nomination_id)
        form = NominationChangeIn(data=request.data, partial=True)
        form.is_valid(raise_exception=True)
        facts = dict(form.validated_data)
        if "reviewer_notes" in facts and not may_admit(self.standing):
            raise NotAllowed
        return Response(self.shown(change_nomination(nomination=row, facts=facts, by=self.by)))


class StepView(NominationsView):
    """A step: reads the body, finds the nomination, takes the step, shows the outcome."""

    body: type[serializers.Serializer[Any]] = ReasonIn

    def step(self, request: Request, nomination_id: int) -> Response:
        row = self.nomination(nomination_id)
        form = self.body(data=request.data if isinstance(request.data, dict) else {})
        form.is_valid(raise_exception=True)
        return Response(self.shown(self.taken(row, form.validated_data)))

    def taken(self, row: Nomination, said: dict[str, Any]) -> Nomination:
        raise NotImplementedError


class SubmitView(StepView):
    @extend_schema(
        operation_id="nominations_submit",
        request=None,
        responses={200: NominationOut, **WRITE_PROBLEMS},
    )
    def post(self, request: Request, code: str, nomination_id: int) -> Response:
        """Hand in, until the city's deadline; the lead also afterwards."""
        return self.step(request, nomination_id)

    def taken(self, row: Nomination, said: dict[str, Any]) -> Nomination:
        return submit_nomination(nomination=row, by=self.by, late=may_admit(self.standing))


class CheckView(StepView):
    @extend_schema(
        operation_id="nominations_check",
        request=None,
        responses={200: NominationOut, **WRITE_PROBLEMS},
    )
    def post(self, request: Request, code: str, nomination_id: int) -> Response:
        """The city's approval."""
        return self.step(request, nomination_id)

    def taken(self, row: Nomination, said: dict[str, Any]) -> Nomination:
        return check_nomination(nomination=row, by=self.by)


class ReturnView(StepView):
    @extend_schema(
        operation_id="nominations_return",
        request=ReasonIn,
        responses={200: NominationOut, **WRITE_PROBLEMS},
    )
    def post(self, request: Request, code: str, nomination_id: int) -> Response:
        """Send back to be mended; needs a reason."""
        return self.step(request, nomination_id)

    def taken(self, row: Nomination, said: dict[str, Any]) -> Nomination:
        return return_nomination(nomination=row, reason=said["reason"], by=self.by)


class AdmitView(StepView):
    may_write = staticmethod(may_admit)
    body = AdmitIn

    @extend_schema(
        operation_id="nominations_admit",
        request=AdmitIn,
        responses={200: NominationOut, **WRITE_PROBLEMS},
    )
    def post(self, request: Request, code: str, nomination_id: int) -> Response:
        """Give a seat. Where none is free, the answer's `state` is `waitlisted`, and `state_reason`
        and `waitlist_place` say why and where."""
        return self.step(request, nomination_id)

    def taken(self, row: Nomination, said: dict[str, Any]) -> Nomination:
        person = said.get("person")
        return admit_nomination(
            nomination=row,
            by=self.by,
            reason=said["reason"],
            if_full=said["if_full"],
            meaning="new" if person == 0 else person,
        )


class WaitlistView(StepView):
    may_write = staticmethod(may_admit)

    @extend_schema(
        operation_id="nominations_waitlist",
        request=ReasonIn,
        responses={200: NominationOut, **WRITE_PROBLEMS},
    )
    def post(self, request: Request, code: str, nomination_id: int) -> Response:
        """Onto the waiting list; needs a reason."""
        return self.step(request, nomination_id)

    def taken(self, row: Nomination, said: dict[str, Any]) -> Nomination:
        return waitlist_nomination(nomination=row, reason=said["reason"], by=self.by)


class DeclineView(StepView):
    may_write = staticmethod(may_admit)

    @extend_schema(
        operation_id="nominations_decline",
        request=ReasonIn,
        responses={200: NominationOut, **WRITE_PROBLEMS},
    )
    def post(self, request: Request, code: str, nomination_id: int) -> Response:
        """The committee's no; needs a reason."""
        return self.step(request, nomination_id)

    def taken(self, row: Nomination, said: dict[str, Any]) -> Nomination:
        return decline_nomination(nomination=row, reason=said["reason"], by=self.by)


class WithdrawView(StepView):
    @extend_schema(
        operation_id="nominations_withdraw",
        request=ReasonIn,
        responses={200: NominationOut, **WRITE_PROBLEMS},
    )
    def post(self, request: Request, code: str, nomination_id: int) -> Response:
        """Take back; needs a reason, unless it is a draft. A seat that becomes free is filled from
        the waiting list."""
        return self.step(request, nomination_id)

    def taken(self, row: Nomination, said: dict[str, Any]) -> Nomination:
        return withdraw_nomination(nomination=row, reason=said["reason"], by=self.by)


class ReplaceView(StepView):
    body = ReplaceIn

    @extend_schema(
        operation_id="nominations_replace",
        request=ReplaceIn,
        responses={200: NominationOut, **WRITE_PROBLEMS},
    )
    def post(self, request: Request, code: str, nomination_id: int) -> Response:
        """Somebody else of the city comes instead; answers the substitute's nomination."""
        return self.step(request, nomination_id)

    def taken(self, row: Nomination, said: dict[str, Any]) -> Nomination:
        late = may_admit(self.standing)
        if "person" in said:
            return replace_with_new(
                nomination=row, facts=said["person"], reason=said["reason"], by=self.by, late=late
            )
        return replace_nomination(
            nomination=row,
            substitute=self.nomination(said["substitute"]),
            reason=said["reason"],
            by=self.by,
            late=late,
        )
