"""`cohorts/{code}/slots/`, `slots/{id}/`, `cohorts/{code}/slot-links/`: what speakers and hosts of
sites are asked and answer, and their private links. The address of a link is told only when it is
made or renewed.
"""

from typing import Any

from django.http import Http404
from django.shortcuts import get_object_or_404
from drf_spectacular.utils import OpenApiParameter, extend_schema
from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from cohorts.api.entry import CohortView
from cohorts.api.problems import READ_PROBLEMS, WRITE_PROBLEMS, ProblemOut
from cohorts.api.shared import page_of, paged
from cohorts.permissions import (
    may_edit_any_leg,
    may_edit_cohort,
    may_edit_leg,
    may_hold_slot_link,
    may_see_cohort,
    may_see_slots,
)
from cohorts.queries.standing import standing_in
from g60portal.accounts.models import User
from g60portal.accounts.viewer import signed_in
from g60portal.common.paging import KeysetPages
from g60portal.common.refusals import NotAllowed
from sessions.actions.slot_links import Contact, renew_slot_link, revoke_slot_link
from sessions.actions.slots import ask_for_slots, mark_done, record_answer, send_host_list
from sessions.api.places import Window
from sessions.choices import SlotStanding, SlotState
from sessions.models import Slot, SlotLink, Speaker, TrainingSession, Venue
from sessions.queries.slot_links import in_force, link_url, links_of
from sessions.queries.slot_parties import Party, party_of
from sessions.queries.slots import slot_shape, slots_found, with_facts
from sessions.rules.slots import MOST_TIMES

_LARGEST_ID = 2**63 - 1


class SlotOut(serializers.Serializer[Any]):
    """`current`: what was asked is still the session's time and place; `standing` says how it is.
    Either `speaker` or `venue` is given."""

    id = serializers.IntegerField()
    session = serializers.IntegerField()
    speaker = serializers.IntegerField(allow_null=True)
    venue = serializers.IntegerField(allow_null=True)
    state = serializers.ChoiceField(choices=SlotState.choices)
    standing = serializers.ChoiceField(choices=SlotStanding.choices)
    current = serializers.BooleanField()
    starts_at = serializers.DateTimeField()
    ends_at = serializers.DateTimeField()
    reason = serializers.CharField()
    times = Window(many=True)
    asked_at = serializers.DateTimeField()
    answered_at = serializers.DateTimeField(allow_null=True)


class SlotLinkOut(serializers.Serializer[SlotLink]):
    id = serializers.IntegerField()
    speaker = serializers.IntegerField(source="speaker_id", allow_null=True)
    venue = serializers.IntegerField(source="venue_id", allow_null=True)
    contact = serializers.CharField()
    email = serializers.CharField()
    language = serializers.CharField()
    made_at = serializers.DateTimeField()
    expires_at = serializers.DateTimeField()
    opened_at = serializers.DateTimeField(allow_null=True)
    in_force = serializers.SerializerMethodField()

    def get_in_force(self, link: SlotLink) -> bool:
        return in_force(link)


class AddressedSlotLinkOut(SlotLinkOut):
    """With the address, which no other answer tells."""

    url = serializers.SerializerMethodField()

    def get_url(self, link: SlotLink) -> str:
        return link_url(link)


class AskedOut(serializers.Serializer[Any]):
    """`told`: a mail is on its way; else hand the address over by other ways."""

    link = AddressedSlotLinkOut()
    slots = SlotOut(many=True)
    told = serializers.BooleanField()


