"""Venues and speakers, which all cohorts share: lists with search, add, change, remove."""

from typing import Any

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST, require_safe
from rest_framework.request import Request

from cohorts.models import City
from cohorts.queries.standing import may_keep_shared_rows, may_see_shared_rows
from cohorts.views.rooms import Word, console_nav
from g60portal.accounts.viewer import signed_in
from g60portal.common.forms import carried_out, form_status
from g60portal.common.paging import KeysetPages
from g60portal.common.refusals import Refusal
from sessions.actions import places
from sessions.forms.places import SpeakerForm, VenueForm
from sessions.models import Speaker, Venue
from sessions.queries.places import speakers_found, venues_found


class VenuePages(KeysetPages):
    ordering = ("place", "name", "pk")


class SpeakerPages(KeysetPages):
    ordering = ("name", "pk")


@login_required
@require_safe
def venues(request: HttpRequest) -> HttpResponse:
    _demand(may_see_shared_rows(request.user))
    q, city = request.GET.get("q", "").strip(), request.GET.get("city", "")
    found, pages = venues_found(q=q, city=city), VenuePages()
    context = {
        "rows": pages.paginate_queryset(found, Request(request)),
        **_list_context(request, "venue-list", pages, found.count()),
    }
    return render(request, "sessions/venue_list.html", context)


@login_required
@require_http_methods(["GET", "HEAD", "POST"])
def new_venue(request: HttpRequest) -> HttpResponse:
    _demand(may_keep_shared_rows(request.user))
    form = VenueForm(request.POST or None)
    if request.method == "POST" and carried_out(
        form, lambda: places.create_venue(facts=form.facts(), by=signed_in(request))
    ):
        messages.success(request, _("The venue has been added."))
        return redirect("venue-list")
    return _venue_page(request, form)


@login_required
@require_http_methods(["GET", "HEAD", "POST"])
def edit_venue(request: HttpRequest, venue_id: int) -> HttpResponse:
    _demand(may_keep_shared_rows(request.user))
    row = get_object_or_404(venues_found(), pk=venue_id)
    form = VenueForm.of(row, request.POST or None)
    if request.method == "POST" and carried_out(
        form, lambda: places.change_venue(venue=row, facts=form.facts(), by=signed_in(request))
    ):
        messages.success(request, _("Saved."))
        return redirect("venue-list")
    return _venue_page(request, form, row)


@login_required
@require_POST
def drop_venue(request: HttpRequest, venue_id: int) -> HttpResponse:
    _demand(may_keep_shared_rows(request.user))
    row = get_object_or_404(Venue, pk=venue_id)
    try:
        places.remove_venue(venue=row, by=signed_in(request))
    except Refusal as refusal:
        messages.error(request, str(refusal.message))
        return redirect("venue-edit", row.pk)
    messages.success(request, _("The venue has been removed."))
    return redirect("venue-list")


@login_required
@require_safe
def speakers(request: HttpRequest) -> HttpResponse:
    _demand(may_see_shared_rows(request.user))
    q, city = request.GET.get("q", "").strip(), request.GET.get("city", "")
    found, pages = speakers_found(q=q, city=city), SpeakerPages()
    context = {
        "rows": pages.paginate_queryset(found, Request(request)),
        **_list_context(request, "speaker-list", pages, found.count()),
    }
    return render(request, "sessions/speaker_list.html", context)


@login_required
@require_http_methods(["GET", "HEAD", "POST"])
def new_speaker(request: HttpRequest) -> HttpResponse:
    _demand(may_keep_shared_rows(request.user))
    form = SpeakerForm(request.POST or None)
    if request.method == "POST" and carried_out(
        form,
        lambda: places.create_speaker(
            facts=form.facts(), windows=form.cleaned_data["availability"], by=signed_in(request)
        ),
    ):
        messages.success(request, _("The speaker has been added."))
        return redirect("speaker-list")
    return _speaker_page(request, form)


@login_required
@require_http_methods(["GET", "HEAD", "POST"])
def edit_speaker(request: HttpRequest, speaker_id: int) -> HttpResponse:
    _demand(may_keep_shared_rows(request.user))
    row = get_object_or_404(speakers_found(), pk=speaker_id)
    form = SpeakerForm.of(row, request.POST or None)
    if request.method == "POST" and carried_out(
        form,
        lambda: places.change_speaker(
            speaker=row,
            facts=form.facts(),
            windows=form.cleaned_data["availability"],
            by=signed_in(request),
        ),
    ):
        messages.success(request, _("Saved."))
        return redirect("speaker-list")
    return _speaker_page(request, form, row)


@login_required
@require_POST
def drop_speaker(request: HttpRequest, speaker_id: int) -> HttpResponse:
    _demand(may_keep_shared_rows(request.user))
    row = get_object_or_404(Speaker, pk=speaker_id)
    try:
        places.remove_speaker(speaker=row, by=signed_in(request))
    except Refusal as refusal:
        messages.error(request, str(refusal.message))
        return redirect("speaker-edit", row.pk)
    messages.success(request, _("The speaker has been removed."))
    return redirect("speaker-list")


def city_words(current: str) -> list[Word]:
    """The filter as words: all cities, then each in the official order."""
    cities = City.objects.order_by("position")
    return [
        Word(_("All cities"), "?", not current),
        *(Word(row.local_name, f"?city={row.code}", row.code == current) for row in cities),
    ]


def _list_context(
    request: HttpRequest, page: str, pages: KeysetPages, count: int
) -> dict[str, Any]:
    return {
        "nav": console_nav(page),
        "count": count,
        "next_url": pages.get_next_link(),
        "previous_url": pages.get_previous_link(),
        "q": request.GET.get("q", "").strip(),
        "city": request.GET.get("city", ""),
        "filters": city_words(request.GET.get("city", "")),
        "may_edit": may_keep_shared_rows(request.user),
    }


def _venue_page(request: HttpRequest, form: VenueForm, venue: Venue | None = None) -> HttpResponse:
    context = {"form": form, "venue": venue, "nav": console_nav("venue-list")}
    return render(request, "sessions/venue_edit.html", context, status=form_status(form))


def _speaker_page(
    request: HttpRequest, form: SpeakerForm, speaker: Speaker | None = None
) -> HttpResponse:
    context = {"form": form, "speaker": speaker, "nav": console_nav("speaker-list")}
    return render(request, "sessions/speaker_edit.html", context, status=form_status(form))


def _demand(allowed: bool) -> None:  # noqa: FBT001 -- reads as a sentence
    if not allowed:
        raise PermissionDenied
