"""API of releases: list, publish, one release with its rows and messages, the difference of two,
going back. Consent and previews have modules of their own.
"""

from typing import Any, ClassVar

from django.shortcuts import get_object_or_404
from drf_spectacular.utils import OpenApiParameter, extend_schema, extend_schema_field
from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response

from cohorts.api.entry import CohortView
from cohorts.api.problems import READ_PROBLEMS, WRITE_PROBLEMS, ProblemOut
from cohorts.api.shared import page_of, paged
from cohorts.permissions import may_edit_cohort, may_release, may_see_timetable
from sessions.actions.release_messages import send_messages_now, take_messages_back
from sessions.actions.release_requests import release_or_ask
from sessions.actions.restoring import restore_release
from sessions.api.release_shapes import ChangeLineOut, ReleaseRequestOut, request_shape
from sessions.models import Release, ReleasedSession
from sessions.queries.release_messages import message_counts
from sessions.queries.release_pages import (
    Comparison,
    change_lines,
    comparison,
    releases_of,
)
from sessions.queries.restoration import Restoration, missing_texts, restoration_of
from sessions.rules.release_diff import Change

PAGE_PARAMETERS = [
    OpenApiParameter("limit", int, description="Rows of a page, at most 500."),
    OpenApiParameter("cursor", str, description="Given in `next` and `previous`."),
]
_RELEASE_FIELDS = ("number", "name", "comment", "urgent", "released_at", "by", "session_count")


class ReleaseSerializer(serializers.ModelSerializer[Release]):
    by = serializers.SerializerMethodField()
    session_count = serializers.IntegerField()

    class Meta:
        model = Release
        fields: ClassVar[tuple[str, ...]] = _RELEASE_FIELDS

    def get_by(self, release: Release) -> str | None:
        return str(release.by) if release.by else None


class ReleasedSpeakerSerializer(serializers.Serializer[Any]):
    id = serializers.IntegerField()
    name = serializers.CharField()
    name_en = serializers.CharField(allow_blank=True)
    title = serializers.CharField(allow_blank=True)
    title_en = serializers.CharField(allow_blank=True)


class ReleasedSessionSerializer(serializers.ModelSerializer[ReleasedSession]):
    """A session as it was released."""

    session = serializers.IntegerField(source="training_session_id")
    leg = serializers.IntegerField(source="leg_id_then")
    city = serializers.CharField(source="city_code")
    venue = serializers.IntegerField(source="venue_id_then", allow_null=True)
    groups = serializers.ListField(source="group_ids", child=serializers.IntegerField())
    speakers = ReleasedSpeakerSerializer(many=True)

    class Meta:
        model = ReleasedSession
        fields = (
            "session",
            "uid",
            "sequence",
            "leg",
            "city",
            "kind",
            "state",
            "cancel_reason",
            "title",
            "title_en",
            "description",
            "venue",
            "venue_name",
            "venue_name_en",
            "venue_address",
            "venue_address_en",
            "speakers",
            "groups",
            "starts_at",
            "ends_at",
            "hours",
            "compulsory",
        )


class ReleaseMessagesOut(serializers.Serializer[Any]):
    """What has become of the messages of a release. `leave_at`: when those that wait leave."""

    total = serializers.IntegerField()
    waiting = serializers.IntegerField()
    sending = serializers.IntegerField()
    sent = serializers.IntegerField()
    taken_back = serializers.IntegerField()
    superseded = serializers.IntegerField(help_text="A later release tells these people instead.")
    trouble = serializers.IntegerField()
    leave_at = serializers.DateTimeField(allow_null=True)


class ReleaseDetailSerializer(ReleaseSerializer):
    sessions = ReleasedSessionSerializer(source="rows", many=True)
    messages = serializers.SerializerMethodField()

    class Meta(ReleaseSerializer.Meta):
        fields = (*_RELEASE_FIELDS, "sessions", "messages")

    @extend_schema_field(ReleaseMessagesOut)
    def get_messages(self, release: Release) -> Any:
        return ReleaseMessagesOut(message_counts(release)).data


