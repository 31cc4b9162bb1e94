"""The people of a cohort: list with filters and orders, one person, adding, changing, leaving."""

from collections.abc import Mapping
from typing import Any

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.debug import sensitive_post_parameters
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from cohorts.permissions import (
    may_edit_people,
    may_reveal_identity,
    may_see_contacts,
    may_see_people,
)
from cohorts.views.rooms import Entry, Word, enter
from g60portal.common.forms import carried_out, form_status
from g60portal.common.refusals import Refusal
from participants.actions.enrollments import change_person, enroll_person, withdraw_enrollment
from participants.actions.identities import reveal_identity
from participants.choices import ACTIVE_STATES, EnrollmentState
from participants.forms.people import EnrollForm, PersonForm, ReasonForm
from participants.forms.roster import NO_GROUP, roster_columns, roster_wish
from participants.models import Enrollment
from participants.queries.identities import reveal_count
from participants.queries.people import (
    cities_seen,
    enrollment_at,
    group_choices,
    people_in_words,
)
from participants.queries.roster import COUNTED, RosterWish, roster_count, roster_page
from participants.queries.roster_stream import FORMATS
from participants.refusals import PossiblySame
from participants.rules.papers import mask_email, mask_phone

PAGE_ROWS = 50
ORDER_LABELS = {
    "seat": gettext_lazy("By seat"),
    "stroke": gettext_lazy("By strokes"),
    "stroke-full": gettext_lazy("By strokes, full name"),
    "pinyin": gettext_lazy("By pinyin"),
    "city": gettext_lazy("By city"),
    "group": gettext_lazy("By group"),
}
_SURNAME_WAY = gettext_lazy(
    "Order by strokes of the surname: number of strokes, then their kinds in writing order"
    " (horizontal, vertical, left-falling, dot, bent), then the next character. A given name of one"
    " character counts a blank before it, so Tian Fu comes before Tian Dali."
)
_FULL_WAY = gettext_lazy(
    "Order by strokes of the full name: number of strokes, then their kinds in writing order"
    " (horizontal, vertical, left-falling, dot, bent), then the next character. No blank is counted"
    " in names of two characters, so Tian Dali comes before Tian Fu."
)
# The rule that a list by strokes was ordered by; it is printed below the list.
ORDER_RULES = {
    "stroke": _SURNAME_WAY,
    "stroke-full": _FULL_WAY,
    "city": _SURNAME_WAY,
    "group": _SURNAME_WAY,
}
# On the screen a row links to its person, and these wait there.
NOT_LISTED = frozenset({"name_latin", "email", "identity"})


@login_required
@require_safe
def people(request: HttpRequest, code: str) -> HttpResponse:
    """The list. An address with unknown parameters falls back to the plain list."""
    entry = enter(request, code, may_see_people)
    try:
        wish = roster_wish(entry.cohort, request.GET.dict())
    except Refusal as refusal:
        messages.warning(request, str(refusal))
        return redirect("people-list", code)
    columns = [
        column for column in roster_columns(entry.standing, {}) if column.name not in NOT_LISTED
    ]
    page = roster_page(
        entry.cohort,
        entry.standing,
        columns,
        wish,
        limit=PAGE_ROWS,
        cursor=request.GET.get("cursor", ""),
        spelling="words",
    )
    context = entry.context(
        "people",
        columns=columns,
        rows=[
            dict(zip((column.name for column in columns), row, strict=True)) for row in page.rows
        ],
        count=(count := roster_count(entry.cohort, entry.standing, wish)),
        counted=min(count, COUNTED),
        order_rule=ORDER_RULES.get(wish.ordering, ""),
        wish=wish,
        group_word=request.GET.get("group", ""),
        filtered=wish != RosterWish(ordering=wish.ordering),
        next_url=_address(request, cursor=page.next) if page.next else "",
        previous_url=_address(request, cursor=page.previous) if page.previous else "",
        orders=_orders(request, wish),
        cities=cities_seen(entry.standing),
        states=EnrollmentState.choices,
        groups=group_choices(entry.cohort),
        no_group=NO_GROUP,
        exports=_exports(request),
        may_edit=may_edit_people(entry.standing),
    )
    return render(request, "participants/person_list.html", context)


@login_required
@require_safe
def person(request: HttpRequest, code: str, seat: int) -> HttpResponse:
    entry = enter(request, code, may_see_people)
    return _person_page(entry, _enrollment(entry, seat))


@login_required
@sensitive_post_parameters("identity")
@require_http_methods(["GET", "HEAD", "POST"])
def add(request: HttpRequest, code: str) -> HttpResponse:
    entry = enter(request, code, may_edit_people)
    form = EnrollForm(entry.cohort, request.POST or None)
    made: list[Enrollment] = []
    if request.method == "POST" and carried_out(form, lambda: made.append(_enroll(entry, form))):
        row = made[0]
        messages.success(
            request,
            _("%(name)s has been added as number %(seat)s.")
            % {"name": row.person.name, "seat": row.seat},
        )
        return redirect("person-detail", code, row.seat)
    context = entry.context("people", form=form)
    return render(request, "participants/person_add.html", context, status=form_status(form))


