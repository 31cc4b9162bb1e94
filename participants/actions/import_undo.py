"""Undoing an import within a day: people removed, fields put back unless changed since.

Refused as a whole, by name, once something refers to the people it brought: a certificate, an
attendance, a place in a bus.
"""

import datetime as dt
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, TypeVar

from django.db import models, transaction

from cohorts.actions.locking import locked_open
from cohorts.models import Cohort, Organization
from g60portal.accounts.models import User
from g60portal.audit.record import record, record_each, record_many
from g60portal.common import clock
from g60portal.common.bulk import update_rows
from g60portal.common.locks import locked, locked_rows
from g60portal.common.row_walls import as_system
from participants.actions.enrolling import DERIVED, move_accounts
from participants.actions.identities import keep_papers
from participants.actions.import_papers import KEPT_FOR
from participants.actions.seating import demand_moves
from participants.choices import ImportState, PaperKind
from participants.models import Consent, Enrollment, Group, Person, RosterImport, SealedIdentity
from participants.queries.import_papers import opened_values
from participants.refusals import ImportInUse, ImportNotApplied, UndoTooLate
from participants.rules.papers import Paper
from participants.rules.person_changes import UNDO_UNITS

Row = TypeVar("Row", bound=models.Model)
# Written along with people and seats, so no trace of anything else.
_OWN = frozenset(
    {"participants.SealedIdentity", "participants.Consent", "participants.RosterWords"}
)
_CHUNK = 1000


@dataclass
class UndoReport:
    """What was taken back, and the fields that were changed since and stay: name and field."""

    removed: int = 0
    people: int = 0
    organizations: int = 0
    put_back: int = 0
    kept: list[tuple[str, str]] = field(default_factory=list)

    def as_json(self) -> dict[str, Any]:
        return {
            "removed": self.removed,
            "people": self.people,
            "organizations": self.organizations,
            "put_back": self.put_back,
            "kept": [list(one) for one in self.kept],
        }


def undo_until(roster_import: RosterImport) -> dt.datetime | None:
    """Until when it can be undone; None when it cannot."""
    if roster_import.state != ImportState.APPLIED or roster_import.journal is None:
        return None
    applied_at = roster_import.applied_at
    return applied_at + KEPT_FOR if applied_at else None


@as_system()
@transaction.atomic
def undo_import(*, roster_import: RosterImport, by: User | None) -> RosterImport:
    """Take back what the import has written. Locks the cohort, the import, the enrollments.

    Raises ImportNotApplied, UndoTooLate, ImportInUse, and QuotaFull when a city that people went
    back to has been filled. A second time does nothing.
    """
    cohort = locked_open(roster_import.cohort)
    row = locked(roster_import)
    if row.state == ImportState.UNDONE:
        return row
    if row.state != ImportState.APPLIED or row.applied_at is None:
        raise ImportNotApplied(facts={"state": row.state})
    if row.journal is None or clock.now() > row.applied_at + KEPT_FOR:
        raise UndoTooLate(facts={"until": (row.applied_at + KEPT_FOR).isoformat()})
    report = _Undo(cohort, opened_values(row, "journal"), by).run()
    row.state = ImportState.UNDONE
    row.undone_at = clock.now()
    row.journal = None
    row.summary = {**row.summary, "undo": report.as_json()}
    row.save(update_fields=["state", "undone_at", "journal", "summary"])
    counts = {key: value for key, value in report.as_json().items() if key != "kept"}
    record(
        "roster.undone", row, by=by, scope=cohort.code, after={**counts, "kept": len(report.kept)}
    )
    return row


