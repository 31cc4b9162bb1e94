"""Pages of sign-in and of one's own account, and the API routes of tokens.

Of the sign-in package only what the portal offers: addresses come from organizers and rosters, so
nobody signs up or manages e-mail addresses here. Its names stay, as it refers to them itself.
"""

from allauth.account import views
from django.urls import include, path, re_path

from g60portal.accounts.api import TokenListView, TokenView
from g60portal.accounts.views import own_account

urlpatterns = [
    path("", own_account, name="account-own"),
    path("login/", views.login, name="account_login"),
    path("login/code/", views.request_login_code, name="account_request_login_code"),
    path("login/code/confirm/", views.confirm_login_code, name="account_confirm_login_code"),
    path("logout/", views.logout, name="account_logout"),
    path("inactive/", views.account_inactive, name="account_inactive"),
    path("signup/", views.signup, name="account_signup"),
    path("reauthenticate/", views.reauthenticate, name="account_reauthenticate"),
    path("password/change/", views.password_change, name="account_change_password"),
    path("password/set/", views.password_set, name="account_set_password"),
    path("password/reset/", views.password_reset, name="account_reset_password"),
    path("password/reset/done/", views.password_reset_done, name="account_reset_password_done"),
    re_path(
        r"^password/reset/key/(?P<uidb36>[0-9A-Za-z]+)-(?P<key>.+)/$",
        views.password_reset_from_key,
        name="account_reset_password_from_key",
    ),
    path(
        "password/reset/key/done/",
        views.password_reset_from_key_done,
        name="account_reset_password_from_key_done",
    ),
    path("2fa/", include("allauth.mfa.urls")),
]

api_urlpatterns = [
    path("tokens/", TokenListView.as_view(), name="api-token-list"),
    path("tokens/<str:token_id>/", TokenView.as_view(), name="api-token-detail"),
]
