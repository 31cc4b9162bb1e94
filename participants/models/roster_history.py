"""What the roster was made of at any time: every state of every row, from when and until when.

Triggers of the rows themselves write it in the transaction of the change, so no writer can forget
it, and under the lock that the change holds, so states follow each other. Several changes of one
transaction are one state. Identity papers stand here by their masked text only.
"""

from collections.abc import Sequence

import pgtrigger
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from cohorts.models import Cohort
from participants.choices import PastKind

_TABLE = "participants_rosterpast"
_THIS_TRANSACTION = "pg_current_xact_id()::text::bigint"
_BEGIN = """
    INSERT INTO {table} (kind, row_id, cohort_id, facts, begins_at, begin_known, written_in)
    SELECT '{kind}', f.{key}, {cohort}, {facts}, clock_timestamp(), TRUE, {xid} FROM fresh f;
    RETURN NULL;
"""
# What this transaction has written is written over; what others have written ends.
_FOLLOW = """
    UPDATE {table} o SET facts = n.facts
      FROM (SELECT f.{key} AS id, {facts} AS facts FROM fresh f) n
     WHERE o.kind = '{kind}' AND o.row_id = n.id AND o.ends_at IS NULL
       AND o.written_in = {xid} AND o.facts <> n.facts;
    WITH n AS (SELECT f.{key} AS id, {cohort} AS cohort_id, {facts} AS facts FROM fresh f),
         ended AS (
            UPDATE {table} o SET ends_at = greatest(clock_timestamp(), o.begins_at)
              FROM n WHERE o.kind = '{kind}' AND o.row_id = n.id AND o.ends_at IS NULL
                       AND o.facts <> n.facts
            RETURNING o.row_id, o.ends_at)
    INSERT INTO {table} (kind, row_id, cohort_id, facts, begins_at, begin_known, written_in)
    SELECT '{kind}', n.id, n.cohort_id, n.facts, ended.ends_at, TRUE, {xid}
      FROM ended JOIN n ON n.id = ended.row_id;
    RETURN NULL;
"""
_END = """
    DELETE FROM {table} o USING gone f
     WHERE o.kind = '{kind}' AND o.row_id = f.{key} AND o.ends_at IS NULL
       AND o.written_in = {xid};
    UPDATE {table} o SET ends_at = greatest(clock_timestamp(), o.begins_at) FROM gone f
     WHERE o.kind = '{kind}' AND o.row_id = f.{key} AND o.ends_at IS NULL;
    {last}
    RETURN NULL;
"""
# Of a person that is no more nobody may be called, written to or told apart by a paper.
FORGET_CONTACTS = """
    UPDATE participants_rosterpast o
       SET facts = o.facts || '{"phone": "", "email": ""}' FROM gone f
     WHERE o.kind = 'person' AND o.row_id = f.id;
    DELETE FROM participants_rosterpast o USING gone f
     WHERE o.kind = 'identity' AND o.row_id = f.id;
"""


def past_triggers(
    kind: PastKind,
    columns: Sequence[str],
    *,
    key: str = "id",
    cohort: str = "NULL::bigint",
    last: str = "",
) -> list[pgtrigger.Trigger]:
    """The triggers that keep these columns of a table; `last` is done when rows are deleted."""
    pairs = ", ".join(f"'{name}', f.{name}" for name in columns)
    words = {
        "table": _TABLE,
        "kind": str(kind.value),
        "key": key,
        "cohort": cohort,
        "facts": f"jsonb_build_object({pairs})",
        "xid": _THIS_TRANSACTION,
        "last": last,
    }
    # pgtrigger has no types here.
    fresh = pgtrigger.Referencing(new="fresh")  # type: ignore[no-untyped-call]
    gone = pgtrigger.Referencing(old="gone")  # type: ignore[no-untyped-call]
    parts = (
        ("begin", pgtrigger.Insert, fresh, _BEGIN),
        ("follow", pgtrigger.Update, fresh, _FOLLOW),
        ("end", pgtrigger.Delete, gone, _END),
    )
    return [
        pgtrigger.Trigger(
            name=f"{kind.value}_past_{name}",
            level=pgtrigger.Statement,
            when=pgtrigger.After,
            operation=operation,
            referencing=referencing,
            func=func.format(**words),
        )
        for name, operation, referencing, func in parts
    ]


class RosterPast(models.Model):
    """One state of one row, valid from `begins_at` until before `ends_at` (None: it still is).

    `row_id` is the row's id, which outlives it; that of an identity paper is the person's.
    `begin_known` is false for what stood there when the history was begun.
    """

    kind = models.CharField(max_length=12, choices=PastKind.choices)
    row_id = models.BigIntegerField()
    cohort = models.ForeignKey(
        Cohort, null=True, on_delete=models.CASCADE, related_name="+", db_index=False
    )
    facts = models.JSONField()
    begins_at = models.DateTimeField()
    ends_at = models.DateTimeField(null=True)
    begin_known = models.BooleanField(default=True, db_default=True)
    written_in = models.BigIntegerField()

    class Meta:
        verbose_name = _("past of the roster")
        verbose_name_plural = _("past of the roster")
        constraints = [
            models.UniqueConstraint(
                fields=["kind", "row_id"],
                condition=Q(ends_at__isnull=True),
                name="roster_past_one_present",
            )
        ]
        indexes = [
            models.Index(fields=["kind", "row_id", "begins_at"], name="roster_past_row"),
            models.Index(fields=["cohort", "kind", "begins_at"], name="roster_past_cohort"),
        ]

    def __str__(self) -> str:
        return f"{self.kind} {self.row_id}"
