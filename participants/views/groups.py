"""The groups of a cohort: making, naming, ordering, spreading, moving people."""

from collections.abc import Callable

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import Http404, HttpRequest, HttpResponse, QueryDict
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_http_methods, require_POST

from cohorts.permissions import may_edit_people, may_see_people, people_city_ids
from cohorts.views.rooms import Entry, enter
from g60portal.common.forms import carried_out, form_status
from g60portal.common.refusals import Refusal
from participants.actions.groups import (
    create_group,
    move_members,
    place_group,
    remove_group,
    rename_group,
    spread_over_groups,
)
from participants.actions.posts import set_post
from participants.choices import Post
from participants.forms.groups import GroupForm, SpreadForm
from participants.forms.numbers import whole_number
from participants.models import Enrollment, Group
from participants.queries.groups import GroupRow, group_rows, without_group

DEFAULT_GROUP_SIZE = 9
NO_GROUP = "none"


@login_required
@require_http_methods(["GET", "HEAD", "POST"])
def groups(request: HttpRequest, code: str) -> HttpResponse:
    """All groups with their members; POST adds a group."""
    entry = enter(request, code, may_see_people if request.method != "POST" else may_edit_people)
    form = GroupForm(request.POST or None)
    if request.method == "POST" and carried_out(
        form,
        lambda: create_group(cohort=entry.cohort, name=form.cleaned_data["name"], by=entry.by),
    ):
        messages.success(request, _("The group has been added."))
        return redirect("group-list", code)
    return _page(entry, form)


@login_required
@require_http_methods(["GET", "HEAD", "POST"])
def edit(request: HttpRequest, code: str, group_id: int) -> HttpResponse:
    """Rename a group."""
    entry = enter(request, code, may_edit_people)
    group = _group(entry, group_id)
    form = GroupForm(request.POST or None, initial={"name": group.name})
    if request.method == "POST" and carried_out(
        form, lambda: rename_group(group=group, name=form.cleaned_data["name"], by=entry.by)
    ):
        messages.success(request, _("Saved."))
        return redirect("group-list", code)
    context = entry.context("groups", form=form, group=group)
    return render(request, "participants/group_edit.html", context, status=form_status(form))


@login_required
@require_POST
def place(request: HttpRequest, code: str, group_id: int) -> HttpResponse:
    """Move a group one place: `to` is the place it goes to."""
    entry = enter(request, code, may_edit_people)
    group = _group(entry, group_id)
    position = whole_number(request.POST.get("to", ""), group.position)
    return _answered(
        request, code, lambda: place_group(group=group, position=position, by=entry.by)
    )


@login_required
@require_POST
def remove(request: HttpRequest, code: str, group_id: int) -> HttpResponse:
    entry = enter(request, code, may_edit_people)
    group = _group(entry, group_id)
    return _answered(
        request,
        code,
        lambda: remove_group(group=group, by=entry.by),
        _("The group has been removed."),
    )


@login_required
@require_POST
def spread(request: HttpRequest, code: str) -> HttpResponse:
    entry = enter(request, code, may_edit_people)
    form = SpreadForm(request.POST)
    if carried_out(
        form,
        lambda: spread_over_groups(
            cohort=entry.cohort, count=form.cleaned_data["count"], by=entry.by
        ),
    ):
        messages.success(request, _("Everybody has a place in a group now; cities are mixed."))
        return redirect("group-list", code)
    return _page(entry, GroupForm(), spread_form=form)


@login_required
@require_POST
def move(request: HttpRequest, code: str) -> HttpResponse:
    """Move the marked people into the group `target`, or into none."""
    entry = enter(request, code, may_edit_people)
    target = request.POST.get("target", "")
    group = None if target == NO_GROUP else _group(entry, whole_number(target))
    marked = _marked(request.POST)
    count: list[int] = []
    try:
        count.append(
            move_members(cohort=entry.cohort, enrollments=marked, group=group, by=entry.by)
        )
    except Refusal as refusal:
        messages.error(request, str(refusal))
    else:
        text = ngettext("%(count)s person has moved.", "%(count)s people have moved.", count[0])
        messages.success(request, text % {"count": count[0]})
    return redirect("group-list", code)


@login_required
@require_POST
def post(request: HttpRequest, code: str) -> HttpResponse:
    """Give the marked people the post `post`, or take theirs."""
    entry = enter(request, code, may_edit_people)
    wanted = request.POST.get("post", "")
    if wanted not in ("", *Post.values):
        raise Http404
    people = Enrollment.objects.filter(cohort=entry.cohort, pk__in=_marked(request.POST))

    def give() -> None:
        for one in people.order_by("seat"):
            set_post(enrollment=one, post=wanted, by=entry.by)

    return _answered(request, code, give, _("Saved."))


def _page(entry: Entry, form: GroupForm, *, spread_form: SpreadForm | None = None) -> HttpResponse:
    rows = _visible(entry, group_rows(entry.cohort))
    waiting = _seen(entry, without_group(entry.cohort))
    seated = sum(len(row.members) for row in rows) + len(waiting)
    count = len(rows) or max(1, round(seated / DEFAULT_GROUP_SIZE))
    used = [one for one in (form, spread_form) if one is not None]
    context = entry.context(
        "groups",
        form=form,
        spread_form=spread_form or SpreadForm(initial={"count": count}),
        rows=rows,
        waiting=waiting,
        seated=seated,
        own_cities=people_city_ids(entry.standing) is not None,
        no_group=NO_GROUP,
        posts=Post.choices,
        may_edit=may_edit_people(entry.standing),
    )
    status = max(form_status(one) for one in used)
    return render(entry.request, "participants/group_list.html", context, status=status)


def _visible(entry: Entry, rows: list[GroupRow]) -> list[GroupRow]:
    """Coordinators see the groups and, in them, the people of their own cities."""
    return [GroupRow(row.group, _seen(entry, row.members)) for row in rows]


def _seen(entry: Entry, members: list[Enrollment]) -> list[Enrollment]:
    cities = people_city_ids(entry.standing)
    return members if cities is None else [one for one in members if one.city_id in cities]


def _answered(
    request: HttpRequest, code: str, action: Callable[[], object], text: str = ""
) -> HttpResponse:
    """Run the action; what it refuses is said on the list."""
    try:
        action()
    except Refusal as refusal:
        messages.error(request, str(refusal))
    else:
        if text:
            messages.success(request, text)
    return redirect("group-list", code)


def _group(entry: Entry, group_id: int) -> Group:
    return get_object_or_404(Group, pk=group_id, cohort=entry.cohort)


def _marked(data: QueryDict) -> list[int]:
    return [whole_number(raw) for raw in data.getlist("marked")]
