"""Organizations entered twice: the list, two side by side, the merge and its undo."""

from collections.abc import Sequence

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.core.exceptions import PermissionDenied
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from cohorts.actions.merges import (
    keep_organizations_apart,
    merge_organizations,
    organization_undo_until,
    undo_organization_merge,
)
from cohorts.models import Organization, OrganizationMerge
from cohorts.queries.merges import (
    FIELDS,
    former_names,
    organization_merge_plan,
    suspected_organization_pair,
    suspected_organizations,
)
from cohorts.queries.standing import may_merge
from cohorts.rules.duplicates import Sign
from cohorts.views.merge_pages import (
    NO_VALUE,
    Comparison,
    FieldRow,
    ShownPair,
    Side,
    Text,
    Value,
    compare_page,
    list_page,
    merge_page,
    value_of_choice,
)
from g60portal.accounts.viewer import signed_in
from g60portal.common import clock
from g60portal.common.merging import counted_in_words
from g60portal.common.refusals import Refusal

SIGNS: dict[str, Text] = {
    Sign.CODE: gettext_lazy("the same body by the credit code"),
    Sign.NAME: gettext_lazy("the same full name, written differently or in another city"),
    Sign.BARE_NAME: gettext_lazy("the same name apart from region and legal form"),
    Sign.SHORT_NAME: gettext_lazy("the short name of the other one"),
    Sign.ALIKE: gettext_lazy("a similar name in the same city"),
}


@login_required
@require_safe
def duplicates(request: HttpRequest) -> HttpResponse:
    _demand_right(request)
    strength = request.GET.get("strength", "")
    found = suspected_organizations(strength)
    groups = [
        [
            ShownPair(
                _side(doubt.one),
                _side(doubt.other),
                doubt.suspicion.strength,
                [SIGNS[sign] for sign in doubt.suspicion.signs],
                reverse("organization-compare", args=doubt.suspicion.pair),
            )
        ]
        for doubt in found.pairs
    ]
    return list_page(request, "organizations", groups, count=found.count, strength=strength)


@login_required
@require_http_methods(["GET", "HEAD", "POST"])
def compare(request: HttpRequest, one: int, other: int) -> HttpResponse:
    """Two side by side; POST merges them as chosen."""
    _demand_right(request)
    first, second = _pair(one, other)
    for row in (first, second):
        if row.merged_into_id is not None:
            merge = OrganizationMerge.objects.filter(gone=row, undone_at=None).first()
            return redirect("organization-merge", merge.pk) if merge else _gone()
    kept = second if value_of_choice(request.POST, "keep") == second.pk else first
    gone = first if kept is second else second
    if request.method != "POST":
        return _compare_page(request, kept, gone)
    taken = [name for name in FIELDS if value_of_choice(request.POST, name) == gone.pk]
    try:
        merge = merge_organizations(kept=kept, gone=gone, taken=taken, by=signed_in(request))
    except Refusal as refusal:
        return _compare_page(request, kept, gone, refusal)
    messages.success(request, _("The two organizations have been merged."))
    return redirect("organization-merge", merge.pk)


@login_required
@require_POST
def dismiss(request: HttpRequest, one: int, other: int) -> HttpResponse:
    """They are two: remembered with the reason."""
    _demand_right(request)
    first, second = _pair(one, other)
    reason = request.POST.get("reason", "")
    try:
        keep_organizations_apart(one=first, other=second, reason=reason, by=signed_in(request))
    except Refusal as refusal:
        return _compare_page(request, first, second, refusal)
    messages.success(request, _("Remembered: these are two."))
    return redirect("organization-duplicate-list")


@login_required
@require_safe
def merged(request: HttpRequest, merge_id: int) -> HttpResponse:
    _demand_right(request)
    return _merge_page(request, _merge(merge_id))


@login_required
@require_POST
def undo(request: HttpRequest, merge_id: int) -> HttpResponse:
    _demand_right(request)
    merge = _merge(merge_id)
    try:
        undo_organization_merge(merge=merge, by=signed_in(request))
    except Refusal as refusal:
        return _merge_page(request, merge, refusal)
    messages.success(request, _("The merge has been undone."))
    return redirect("organization-merge", merge.pk)


