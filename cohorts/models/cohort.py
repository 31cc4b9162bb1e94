"""The cohort with its legs, quotas and themes."""

import datetime as dt

import pgtrigger
from django.contrib.postgres.constraints import ExclusionConstraint
from django.contrib.postgres.fields import BigIntegerRangeField, DateRangeField, RangeOperators
from django.db import models
from django.db.models import F, Func, Q, Value
from django.utils.translation import get_language
from django.utils.translation import gettext_lazy as _

from cohorts.choices import CohortState
from cohorts.models.city import City
from cohorts.models.organization import Organization
from g60portal.common import clock


class Theme(models.Model):
    """What a training session is about; the same list for all cohorts."""

    code = models.SlugField(_("code"), max_length=40, unique=True)
    name = models.CharField(_("name"), max_length=60)
    name_en = models.CharField(_("English name"), max_length=60)
    position = models.PositiveSmallIntegerField(_("order"), default=0)

    class Meta:
        verbose_name = _("theme")
        verbose_name_plural = _("themes")
        ordering = ["position", "pk"]

    def __str__(self) -> str:
        return self.name_en if (get_language() or "").startswith("en") else self.name


class Cohort(models.Model):
    """One edition of the training, taught in legs. `code` never changes once given.

    `rules` holds the thresholds that differ from the defaults (`cohorts.rules.thresholds`).
    """

    code = models.CharField(_("code"), max_length=40, unique=True)
    edition = models.PositiveSmallIntegerField(_("edition"))
    title = models.CharField(_("title"), max_length=200)
    title_en = models.CharField(_("English title"), max_length=200, blank=True)
    seats = models.PositiveIntegerField(_("seats"))
    starts_on = models.DateField(_("first day"))
    ends_on = models.DateField(_("last day"))
    state = models.CharField(
        _("state"), max_length=20, choices=CohortState.choices, default=CohortState.DRAFT
    )
    plan_number = models.CharField(_("number of the approved plan"), max_length=60, blank=True)
    certificate_prefix = models.CharField(_("certificate prefix"), max_length=40, default="G60研字")
    required_hours = models.DecimalField(
        _("hours required"), max_digits=5, decimal_places=1, default=0
    )
    attendance_percent = models.PositiveSmallIntegerField(_("attendance required (%)"), default=85)
    rules = models.JSONField(_("thresholds"), default=dict, blank=True)
    release_needs_consent = models.BooleanField(
        _("a release needs the consent of every host"), default=False
    )
    wait_seconds = models.PositiveSmallIntegerField(
        _("seconds that messages wait after a release"), default=60
    )
    message_needs_review = models.BooleanField(
        _("a message of the organizers needs a second person"), default=False, db_default=False
    )
    reminder_time = models.TimeField(
        _("time of the reminder on the evening before"),
        default=dt.time(19),
        db_default=dt.time(19),
    )
    transfer_reminder_minutes = models.PositiveSmallIntegerField(
        _("minutes before a transfer to remind of it"), default=30, db_default=30
    )
    escalate_minutes = models.PositiveSmallIntegerField(
        _("minutes to confirm an urgent message"), default=15, db_default=15
    )
    created_at = models.DateTimeField(_("created"), default=clock.now)

    class Meta:
        verbose_name = _("cohort")
        verbose_name_plural = _("cohorts")
        ordering = ["-starts_on", "-pk"]
        constraints = [
            models.CheckConstraint(condition=Q(seats__gt=0), name="cohort_seats_positive"),
            models.CheckConstraint(
                condition=Q(ends_on__gte=F("starts_on")), name="cohort_dates_in_order"
            ),
            models.CheckConstraint(
                condition=Q(state__in=CohortState.values), name="cohort_state_known"
            ),
            models.CheckConstraint(
                condition=Q(attendance_percent__lte=100), name="cohort_attendance_percent"
            ),
            models.CheckConstraint(
                condition=Q(wait_seconds__lte=3600), name="cohort_wait_at_most_an_hour"
            ),
            models.CheckConstraint(
                condition=Q(transfer_reminder_minutes__range=(5, 240)),
                name="cohort_transfer_reminder_minutes",
            ),
            models.CheckConstraint(
                condition=Q(escalate_minutes__range=(1, 720)), name="cohort_escalate_minutes"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.code} {self.local_title}"

    @property
    def local_title(self) -> str:
        """The title in the language of the page, Chinese when there is no English one."""
        english = (get_language() or "").startswith("en")
        return (self.title_en if english else "") or self.title


class Leg(models.Model):
    """A segment of the cohort in one city. Legs of a cohort never overlap; gaps are allowed."""

    cohort = models.ForeignKey(
        Cohort, on_delete=models.CASCADE, related_name="legs", verbose_name=_("cohort")
    )
    city = models.ForeignKey(
        City, on_delete=models.PROTECT, related_name="legs", verbose_name=_("city")
    )
    host = models.ForeignKey(
        Organization, on_delete=models.PROTECT, related_name="hosted_legs", verbose_name=_("host")
    )
    position = models.PositiveSmallIntegerField(_("order"))
    starts_on = models.DateField(_("first day"))
    ends_on = models.DateField(_("last day"))

    class Meta:
        verbose_name = _("leg")
        verbose_name_plural = _("legs")
        ordering = ["cohort", "position"]
        constraints = [
            models.UniqueConstraint(fields=["cohort", "position"], name="leg_position_unique"),
            models.CheckConstraint(
                condition=Q(ends_on__gte=F("starts_on")), name="leg_dates_in_order"
            ),
            ExclusionConstraint(
                name="leg_no_overlap",
                expressions=[
                    (
                        Func(
                            F("cohort"),
                            F("cohort"),
                            Value("[]"),
                            function="int8range",
                            output_field=BigIntegerRangeField(),
                        ),
                        RangeOperators.OVERLAPS,
                    ),
                    (
                        Func(
                            F("starts_on"),
                            F("ends_on"),
                            Value("[]"),
                            function="daterange",
                            output_field=DateRangeField(),
                        ),
                        RangeOperators.OVERLAPS,
                    ),
                ],
            ),
        ]

    def __str__(self) -> str:
        return f"{self.cohort_id}/{self.position} {self.city}"


class Quota(models.Model):
    """The seats that a city may fill, with a reserve list and a deadline.

    `admitted` counts the city's admitted nominations. A trigger on those keeps it; that it never
    exceeds the seats, and that a used quota is not removed, the database holds.
    """

    cohort = models.ForeignKey(
        Cohort, on_delete=models.CASCADE, related_name="quotas", verbose_name=_("cohort")
    )
    city = models.ForeignKey(
        City, on_delete=models.PROTECT, related_name="quotas", verbose_name=_("city")
    )
    seats = models.PositiveIntegerField(_("seats"))
    reserve = models.PositiveIntegerField(_("reserve"), default=0)
    deadline = models.DateTimeField(_("deadline"), null=True, blank=True)
    admitted = models.PositiveIntegerField(_("admitted"), default=0, editable=False)

    class Meta:
        verbose_name = _("quota")
        verbose_name_plural = _("quotas")
        ordering = ["cohort", "city__position"]
        constraints = [
            models.UniqueConstraint(fields=["cohort", "city"], name="quota_city_unique"),
            models.CheckConstraint(
                condition=Q(admitted__lte=F("seats")), name="quota_admitted_within_seats"
            ),
        ]
        triggers = [
            pgtrigger.Trigger(
                name="quota_in_use_stays",
                level=pgtrigger.Row,
                when=pgtrigger.Before,
                operation=pgtrigger.Delete,
                condition=pgtrigger.Q(old__admitted__gt=0),
                func="RAISE EXCEPTION 'people are admitted against this quota' "
                "USING ERRCODE = 'check_violation', CONSTRAINT = 'quota_in_use_stays';",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.city} {self.seats}"
