"""`cohorts/{code}/roster/import/`: a file in, its state meanwhile, applying it, undoing it."""

from typing import Any

from django.http import Http404
from django.utils.translation import gettext as _
from drf_spectacular.utils import OpenApiResponse, extend_schema
from rest_framework import serializers
from rest_framework.parsers import JSONParser, MultiPartParser
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.reverse import reverse

from cohorts.api.entry import CohortView
from cohorts.api.problems import READ_PROBLEMS, WRITE_PROBLEMS, ProblemOut
from cohorts.permissions import may_edit_people
from g60portal.common.tables.limits import MAX_FILE_BYTES, TableRefused
from participants.actions.import_undo import undo_import
from participants.actions.import_work import decisions_for, progress_of
from participants.actions.imports import (
    LARGE,
    apply_import,
    preview_import,
    row_facts,
    start_applying,
)
from participants.choices import WORKED_ON, ImportState
from participants.models import RosterImport
from participants.queries.import_pages import shown_plan
from participants.queries.roster_plan import plan_of
from participants.queries.roster_reading import roster_file, roster_rows
from participants.queries.seats import SeatProblem, seat_problems
from participants.refusals import RosterExpired, RosterMappingWrong
from participants.rules.roster_mapping import MappingUnusable, RosterMapping, mapping_from
from participants.rules.roster_plan import EmployerPlan, RosterPlan
from participants.rules.roster_words import FIELDS


class CellProblemOut(serializers.Serializer[Any]):
    column = serializers.CharField()
    letter = serializers.CharField(allow_blank=True)
    field = serializers.CharField()
    text = serializers.CharField()


class ImportRowOut(serializers.Serializer[Any]):
    sheet = serializers.CharField()
    row = serializers.IntegerField()
    name = serializers.CharField(allow_blank=True)
    status = serializers.ChoiceField(choices=["new", "same", "changed", "duplicate", "error"])
    problems = CellProblemOut(many=True)
    warnings = serializers.ListField(child=serializers.CharField())
    changes = serializers.ListField(child=serializers.CharField())
    candidates = serializers.ListField(child=serializers.IntegerField())


class SeatProblemOut(serializers.Serializer[Any]):
    """`count` seats are missing (`cohort_full`), or people are over a city's quota."""

    code = serializers.ChoiceField(choices=["cohort_full", "quota_full"])
    count = serializers.IntegerField()
    city = serializers.CharField(allow_blank=True)
    text = serializers.CharField()


class ImportEmployerOut(serializers.Serializer[Any]):
    """What the name of an employer stands for; `alike` ones stay names without an organization."""

    name = serializers.CharField()
    status = serializers.ChoiceField(choices=["known", "alike", "new"])
    organization = serializers.IntegerField(allow_null=True)
    candidates = serializers.ListField(child=serializers.IntegerField())
    warning = serializers.CharField(allow_blank=True)


class ImportOut(serializers.Serializer[Any]):
    """What happened, or with `dry_run` what would happen, row by row.

    `can_apply` is false when a row has the status `error`, or for each of `seat_problems`. `id` is
    null where nothing was kept.
    """

    id = serializers.IntegerField(allow_null=True)
    state = serializers.ChoiceField(choices=ImportState.choices)
    applied = serializers.BooleanField()
    can_apply = serializers.BooleanField()
    seat_problems = SeatProblemOut(many=True)
    counts = serializers.DictField(child=serializers.IntegerField())
    notes = serializers.ListField(child=serializers.CharField())
    employers = ImportEmployerOut(many=True)
    rows = ImportRowOut(many=True)


class ImportStoppedOut(serializers.Serializer[Any]):
    """Why a worker stopped."""

    code = serializers.CharField(allow_blank=True)
    text = serializers.CharField()


class UndoOut(serializers.Serializer[Any]):
    """`kept` are fields that were changed since and stay: name and field."""

    removed = serializers.IntegerField()
    people = serializers.IntegerField()
    organizations = serializers.IntegerField()
    put_back = serializers.IntegerField()
    kept = serializers.ListField(child=serializers.ListField(child=serializers.CharField()))


