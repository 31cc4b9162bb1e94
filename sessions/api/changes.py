"""The change log by API: what is new on the board and who is at it, undo and redo, several sessions
in one step, copies, waves.
"""

from collections.abc import Mapping, Sequence
from hashlib import blake2s
from typing import Any, ClassVar

from django.http import Http404, HttpResponseBase
from django.utils.cache import get_conditional_response
from django.utils.translation import get_language
from drf_spectacular.utils import OpenApiResponse, extend_schema
from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response

from cohorts.api.entry import CohortView
from cohorts.api.problems import READ_PROBLEMS, WRITE_PROBLEMS
from cohorts.models import Cohort
from cohorts.permissions import may_edit_any_leg, may_edit_cohort, may_see_timetable
from participants.models import Group
from sessions.actions.acts import Act
from sessions.actions.session_changes import redo_last, undo_last
from sessions.actions.several_sessions import (
    Change,
    Wave,
    change_several,
    copy_training_session,
    split_into_waves,
)
from sessions.api.attendance import IdField
from sessions.api.training_sessions import (
    ChangedSessionOut,
    ConflictOut,
    OneSessionView,
    RowsField,
    SessionChangeIn,
    SessionIn,
    SessionOut,
    changed_shape,
    demand_alone,
)
from sessions.models import TrainingSession, Venue
from sessions.presence import announce, people_at
from sessions.queries.leg_rights import demand_consent
from sessions.queries.session_changes import (
    News,
    deeds_of,
    last_change_id,
    news_after,
    news_of,
)

LARGEST_BATCH = 200
LARGEST_SPLIT = 20
_CONFLICTS = {**WRITE_PROBLEMS, 409: OpenApiResponse(ConflictOut)}


class PersonOut(serializers.Serializer[Any]):
    """Somebody else at the board; `session` is what it holds, `since` when it took that up."""

    id = serializers.IntegerField()
    name = serializers.CharField()
    session = serializers.IntegerField(allow_null=True)
    since = serializers.DateTimeField()


class DeedOut(serializers.Serializer[Any]):
    """An act: the title of its first session, and of how many sessions it is."""

    title = serializers.CharField()
    count = serializers.IntegerField()


class NewsOut(serializers.Serializer[Any]):
    """`sessions` are those written since, and those whose clash marks have changed by that; `gone`
    the ids of deleted ones. With `reload` true too much has happened to tell: only `last` is there
    besides."""

    last = serializers.IntegerField()
    reload = serializers.BooleanField(required=False)
    sessions = SessionOut(many=True)
    gone = serializers.ListField(child=serializers.IntegerField())
    people = PersonOut(many=True)
    undo = DeedOut(allow_null=True)
    redo = DeedOut(allow_null=True)


class SeveralOut(serializers.Serializer[Any]):
    """The sessions that were written, and the others whose clash marks have changed."""

    sessions = SessionOut(many=True)
    changed = SessionOut(many=True)


class SinceIn(serializers.Serializer[Any]):
    """The number of the last write that the caller knows of."""

    since = serializers.IntegerField(min_value=0, max_value=2**63 - 1, required=False)


class PresenceIn(serializers.Serializer[Any]):
    session = IdField(allow_null=True, required=False, default=None)


class BatchChangeIn(SessionChangeIn):
    """As a single change, with the session's id."""

    id = IdField()


class BatchIn(serializers.Serializer[Any]):
    changes = BatchChangeIn(many=True)


class WaveIn(serializers.Serializer[Any]):
    groups = RowsField(Group.objects.all(), allow_empty=False)
    starts_at = serializers.DateTimeField(allow_null=True)
    ends_at = serializers.DateTimeField(allow_null=True)
    venue = serializers.PrimaryKeyRelatedField(
        queryset=Venue.objects.all(), required=False, allow_null=True
    )


class WavesIn(serializers.Serializer[Any]):
    version = serializers.IntegerField(min_value=1)
    waves = serializers.ListField(child=WaveIn(), max_length=LARGEST_SPLIT)