class PartyIn(serializers.Serializer[Any]):
    """Exactly one of `speaker` and `venue`; contact facts that are left out stay as they are."""

    speaker = serializers.PrimaryKeyRelatedField(queryset=Speaker.objects.all(), required=False)
    venue = serializers.PrimaryKeyRelatedField(queryset=Venue.objects.all(), required=False)
    contact = serializers.CharField(max_length=120, required=False, allow_blank=True)
    email = serializers.EmailField(required=False, allow_blank=True)
    language = serializers.ChoiceField(choices=["zh-hans", "en"], required=False)

    def validate(self, attrs: dict[str, Any]) -> dict[str, Any]:
        if ("speaker" in attrs) == ("venue" in attrs):
            raise serializers.ValidationError("Name either a speaker or a venue.")
        return attrs

    @property
    def party(self) -> Party:
        data = self.validated_data
        return Party(speaker=data.get("speaker"), venue=data.get("venue"))

    @property
    def reader(self) -> dict[str, str | None]:
        return {name: self.validated_data.get(name) for name in ("contact", "email", "language")}


class AskIn(PartyIn):
    """Without `sessions`: all of the party's that were not asked for or have changed since."""

    sessions = serializers.PrimaryKeyRelatedField(
        queryset=TrainingSession.objects.all(), many=True, required=False, allow_empty=False
    )


class SlotChangeIn(serializers.Serializer[Any]):
    """An answer (confirmed, pencilled, refused with a reason), or a step (list_sent, done)."""

    state = serializers.ChoiceField(choices=SlotState.choices)
    reason = serializers.CharField(max_length=500, required=False, allow_blank=True, default="")
    times = serializers.ListField(
        child=Window(), required=False, max_length=MOST_TIMES, default=list
    )


class SlotFilter(serializers.Serializer[Any]):
    state = serializers.ChoiceField(choices=SlotState.choices, required=False)
    session = serializers.IntegerField(required=False, min_value=1, max_value=_LARGEST_ID)


class SlotListView(CohortView):
    may_read = staticmethod(may_see_slots)
    may_write = staticmethod(may_edit_any_leg)

    @extend_schema(
        operation_id="slots_list",
        parameters=[SlotFilter],
        responses={200: page_of(SlotOut), 400: ProblemOut, **READ_PROBLEMS},
    )
    def get(self, request: Request, code: str) -> Response:
        words = SlotFilter(data=request.query_params)
        words.is_valid(raise_exception=True)
        wanted = words.validated_data
        found = slots_found(
            self.cohort, state=wanted.get("state", ""), session_id=wanted.get("session")
        )
        pages = KeysetPages()
        pages.ordering = ("starts_at", "pk")
        rows = pages.paginate_queryset(found, request, view=self)
        return pages.get_paginated_response([slot_shape(slot) for slot in rows or []])

    @extend_schema(
        operation_id="slots_ask",
        description="Asks a speaker or the host of a venue; answers the private address.",
        request=AskIn,
        responses={201: AskedOut, **WRITE_PROBLEMS},
    )
    def post(self, request: Request, code: str) -> Response:
        form = AskIn(data=request.data)
        form.is_valid(raise_exception=True)
        sessions = form.validated_data.get("sessions")
        if not all(_may_ask(self, row) for row in sessions or []):
            raise NotAllowed
        legs = None if may_edit_cohort(self.standing) else self.standing.leg_ids
        asked = ask_for_slots(
            cohort=self.cohort,
            party=form.party,
            training_sessions=sessions,
            legs=legs,
            by=self.by,
            **form.reader,
        )
        rows = with_facts(Slot.objects.filter(pk__in=[slot.pk for slot in asked.slots]))
        shapes = [slot_shape(slot) for slot in rows.order_by("starts_at", "pk")]
        link = AddressedSlotLinkOut(asked.link).data
        return Response({"link": link, "slots": shapes, "told": asked.told}, status=201)