@login_required
@sensitive_post_parameters("identity")
@require_http_methods(["GET", "HEAD", "POST"])
def edit(request: HttpRequest, code: str, seat: int) -> HttpResponse:
    entry = enter(request, code, may_edit_people)
    row = _enrollment(entry, seat)
    form = PersonForm.of(row, request.POST or None)
    if request.method == "POST" and carried_out(
        form, lambda: change_person(enrollment=row, facts=form.facts(), by=entry.by)
    ):
        messages.success(request, _("Saved."))
        return redirect("person-detail", code, seat)
    context = entry.context("people", form=form, enrollment=row, person=row.person)
    return render(request, "participants/person_edit.html", context, status=form_status(form))


@login_required
@require_POST
def reveal(request: HttpRequest, code: str, seat: int) -> HttpResponse:
    """The person's page with the number in clear, once; going back to it shows it masked again."""
    entry = enter(request, code, may_reveal_identity)
    row = _enrollment(entry, seat)
    form = ReasonForm(request.POST)
    shown: list[str] = []
    carried_out(
        form,
        lambda: shown.append(
            reveal_identity(enrollment=row, reason=form.cleaned_data["reason"], by=entry.by)
        ),
    )
    return _person_page(entry, row, reveal_form=form, number=shown[0] if shown else "")


@login_required
@require_POST
def withdraw(request: HttpRequest, code: str, seat: int) -> HttpResponse:
    entry = enter(request, code, may_edit_people)
    row = _enrollment(entry, seat)
    form = ReasonForm(request.POST, prefix="withdraw")
    if carried_out(
        form,
        lambda: withdraw_enrollment(
            enrollment=row, reason=form.cleaned_data["reason"], by=entry.by
        ),
    ):
        messages.success(request, _("%(name)s has been withdrawn.") % {"name": row.person.name})
        return redirect("person-detail", code, seat)
    return _person_page(entry, row, withdraw_form=form)


def _enroll(entry: Entry, form: EnrollForm) -> Enrollment:
    """Enroll; when somebody known may be meant, the form asks whom."""
    try:
        return enroll_person(
            cohort=entry.cohort, facts=form.facts(), by=entry.by, meaning=form.meaning_given()
        )
    except PossiblySame as refusal:
        form.ask_meaning(people_in_words(refusal.facts["candidates"]))
        refusal.fields["meaning"] = refusal.message
        raise


def _person_page(
    entry: Entry,
    row: Enrollment,
    *,
    reveal_form: ReasonForm | None = None,
    withdraw_form: ReasonForm | None = None,
    number: str = "",
) -> HttpResponse:
    plain = may_see_contacts(entry.standing)
    identity = getattr(row.person, "identity", None)
    readable = any(column.name == "identity" for column in roster_columns(entry.standing, {}))
    may_edit = may_edit_people(entry.standing)
    context = entry.context(
        "people",
        enrollment=row,
        person=row.person,
        phone=row.person.phone if plain else mask_phone(row.person.phone),
        email=row.person.email if plain else mask_email(row.person.email),
        identity=identity if readable else None,
        sees_identity=readable,
        number=number,
        listed=getattr(row, "listed", False),
        reveal_form=reveal_form or ReasonForm(),
        withdraw_form=withdraw_form or ReasonForm(prefix="withdraw"),
        may_edit=may_edit,
        may_reveal=may_reveal_identity(entry.standing) and identity is not None and not number,
        reveal_count=reveal_count(row) if may_reveal_identity(entry.standing) else 0,
        may_withdraw=may_edit and row.state in ACTIVE_STATES,
    )
    forms = [form for form in (reveal_form, withdraw_form) if form is not None]
    status = max((form_status(form) for form in forms), default=200)
    return render(entry.request, "participants/person_detail.html", context, status=status)


def _enrollment(entry: Entry, seat: int) -> Enrollment:
    row = enrollment_at(entry.cohort, entry.standing, seat)
    if row is None:
        raise Http404
    return row


def _address(request: HttpRequest, **changed: str) -> str:
    """The list's own address with some parameters changed; an empty one is left out."""
    params = request.GET.copy()
    params.pop("cursor", None)
    for name, value in changed.items():
        params[name] = value
    for name in [name for name, value in params.items() if not value]:
        del params[name]
    return f"?{params.urlencode()}"


def _orders(request: HttpRequest, wish: RosterWish) -> list[Word]:
    return [
        Word(str(label), _address(request, ordering=key), key == wish.ordering)
        for key, label in ORDER_LABELS.items()
    ]


def _exports(request: HttpRequest) -> Mapping[str, Any]:
    """Addresses of the same list as files."""
    return {name.upper(): f"export/{_address(request, format=name)}" for name in FORMATS}
