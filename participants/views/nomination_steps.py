"""What is done with several nominations at once, or beside their steps: deciding on those marked,
the city's order, priorities, notes, comparison.
"""

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse, QueryDict
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST, require_safe

from cohorts.permissions import may_admit, may_nominate
from cohorts.views.rooms import enter
from g60portal.common.forms import carried_out
from g60portal.common.refusals import Refusal
from participants.actions.admissions import (
    set_priority,
)
from participants.actions.nominations import (
    change_nomination,
    rank_nominations,
)
from participants.forms.nominations import LAST_RANK, PriorityForm
from participants.forms.numbers import whole_number
from participants.queries.nominations import (
    cities_nominated_for,
    in_city_order,
    nominations_seen,
    sight_of,
)
from participants.rules.nominations import level_of
from participants.views.nomination_ground import one_seen, page_context
from participants.views.nomination_table import STEP_NAMED

MOST_COMPARED = 4


@login_required
@require_POST
def decide(request: HttpRequest, code: str) -> HttpResponse:
    """One step of all marked nominations, each for itself: what can be done is done, in the order
    of cities and ranks, and for each other one it is said why not."""
    entry = enter(request, code, may_nominate)
    wanted = STEP_NAMED.get(request.POST.get("action", ""))
    if wanted is None:
        messages.error(request, _("Choose what is to be done with those marked."))
        return redirect("nomination-list", code)
    if not wanted.permission(entry.standing):
        raise PermissionDenied
    reason = request.POST.get("reason", "")[:500]
    marked = in_city_order(
        nominations_seen(entry.cohort, entry.standing).filter(pk__in=_marked(request.POST))
    )
    done: dict[str, int] = {}
    for row in marked:
        try:
            state = wanted.take(row, reason, entry).get_state_display()
        except Refusal as refusal:
            text = " ".join(map(str, refusal.fields.values())) or str(refusal)
            messages.error(request, _("%(name)s: %(why)s") % {"name": row.name, "why": text})
        else:
            done[state] = done.get(state, 0) + 1
    for state, count in done.items():
        messages.success(request, _("%(state)s: %(n)s") % {"state": state, "n": count})
    if not done and not marked:
        messages.info(request, _("Nobody was marked."))
    return redirect("nomination-list", code)


@login_required
@require_POST
def rank(request: HttpRequest, code: str) -> HttpResponse:
    """The order of one city: fields `rank-<id>`; empty ones come last and keep no rank."""
    entry = enter(request, code, may_nominate)
    cities = {city.code: city for city in cities_nominated_for(entry.cohort, entry.standing)}
    city = cities.get(request.POST.get("city", ""))
    if city is None:
        messages.error(request, _("Choose a city first: the order is that of one city."))
        return redirect("nomination-list", code)
    rank_nominations(cohort=entry.cohort, city=city, order=_order(request.POST), by=entry.by)
    messages.success(request, _("The order is saved."))
    return redirect("nomination-list", code)


@login_required
@require_POST
def prioritize(request: HttpRequest, code: str, nomination_id: int) -> HttpResponse:
    """Another priority on the waiting list, with its reason."""
    entry = enter(request, code, may_admit)
    row = one_seen(entry, nomination_id)
    form = PriorityForm(request.POST)
    if carried_out(
        form,
        lambda: set_priority(nomination=row, by=entry.by, **form.cleaned_data),
    ):
        messages.success(request, _("The order of the waiting list has changed."))
    else:
        for texts in form.errors.values():
            messages.error(request, f"{row.name}: {' '.join(map(str, texts))}")
    return redirect("nomination-waitlist", code)


@login_required
@require_POST
def note(request: HttpRequest, code: str, nomination_id: int) -> HttpResponse:
    """What the committee writes for itself."""
    entry = enter(request, code, may_admit)
    row = one_seen(entry, nomination_id)
    text = " ".join(request.POST.get("reviewer_notes", "").split())[:1000]
    change_nomination(nomination=row, facts={"reviewer_notes": text}, by=entry.by)
    messages.success(request, _("Saved."))
    return redirect("nomination-detail", code, row.pk)


@login_required
@require_safe
def compare(request: HttpRequest, code: str) -> HttpResponse:
    """A few marked nominations side by side."""
    entry = enter(request, code, may_nominate)
    rows = list(
        in_city_order(
            nominations_seen(entry.cohort, entry.standing).filter(pk__in=_marked(request.GET))
        )[:MOST_COMPARED]
    )
    context = page_context(
        entry,
        "nomination-list",
        rows=[(row, level_of(row.title).label) for row in rows],
        sight=sight_of(entry.standing),
    )
    return render(request, "participants/nomination_compare.html", context)


def _marked(data: QueryDict) -> list[int]:
    return [number for number in map(whole_number, data.getlist("marked")) if number][:500]


def _order(data: QueryDict) -> list[int]:
    """Ids by the ranks typed at them; equal ranks stay as they stood."""
    typed = [
        (whole_number(str(data[name]), LAST_RANK + 1), whole_number(name.removeprefix("rank-")))
        for name in data
        if name.startswith("rank-")
    ]
    return [
        pk for rank_typed, pk in sorted(typed, key=lambda one: one[0]) if rank_typed <= LAST_RANK
    ]
