"""Parameters of the roster by the name of a view, and the forms that keep them under one."""

from collections.abc import Mapping, Sequence

from django import forms
from django.http import QueryDict
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, pgettext_lazy

from cohorts.models import Cohort
from cohorts.queries.standing import Standing
from g60portal.accounts.models import User
from participants.forms.numbers import whole_number
from participants.forms.roster import NO_GROUP, roster_columns, roster_wish
from participants.models.saved_views import NAME_LENGTH
from participants.queries.roster import RosterWish
from participants.queries.roster_columns import Column
from participants.queries.saved_views import parameters_of, view_for
from participants.refusals import RosterParameterWrong

# The word for "no view, not even the own default".
NO_VIEW = "0"
_KEPT = ("ordering", "city", "state", "q")


def query_params(query: QueryDict) -> dict[str, str]:
    """The parameters of an address; columns given one by one are joined."""
    params = {name: str(value) for name, value in query.dict().items()}
    columns = [name for name in query.getlist("columns") if name]
    return params | ({"columns": ",".join(columns)} if columns else {})


def viewed_params(
    cohort: Cohort, standing: Standing, user: User, params: Mapping[str, str]
) -> dict[str, str]:
    """Those of the view that `view` names, under those that the address says itself.

    Raises RosterParameterWrong for a view that this reader does not have.
    """
    said = {name: value for name, value in params.items() if name != "view"}
    raw = params.get("view", "")
    if raw in ("", NO_VIEW):
        return said
    view = view_for(cohort, standing, user, whole_number(raw))
    if view is None:
        text = _("“%(value)s” is not known here.") % {"value": raw[:60]}
        raise RosterParameterWrong(fields={"view": text}, facts={"parameter": "view"})
    return parameters_of(view, standing) | said


def kept_params(wish: RosterWish, columns: Sequence[Column]) -> dict[str, str]:
    """What of an address a view keeps; no columns means the usual ones."""
    group = "" if wish.group_id is None else str(wish.group_id or NO_GROUP)
    facts = {name: getattr(wish, name) for name in _KEPT}
    facts |= {"group": group, "columns": ",".join(column.name for column in columns)}
    return {name: str(value) for name, value in facts.items() if value}


def checked_params(cohort: Cohort, standing: Standing, params: Mapping[str, str]) -> dict[str, str]:
    """The same out of parameters that somebody sends. Raises Refusal as the roster does."""
    columns = roster_columns(standing, params) if params.get("columns") else []
    return kept_params(roster_wish(cohort, params), columns)


class ViewForm(forms.Form):
    name = forms.CharField(
        label=pgettext_lazy("view", "Name"),
        max_length=NAME_LENGTH,
        widget=forms.TextInput(attrs={"autocomplete": "off"}),
    )
    shared = forms.BooleanField(
        label=gettext_lazy("Share with the organizers of this cohort"), required=False
    )