class SlotView(APIView):
    """404 for those without standing in the slot's cohort."""

    @property
    def by(self) -> User:
        return signed_in(self.request)

    def initial(self, request: Request, *args: Any, **kwargs: Any) -> None:
        super().initial(request, *args, **kwargs)
        rows = with_facts(Slot.objects.all()).select_related("training_session__cohort")
        self.slot = get_object_or_404(rows, pk=kwargs["slot_id"])
        self.standing = standing_in(request.user, self.slot.training_session.cohort)
        if not may_see_cohort(self.standing):
            raise Http404
        if not may_see_slots(self.standing):
            raise NotAllowed

    @extend_schema(operation_id="slots_detail", responses={200: SlotOut, **READ_PROBLEMS})
    def get(self, request: Request, slot_id: int) -> Response:
        return Response(slot_shape(self.slot))

    @extend_schema(
        operation_id="slots_change",
        description="Writes down an answer that came by other ways, or the next step.",
        request=SlotChangeIn,
        responses={200: SlotOut, **WRITE_PROBLEMS, 409: ProblemOut},
    )
    def patch(self, request: Request, slot_id: int) -> Response:
        if not may_edit_leg(self.standing, self.slot.training_session.leg_id):
            raise NotAllowed
        form = SlotChangeIn(data=request.data)
        form.is_valid(raise_exception=True)
        self._change(form.validated_data)
        return Response(slot_shape(with_facts(Slot.objects.all()).get(pk=slot_id)))

    def _change(self, facts: dict[str, Any]) -> None:
        if facts["state"] == SlotState.LIST_SENT:
            send_host_list(slot=self.slot, by=self.by)
        elif facts["state"] == SlotState.DONE:
            mark_done(slot=self.slot, by=self.by)
        else:
            record_answer(
                cohort=self.slot.training_session.cohort,
                party=party_of(self.slot),
                training_session=self.slot.training_session,
                state=facts["state"],
                reason=facts["reason"],
                times=[(window["starts_at"], window["ends_at"]) for window in facts["times"]],
                by=self.by,
            )


class SlotLinkListView(CohortView):
    """E-mail addresses of speakers: for organizers."""

    may_read = staticmethod(may_edit_any_leg)
    may_write = staticmethod(may_edit_any_leg)

    @extend_schema(
        operation_id="slot_links_list",
        parameters=[
            OpenApiParameter("limit", int, description="Rows of a page, at most 500."),
            OpenApiParameter("cursor", str, description="Given in `next` and `previous`."),
        ],
        responses={200: page_of(SlotLinkOut), **READ_PROBLEMS},
    )
    def get(self, request: Request, code: str) -> Response:
        return paged(self, links_of(self.cohort), SlotLinkOut, "pk")

    @extend_schema(
        operation_id="slot_links_renew",
        description="A new address; the old one is dead at once. The answer alone tells it.",
        request=PartyIn,
        responses={201: AddressedSlotLinkOut, **WRITE_PROBLEMS},
    )
    def post(self, request: Request, code: str) -> Response:
        form = PartyIn(data=request.data)
        form.is_valid(raise_exception=True)
        _demand_own(self, form.party)
        reader = form.reader
        link = renew_slot_link(
            cohort=self.cohort,
            party=form.party,
            contact=Contact(reader["contact"], reader["email"], reader["language"]),
            by=self.by,
        )
        return Response(AddressedSlotLinkOut(link).data, status=201)


class SlotLinkView(CohortView):
    may_read = staticmethod(may_edit_any_leg)
    may_write = staticmethod(may_edit_any_leg)

    @extend_schema(
        operation_id="slot_links_revoke",
        responses={204: None, **READ_PROBLEMS, 422: ProblemOut},
    )
    def delete(self, request: Request, code: str, link_id: int) -> Response:
        link = get_object_or_404(links_of(self.cohort), pk=link_id)
        _demand_own(self, party_of(link))
        revoke_slot_link(link=link, by=self.by)
        return Response(status=204)


def _may_ask(view: CohortView, row: TrainingSession) -> bool:
    """Sessions of other cohorts are left to the action, which refuses them."""
    return row.cohort_id != view.cohort.pk or may_edit_leg(view.standing, row.leg_id)


def _demand_own(view: CohortView, party: Party) -> None:
    if not may_hold_slot_link(view.standing, party.leg_ids(view.cohort)):
        raise NotAllowed