class ImportStateOut(serializers.Serializer[Any]):
    """Where an import is. `done` of `total` rows while a worker has it; `plan` once it is known;
    `undo` when it has been undone."""

    id = serializers.IntegerField()
    state = serializers.ChoiceField(choices=ImportState.choices)
    url = serializers.URLField()
    done = serializers.IntegerField()
    total = serializers.IntegerField()
    counts = serializers.DictField(child=serializers.IntegerField())
    stopped = ImportStoppedOut(allow_null=True)
    plan = ImportOut(allow_null=True)
    undo = UndoOut(allow_null=True)


class ImportIn(serializers.Serializer[Any]):
    file = serializers.FileField()
    dry_run = serializers.BooleanField(required=False, default=False)
    duplicates = serializers.ChoiceField(
        choices=["ask", "new", "known"],
        required=False,
        default="ask",
        help_text="What possible duplicates are: refused, new people, or the first one known.",
    )
    mapping = serializers.CharField(
        required=False,
        default="",
        allow_blank=True,
        help_text=(
            'JSON: {"columns": {column name or letter: field, empty = leave out}, '
            '"sheets": [name], "city": code for all rows, "hidden_rows": false}.'
        ),
    )


class ImportApplyIn(serializers.Serializer[Any]):
    duplicates = serializers.ChoiceField(
        choices=["ask", "new", "known"], required=False, default="ask"
    )


_STATE = OpenApiResponse(ImportStateOut, description="A worker has it; ask at `url` again.")


class RosterImportView(CohortView):
    may_read = staticmethod(may_edit_people)
    may_write = staticmethod(may_edit_people)
    parser_classes = (MultiPartParser,)

    @extend_schema(
        operation_id="roster_import",
        request={"multipart/form-data": ImportIn},
        responses={
            200: ImportOut,
            202: _STATE,
            **WRITE_PROBLEMS,
            409: OpenApiResponse(ProblemOut, description="The file is not kept any more."),
        },
    )
    def post(self, request: Request, code: str) -> Response:
        """All rows or none; the same file a second time changes nothing. More than 500 rows are
        left to a worker: 202 with the address to ask at."""
        form = ImportIn(data=request.data)
        form.is_valid(raise_exception=True)
        file, facts = form.validated_data["file"], form.validated_data
        if file.size > MAX_FILE_BYTES:
            raise TableRefused("file_large", _("The file is larger than 5 MB."))
        dry = facts["dry_run"] or request.query_params.get("dry_run") in {"1", "true"}
        data, mapping = file.read(), _mapping(facts["mapping"])
        if dry and (plan := self._small_plan(data, file.name, mapping)):
            return Response(_plan_facts(plan, applied=False))
        wishes = {} if dry else {"duplicates": facts["duplicates"], "by": self.by.pk}
        row = preview_import(
            cohort=self.cohort,
            filename=file.name,
            data=data,
            by=self.by,
            mapping=mapping,
            wishes=wishes,
        )
        if row.state in WORKED_ON:
            return Response(_state_facts(request, row), status=202)
        plan = shown_plan(row)
        apply_import(
            roster_import=row, by=self.by, decisions=decisions_for(plan, facts["duplicates"])
        )
        return Response(_plan_facts(plan, applied=True, row=row))

    def _small_plan(self, data: bytes, name: str, mapping: RosterMapping) -> RosterPlan | None:
        """The plan of a file that needs no worker; nothing is kept."""
        found = roster_file(data, name, mapping, self.by)
        rows = roster_rows(found)
        return plan_of(self.cohort, found, rows) if len(rows.rows) <= LARGE else None


class _ImportView(CohortView):
    may_read = staticmethod(may_edit_people)
    may_write = staticmethod(may_edit_people)
    parser_classes = (JSONParser,)

    def roster_import(self, import_id: int) -> RosterImport:
        row = RosterImport.objects.filter(cohort=self.cohort, pk=import_id).first()
        if row is None:
            raise Http404
        return row


