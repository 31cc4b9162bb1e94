"""The parameters of a difference: `from` and `to`, days or instants."""

import datetime as dt
from collections.abc import Mapping

from django.utils.dateparse import parse_date, parse_datetime
from django.utils.translation import gettext as _

from cohorts.models import Cohort
from g60portal.common import clock
from participants.queries.roster_difference import Span, recorded_since
from participants.refusals import HistoryTooShort, RosterParameterWrong

USUAL_DAYS = 7


def difference_span(cohort: Cohort, params: Mapping[str, str]) -> Span:
    """A day means its beginning in `from` and its end in `to`, so one day for both is that day.
    Without them, the last seven days. Raises RosterParameterWrong, HistoryTooShort."""
    since = recorded_since(cohort)
    begin = _instant("from", params) or _usual_begin(since)
    end = _instant("to", params) or clock.now()
    if end <= begin:
        text = _("The end lies before the beginning.")
        raise RosterParameterWrong(text, fields={"to": text}, facts={"parameter": "to"})
    if since and begin < since:
        raise HistoryTooShort(
            fields={"from": HistoryTooShort.text}, facts={"since": since.isoformat()}
        )
    return Span(begin, end)


def _usual_begin(since: dt.datetime | None) -> dt.datetime:
    usual = clock.now() - dt.timedelta(days=USUAL_DAYS)
    return max(usual, since) if since else usual


def _instant(name: str, params: Mapping[str, str]) -> dt.datetime | None:
    # An offset that was not encoded arrives with a blank in place of its plus.
    raw = params.get(name, "").strip().replace(" ", "+")
    if not raw:
        return None
    try:
        day = parse_date(raw)
        instant = None if day else parse_datetime(raw)
    except ValueError:
        raise _wrong(name, raw) from None
    if day:
        midnight = dt.datetime.combine(day, dt.time(), clock.SHANGHAI)
        return midnight + dt.timedelta(days=name == "to")
    if instant is None:
        raise _wrong(name, raw)
    return instant if instant.tzinfo else instant.replace(tzinfo=clock.SHANGHAI)


def _wrong(name: str, value: str) -> RosterParameterWrong:
    text = _("“%(value)s” is no day.") % {"value": value[:60]}
    return RosterParameterWrong(text, fields={name: text}, facts={"parameter": name})
