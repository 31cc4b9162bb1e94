"""What the next release would tell each person: the list, one person, and the very mail."""

from urllib.parse import urlencode

from csp.constants import HEADER
from django.contrib.auth.decorators import login_required
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, render
from django.urls import reverse
from django.views.decorators.clickjacking import xframe_options_sameorigin
from django.views.decorators.http import require_safe

from cohorts.permissions import may_preview_release
from cohorts.views.rooms import Entry, enter
from g60portal.common.policy import FRAMED_POLICY, framing_policy
from participants.models import Enrollment
from sessions.notices.release_samples import Sample, samples_of
from sessions.queries.release_people import own_lines, people_page, people_told
from sessions.queries.release_preview import Preview, preview_of
from sessions.queries.release_requests import open_request

ROOM = "timetable"
LONGEST_SEARCH = 60
LONGEST_COMMENT = 500
# More digits than any seat has.
SEAT_DIGITS = 9


@login_required
@require_safe
def people(request: HttpRequest, code: str) -> HttpResponse:
    """Everybody who would get a mail, by seat, found by name."""
    entry = enter(request, code, may_preview_release)
    preview = preview_of(entry.cohort)
    q = request.GET.get("q", "").strip()[:LONGEST_SEARCH]
    comment = _comment(entry)
    page = people_page(
        people_told(entry.cohort, preview, q=q),
        preview,
        after=_seat(request.GET.get("after", "")),
        before=_seat(request.GET.get("before", "")),
    )
    kept = {"q": q, "comment": request.GET.get("comment", "")}
    context = entry.context(
        ROOM,
        preview=preview,
        page=page,
        q=q,
        comment=comment,
        query=_query({"comment": kept["comment"]}),
        previous_url=page.previous_seat and _query({**kept, "before": str(page.previous_seat)}),
        next_url=page.next_seat and _query({**kept, "after": str(page.next_seat)}),
    )
    return render(request, "sessions/release_preview.html", context)


@login_required
@require_safe
def person(request: HttpRequest, code: str, seat: int) -> HttpResponse:
    """What one person would be told, and the mail in every language."""
    entry = enter(request, code, may_preview_release)
    preview, enrollment = _person(entry, seat)
    move = preview.audience.move_of(enrollment.pk)
    mail = reverse("release-preview-mail", args=[code, seat])
    kept = {"comment": request.GET.get("comment", "")}
    samples = [
        {"sample": sample, "url": mail + _query({"language": sample.language, **kept})}
        for sample in _samples(entry, preview, enrollment)
    ]
    context = entry.context(
        ROOM,
        preview=preview,
        enrollment=enrollment,
        newcomer=move.newcomer,
        rows=[{"line": line} for line in own_lines(preview, move)],
        samples=samples,
        back=reverse("release-preview", args=[code]) + _query(kept),
    )
    response = render(request, "sessions/release_preview_person.html", context)
    response.headers[HEADER] = framing_policy()
    return response


@login_required
@require_safe
@xframe_options_sameorigin
def mail(request: HttpRequest, code: str, seat: int) -> HttpResponse:
    """The HTML of the mail as a document of its own, in which nothing runs or leads anywhere."""
    entry = enter(request, code, may_preview_release)
    preview, enrollment = _person(entry, seat)
    language = request.GET.get("language", "")
    for sample in _samples(entry, preview, enrollment):
        if language in ("", sample.language):
            response = HttpResponse(sample.html)
            response.headers[HEADER] = FRAMED_POLICY
            return response
    raise Http404


def _person(entry: Entry, seat: int) -> tuple[Preview, Enrollment]:
    preview = preview_of(entry.cohort)
    people = Enrollment.objects.filter(cohort=entry.cohort).select_related("person", "group")
    enrollment = get_object_or_404(people, seat=seat)
    if enrollment.pk not in preview.audience.now:
        raise Http404
    return preview, enrollment


def _samples(entry: Entry, preview: Preview, enrollment: Enrollment) -> list[Sample]:
    return samples_of(entry.cohort, preview, enrollment, comment=_comment(entry))


def _comment(entry: Entry) -> str:
    """The word to the participants: as asked for consent with, else as tried on the page."""
    asked = open_request(entry.cohort)
    return asked.comment if asked else entry.request.GET.get("comment", "")[:LONGEST_COMMENT]


def _seat(text: str) -> int | None:
    return int(text) if text.isascii() and text.isdigit() and len(text) < SEAT_DIGITS else None


def _query(words: dict[str, str]) -> str:
    kept = {name: word for name, word in words.items() if word}
    return f"?{urlencode(kept)}" if kept else ""
