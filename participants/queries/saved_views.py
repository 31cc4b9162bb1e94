"""Which views of the roster somebody may open, and which one is the own default."""

from collections.abc import Sequence
from typing import cast

from django.db.models import BooleanField, Exists, ExpressionWrapper, OuterRef, Q, QuerySet

from cohorts.models import Cohort
from cohorts.permissions import may_keep_views
from cohorts.queries.standing import Standing
from g60portal.accounts.models import User
from participants.models import DefaultView, Group, SavedView
from participants.queries.roster import ORDERINGS, Ordering, RosterWish
from participants.queries.roster_columns import Column, columns_for, names_for


def views_for(cohort: Cohort, standing: Standing, user: User) -> QuerySet[SavedView]:
    """The own ones and the shared ones, the own first; `own` and `is_default` tell them apart."""
    if not may_keep_views(standing):
        return SavedView.objects.none()
    default = DefaultView.objects.filter(user=user, view=OuterRef("pk"))
    own = ExpressionWrapper(Q(owner=user), output_field=BooleanField())
    return (
        SavedView.objects.filter(Q(owner=user) | Q(shared=True), cohort=cohort)
        .select_related("owner")
        .annotate(own=own, is_default=Exists(default))
        .order_by("-own", "name", "pk")
    )


def view_for(cohort: Cohort, standing: Standing, user: User, view_id: int) -> SavedView | None:
    return views_for(cohort, standing, user).filter(pk=view_id).first()


def parameters_of(view: SavedView, standing: Standing) -> dict[str, str]:
    """Those of an address. Columns that this reader may not have are left out, so that a view never
    shows more than the reader's own choice could."""
    params = {**cast("dict[str, str]", view.params)}
    visible = names_for(standing)
    names = [name for name in params.pop("columns", "").split(",") if name in visible]
    return params | ({"columns": ",".join(names)} if names else {})


def roster_of(view: SavedView, standing: Standing) -> tuple[Sequence[Column], RosterWish] | None:
    """What the view shows to this reader, for work without an address; None when it asks for a
    group or an order that does not exist any more."""
    params = parameters_of(view, standing)
    columns = columns_for(standing, [name for name in params.get("columns", "").split(",") if name])
    ordering, group = params.get("ordering", "seat"), params.get("group", "")
    group_id = int(group) if group.isdecimal() else 0 if group else None
    gone = group_id and not Group.objects.filter(cohort_id=view.cohort_id, pk=group_id).exists()
    if columns is None or ordering not in ORDERINGS or gone:
        return None
    wish = RosterWish(
        ordering=cast("Ordering", ordering),
        city=params.get("city", ""),
        state=params.get("state", ""),
        group_id=group_id,
        q=params.get("q", ""),
    )
    return columns, wish
