"""The whole URL map. Each app names its own pages; what is not listed as public asks to sign in."""

from django.contrib import admin
from django.urls import include, path

handler400 = "g60portal.web.views.errors.bad_request"
handler403 = "g60portal.web.views.errors.forbidden"
handler404 = "g60portal.web.views.errors.not_found"
handler429 = "g60portal.accounts.lockout.too_many_requests"
handler500 = "g60portal.web.views.errors.server_error"

urlpatterns = [
    path("accounts/", include("g60portal.accounts.urls")),
    path("admin/", admin.site.urls),
    path("", include("g60portal.web.urls")),
    path("", include("g60portal.notices.urls")),
    path("", include("cohorts.urls")),
    path("", include("participants.urls")),
    path("", include("sessions.urls")),
    path("api/v1/", include("g60portal.api.urls")),
]
