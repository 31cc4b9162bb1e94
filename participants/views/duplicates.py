"""Persons entered twice: the list with its reasons, two side by side, the merge and its undo."""

from collections.abc import Callable, Mapping, Sequence

from django.conf import settings
from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.core.exceptions import PermissionDenied
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from cohorts.queries.standing import led_cohort_ids, may_merge
from cohorts.views.merge_pages import (
    NO_VALUE,
    Comparison,
    FieldRow,
    SeatRow,
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
from participants.actions.duplicates import keep_apart
from participants.actions.merges import merge_people, undo_merge, undo_until
from participants.models import Enrollment, Person, PersonMerge
from participants.queries.duplicates import (
    KnownPerson,
    known_people,
    suspected_pair,
    suspected_people,
)
from participants.queries.merges import (
    MergePlan,
    compared_values,
    may_merge_these,
    may_see_merge,
    merge_plan,
    proposed_survivor,
)
from participants.rules.duplicates import Sign
from participants.rules.merges import CHOOSABLE, IDENTITY, Conflict, safest
from participants.rules.papers import mask_email, mask_phone

SIGNS: dict[str, Text] = {
    Sign.PAPER: gettext_lazy("the same identity paper"),
    Sign.PHONE: gettext_lazy("the same phone"),
    Sign.EMAIL: gettext_lazy("the same e-mail address"),
    Sign.NAME: gettext_lazy("the same name"),
    Sign.ALIKE: gettext_lazy("names that are read alike"),
    Sign.BIRTH: gettext_lazy("the same date of birth"),
    Sign.EMPLOYER: gettext_lazy("the same employer"),
}
CONFLICTS: dict[str, Text] = {
    Conflict.ACCOUNTS: gettext_lazy(
        "Both have an account that is in use. Close one, or give its roles to the other, first."
    ),
    Conflict.REQUESTS: gettext_lazy(
        "Both have an open request of the same kind about their data. Answer one of them first."
    ),
    Conflict.HOLDS: gettext_lazy("The data of both are under a hold. Lift one of the two first."),
    Conflict.ROWS: gettext_lazy("Both have something of which there can be only one."),
}
_MASKS: Mapping[str, Callable[[str], str]] = {"phone": mask_phone, "email": mask_email}


@login_required
@require_safe
def duplicates(request: HttpRequest) -> HttpResponse:
    """Groups of persons who hang together by what they share, the strongest first."""
    if not may_merge(request.user):
        raise PermissionDenied
    strength = request.GET.get("strength", "")
    found = suspected_people(led_cohort_ids(request.user), strength)
    groups = [
        [
            ShownPair(
                _side(doubt.one),
                _side(doubt.other),
                doubt.suspicion.strength,
                [SIGNS[sign] for sign in doubt.suspicion.signs],
                reverse("duplicate-compare", args=doubt.suspicion.pair),
            )
            for doubt in group
        ]
        for group in found.groups
    ]
    return list_page(request, "people", groups, count=found.count, strength=strength)


@login_required
@require_http_methods(["GET", "HEAD", "POST"])
def compare(request: HttpRequest, one: int, other: int) -> HttpResponse:
    """Two side by side; POST merges them as chosen."""
    first, second = _pair(request, one, other)
    for row in (first, second):
        if row.merged_into_id is not None:
            merge = get_object_or_404(PersonMerge, gone=row, undone_at=None)
            return redirect("person-merge", merge.pk)
    kept = _survivor(request, first, second)
    gone = first if kept is second else second
    if request.method != "POST":
        return _compare_page(request, kept, gone)
    taken = [name for name in CHOOSABLE if value_of_choice(request.POST, name) == gone.pk]
    try:
        merge = merge_people(
            kept=kept, gone=gone, taken=taken, seats=_seats_said(request), by=signed_in(request)
        )
    except Refusal as refusal:
        return _compare_page(request, kept, gone, refusal)
    messages.success(request, _("The two persons have been merged."))
    return redirect("person-merge", merge.pk)


@login_required
@require_POST
def dismiss(request: HttpRequest, one: int, other: int) -> HttpResponse:
    """They are two: remembered with the reason."""
    first, second = _pair(request, one, other)
    reason = request.POST.get("reason", "")
    try:
        keep_apart(one=first, other=second, reason=reason, by=signed_in(request))
    except Refusal as refusal:
        return _compare_page(request, first, second, refusal)
    messages.success(request, _("Remembered: these are two."))
    return redirect("duplicate-list")


@login_required
@require_safe
def merged(request: HttpRequest, merge_id: int) -> HttpResponse:
    return _merge_page(request, _merge(request, merge_id))


@login_required
@require_POST
def undo(request: HttpRequest, merge_id: int) -> HttpResponse:
    merge = _merge(request, merge_id)
    try:
        undo_merge(merge=merge, by=signed_in(request))
    except Refusal as refusal:
        return _merge_page(request, merge, refusal)
    messages.success(request, _("The merge has been undone."))
    return redirect("person-merge", merge.pk)


def _merge(request: HttpRequest, merge_id: int) -> PersonMerge:
    if not may_merge(request.user):
        raise PermissionDenied
    merge = get_object_or_404(PersonMerge.objects.select_related("kept", "gone"), pk=merge_id)
    if not may_see_merge(request.user, merge):
        raise PermissionDenied
    return merge


def _pair(request: HttpRequest, one: int, other: int) -> tuple[Person, Person]:
    if not may_merge(request.user):
        raise PermissionDenied
    people = Person._base_manager.select_related("organization")  # noqa: SLF001 - merged ones, too
    rows = people.in_bulk([one, other])
    if len(rows) < 2:  # noqa: PLR2004 - of the two
        raise Http404
    if not may_merge_these(request.user, rows.values()):
        raise PermissionDenied
    return rows[one], rows[other]


def _survivor(request: HttpRequest, first: Person, second: Person) -> Person:
    said = value_of_choice(request.POST or request.GET, "keep")
    chosen = {first.pk: first, second.pk: second}.get(said or 0)
    return chosen or proposed_survivor(first, second)


def _seats_said(request: HttpRequest) -> dict[str, int]:
    return {
        name.removeprefix("seat-"): value_of_choice(request.POST, name) or 0
        for name in request.POST
        if name.startswith("seat-")
    }


def _side(known: KnownPerson) -> Side:
    person = known.person
    details = (
        str(person.organization or "") or next(iter(sorted(known.facts.employers)), ""),
        person.title,
        " · ".join(known.cohort_codes),
    )
    return Side(person.pk, person.name, [text for text in details if text])


def _compare_page(
    request: HttpRequest, kept: Person, gone: Person, refusal: Refusal | None = None
) -> HttpResponse:
    plan = merge_plan(kept, gone)
    known = known_people([kept.pk, gone.pk])
    found = suspected_pair(kept.pk, gone.pk)
    mine, theirs = compared_values(kept), compared_values(gone)
    comparison = Comparison(
        one=_side(known[kept.pk]),
        other=_side(known[gone.pk]),
        proposed=kept.pk,
        signs=[SIGNS[sign] for sign in found.signs] if found else [],
        rows=[_field_row(request, name, plan, safest(name, mine, theirs)) for name in CHOOSABLE],
        counts=plan.counts(),
        conflicts=[CONFLICTS[conflict] for conflict, _label in plan.conflicts],
        seats=_seat_rows(request, plan),
    )
    return compare_page(
        request,
        "people",
        comparison,
        dismiss_url=reverse("duplicate-dismiss", args=[kept.pk, gone.pk]),
        refusal=refusal,
        explained=_explained(refusal),
    )


def _field_row(request: HttpRequest, name: str, plan: MergePlan, safe: str) -> FieldRow:
    said = value_of_choice(request.POST, name)
    preset = plan.gone.pk if safe == "gone" else plan.kept.pk
    chosen = said if said in (plan.kept.pk, plan.gone.pk) else preset
    values = (
        Value(plan.kept.pk, _shown(plan.kept, name), chosen == plan.kept.pk),
        Value(plan.gone.pk, _shown(plan.gone, name), chosen == plan.gone.pk),
    )
    return FieldRow(name, _label(name), values, name in plan.differing)


def _label(name: str) -> str:
    if name == IDENTITY:
        return _("Identity paper")
    columns = Person._meta.concrete_fields  # noqa: SLF001 - Django documents it
    return str(next(one.verbose_name for one in columns if name in (one.name, one.attname)))


def _shown(person: Person, name: str) -> str:
    """Personal numbers masked."""
    if name == IDENTITY:
        identity = getattr(person, "identity", None)
        return f"{identity.get_kind_display()} {identity.masked}" if identity else NO_VALUE
    if name == "language":
        return str(dict(settings.LANGUAGES).get(person.language, person.language))
    if name == "gender":
        return str(person.get_gender_display())
    if name == "name":
        return " · ".join(filter(None, (person.name, person.latin_name)))
    value = getattr(person, name)
    return str(_MASKS.get(name, str)(value)) if value else NO_VALUE


def _seat_rows(request: HttpRequest, plan: MergePlan) -> list[SeatRow]:
    needed = [one for one in plan.shared if one.needs_choice]
    ids = [pk for one in needed for pk in (one.kept, one.gone)]
    rows = Enrollment.objects.select_related("city").in_bulk(ids)
    found = []
    for one in needed:
        said = value_of_choice(request.POST, f"seat-{one.code}")
        values = [
            Value(pk, _("No. %(seat)s, %(city)s") % _seat(rows[pk]), said == pk)
            for pk in (one.kept, one.gone)
        ]
        found.append(SeatRow(f"seat-{one.code}", one.code, (values[0], values[1])))
    return found


def _seat(row: Enrollment) -> dict[str, object]:
    return {"seat": row.seat, "city": row.city.local_name}


def _explained(refusal: Refusal | None) -> Sequence[Text]:
    """What a refusal is about, in words."""
    facts = refusal.facts if refusal else {}
    conflicts = [CONFLICTS[one["code"]] for one in facts.get("conflicts", [])]
    changed = [one["what"] for one in facts.get("changed", [])]
    return [*conflicts, *dict.fromkeys(changed)]


def _merge_page(
    request: HttpRequest, merge: PersonMerge, refusal: Refusal | None = None
) -> HttpResponse:
    until = undo_until(merge)
    open_still = merge.picture is not None and merge.undone_at is None and clock.now() <= until
    seat = Enrollment.objects.filter(person=merge.kept_id).select_related("cohort").last()
    facts = {
        "merge": merge,
        "kept": merge.kept.name,
        "gone": merge.gone.name,
        "kept_url": reverse("person-detail", args=[seat.cohort.code, seat.seat]) if seat else "",
        "counts": counted_in_words(merge.summary.get("moved", {})),
        "fields": [
            _label(name)
            for name in merge.summary.get("fields", [])
            if name not in ("pinyin_key", "stroke_key", "initials")
        ],
        "until": until if open_still else None,
        "undo_url": reverse("person-merge-undo", args=[merge.pk]),
    }
    return merge_page(request, "people", facts, refusal=refusal, explained=_explained(refusal))
