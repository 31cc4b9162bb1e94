"""The calendar feed: public, known only to whom the address was given. No cookies, no sign-in."""

from django.http import Http404, HttpRequest, HttpResponse, HttpResponseNotModified
from django.views.decorators.http import require_safe

from sessions.queries.calendar import enrollment_of_feed_token, feed_etag, feed_of
from sessions.queries.releases import latest_release

ASK_AGAIN_SECONDS = 300


@require_safe
def calendar_feed(request: HttpRequest, token: str) -> HttpResponse:
    """One person's released sessions; 304 when nothing has changed since."""
    enrollment = enrollment_of_feed_token(token)
    if enrollment is None:
        raise Http404
    release = latest_release(enrollment.cohort)
    etag = feed_etag(enrollment, release)
    asked = request.headers.get("If-None-Match", "").split(",")
    known = [tag.strip().removeprefix("W/") for tag in asked]
    response: HttpResponse
    if etag in known:
        response = HttpResponseNotModified()
    else:
        response = HttpResponse(
            feed_of(enrollment, release), content_type="text/calendar; charset=utf-8"
        )
        response["Content-Disposition"] = 'inline; filename="itinerary.ics"'
    response["ETag"] = etag
    response["Cache-Control"] = f"private, max-age={ASK_AGAIN_SECONDS}"
    response["X-Robots-Tag"] = "noindex"
    response["Referrer-Policy"] = "no-referrer"
    return response
