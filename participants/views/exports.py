"""The roster as a file, for the people page and for the API: one function, one set of rules."""

from collections.abc import Mapping

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponseBase, StreamingHttpResponse
from django.shortcuts import redirect
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from cohorts.models import Cohort
from cohorts.permissions import may_see_people
from cohorts.queries.standing import Standing
from cohorts.views.rooms import enter
from g60portal.accounts.models import User
from g60portal.common import clock
from g60portal.common.refusals import Refusal
from participants.actions.exports import note_export
from participants.forms.roster import column_names, opens_numbers, roster_columns, roster_wish
from participants.forms.saved_views import query_params, viewed_params
from participants.queries.roster_columns import Spelling
from participants.queries.roster_stream import CONTENT_TYPES, FORMATS, roster_stream
from participants.refusals import RosterParameterWrong


@login_required
@require_safe
def export(request: HttpRequest, code: str) -> HttpResponseBase:
    entry = enter(request, code, may_see_people)
    try:
        return roster_file(entry.cohort, entry.standing, query_params(request.GET), by=entry.by)
    except Refusal as refusal:
        messages.warning(request, str(refusal))
        return redirect("people-list", code)


def roster_file(
    cohort: Cohort,
    standing: Standing,
    params: Mapping[str, str],
    *,
    by: User,
    reveal: bool = False,
    reason: str = "",
) -> StreamingHttpResponse:
    """The whole roster as `format` says. Raises Refusal before the answer begins.

    JSON lines and `header=keys` speak in codes, everything else in the language of the request.
    """
    wanted = params.get("format", "")
    if wanted not in FORMATS:
        text = _("“%(value)s” is not known here.") % {"value": wanted[:60]}
        raise RosterParameterWrong(fields={"format": text}, facts={"parameter": "format"})
    params = viewed_params(cohort, standing, by, params)
    columns, wish = roster_columns(standing, params), roster_wish(cohort, params)
    names = column_names(columns)
    opens = opens_numbers(standing, names, asked=reveal)
    codes = wanted == "jsonl" or params.get("header") == "keys"
    spelling: Spelling = "codes" if codes else "words"
    note_export(cohort=cohort, format=wanted, columns=names, by=by, reveal=opens, reason=reason)
    stream = roster_stream(
        cohort, standing, columns, wish, format=wanted, spelling=spelling, reveal=opens
    )
    response = StreamingHttpResponse(stream, content_type=CONTENT_TYPES[wanted])
    name = f"{cohort.code}-roster-{clock.today():%Y%m%d}.{wanted}"
    response["Content-Disposition"] = f'attachment; filename="{name}"'
    response["Cache-Control"] = "private, no-store"
    return response
