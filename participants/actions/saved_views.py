"""Keeping views of the roster under a name: saving, renaming, sharing, deleting, the default."""

from collections.abc import Mapping

from django.db import IntegrityError, transaction

from cohorts.models import Cohort
from g60portal.accounts.models import User
from g60portal.audit.record import changes, record
from g60portal.common.constraints import broken_constraint
from g60portal.common.locks import advisory_lock, locked
from participants.models import DefaultView, SavedView
from participants.models.saved_views import NAME_LENGTH
from participants.refusals import TooManyViews, ViewNameTaken, ViewUnusable

MOST_VIEWS = 50


@transaction.atomic
def save_view(
    *, cohort: Cohort, name: str, params: Mapping[str, str], shared: bool, by: User
) -> SavedView:
    """Keep these parameters of the roster. Raises ViewUnusable, ViewNameTaken, TooManyViews."""
    advisory_lock("saved_views", cohort.pk, by.pk)
    if SavedView.objects.filter(cohort=cohort, owner=by).count() >= MOST_VIEWS:
        raise TooManyViews
    view = SavedView(
        cohort=cohort, owner=by, name=_clean_name(name), shared=shared, params=dict(params)
    )
    _save(view)
    record(
        "saved_view.saved",
        view,
        by=by,
        scope=cohort.code,
        after={"name": view.name, "shared": shared, "columns": view.params.get("columns", "")},
    )
    return view


@transaction.atomic
def change_view(
    *, view: SavedView, by: User, name: str | None = None, shared: bool | None = None
) -> SavedView:
    """Rename or share; what is None stays. Locks the view."""
    row = locked(view)
    new_name = row.name if name is None else _clean_name(name)
    new_shared = row.shared if shared is None else shared
    before, after = changes(row, {"name": new_name, "shared": new_shared})
    if after:
        row.name, row.shared = new_name, new_shared
        _save(row)
        record("saved_view.changed", row, by=by, scope=row.cohort.code, before=before, after=after)
    return row


@transaction.atomic
def delete_view(*, view: SavedView, by: User) -> None:
    """Regular files of it stop at their next time. A second time does nothing."""
    row = SavedView.objects.select_for_update(of=("self",)).filter(pk=view.pk).first()
    if row is not None:
        record("saved_view.deleted", row, by=by, scope=row.cohort.code, before={"name": row.name})
        row.delete()


@transaction.atomic
def choose_default(*, cohort: Cohort, view: SavedView | None, by: User) -> None:
    """What the page of this user begins with; None: the plain list."""
    advisory_lock("saved_views", cohort.pk, by.pk)
    if view is None:
        DefaultView.objects.filter(cohort=cohort, user=by).delete()
    else:
        DefaultView.objects.update_or_create(cohort=cohort, user=by, defaults={"view": view})


def _clean_name(raw: str) -> str:
    name = " ".join(raw.split())
    if not name or len(name) > NAME_LENGTH:
        raise ViewUnusable(fields={"name": ViewUnusable.text})
    return name


def _save(view: SavedView) -> None:
    try:
        with transaction.atomic():
            view.save()
    except IntegrityError as error:
        if broken_constraint(error) == "saved_view_name_unique":
            raise ViewNameTaken(fields={"name": ViewNameTaken.text}) from None
        raise
