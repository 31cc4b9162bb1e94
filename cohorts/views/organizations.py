"""Organizations, which all cohorts share: list with search, add, change."""

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_safe
from rest_framework.request import Request

from cohorts.actions.organizations import change_organization, create_organization
from cohorts.choices import OrganizationKind
from cohorts.forms.organizations import OrganizationForm
from cohorts.models import Organization
from cohorts.queries.organizations import organizations_found
from cohorts.queries.standing import may_keep_shared_rows, may_merge, may_see_shared_rows
from cohorts.views.rooms import Word, console_nav
from g60portal.accounts.viewer import signed_in
from g60portal.common.forms import carried_out, form_status
from g60portal.common.paging import KeysetPages


class OrganizationPages(KeysetPages):
    ordering = ("place", "pk")


@login_required
@require_safe
def organizations(request: HttpRequest) -> HttpResponse:
    if not may_see_shared_rows(request.user):
        raise PermissionDenied
    q, kind = request.GET.get("q", "").strip(), request.GET.get("kind", "")
    found = organizations_found(q=q, kind=kind)
    pages = OrganizationPages()
    context = {
        "nav": console_nav("organization-list"),
        "rows": pages.paginate_queryset(found, Request(request)),
        "count": found.count(),
        "next_url": pages.get_next_link(),
        "previous_url": pages.get_previous_link(),
        "q": q,
        "kind": kind,
        "filters": _kinds(kind),
        "may_edit": may_keep_shared_rows(request.user),
        "may_merge": may_merge(request.user),
    }
    return render(request, "cohorts/organization_list.html", context)


@login_required
@require_http_methods(["GET", "HEAD", "POST"])
def new(request: HttpRequest) -> HttpResponse:
    if not may_keep_shared_rows(request.user):
        raise PermissionDenied
    form = OrganizationForm(request.POST or None)
    if request.method == "POST" and carried_out(
        form, lambda: create_organization(by=signed_in(request), **form.cleaned_data)
    ):
        messages.success(request, _("The organization has been added."))
        return redirect("organization-list")
    return _form_page(request, form)


@login_required
@require_http_methods(["GET", "HEAD", "POST"])
def edit(request: HttpRequest, organization_id: int) -> HttpResponse:
    if not may_keep_shared_rows(request.user):
        raise PermissionDenied
    row = get_object_or_404(Organization.with_merged.select_related("city"), pk=organization_id)
    if row.merged_into_id is not None:
        return redirect("organization-edit", row.merged_into_id)
    form = OrganizationForm.of(row, request.POST or None)
    if request.method == "POST" and carried_out(
        form,
        lambda: change_organization(
            organization=row, facts=form.cleaned_data, by=signed_in(request)
        ),
    ):
        messages.success(request, _("Saved."))
        return redirect("organization-list")
    return _form_page(request, form, row)


def _form_page(
    request: HttpRequest, form: OrganizationForm, organization: Organization | None = None
) -> HttpResponse:
    context = {
        "form": form,
        "organization": organization,
        "nav": console_nav("organization-list"),
    }
    return render(request, "cohorts/organization_edit.html", context, status=form_status(form))


def _kinds(current: str) -> list[Word]:
    """The filter as words: all, then each kind."""
    words = [Word(_("All"), "?", not current)]
    for value, label in OrganizationKind.choices:
        words.append(Word(str(label), f"?kind={value}", value == current))
    return words