class ChangesView(CohortView):
    """What a board asks every few seconds. Two statements when nothing has happened, one when the
    board says so by its ETag."""

    may_read = staticmethod(may_see_timetable)
    may_write = staticmethod(may_edit_any_leg)

    @extend_schema(
        operation_id="sessions_changes",
        parameters=[SinceIn],
        responses={200: NewsOut, 304: None, **READ_PROBLEMS},
    )
    def get(self, request: Request, code: str) -> HttpResponseBase:
        """Without `since` only the state of things: `last`, people, undo and redo. Carries an ETag;
        send it back in If-None-Match."""
        words = SinceIn(data=request.query_params)
        words.is_valid(raise_exception=True)
        last = last_change_id(self.cohort)
        since = words.validated_data.get("since", last)
        people = people_at(self.cohort, but=self.by)
        etag = _etag(last, since, people)
        unchanged = get_conditional_response(request._request, etag=etag)  # noqa: SLF001 - Django's
        if unchanged is not None:
            return unchanged
        body = _news(self, since, last, people)
        return Response(body, headers={"ETag": etag})


class _TurnView(CohortView):
    """Undo and redo answer as `changes/` does, from `since` on; without it of their own writes."""

    may_read = staticmethod(may_edit_any_leg)
    may_write = staticmethod(may_edit_any_leg)
    turn: ClassVar[Any]

    def answer(self, request: Request) -> Response:
        words = SinceIn(data=request.data)
        words.is_valid(raise_exception=True)
        since = words.validated_data.get("since", last_change_id(self.cohort))
        legs = None if may_edit_cohort(self.standing) else self.standing.leg_ids
        self.turn(cohort=self.cohort, by=self.by, legs=legs)
        people = people_at(self.cohort, but=self.by)
        return Response(_news(self, since, last_change_id(self.cohort), people))


class UndoView(_TurnView):
    turn = staticmethod(undo_last)

    @extend_schema(
        operation_id="sessions_undo", request=SinceIn, responses={200: NewsOut, **_CONFLICTS}
    )
    def post(self, request: Request, code: str) -> Response:
        """Takes back the caller's last act in this cohort, up to fifty one after the other. Nothing
        that somebody else has changed since is taken from them: 409 `changed_since`."""
        return self.answer(request)


class RedoView(_TurnView):
    turn = staticmethod(redo_last)

    @extend_schema(
        operation_id="sessions_redo", request=SinceIn, responses={200: NewsOut, **_CONFLICTS}
    )
    def post(self, request: Request, code: str) -> Response:
        """Does again what the caller has undone last, unless it has changed something since."""
        return self.answer(request)


class PresenceView(CohortView):
    may_read = staticmethod(may_see_timetable)
    may_write = staticmethod(may_see_timetable)

    @extend_schema(
        operation_id="sessions_presence",
        request=PresenceIn,
        responses={204: None, **WRITE_PROBLEMS},
    )
    def post(self, request: Request, code: str) -> Response:
        """The caller is at the board, and holds a session or none. Fades after 15 seconds."""
        words = PresenceIn(data=request.data)
        words.is_valid(raise_exception=True)
        announce(self.cohort, self.by, words.validated_data["session"])
        return Response(status=204)


class BatchView(CohortView):
    may_read = staticmethod(may_edit_any_leg)
    may_write = staticmethod(may_edit_any_leg)

    @extend_schema(
        operation_id="sessions_batch",
        request=BatchIn,
        responses={200: SeveralOut, **_CONFLICTS},
    )
    def post(self, request: Request, code: str) -> Response:
        """All changes or none. Venues, speakers and people must be free in the end, so sessions can
        change places. One step of undo."""
        changes = _changes(self.cohort, request.data)
        demand_consent(
            self.standing,
            self.cohort,
            [(change.training_session, change.facts) for change in changes],
        )
        act = Act.fresh()
        rows = change_several(cohort=self.cohort, changes=changes, by=self.by, act=act)
        return Response(several_shape(self.cohort, act, rows))


