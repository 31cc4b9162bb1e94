"""The training session with its speakers and audience, and the constraints against double booking.

Times and the "counts" flag of a session are copied to the speaker and audience rows by triggers, so
that the exclusion constraints there can never see an old time.
"""

import uuid

import pgtrigger
from django.contrib.postgres.constraints import ExclusionConstraint
from django.contrib.postgres.fields import RangeOperators
from django.db import models
from django.db.models import F, Q
from django.utils.translation import get_language
from django.utils.translation import gettext_lazy as _

from cohorts.models import Cohort, Leg, Theme
from g60portal.common import clock
from participants.models import Group
from sessions.choices import SessionKind, SessionState
from sessions.models.ranges import interval, same, same_or_all
from sessions.models.speaker import Speaker
from sessions.models.venue import Venue

OVERLAPS = RangeOperators.OVERLAPS

_COPY_FROM_SESSION = """
    SELECT s.starts_at, s.ends_at, s.state <> 'cancelled'
      INTO NEW.starts_at, NEW.ends_at, NEW.counts
      FROM training_sessions_trainingsession s WHERE s.id = NEW.training_session_id;
    RETURN NEW;
"""
_COPY_TO_ROWS = """
    UPDATE training_sessions_sessionspeaker
       SET starts_at = NEW.starts_at, ends_at = NEW.ends_at, counts = NEW.state <> 'cancelled'
     WHERE training_session_id = NEW.id;
    UPDATE training_sessions_sessionaudience
       SET starts_at = NEW.starts_at, ends_at = NEW.ends_at, counts = NEW.state <> 'cancelled'
     WHERE training_session_id = NEW.id;
    RETURN NULL;
"""


# pgtrigger has no types here.
_ON_TIMES = pgtrigger.UpdateOf("starts_at", "ends_at", "state")  # type: ignore[no-untyped-call]


class TrainingSession(models.Model):
    """The draft that organizers edit; what people see is `ReleasedSession`.

    Without times it lies in the tray. `version` counts every change (stale writes are refused);
    `uid` is its identity in calendars. An audience without rows does not exist: everyone is the
    single row with `group` NULL.
    """

    uid = models.UUIDField(default=uuid.uuid4, unique=True, editable=False)
    cohort = models.ForeignKey(
        Cohort, on_delete=models.PROTECT, related_name="training_sessions", verbose_name=_("cohort")
    )
    leg = models.ForeignKey(
        Leg, on_delete=models.PROTECT, related_name="training_sessions", verbose_name=_("leg")
    )
    kind = models.CharField(_("kind"), max_length=20, choices=SessionKind.choices)
    title = models.CharField(_("title"), max_length=200)
    title_en = models.CharField(_("English title"), max_length=200, blank=True)
    description = models.TextField(_("description"), max_length=2000, blank=True)
    theme = models.ForeignKey(
        Theme,
        null=True,
        blank=True,
        on_delete=models.SET_NULL,
        related_name="training_sessions",
        verbose_name=_("theme"),
    )
    venue = models.ForeignKey(
        Venue,
        null=True,
        blank=True,
        on_delete=models.PROTECT,
        related_name="training_sessions",
        verbose_name=_("venue"),
    )
    speakers = models.ManyToManyField(
        Speaker,
        through="SessionSpeaker",
        related_name="training_sessions",
        verbose_name=_("speakers"),
    )
    starts_at = models.DateTimeField(_("starts"), null=True, blank=True)
    ends_at = models.DateTimeField(_("ends"), null=True, blank=True)
    hours = models.DecimalField(_("hours"), max_digits=4, decimal_places=1, default=0)
    compulsory = models.BooleanField(_("compulsory"), default=True)
    prepared_by = models.ForeignKey(
        "self",
        null=True,
        blank=True,
        on_delete=models.SET_NULL,
        related_name="prepares",
        verbose_name=_("prepared by the lecture"),
    )
    state = models.CharField(
        _("state"), max_length=20, choices=SessionState.choices, default=SessionState.DRAFT
    )
    cancel_reason = models.CharField(_("reason for cancelling"), max_length=300, blank=True)
    version = models.PositiveIntegerField(_("version"), default=1)
    created_at = models.DateTimeField(_("created"), default=clock.now)
    changed_at = models.DateTimeField(_("changed"), default=clock.now)

    class Meta:
        verbose_name = _("training session")
        verbose_name_plural = _("training sessions")
        ordering = ["starts_at", "pk"]
        indexes = [models.Index(fields=["cohort", "starts_at"], name="session_cohort_start")]
        constraints = [
            models.CheckConstraint(
                condition=Q(starts_at__isnull=True, ends_at__isnull=True)
                | Q(ends_at__gt=F("starts_at")),
                name="session_times_in_order",
            ),
            models.CheckConstraint(
                condition=Q(kind__in=SessionKind.values), name="session_kind_known"
            ),
            models.CheckConstraint(
                condition=Q(state__in=SessionState.values), name="session_state_known"
            ),
            ExclusionConstraint(
                name="session_venue_no_overlap",
                expressions=[(same("venue"), OVERLAPS), (interval(), OVERLAPS)],
                condition=~Q(state="cancelled") & Q(venue__isnull=False, starts_at__isnull=False),
                deferrable=models.Deferrable.IMMEDIATE,
            ),
        ]
        triggers = [
            pgtrigger.Trigger(
                name="session_times_to_rows",
                when=pgtrigger.After,
                operation=_ON_TIMES,
                func=_COPY_TO_ROWS,
            )
        ]

    def __str__(self) -> str:
        return self.local_title

    @property
    def local_title(self) -> str:
        """The title in the language of the page, Chinese when there is no English one."""
        english = (get_language() or "").startswith("en")
        return (self.title_en if english else "") or self.title


