"""Training sessions in the admin: to look up. Everything is written by the actions of this app, on
its own pages and by the API.
"""

from django.contrib import admin

from g60portal.common.look_up import LookUpMixin
from sessions.models import (
    Release,
    SessionAudience,
    SessionSpeaker,
    Speaker,
    SpeakerWindow,
    TrainingSession,
    Venue,
)


class SpeakerInline(LookUpMixin, admin.TabularInline[SessionSpeaker, TrainingSession]):
    model = SessionSpeaker
    extra = 0


class AudienceInline(LookUpMixin, admin.TabularInline[SessionAudience, TrainingSession]):
    model = SessionAudience
    extra = 0


class WindowInline(LookUpMixin, admin.TabularInline[SpeakerWindow, Speaker]):
    model = SpeakerWindow
    extra = 0


@admin.register(TrainingSession)
class TrainingSessionAdmin(LookUpMixin, admin.ModelAdmin[TrainingSession]):
    list_display = ("title", "cohort", "kind", "starts_at", "venue", "state", "version")
    list_filter = ("kind", "state")
    list_select_related = ("cohort", "venue")
    search_fields = ("title", "title_en", "cohort__code")
    inlines = (SpeakerInline, AudienceInline)


@admin.register(Venue)
class VenueAdmin(LookUpMixin, admin.ModelAdmin[Venue]):
    list_display = ("name", "city", "kind", "capacity", "largest_party", "margin_minutes")
    list_filter = ("city", "kind")
    list_select_related = ("city",)
    search_fields = ("name", "name_en", "address")


@admin.register(Speaker)
class SpeakerAdmin(LookUpMixin, admin.ModelAdmin[Speaker]):
    list_display = ("name", "name_en", "title", "organization", "city")
    list_select_related = ("organization", "city")
    search_fields = ("name", "name_en", "title")
    inlines = (WindowInline,)


@admin.register(Release)
class ReleaseAdmin(LookUpMixin, admin.ModelAdmin[Release]):
    list_display = ("cohort", "number", "name", "by", "released_at")
    list_select_related = ("cohort", "by")
    search_fields = ("cohort__code", "name")