class _Undo:
    """One journal, taken back in the order that references allow."""

    def __init__(self, cohort: Cohort, journal: Mapping[str, Any], by: User | None) -> None:
        self._cohort = cohort
        self._journal = journal
        self._by = by
        self._report = UndoReport()

    def run(self) -> UndoReport:
        self._remove_enrollments()
        self._put_back_enrollments()
        self._put_back_people()
        self._put_back_papers()
        self._put_back_consents()
        self._remove_people()
        self._remove_unused(Group, self._journal["groups"])
        organizations = self._remove_unused(Organization, self._journal["organizations"])
        self._report.organizations = organizations
        return self._report

    def _remove_enrollments(self) -> None:
        rows = locked_rows(
            Enrollment.objects.filter(pk__in=self._journal["enrollments"], cohort=self._cohort)
        )
        used = _references(rows)
        if used:
            seats = {row.pk: row.seat for row in rows}
            raise ImportInUse(facts={"uses": [_use(model, ids, seats) for model, ids in used]})
        record_many("enrollment.removed", rows, by=self._by, scope=self._cohort.code)
        Enrollment.objects.filter(pk__in=[row.pk for row in rows]).delete()
        self._report.removed = len(rows)

    def _put_back_enrollments(self) -> None:
        changes = _numbered(self._journal["enrollment_changes"])
        rows = {
            row.pk: row
            for row in locked_rows(
                Enrollment.objects.filter(pk__in=changes, cohort=self._cohort).select_related(
                    "person"
                )
            )
        }
        groups = set(Group.objects.filter(cohort=self._cohort).values_list("pk", flat=True))
        back = {pk: self._columns(row, row.person.name, changes[pk]) for pk, row in rows.items()}
        for columns in back.values():
            if columns.get("group_id") not in {None, *groups}:
                columns["group_id"] = None
        demand_moves(
            self._cohort,
            [
                (rows[pk], columns["city_id"])
                for pk, columns in back.items()
                if "city_id" in columns
            ],
        )
        self._write(Enrollment, rows, back)

    def _put_back_people(self) -> None:
        changes = _numbered(self._journal["person_changes"])
        people = {row.pk: row for row in locked_rows(Person.objects.filter(pk__in=changes))}
        back = {pk: self._columns(row, row.name, changes[pk]) for pk, row in people.items()}
        self._write(Person, people, back)
        moved = [people[pk] for pk, columns in back.items() if "email" in columns]
        for person in moved:
            person.email = back[person.pk]["email"]
        move_accounts(moved)

    def _columns(self, row: Any, name: str, written: Mapping[str, Sequence[Any]]) -> dict[str, Any]:
        """Columns to put back: those that still are as the import left them. What belongs together
        (a name and its spellings) goes back together or stays together."""
        columns: dict[str, Any] = {}
        for unit, members in _units(written).items():
            if all(_plain(getattr(row, one)) == written[one][1] for one in members):
                columns |= {one: written[one][0] for one in members}
                self._report.put_back += 1
            else:
                self._report.kept.append((name, unit))
        return columns

    def _write(
        self, model: type[Row], rows: Mapping[int, Row], back: Mapping[int, Mapping[str, Any]]
    ) -> None:
        shown = {
            pk: {name: value for name, value in columns.items() if name not in DERIVED}
            for pk, columns in back.items()
            if columns
        }
        record_each(
            "person.put_back",
            [
                (rows[pk], {name: getattr(rows[pk], name) for name in columns}, columns)
                for pk, columns in shown.items()
            ],
            by=self._by,
            scope=self._cohort.code,
        )
        update_rows(model, back)

    def _put_back_papers(self) -> None:
        """The number before, unless it was changed again; a paper that was the first one goes."""
        papers = _numbered(self._journal["papers"])
        names = dict(Person.objects.filter(pk__in=papers).values_list("pk", "name"))
        held = {row.person_id: row for row in SealedIdentity.objects.filter(person_id__in=papers)}
        again, gone = [], []
        for pk, (kind, number, index) in papers.items():
            if pk not in held or held[pk].blind_index != index:
                self._report.kept.append((names.get(pk, ""), "identity"))
            elif number:
                again.append((pk, Paper(PaperKind(kind), number)))
            else:
                gone.append(pk)
        self._report.put_back += len(again) + len(gone)
        SealedIdentity.objects.filter(person_id__in=gone).delete()
        keep_papers(again)

    def _put_back_consents(self) -> None:
        Consent.objects.filter(pk__in=self._journal["consents"], withdrawn_at__isnull=True).exclude(
            person_id__in=self._journal["people"]
        ).update(withdrawn_at=clock.now())
        given_again = Consent.objects.filter(
            pk__in=self._journal["withdrawn"], withdrawn_at__isnull=False
        ).exclude(
            person_id__in=Consent.objects.filter(withdrawn_at__isnull=True).values("person_id")
        )
        given_again.update(withdrawn_at=None)

    def _remove_people(self) -> None:
        """Those that the import made and nothing else knows; with them their unused accounts."""
        people = locked_rows(Person.objects.filter(pk__in=self._journal["people"]))
        used = _used(people)
        gone = [row.pk for row in people if row.pk not in used]
        for some in _chunks(gone):
            Person.objects.filter(pk__in=some).delete()
        self._report.people = len(gone)
        fresh = User.objects.filter(pk__in=self._journal["accounts"], last_login__isnull=True)
        accounts = list(fresh)
        held = _used(accounts)
        for some in _chunks([row.pk for row in accounts if row.pk not in held]):
            User.objects.filter(pk__in=some).delete()

    def _remove_unused(self, model: type[models.Model], ids: Sequence[int]) -> int:
        rows = list(model._base_manager.filter(pk__in=ids))  # noqa: SLF001 - documented by Django
        used = _used(rows)
        gone = [row.pk for row in rows if row.pk not in used]
        model._base_manager.filter(pk__in=gone).delete()  # noqa: SLF001
        return len(gone)