class PublishSerializer(serializers.Serializer[Any]):
    """`expected_number`: what the caller believes to publish; another number is refused (409)."""

    name = serializers.CharField(max_length=80, required=False, default="", allow_blank=True)
    comment = serializers.CharField(max_length=500, required=False, default="", allow_blank=True)
    urgent = serializers.BooleanField(
        required=False, default=False, help_text="Messages leave at once and are to be confirmed."
    )
    expected_number = serializers.IntegerField(
        min_value=1, max_value=100_000, required=False, allow_null=True
    )


class ReleaseChangeSerializer(serializers.Serializer[Any]):
    """One session that is new, different, cancelled or removed; old and new side by side."""

    session = serializers.IntegerField()
    change = serializers.ChoiceField(choices=["added", "moved", "cancelled", "removed"])
    fields_changed = serializers.ListField(child=serializers.CharField())
    old = serializers.DictField(allow_null=True)
    new = serializers.DictField(allow_null=True)


class ReleaseDiffSerializer(serializers.Serializer[Any]):
    newer = serializers.IntegerField()
    older = serializers.IntegerField(allow_null=True)
    changes = ReleaseChangeSerializer(many=True)


class ReleaseListView(CohortView):
    may_read = staticmethod(may_see_timetable)
    may_write = staticmethod(may_release)

    @extend_schema(
        operation_id="releases_list",
        parameters=PAGE_PARAMETERS,
        responses={200: page_of(ReleaseSerializer), **READ_PROBLEMS},
    )
    def get(self, request: Request, code: str) -> Response:
        """Releases of a cohort, newest first."""
        return paged(self, releases_of(self.cohort), ReleaseSerializer, "-number")

    @extend_schema(
        request=PublishSerializer,
        responses={
            201: ReleaseSerializer,
            202: ReleaseRequestOut,
            409: ProblemOut,
            **WRITE_PROBLEMS,
        },
    )
    def post(self, request: Request, code: str) -> Response:
        """Publish the timetable: freeze it and tell everybody whom it concerns. Where the cohort
        demands the consent of every host, they are asked instead (202)."""
        form = PublishSerializer(data=request.data)
        form.is_valid(raise_exception=True)
        made = release_or_ask(
            cohort=self.cohort,
            name=form.validated_data["name"],
            comment=form.validated_data["comment"],
            expected_number=form.validated_data.get("expected_number"),
            urgent=form.validated_data["urgent"],
            by=self.by,
        )
        if not isinstance(made, Release):
            return Response(request_shape(self.cohort, made), status=202)
        row = releases_of(self.cohort).get(pk=made.pk)
        return Response(ReleaseSerializer(row).data, status=201)


class ReleaseDetailView(CohortView):
    may_read = staticmethod(may_see_timetable)
    may_write = staticmethod(may_release)

    @extend_schema(responses={200: ReleaseDetailSerializer, **READ_PROBLEMS})
    def get(self, request: Request, code: str, number: int) -> Response:
        """One release with its frozen sessions."""
        found = releases_of(self.cohort).prefetch_related("rows")
        release = get_object_or_404(found, number=number)
        return Response(ReleaseDetailSerializer(release).data)


class ReleaseDiffView(CohortView):
    may_read = staticmethod(may_see_timetable)
    may_write = staticmethod(may_release)

    @extend_schema(
        parameters=[OpenApiParameter("from", int, description="Number of the other release.")],
        responses={200: ReleaseDiffSerializer, 400: ProblemOut, **READ_PROBLEMS},
    )
    def get(self, request: Request, code: str, number: int) -> Response:
        """What differs from another release, by default the one before."""
        newer = get_object_or_404(Release, cohort=self.cohort, number=number)
        wanted = _OlderSerializer(data={"older": request.query_params.get("from", number - 1)})
        wanted.is_valid(raise_exception=True)
        older = wanted.validated_data["older"]
        earlier = (
            get_object_or_404(Release, cohort=self.cohort, number=older)
            if "from" in request.query_params
            else Release.objects.filter(cohort=self.cohort, number=older).first()
        )
        return Response(_diff(comparison(newer, earlier)))


