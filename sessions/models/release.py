"""Releases: numbered, frozen pictures of the timetable. The only thing participants ever see."""

from django.conf import settings
from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from cohorts.models import Cohort
from g60portal.common import clock
from sessions.choices import SessionKind, SessionState
from sessions.models.training_session import TrainingSession


class Release(models.Model):
    """`number` counts from 1 within the cohort, without gaps. The messages of an `urgent` one leave
    at once, and whoever does not confirm in time is called."""

    cohort = models.ForeignKey(
        Cohort, on_delete=models.PROTECT, related_name="releases", verbose_name=_("cohort")
    )
    number = models.PositiveIntegerField(_("number"))
    name = models.CharField(_("name"), max_length=80, blank=True)
    comment = models.CharField(_("comment"), max_length=500, blank=True)
    urgent = models.BooleanField(_("urgent"), default=False, db_default=False)
    by = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        null=True,
        on_delete=models.SET_NULL,
        related_name="+",
        verbose_name=_("by"),
    )
    released_at = models.DateTimeField(_("released"), default=clock.now)

    class Meta:
        verbose_name = _("release")
        verbose_name_plural = _("releases")
        ordering = ["cohort", "-number"]
        constraints = [
            models.UniqueConstraint(fields=["cohort", "number"], name="release_number_unique"),
            models.CheckConstraint(condition=Q(number__gt=0), name="release_number_positive"),
        ]

    def __str__(self) -> str:
        return f"{self.cohort_id} v{self.number}"


class ReleasedGroup(models.Model):
    """Who was in which group when a release went out; one row for those without a group.

    The next release compares with it: whoever changed groups in between is told, and whoever stands
    in none of these rows has not been told anything yet. One array a group keeps a release of
    10,000 people to a few rows.
    """

    release = models.ForeignKey(Release, on_delete=models.CASCADE, related_name="groups")
    group_id_then = models.BigIntegerField(null=True)
    name = models.CharField(max_length=60, blank=True)
    enrollment_ids = ArrayField(models.BigIntegerField())

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["release", "group_id_then"],
                name="released_group_unique",
                nulls_distinct=False,
            )
        ]

    def __str__(self) -> str:
        return f"{self.release_id}: {self.name or '–'}"


class ReleasedSession(models.Model):
    """A session as it was released: every text copied, so that later edits cannot leak.

    `group_ids` empty = everyone. `speakers`: `[{"id", "name", "name_en", "title", "title_en"}]`.
    `sequence` is the calendar's SEQUENCE: the number of the release that last changed the session,
    less one. It rises with each change, also for a person who left a group and came back.
    """

    release = models.ForeignKey(Release, on_delete=models.CASCADE, related_name="rows")
    training_session = models.ForeignKey(
        TrainingSession, on_delete=models.PROTECT, related_name="released_rows"
    )
    uid = models.UUIDField()
    sequence = models.PositiveIntegerField(default=0)
    leg_id_then = models.BigIntegerField()
    city_code = models.CharField(max_length=30)
    kind = models.CharField(max_length=20, choices=SessionKind.choices)
    state = models.CharField(max_length=20, choices=SessionState.choices)
    cancel_reason = models.CharField(max_length=300, blank=True)
    title = models.CharField(max_length=200)
    title_en = models.CharField(max_length=200, blank=True)
    description = models.TextField(blank=True)
    venue_id_then = models.BigIntegerField(null=True)
    venue_name = models.CharField(max_length=120, blank=True)
    venue_name_en = models.CharField(max_length=160, blank=True)
    venue_address = models.CharField(max_length=200, blank=True)
    venue_address_en = models.CharField(max_length=200, blank=True)
    latitude = models.FloatField(null=True)
    longitude = models.FloatField(null=True)
    speakers = models.JSONField(default=list)
    group_ids = ArrayField(models.BigIntegerField(), default=list)
    starts_at = models.DateTimeField()
    ends_at = models.DateTimeField()
    hours = models.DecimalField(max_digits=4, decimal_places=1, default=0)
    compulsory = models.BooleanField(default=True)

    class Meta:
        ordering = ["release", "starts_at", "pk"]
        constraints = [
            models.UniqueConstraint(
                fields=["release", "training_session"], name="released_session_unique"
            )
        ]
        indexes = [models.Index(fields=["release", "starts_at"], name="released_session_start")]

    def __str__(self) -> str:
        return f"{self.release_id}: {self.title}"