def _use(model: type[models.Model], ids: Iterable[int], seats: Mapping[int, int]) -> dict[str, Any]:
    """What refers to people, in the words of the reader, and their seats."""
    return {
        "kind": model._meta.label_lower,  # noqa: SLF001 - Django documents it
        "name": str(model._meta.verbose_name_plural),  # noqa: SLF001
        "seats": sorted({seats[pk] for pk in ids}),
    }


def _references(rows: Sequence[models.Model]) -> list[tuple[type[models.Model], set[int]]]:
    """What refers to any of the rows, and the ids that it refers to. Whatever an app adds later is
    found by itself."""
    if not rows:
        return []
    found: list[tuple[type[models.Model], set[int]]] = []
    ids = [row.pk for row in rows]
    for model, column in _pointers(type(rows[0])):
        used = model._base_manager.filter(**{f"{column}__in": ids}).values_list(column, flat=True)  # noqa: SLF001
        if used:
            found.append((model, set(used)))
    return found


def _pointers(model: type[models.Model]) -> Iterator[tuple[type[models.Model], str]]:
    """Every model and column that refers to rows of this one, those without a way back, too."""
    for relation in model._meta.get_fields(include_hidden=True):  # noqa: SLF001 - documented
        if not isinstance(relation, models.ManyToOneRel):
            continue
        other: Any = relation.related_model
        if other._meta.label not in _OWN:  # noqa: SLF001
            yield other, relation.field.name


def _used(rows: Sequence[models.Model]) -> set[int]:
    return set().union(*(ids for _model, ids in _references(rows)))


def _units(written: Mapping[str, Sequence[Any]]) -> dict[str, list[str]]:
    units: dict[str, list[str]] = {}
    for column in written:
        units.setdefault(UNDO_UNITS.get(column, column), []).append(column)
    return units


def _plain(value: Any) -> Any:
    return value.isoformat() if isinstance(value, dt.date) else value


def _numbered(values: Mapping[str, Any]) -> dict[int, Any]:
    return {int(key): value for key, value in values.items()}


def _chunks(ids: Sequence[int]) -> Iterable[Sequence[int]]:
    return (ids[place : place + _CHUNK] for place in range(0, len(ids), _CHUNK))
