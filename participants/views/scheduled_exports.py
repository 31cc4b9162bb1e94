"""Regular files of the roster: the list, ordering, pausing, sending one now, fetching."""

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from cohorts.permissions import may_keep_views
from cohorts.views.rooms import Entry, enter
from g60portal.common.forms import carried_out, form_status
from g60portal.common.refusals import Refusal
from participants.actions.scheduled_exports import (
    delete_export,
    note_fetched,
    order_export,
    pause_export,
    resume_export,
    send_now,
)
from participants.forms.scheduled_exports import ScheduleForm
from participants.models import ExportFile, SavedView, ScheduledExport
from participants.queries.roster_stream import CONTENT_TYPES
from participants.queries.saved_views import views_for
from participants.queries.scheduled_exports import (
    covers,
    export_bytes,
    export_file_of,
    export_filename,
    schedules_of,
)
from participants.views.documents import SANDBOX


@login_required
@require_http_methods(["GET", "HEAD", "POST"])
def schedules(request: HttpRequest, code: str) -> HttpResponse:
    """The own ones with their files; POST orders one more."""
    entry = enter(request, code, may_keep_views)
    views = list(views_for(entry.cohort, entry.standing, entry.by))
    form = ScheduleForm(views, request.POST or None, initial={"view": request.GET.get("view")})
    if request.method == "POST" and carried_out(form, lambda: _order(entry, form, views)):
        messages.success(
            request, _("The file will be made in time. A message tells you when it is ready.")
        )
        return redirect("scheduled-export-list", code)
    context = entry.context(
        "people",
        form=form,
        views=views,
        schedules=schedules_of(entry.cohort, entry.by),
    )
    status = form_status(form)
    return render(request, "participants/scheduled_export_list.html", context, status=status)


@login_required
@require_POST
def pause(request: HttpRequest, code: str, schedule_id: int) -> HttpResponse:
    entry = enter(request, code, may_keep_views)
    pause_export(schedule=_own_or_404(entry, schedule_id), by=entry.by)
    return redirect("scheduled-export-list", code)


@login_required
@require_POST
def resume(request: HttpRequest, code: str, schedule_id: int) -> HttpResponse:
    entry = enter(request, code, may_keep_views)
    schedule = _own_or_404(entry, schedule_id)
    try:
        resume_export(schedule=schedule, by=entry.by)
    except Refusal as refusal:
        messages.error(request, str(refusal))
    return redirect("scheduled-export-list", code)


@login_required
@require_POST
def remove(request: HttpRequest, code: str, schedule_id: int) -> HttpResponse:
    entry = enter(request, code, may_keep_views)
    delete_export(schedule=_own_or_404(entry, schedule_id), by=entry.by)
    messages.success(request, _("The regular file and all that was made of it are deleted."))
    return redirect("scheduled-export-list", code)


@login_required
@require_POST
def send(request: HttpRequest, code: str, schedule_id: int) -> HttpResponse:
    """Make one now, besides the rhythm."""
    entry = enter(request, code, may_keep_views)
    schedule = _own_or_404(entry, schedule_id)
    try:
        send_now(schedule=schedule, by=entry.by)
    except Refusal as refusal:
        messages.error(request, str(refusal))
    else:
        messages.success(
            request, _("The file is being made. A message tells you when it is ready.")
        )
    return redirect("scheduled-export-list", code)


@login_required
@require_safe
def export_file(request: HttpRequest, code: str, file_id: int) -> HttpResponse:
    """For the owner, as long as the role still covers all that the file shows."""
    entry = enter(request, code, may_keep_views)
    file = export_file_of(entry.cohort, entry.by, file_id)
    if file is None or not covers(entry.standing, file.shown):
        raise Http404
    content = export_bytes(file)
    if content is None:
        raise Http404
    note_fetched(file=file, by=entry.by)
    return _attachment(file, content)


def _attachment(file: ExportFile, content: bytes) -> HttpResponse:
    """A download, never run in place, never kept on the way."""
    return HttpResponse(
        content,
        content_type=CONTENT_TYPES[file.schedule.format],
        headers={
            "Content-Disposition": f'attachment; filename="{export_filename(file)}"',
            "Content-Security-Policy": SANDBOX,
            "X-Content-Type-Options": "nosniff",
            "Cache-Control": "private, no-store",
        },
    )


def _order(entry: Entry, form: ScheduleForm, views: list[SavedView]) -> ScheduledExport:
    chosen = next(view for view in views if view.pk == form.cleaned_data["view"])
    return order_export(
        cohort=entry.cohort,
        view=chosen,
        format=form.cleaned_data["format"],
        rhythm=form.rhythm_given(),
        by=entry.by,
    )


def _own_or_404(entry: Entry, schedule_id: int) -> ScheduledExport:
    return get_object_or_404(ScheduledExport, cohort=entry.cohort, owner=entry.by, pk=schedule_id)
