"""Views of the roster under a name: the list, saving, renaming, deleting, the own default."""

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST

from cohorts.permissions import may_keep_views
from cohorts.views.rooms import Entry, enter
from g60portal.common.forms import carried_out, form_status
from g60portal.common.refusals import Refusal
from participants.actions.saved_views import change_view, choose_default, delete_view, save_view
from participants.forms.saved_views import ViewForm, checked_params, query_params
from participants.models import SavedView
from participants.queries.saved_views import view_for, views_for
from participants.views.people import ORDER_LABELS


@login_required
@require_http_methods(["GET", "HEAD", "POST"])
def views(request: HttpRequest, code: str) -> HttpResponse:
    """All that this user may open; POST saves the list that the form was shown below."""
    entry = enter(request, code, may_keep_views)
    form = ViewForm(request.POST or None)
    made: list[SavedView] = []
    if request.method == "POST" and carried_out(form, lambda: made.append(_saved(entry, form))):
        messages.success(request, _("The view “%(name)s” has been saved.") % {"name": made[0].name})
        return redirect(f"{reverse('people-list', args=[code])}?view={made[0].pk}")
    context = entry.context(
        "people",
        views=views_for(entry.cohort, entry.standing, entry.by),
        orders=dict(ORDER_LABELS),
        form=form if form.is_bound else None,
        kept=list(request.POST.items()) if form.is_bound else [],
    )
    status = form_status(form)
    return render(request, "participants/saved_view_list.html", context, status=status)


@login_required
@require_http_methods(["GET", "HEAD", "POST"])
def edit(request: HttpRequest, code: str, view_id: int) -> HttpResponse:
    """Rename or share an own view."""
    entry = enter(request, code, may_keep_views)
    view = _own_or_404(entry, view_id)
    form = ViewForm(request.POST or None, initial={"name": view.name, "shared": view.shared})
    if request.method == "POST" and carried_out(
        form, lambda: change_view(view=view, by=entry.by, **form.cleaned_data)
    ):
        messages.success(request, _("Saved."))
        return redirect("saved-view-list", code)
    context = entry.context("people", form=form, view=view)
    status = form_status(form)
    return render(request, "participants/saved_view_edit.html", context, status=status)


@login_required
@require_POST
def remove(request: HttpRequest, code: str, view_id: int) -> HttpResponse:
    entry = enter(request, code, may_keep_views)
    delete_view(view=_own_or_404(entry, view_id), by=entry.by)
    messages.success(request, _("The view has been deleted."))
    return redirect("saved-view-list", code)


@login_required
@require_POST
def default(request: HttpRequest, code: str, view_id: int) -> HttpResponse:
    """Begin with this view, or, when it is the default already, with everybody again."""
    entry = enter(request, code, may_keep_views)
    view = _view_or_404(entry, view_id)
    chosen = None if getattr(view, "is_default", False) else view
    choose_default(cohort=entry.cohort, view=chosen, by=entry.by)
    return redirect("saved-view-list", code)


def _saved(entry: Entry, form: ViewForm) -> SavedView:
    """What the list showed may not exist any more; then the form says so on top."""
    try:
        params = checked_params(entry.cohort, entry.standing, query_params(entry.request.POST))
    except Refusal as refusal:
        refusal.fields = {}
        raise
    return save_view(cohort=entry.cohort, params=params, by=entry.by, **form.cleaned_data)


def _view_or_404(entry: Entry, view_id: int) -> SavedView:
    view = view_for(entry.cohort, entry.standing, entry.by, view_id)
    if view is None:
        raise Http404
    return view


def _own_or_404(entry: Entry, view_id: int) -> SavedView:
    view = _view_or_404(entry, view_id)
    if view.owner_id != entry.by.pk:
        raise Http404
    return view