def _demand_right(request: HttpRequest) -> None:
    if not may_merge(request.user):
        raise PermissionDenied


def _gone() -> HttpResponse:
    raise Http404


def _pair(one: int, other: int) -> tuple[Organization, Organization]:
    rows = Organization.with_merged.select_related("city").in_bulk([one, other])
    if len(rows) < 2:  # noqa: PLR2004 - of the two
        raise Http404
    return rows[one], rows[other]


def _merge(merge_id: int) -> OrganizationMerge:
    rows = OrganizationMerge.objects.select_related("kept__city", "gone__city")
    return get_object_or_404(rows, pk=merge_id)


def _side(row: Organization) -> Side:
    details = (row.city.local_name, row.get_kind_display(), row.credit_code)
    return Side(row.pk, row.name, [text for text in details if text])


def _compare_page(
    request: HttpRequest, kept: Organization, gone: Organization, refusal: Refusal | None = None
) -> HttpResponse:
    plan = organization_merge_plan(kept, gone)
    found = suspected_organization_pair(kept, gone)
    former = former_names([kept, gone])
    comparison = Comparison(
        one=_side(kept),
        other=_side(gone),
        proposed=kept.pk,
        signs=[SIGNS[sign] for sign in found.signs] if found else [],
        rows=[_field_row(request, name, kept, gone, plan.differing) for name in FIELDS],
        counts=plan.counts(),
        conflicts=[_("Only one row can stay: %(rows)s") % {"rows": one} for one in plan.clashes],
        remarks=[
            _("%(name)s is also known as %(former)s.")
            % {"name": row.name, "former": ", ".join(former[row.pk])}
            for row in (kept, gone)
            if row.pk in former
        ],
    )
    dismiss_url = reverse("organization-dismiss", args=[kept.pk, gone.pk])
    return compare_page(
        request, "organizations", comparison, dismiss_url=dismiss_url, refusal=refusal
    )


def _field_row(
    request: HttpRequest,
    name: str,
    kept: Organization,
    gone: Organization,
    differing: Sequence[str],
) -> FieldRow:
    said = value_of_choice(request.POST, name)
    mine, theirs = getattr(kept, name), getattr(gone, name)
    chosen = said if said in (kept.pk, gone.pk) else (gone.pk if theirs and not mine else kept.pk)
    values = (
        Value(kept.pk, _shown(kept, name), chosen == kept.pk),
        Value(gone.pk, _shown(gone, name), chosen == gone.pk),
    )
    return FieldRow(name, _label(name), values, name in differing)


def _shown(row: Organization, name: str) -> str:
    if name == "city":
        return row.city.local_name
    if name in ("kind", "segment"):
        return str(getattr(row, f"get_{name}_display")()) or NO_VALUE
    return getattr(row, name) or NO_VALUE


def _merge_page(
    request: HttpRequest, merge: OrganizationMerge, refusal: Refusal | None = None
) -> HttpResponse:
    until = organization_undo_until(merge)
    open_still = merge.picture is not None and merge.undone_at is None and clock.now() <= until
    changed = (refusal.facts if refusal else {}).get("changed", [])
    facts = {
        "merge": merge,
        "kept": merge.kept.name,
        "gone": merge.gone.name,
        "kept_url": reverse("organization-edit", args=[merge.kept_id]),
        "counts": counted_in_words(merge.summary.get("moved", {})),
        "fields": [_label(name) for name in merge.summary.get("fields", [])],
        "until": until if open_still else None,
        "undo_url": reverse("organization-merge-undo", args=[merge.pk]),
    }
    explained = sorted({one["what"] for one in changed})
    return merge_page(request, "organizations", facts, refusal=refusal, explained=explained)


def _label(name: str) -> str:
    columns = Organization._meta.concrete_fields  # noqa: SLF001 - Django documents it
    return str(next(one.verbose_name for one in columns if name in (one.name, one.attname)))
