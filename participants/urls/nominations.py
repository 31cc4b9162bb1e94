"""Nominations: the console's pages, the private pages behind a link, and API routes."""

from django.urls import path

from participants.api import nominations as api
from participants.views import nomination_forms as forms
from participants.views import nomination_rooms as rooms
from participants.views import nomination_steps as steps
from participants.views import nomination_writing as writing
from participants.views import nominations as pages
from participants.views.nomination_table import STEPS

_HERE = "console/cohorts/<str:code>/nominations/"
_API = "cohorts/<str:code>/nominations/"
_ONE = f"{_API}<int:nomination_id>/"

urlpatterns = [
    path(_HERE, pages.nominations, name="nomination-list"),
    path(f"{_HERE}add/", writing.add, name="nomination-add"),
    path(f"{_HERE}add-many/", writing.add_many, name="nomination-add-many"),
    path(f"{_HERE}decide/", steps.decide, name="nomination-decide"),
    path(f"{_HERE}rank/", steps.rank, name="nomination-rank"),
    path(f"{_HERE}compare/", steps.compare, name="nomination-compare"),
    path(f"{_HERE}waiting/", rooms.waitlist, name="nomination-waitlist"),
    path(f"{_HERE}seats/", rooms.seats, name="nomination-seats"),
    path(f"{_HERE}links/", rooms.links, name="nomination-links"),
    path(f"{_HERE}links/<int:link_id>/close/", rooms.close, name="nomination-link-close"),
    path(f"{_HERE}<int:nomination_id>/", pages.nomination, name="nomination-detail"),
    path(f"{_HERE}<int:nomination_id>/edit/", writing.edit, name="nomination-edit"),
    path(f"{_HERE}<int:nomination_id>/replace/", writing.replace, name="nomination-replace"),
    path(f"{_HERE}<int:nomination_id>/photo/", pages.photo, name="nomination-photo"),
    path(f"{_HERE}<int:nomination_id>/reveal/", pages.reveal, name="nomination-reveal"),
    path(f"{_HERE}<int:nomination_id>/invite/", rooms.invite, name="nomination-invite"),
    path(f"{_HERE}<int:nomination_id>/priority/", steps.prioritize, name="nomination-priority"),
    path(f"{_HERE}<int:nomination_id>/note/", steps.note, name="nomination-note"),
    *(
        path(
            f"{_HERE}<int:nomination_id>/{step.name}/",
            pages.take,
            {"step": step.name},
            name=step.url_name,
        )
        for step in STEPS
    ),
    path("nominate/<str:token>/", forms.enterprise, name="enterprise-form"),
    path(
        "nominate/<str:token>/<int:nomination_id>/take-back/",
        forms.take_back,
        name="enterprise-take-back",
    ),
    path("nominee/<str:token>/", forms.nominee, name="nominee-form"),
]
api_urlpatterns = [
    path(_API, api.NominationListView.as_view(), name="api-nomination-list"),
    path(_ONE, api.NominationView.as_view(), name="api-nomination-detail"),
    path(f"{_ONE}submit/", api.SubmitView.as_view(), name="api-nomination-submit"),
    path(f"{_ONE}check/", api.CheckView.as_view(), name="api-nomination-check"),
    path(f"{_ONE}return/", api.ReturnView.as_view(), name="api-nomination-return"),
    path(f"{_ONE}admit/", api.AdmitView.as_view(), name="api-nomination-admit"),
    path(f"{_ONE}waitlist/", api.WaitlistView.as_view(), name="api-nomination-waitlist"),
    path(f"{_ONE}decline/", api.DeclineView.as_view(), name="api-nomination-decline"),
    path(f"{_ONE}withdraw/", api.WithdrawView.as_view(), name="api-nomination-withdraw"),
    path(f"{_ONE}replace/", api.ReplaceView.as_view(), name="api-nomination-replace"),
]
