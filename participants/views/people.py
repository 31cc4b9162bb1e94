"""The people of a cohort: list with filters and orders, one person, adding, changing, leaving."""

from collections.abc import Mapping, Sequence
from typing import Any

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.http import urlencode
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.debug import sensitive_post_parameters
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from cohorts.permissions import (
    may_edit_people,
    may_keep_views,
    may_reveal_identity,
    may_see_contacts,
    may_see_people,
)
from cohorts.queries.standing import Standing
from cohorts.views.rooms import Entry, Word, enter
from g60portal.common.forms import carried_out, form_status
from g60portal.common.refusals import Refusal
from participants.actions.enrollments import change_person, enroll_person, withdraw_enrollment
from participants.actions.identities import reveal_identity
from participants.choices import ACTIVE_STATES, EnrollmentState
from participants.forms.people import EnrollForm, PersonForm, ReasonForm
from participants.forms.roster import NO_GROUP, column_names, roster_columns, roster_wish
from participants.forms.saved_views import (
    NO_VIEW,
    ViewForm,
    kept_params,
    query_params,
    viewed_params,
)
from participants.models import Enrollment, SavedView
from participants.queries.identities import reveal_count
from participants.queries.people import (
    cities_seen,
    enrollment_at,
    group_choices,
    people_in_words,
)
from participants.queries.roster import COUNTED, RosterWish, roster_count, roster_page
from participants.queries.roster_columns import BY_NAME, Column, columns_for, names_for
from participants.queries.roster_stream import FORMATS
from participants.queries.saved_views import views_for
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
    views = list(views_for(entry.cohort, entry.standing, entry.by))
    params = query_params(request.GET) or _default_params(views)
    try:
        asked = viewed_params(entry.cohort, entry.standing, entry.by, params)
        wish, columns = roster_wish(entry.cohort, asked), _page_columns(entry.standing, asked)
    except Refusal as refusal:
        messages.warning(request, str(refusal))
        plain = "" if request.GET else f"?view={NO_VIEW}"
        return redirect(reverse("people-list", args=[code]) + plain)
    # A row links to its person by the seat, which need not be among the columns shown.
    read = columns if "seat" in column_names(columns) else [*columns, BY_NAME["seat"]]
    page = roster_page(
        entry.cohort,
        entry.standing,
        read,
        wish,
        limit=PAGE_ROWS,
        cursor=params.get("cursor", ""),
        spelling="words",
    )
    context = entry.context(
        "people",
        columns=columns,
        rows=[dict(zip((column.name for column in read), row, strict=True)) for row in page.rows],
        count=(count := roster_count(entry.cohort, entry.standing, wish)),
        counted=min(count, COUNTED),
        order_rule=ORDER_RULES.get(wish.ordering, ""),
        wish=wish,
        filtered=wish != RosterWish(ordering=wish.ordering),
        next_url=_address(params, cursor=page.next) if page.next else "",
        previous_url=_address(params, cursor=page.previous) if page.previous else "",
        orders=_orders(params, wish),
        cities=cities_seen(entry.standing),
        states=EnrollmentState.choices,
        groups=group_choices(entry.cohort),
        no_group=NO_GROUP,
        exports=_exports(params),
        views=_view_words(views, params),
        choosable=columns_for(entry.standing, names_for(entry.standing)),
        chosen=column_names(columns),
        kept=kept_params(wish, columns if asked.get("columns") else []),
        view_form=ViewForm(),
        may_edit=may_edit_people(entry.standing),
        may_keep_views=may_keep_views(entry.standing),
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


def _default_params(views: Sequence[SavedView]) -> dict[str, str]:
    """The own default, when the address asks for nothing."""
    chosen = next((view for view in views if getattr(view, "is_default", False)), None)
    return {"view": str(chosen.pk)} if chosen else {}


def _page_columns(standing: Standing, params: Mapping[str, str]) -> list[Column]:
    columns = roster_columns(standing, params)
    if params.get("columns"):
        return columns
    return [column for column in columns if column.name not in NOT_LISTED]


def _view_words(views: Sequence[SavedView], params: Mapping[str, str]) -> list[Word]:
    """Everybody, and each view; the current one is what the address names and nothing besides."""
    if not views:
        return []
    plain = {name for name, value in params.items() if value} - {"cursor"}
    named = params.get("view", NO_VIEW) if plain <= {"view"} else ""
    everybody = Word(_("Everybody"), f"?view={NO_VIEW}", named == NO_VIEW)
    return [everybody] + [
        Word(view.name, f"?view={view.pk}", named == str(view.pk)) for view in views
    ]


def _address(params: Mapping[str, str], **changed: str) -> str:
    """The list's own address with some parameters changed; an empty one is left out, unless it
    takes back what a view says."""
    wanted = {name: value for name, value in params.items() if name != "cursor"} | changed
    if "view" not in wanted:
        wanted = {name: value for name, value in wanted.items() if value}
    return f"?{urlencode(wanted)}"


def _orders(params: Mapping[str, str], wish: RosterWish) -> list[Word]:
    return [
        Word(str(label), _address(params, ordering=key), key == wish.ordering)
        for key, label in ORDER_LABELS.items()
    ]


def _exports(params: Mapping[str, str]) -> Mapping[str, Any]:
    """Addresses of the same list as files."""
    return {name.upper(): f"export/{_address(params, format=name)}" for name in FORMATS}