class CopyView(OneSessionView):
    @extend_schema(
        operation_id="sessions_copy",
        request=SessionIn(partial=True),
        responses={201: ChangedSessionOut, **_CONFLICTS},
    )
    def post(self, request: Request, session_id: int) -> Response:
        """A new draft like the session, with what is sent in the place of its own. Without times it
        lies in the tray."""
        self.demand_consent()
        form = SessionIn(data=request.data, partial=True)
        form.is_valid(raise_exception=True)
        facts = dict(form.validated_data)
        demand_consent(self.standing, self.row.cohort, [(None, {"leg": self.row.leg, **facts})])
        act = Act.fresh()
        row = copy_training_session(
            training_session=self.row,
            speakers=facts.pop("speakers", None),
            groups=facts.pop("groups", None),
            facts=facts,
            by=self.by,
            act=act,
        )
        return Response(changed_shape(row, act), status=201)


class WavesView(OneSessionView):
    @extend_schema(
        operation_id="sessions_waves",
        request=WavesIn,
        responses={200: SeveralOut, **_CONFLICTS},
    )
    def post(self, request: Request, session_id: int) -> Response:
        """Splits the audience. The first wave keeps the session's identity, the others are copies;
        every group of the audience belongs to exactly one wave."""
        self.demand_consent()
        form = WavesIn(data=request.data)
        form.is_valid(raise_exception=True)
        waves = [Wave(**wave) for wave in form.validated_data["waves"]]
        self.demand_consent(*(wave.facts for wave in waves))
        act = Act.fresh()
        rows = split_into_waves(
            training_session=self.row,
            version=form.validated_data["version"],
            waves=waves,
            by=self.by,
            act=act,
        )
        return Response(several_shape(self.row.cohort, act, rows))


def several_shape(cohort: Cohort, act: Act, rows: Sequence[TrainingSession]) -> dict[str, Any]:
    """The sessions as the act has left them, also those that it had nothing to change in, and the
    others whose marks it has changed."""
    news = news_of(cohort, act.written, also=[row.pk for row in rows])
    return {"sessions": news.sessions, "changed": news.others}


def _changes(cohort: Cohort, data: Any) -> list[Change]:
    given = data.get("changes") if isinstance(data, Mapping) else None
    batch: serializers.ListSerializer[Any] = serializers.ListSerializer(
        child=BatchChangeIn(), data=given, partial=True, min_length=1, max_length=LARGEST_BATCH
    )
    batch.is_valid(raise_exception=True)
    for number, row in enumerate(batch.validated_data):
        _demand_known(number, row)
        demand_alone(row)
    keys = [row["id"] for row in batch.validated_data]
    rows = TrainingSession.objects.filter(cohort=cohort).select_related("leg").in_bulk(keys)
    if set(keys) - rows.keys():
        raise Http404
    return [_change(rows[row["id"]], row) for row in batch.validated_data]


def _demand_known(number: int, row: Mapping[str, Any]) -> None:
    missing = {name: ["This field is required."] for name in ("id", "version") if name not in row}
    if missing:
        raise serializers.ValidationError({f"{number}.{name}": missing[name] for name in missing})


def _change(row: TrainingSession, given: Mapping[str, Any]) -> Change:
    facts = {**given}
    facts.pop("id")
    return Change(
        row,
        facts.pop("version"),
        reason=facts.pop("reason", ""),
        speakers=facts.pop("speakers", None),
        groups=facts.pop("groups", None),
        facts=facts,
    )


def _news(
    view: CohortView, since: int, last: int, people: Sequence[Mapping[str, Any]]
) -> dict[str, Any]:
    """A number from the future is one of another database: that board begins anew as well."""
    news: News | None = News(last, [], [], [])
    if since != last:
        news = news_after(view.cohort, since) if since < last else None
    if news is None:
        return {"last": last, "reload": True}
    undo, redo = deeds_of(view.cohort, view.by)
    return {
        "last": news.last,
        "sessions": [*news.sessions, *news.others],
        "gone": news.gone,
        "people": people,
        "undo": undo.shape() if undo else None,
        "redo": redo.shape() if redo else None,
    }


def _etag(last: int, since: int, people: Sequence[Mapping[str, Any]]) -> str:
    """What can be undone changes only with a write of the same person, so `last` covers it."""
    state = repr((last, since, get_language(), people)).encode()
    return f'"{blake2s(state, digest_size=12).hexdigest()}"'
