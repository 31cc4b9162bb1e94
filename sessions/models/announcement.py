"""A message that organizers write by hand to a part of a cohort."""

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from cohorts.models import Cohort
from g60portal.common import clock
from sessions.choices import AnnouncementState


class Announcement(models.Model):
    """Who gets it is frozen when it is sent: from then on the notice rows are the list.

    `audience` holds the filter as `sessions.rules.audience_filter.AudienceFilter` reads it.
    Whoever wrote or last changed it (`author`, `edited_by`) cannot approve it.
    """

    cohort = models.ForeignKey(
        Cohort, on_delete=models.CASCADE, related_name="announcements", verbose_name=_("cohort")
    )
    subject = models.CharField(_("subject"), max_length=200)
    subject_en = models.CharField(_("English subject"), max_length=200, blank=True)
    text = models.TextField(_("text"), max_length=5000)
    text_en = models.TextField(_("English text"), max_length=5000, blank=True)
    audience = models.JSONField(_("audience"), default=dict, blank=True)
    urgent = models.BooleanField(_("urgent"), default=False)
    state = models.CharField(
        _("state"),
        max_length=20,
        choices=AnnouncementState.choices,
        default=AnnouncementState.DRAFT,
    )
    send_at = models.DateTimeField(_("to be sent"), null=True, blank=True)
    author = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, on_delete=models.SET_NULL, related_name="+"
    )
    edited_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, on_delete=models.SET_NULL, related_name="+"
    )
    reviewed_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, on_delete=models.SET_NULL, related_name="+"
    )
    review_note = models.CharField(_("note of the review"), max_length=300, blank=True)
    version = models.PositiveIntegerField(_("version"), default=1)
    created_at = models.DateTimeField(_("written"), default=clock.now)
    sent_at = models.DateTimeField(_("sent"), null=True, blank=True)
    told_count = models.PositiveIntegerField(_("people told"), default=0)

    class Meta:
        verbose_name = _("announcement")
        verbose_name_plural = _("announcements")
        ordering = ["-pk"]
        constraints = [
            models.CheckConstraint(
                condition=Q(state__in=AnnouncementState.values), name="announcement_state_known"
            ),
            models.CheckConstraint(
                condition=~Q(state=AnnouncementState.SCHEDULED) | Q(send_at__isnull=False),
                name="announcement_scheduled_has_time",
            ),
        ]
        indexes = [
            models.Index(
                fields=["send_at"],
                name="announcement_due",
                condition=Q(state=AnnouncementState.SCHEDULED),
            ),
        ]

    def __str__(self) -> str:
        return self.subject
