"""Seats that went from city to city, or through the pool: the log of a cohort's quotas."""

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from cohorts.models.city import City
from cohorts.models.cohort import Cohort
from g60portal.common import clock


class QuotaMove(models.Model):
    """Seats that went from a city to the pool, from the pool to a city, or between two cities; no
    city means the pool. Rows are only added: they are the log of what was given to whom."""

    cohort = models.ForeignKey(
        Cohort, on_delete=models.CASCADE, related_name="quota_moves", verbose_name=_("cohort")
    )
    source = models.ForeignKey(
        City, null=True, on_delete=models.PROTECT, related_name="+", verbose_name=_("from")
    )
    target = models.ForeignKey(
        City, null=True, on_delete=models.PROTECT, related_name="+", verbose_name=_("to")
    )
    seats = models.PositiveIntegerField(_("seats"))
    reason = models.CharField(_("reason"), max_length=300)
    by = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, on_delete=models.SET_NULL, related_name="+"
    )
    at = models.DateTimeField(_("at"), default=clock.now)

    class Meta:
        verbose_name = _("move of seats")
        verbose_name_plural = _("moves of seats")
        ordering = ["-pk"]
        constraints = [
            models.CheckConstraint(condition=Q(seats__gt=0), name="quota_move_seats_positive"),
            models.CheckConstraint(
                condition=Q(source__isnull=False) | Q(target__isnull=False),
                name="quota_move_from_or_to_a_city",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.source_id or '–'} → {self.target_id or '–'}: {self.seats}"
