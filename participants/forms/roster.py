"""The parameters of a roster address, the same for page, files and API: filters, order, columns."""

from collections.abc import Mapping, Sequence
from typing import cast

from django.utils.translation import gettext as _

from cohorts.models import Cohort
from cohorts.permissions import may_reveal_identity
from cohorts.queries.standing import Standing
from g60portal.common.refusals import NotAllowed
from participants.choices import EnrollmentState
from participants.forms.numbers import whole_number
from participants.models import Group
from participants.queries.roster import ORDERINGS, Ordering, RosterWish
from participants.queries.roster_columns import Column, columns_for, names_for
from participants.refusals import ColumnUnknown, RosterParameterWrong

# The word for "in no group" in the parameter `group`.
NO_GROUP = "none"
LONGEST_SEARCH = 60


def roster_wish(cohort: Cohort, params: Mapping[str, str]) -> RosterWish:
    """What is asked for. Raises RosterParameterWrong for an order, state or group that is none."""
    ordering = params.get("ordering") or "seat"
    if ordering not in ORDERINGS:
        raise _wrong("ordering", ordering)
    state = params.get("state", "")
    if state and state not in EnrollmentState.values:
        raise _wrong("state", state)
    return RosterWish(
        ordering=cast("Ordering", ordering),
        city=params.get("city", "").strip(),
        state=state,
        group_id=_group_id(cohort, params.get("group", "").strip()),
        q=params.get("q", "").strip()[:LONGEST_SEARCH],
    )


def roster_columns(standing: Standing, params: Mapping[str, str]) -> list[Column]:
    """The columns of `columns=a,b,c`, or the usual ones. Raises ColumnUnknown."""
    names = [name.strip() for name in params.get("columns", "").split(",") if name.strip()]
    columns = columns_for(standing, names)
    if columns is None:
        raise ColumnUnknown(
            fields={"columns": ColumnUnknown.text}, facts={"columns": names_for(standing)}
        )
    return columns


def column_names(columns: Sequence[Column]) -> list[str]:
    return [column.name for column in columns]


def opens_numbers(standing: Standing, names: Sequence[str], *, asked: bool) -> bool:
    """Whether `reveal=1` opens identity numbers in these columns. Raises NotAllowed."""
    if asked and not may_reveal_identity(standing):
        raise NotAllowed
    return asked and "identity" in names


def _group_id(cohort: Cohort, raw: str) -> int | None:
    """A group by its id or its name."""
    if not raw:
        return None
    if raw == NO_GROUP:
        return 0
    groups = Group.objects.filter(cohort=cohort)
    found = groups.filter(pk=whole_number(raw)).first()
    found = found or groups.filter(name=raw).first()
    if found is None:
        raise _wrong("group", raw)
    return found.pk


def _wrong(name: str, value: str) -> RosterParameterWrong:
    text = _("“%(value)s” is not known here.") % {"value": value[:60]}
    return RosterParameterWrong(fields={name: text}, facts={"parameter": name})