class SessionSpeaker(models.Model):
    """A speaker booked for a session. The times are the session's, kept by the triggers."""

    training_session = models.ForeignKey(
        TrainingSession, on_delete=models.CASCADE, related_name="speaker_rows"
    )
    speaker = models.ForeignKey(Speaker, on_delete=models.PROTECT, related_name="bookings")
    position = models.PositiveSmallIntegerField(default=0)
    starts_at = models.DateTimeField(null=True, editable=False)
    ends_at = models.DateTimeField(null=True, editable=False)
    counts = models.BooleanField(default=True, editable=False)

    class Meta:
        ordering = ["position", "pk"]
        constraints = [
            models.UniqueConstraint(
                fields=["training_session", "speaker"], name="session_speaker_unique"
            ),
            ExclusionConstraint(
                name="session_speaker_no_overlap",
                expressions=[(same("speaker"), OVERLAPS), (interval(), OVERLAPS)],
                condition=Q(counts=True, starts_at__isnull=False),
                deferrable=models.Deferrable.IMMEDIATE,
            ),
        ]
        triggers = [
            pgtrigger.Trigger(
                name="session_speaker_times",
                when=pgtrigger.Before,
                operation=pgtrigger.Insert,
                func=_COPY_FROM_SESSION,
            )
        ]

    def __str__(self) -> str:
        return f"{self.training_session_id}: {self.speaker_id}"


class SessionAudience(models.Model):
    """A group that attends a session; `group` NULL is everyone of the cohort. Everyone meets
    every group: its key range spans all group ids."""

    training_session = models.ForeignKey(
        TrainingSession, on_delete=models.CASCADE, related_name="audience_rows"
    )
    cohort = models.ForeignKey(Cohort, on_delete=models.PROTECT, related_name="+")
    group = models.ForeignKey(
        Group, null=True, on_delete=models.PROTECT, related_name="audience_rows"
    )
    starts_at = models.DateTimeField(null=True, editable=False)
    ends_at = models.DateTimeField(null=True, editable=False)
    counts = models.BooleanField(default=True, editable=False)

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["training_session", "group"],
                name="session_audience_unique",
                nulls_distinct=False,
            ),
            ExclusionConstraint(
                name="session_group_no_overlap",
                expressions=[
                    (same("cohort"), OVERLAPS),
                    (same_or_all("group"), OVERLAPS),
                    (interval(), OVERLAPS),
                ],
                condition=Q(counts=True, starts_at__isnull=False),
                deferrable=models.Deferrable.IMMEDIATE,
            ),
        ]
        triggers = [
            pgtrigger.Trigger(
                name="session_audience_times",
                when=pgtrigger.Before,
                operation=pgtrigger.Insert,
                func=_COPY_FROM_SESSION,
            )
        ]

    def __str__(self) -> str:
        return f"{self.training_session_id}: {self.group_id or '*'}"
