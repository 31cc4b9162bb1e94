"""Writing nominations: one, several, changing one, putting somebody else in the place of one."""

from collections.abc import Mapping
from typing import Any

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.debug import sensitive_post_parameters
from django.views.decorators.http import require_http_methods

from cohorts.permissions import may_admit, may_nominate
from cohorts.views.rooms import Entry, enter
from g60portal.common.forms import carried_out, form_status, show_refusal
from g60portal.common.refusals import Refusal
from participants.actions.admissions import replace_nomination, replace_with_new
from participants.actions.nominations import (
    change_nomination,
    create_nomination,
    create_nominations,
)
from participants.forms.nominations import (
    ManyForm,
    NewNominationForm,
    NominationForm,
    SubstituteForm,
)
from participants.forms.numbers import whole_number
from participants.models import Nomination
from participants.queries.nominations import cities_nominated_for, possible_substitutes
from participants.refusals import LinesUnusable
from participants.views.nomination_ground import one_seen, page_context


@login_required
@sensitive_post_parameters("identity")
@require_http_methods(["GET", "HEAD", "POST"])
def add(request: HttpRequest, code: str) -> HttpResponse:
    """One more draft."""
    entry = enter(request, code, may_nominate)
    form = NewNominationForm(cities_nominated_for(entry.cohort, entry.standing), _posted(request))
    made: list[Nomination] = []
    if request.method == "POST" and carried_out(
        form,
        lambda: made.append(
            create_nomination(
                cohort=entry.cohort, city=form.cleaned_data["city"], facts=form.facts(), by=entry.by
            )
        ),
    ):
        messages.success(request, _("%(name)s is saved as a draft.") % {"name": made[0].name})
        return redirect("nomination-detail", code, made[0].pk)
    context = page_context(entry, "nomination-list", form=form)
    return render(request, "participants/nomination_add.html", context, status=form_status(form))


@login_required
@sensitive_post_parameters("lines")
@require_http_methods(["GET", "HEAD", "POST"])
def add_many(request: HttpRequest, code: str) -> HttpResponse:
    """Several drafts at once, all or none."""
    entry = enter(request, code, may_nominate)
    form = ManyForm(cities_nominated_for(entry.cohort, entry.standing), _posted(request))
    wrong: list[Mapping[str, Any]] = []
    if request.method == "POST" and form.is_valid():
        try:
            made = create_nominations(
                cohort=entry.cohort, city=form.cleaned_data["city"], rows=form.rows(), by=entry.by
            )
        except LinesUnusable as refusal:
            wrong = refusal.facts["lines"]
            show_refusal(form, refusal)
        except Refusal as refusal:
            show_refusal(form, refusal)
        else:
            text = ngettext("%(n)s draft is saved.", "%(n)s drafts are saved.", len(made))
            messages.success(request, text % {"n": len(made)})
            return redirect("nomination-list", code)
    context = page_context(entry, "nomination-list", form=form, wrong=wrong)
    return render(
        request, "participants/nomination_add_many.html", context, status=form_status(form)
    )


@login_required
@sensitive_post_parameters("identity")
@require_http_methods(["GET", "HEAD", "POST"])
def edit(request: HttpRequest, code: str, nomination_id: int) -> HttpResponse:
    entry = enter(request, code, may_nominate)
    row = one_seen(entry, nomination_id)
    form = NominationForm.of(row, _posted(request))
    if request.method == "POST" and carried_out(
        form, lambda: change_nomination(nomination=row, facts=form.facts(), by=entry.by)
    ):
        messages.success(request, _("Saved."))
        return redirect("nomination-detail", code, row.pk)
    context = page_context(entry, "nomination-list", form=form, nomination=row)
    return render(request, "participants/nomination_edit.html", context, status=form_status(form))


@login_required
@sensitive_post_parameters("identity")
@require_http_methods(["GET", "HEAD", "POST"])
def replace(request: HttpRequest, code: str, nomination_id: int) -> HttpResponse:
    """Somebody else comes instead: one of the city's nominations, or somebody new."""
    entry = enter(request, code, may_nominate)
    row = one_seen(entry, nomination_id)
    choices = [
        (str(one.pk), f"{one.name} · {one.organization_name} · {one.get_state_display()}")
        for one in possible_substitutes(row)
    ]
    chosen = SubstituteForm(choices, _posted(request))
    fresh = NominationForm(_posted(request))
    if request.method == "POST" and _replaced(entry, row, chosen, fresh):
        heir = Nomination.objects.get(replaces=row)
        messages.success(
            request,
            _("%(new)s comes instead of %(old)s, with seat and group; old links are closed.")
            % {"new": heir.name, "old": row.name},
        )
        return redirect("nomination-detail", code, heir.pk)
    new_wrong = chosen.is_bound and not chosen.data.get("substitute")
    status = max(form_status(chosen), form_status(fresh) if new_wrong else 200)
    context = page_context(
        entry,
        "nomination-list",
        nomination=row,
        form=chosen,
        fresh=fresh if new_wrong or not fresh.is_bound else NominationForm(),
    )
    return render(request, "participants/nomination_replace.html", context, status=status)


def _replaced(entry: Entry, row: Nomination, chosen: SubstituteForm, fresh: NominationForm) -> bool:
    """Whether it was done; what was wrong stands on the forms."""
    if not chosen.is_valid():
        return False
    common: dict[str, Any] = {
        "nomination": row,
        "reason": chosen.cleaned_data["why"],
        "by": entry.by,
        "late": may_admit(entry.standing),
    }
    picked = whole_number(chosen.cleaned_data["substitute"])
    if picked:
        substitute = one_seen(entry, picked)
        return carried_out(chosen, lambda: replace_nomination(substitute=substitute, **common))
    return carried_out(fresh, lambda: replace_with_new(facts=fresh.facts(), **common))


def _posted(request: HttpRequest) -> Any:
    return request.POST if request.method == "POST" else None
