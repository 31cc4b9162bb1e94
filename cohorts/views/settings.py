"""The settings room of a cohort: facts, quotas and rules. Legs and roles have their own modules."""

from typing import Any

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.forms import BaseForm
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_http_methods

from cohorts.actions.cohorts import change_cohort
from cohorts.actions.quotas import set_quotas
from cohorts.forms.cohorts import CohortFactsForm, CohortRulesForm
from cohorts.forms.quotas import QuotasForm
from cohorts.permissions import may_edit_cohort
from cohorts.queries.settings import city_quotas
from cohorts.views.rooms import Entry, Word, enter
from g60portal.common.forms import carried_out, form_status

# The tabs of the room: (URL name, label).
TABS = (
    ("cohort-settings", gettext_lazy("Facts")),
    ("cohort-legs", gettext_lazy("Legs")),
    ("cohort-quotas", gettext_lazy("Quotas")),
    ("cohort-rules", gettext_lazy("Rules")),
    ("cohort-roles", gettext_lazy("Roles")),
)


@login_required
@require_http_methods(["GET", "HEAD", "POST"])
def facts(request: HttpRequest, code: str) -> HttpResponse:
    entry = enter(request, code, may_edit_cohort)
    if request.method != "POST":
        return settings_page(entry, "cohort-settings", CohortFactsForm.of(entry.cohort))
    form = CohortFactsForm(request.POST)
    if carried_out(
        form, lambda: change_cohort(cohort=entry.cohort, facts=form.cleaned_data, by=entry.by)
    ):
        return saved(entry, "cohort-settings")
    return settings_page(entry, "cohort-settings", form)


@login_required
@require_http_methods(["GET", "HEAD", "POST"])
def quotas(request: HttpRequest, code: str) -> HttpResponse:
    entry = enter(request, code, may_edit_cohort)
    form = QuotasForm(request.POST or None, rows=city_quotas(entry.cohort))
    if request.method == "POST" and carried_out(
        form, lambda: set_quotas(cohort=entry.cohort, quotas=form.quotas(), by=entry.by)
    ):
        return saved(entry, "cohort-quotas")
    return settings_page(entry, "cohort-quotas", form, total=form.total())


@login_required
@require_http_methods(["GET", "HEAD", "POST"])
def rules(request: HttpRequest, code: str) -> HttpResponse:
    entry = enter(request, code, may_edit_cohort)
    if request.method != "POST":
        return settings_page(entry, "cohort-rules", CohortRulesForm.of(entry.cohort))
    form = CohortRulesForm(request.POST)
    if carried_out(
        form, lambda: change_cohort(cohort=entry.cohort, facts=form.facts(), by=entry.by)
    ):
        return saved(entry, "cohort-rules")
    return settings_page(entry, "cohort-rules", form)


def settings_page(
    entry: Entry, url_name: str, form: BaseForm, *, template: str = "", **more: Any
) -> HttpResponse:
    """A tab of the room with its form; 422 when the form has errors."""
    template = template or f"cohorts/{url_name.replace('-', '_')}.html"
    context = entry.context(room="settings", form=form, tabs=tabs_of(entry, url_name), **more)
    return render(entry.request, template, context, status=form_status(form))


def saved(entry: Entry, url_name: str, text: str = "") -> HttpResponse:
    """Back to the tab, with a word of success."""
    messages.success(entry.request, text or _("Saved."))
    return redirect(url_name, entry.cohort.code)


def tabs_of(entry: Entry, current: str) -> list[Word]:
    return [
        Word(str(label), reverse(url_name, args=[entry.cohort.code]), url_name == current)
        for url_name, label in TABS
    ]
