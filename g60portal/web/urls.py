"""Pages of the web end."""

from django.conf import settings
from django.urls import path

from g60portal.web.views import console, health, home, install, language
from g60portal.web.views.style_guide import style_guide

urlpatterns = [
    path("", home.home, name="home"),
    path("start/", home.own_place, name="own-place"),
    path("console/", console.cohorts, name="cohort-list"),
    path("i18n/setlang/", language.set_language, name="set_language"),
    path("sw.js", install.worker, name="install-worker"),
    path("manifest/<str:language>.webmanifest", install.manifest, name="install-manifest"),
    path("offline/", install.offline, name="install-offline"),
    path("healthz", health.alive, name="health-alive"),
    path("readyz", health.ready, name="health-ready"),
]
if settings.DEBUG:
    urlpatterns.append(path("styleguide/", style_guide, name="style-guide"))