class MessagesMovedOut(serializers.Serializer[Any]):
    release = serializers.IntegerField()
    messages = serializers.IntegerField(help_text="How many it concerned.")


class ReleaseSendNowView(CohortView):
    may_read = staticmethod(may_release)
    may_write = staticmethod(may_release)

    @extend_schema(
        operation_id="releases_send_now",
        request=None,
        responses={200: MessagesMovedOut, 409: ProblemOut, **READ_PROBLEMS},
    )
    def post(self, request: Request, code: str, number: int) -> Response:
        """End the waiting time: the messages of this release leave at once."""
        release = get_object_or_404(Release, cohort=self.cohort, number=number)
        count = send_messages_now(release=release, by=self.by)
        return Response({"release": number, "messages": count})


class ReleaseTakeBackView(CohortView):
    may_read = staticmethod(may_release)
    may_write = staticmethod(may_release)

    @extend_schema(
        operation_id="releases_take_back",
        request=None,
        responses={200: MessagesMovedOut, 409: ProblemOut, **READ_PROBLEMS},
    )
    def post(self, request: Request, code: str, number: int) -> Response:
        """Stop the messages that have not left; the next release tells what they would have."""
        release = get_object_or_404(Release, cohort=self.cohort, number=number)
        count = take_messages_back(release=release, by=self.by)
        return Response({"release": number, "messages": count})


class ReleaseRestoreOut(serializers.Serializer[Any]):
    """What going back changes in the draft, and what no longer exists."""

    release = serializers.IntegerField()
    changes = ChangeLineOut(many=True)
    missing = serializers.ListField(child=serializers.CharField())


class ReleaseRestoreView(CohortView):
    may_read = staticmethod(may_edit_cohort)
    may_write = staticmethod(may_edit_cohort)

    @extend_schema(
        operation_id="releases_restore_preview",
        responses={200: ReleaseRestoreOut, **READ_PROBLEMS},
    )
    def get(self, request: Request, code: str, number: int) -> Response:
        """What going back to this release would change."""
        release = get_object_or_404(Release, cohort=self.cohort, number=number)
        return Response(self._shape(restoration_of(self.cohort, release)))

    @extend_schema(
        operation_id="releases_restore",
        request=None,
        responses={200: ReleaseRestoreOut, 409: ProblemOut, 422: ProblemOut, **READ_PROBLEMS},
    )
    def post(self, request: Request, code: str, number: int) -> Response:
        """Make the draft what this release was. One act of undo; nothing is released by it."""
        found = Release.objects.select_related("cohort")
        release = get_object_or_404(found, cohort=self.cohort, number=number)
        return Response(self._shape(restore_release(release=release, by=self.by)))

    def _shape(self, plan: Restoration) -> dict[str, Any]:
        lines = change_lines(self.cohort, plan.changes)
        return {
            "release": plan.release.number,
            "changes": ChangeLineOut(lines, many=True).data,
            "missing": missing_texts(plan.missing),
        }


class _OlderSerializer(serializers.Serializer[Any]):
    older = serializers.IntegerField(min_value=0, max_value=100_000)


def _diff(compared: Comparison) -> dict[str, Any]:
    rows = _rows(compared)
    return {
        "newer": compared.newer.number,
        "older": compared.older.number if compared.older else None,
        "changes": [_change(change, rows, compared) for change in compared.changes],
    }


def _rows(compared: Comparison) -> dict[tuple[int, int], dict[str, Any]]:
    releases = [compared.newer.pk, *([compared.older.pk] if compared.older else [])]
    rows = ReleasedSession.objects.filter(release__in=releases)
    return {
        (row.release_id, row.training_session_id): dict(ReleasedSessionSerializer(row).data)
        for row in rows
    }


def _change(
    change: Change, rows: dict[tuple[int, int], dict[str, Any]], compared: Comparison
) -> dict[str, Any]:
    key = change.slot.session_id
    return {
        "session": key,
        "change": change.kind.value,
        "fields_changed": list(change.fields),
        "old": rows.get((compared.older.pk, key)) if compared.older else None,
        "new": rows.get((compared.newer.pk, key)),
    }