class ImportStateView(_ImportView):
    @extend_schema(
        operation_id="roster_import_state",
        responses={200: ImportStateOut, **READ_PROBLEMS},
    )
    def get(self, request: Request, code: str, import_id: int) -> Response:
        return Response(_state_facts(request, self.roster_import(import_id)))


class ImportApplyView(_ImportView):
    @extend_schema(
        operation_id="roster_import_apply",
        request=ImportApplyIn,
        responses={200: ImportStateOut, 202: _STATE, **WRITE_PROBLEMS, 409: ProblemOut},
    )
    def post(self, request: Request, code: str, import_id: int) -> Response:
        """Apply what a dry run of a large file has kept."""
        form = ImportApplyIn(data=request.data)
        form.is_valid(raise_exception=True)
        row = self.roster_import(import_id)
        decisions = None
        if row.state == ImportState.PREVIEWED:
            decisions = decisions_for(shown_plan(row), form.validated_data["duplicates"])
        row = start_applying(roster_import=row, by=self.by, decisions=decisions)
        return Response(_state_facts(request, row), status=202 if row.state in WORKED_ON else 200)


class ImportUndoView(_ImportView):
    @extend_schema(
        operation_id="roster_import_undo",
        request=None,
        responses={200: ImportStateOut, **WRITE_PROBLEMS, 409: ProblemOut},
    )
    def post(self, request: Request, code: str, import_id: int) -> Response:
        """Within a day: people that came are removed, fields put back unless changed since."""
        row = undo_import(roster_import=self.roster_import(import_id), by=self.by)
        return Response(_state_facts(request, row))


def _mapping(text: str) -> RosterMapping:
    try:
        return mapping_from(text)
    except MappingUnusable:
        raise RosterMappingWrong(
            fields={"mapping": RosterMappingWrong.text}, facts={"fields": list(FIELDS)}
        ) from None


def _state_facts(request: Request, row: RosterImport) -> dict[str, Any]:
    now = progress_of(row)
    counts = {key: value for key, value in row.summary.items() if key != "undo"}
    return {
        "id": row.pk,
        "state": row.state,
        "url": reverse("api-roster-import-state", args=[row.cohort.code, row.pk], request=request),
        "done": now.done if row.state in WORKED_ON else now.total,
        "total": now.total,
        "counts": counts,
        "stopped": {**row.refusal, "text": _(row.refusal["text"])} if row.refusal else None,
        "plan": _plan_of_row(row),
        "undo": row.summary.get("undo"),
    }


def _plan_of_row(row: RosterImport) -> dict[str, Any] | None:
    if row.state != ImportState.PREVIEWED:
        return None
    try:
        return _plan_facts(shown_plan(row), applied=False, row=row)
    except RosterExpired:
        return None


def _plan_facts(
    plan: RosterPlan, *, applied: bool, row: RosterImport | None = None
) -> dict[str, Any]:
    return {
        "id": row.pk if row else None,
        "state": ImportState.APPLIED if applied else ImportState.PREVIEWED,
        "applied": applied,
        "can_apply": plan.can_apply,
        "seat_problems": [_seat_facts(problem) for problem in seat_problems(plan.verdict)],
        "counts": plan.counts,
        "notes": list(plan.notes),
        "employers": [_employer_facts(one) for one in plan.employers],
        "rows": [row_facts(one) for one in plan.rows],
    }


def _employer_facts(one: EmployerPlan) -> dict[str, Any]:
    return {
        "name": one.name,
        "status": one.status,
        "organization": one.organization_id,
        "candidates": [pk for pk, _name in one.candidates],
        "warning": one.warning,
    }


def _seat_facts(problem: SeatProblem) -> dict[str, Any]:
    return {
        "code": problem.code,
        "count": problem.count,
        "city": problem.city,
        "text": problem.text,
    }
