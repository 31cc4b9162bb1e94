"""Roles as rows: who may do what, scoped to a cohort, a leg or a city."""

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from cohorts.choices import Role
from cohorts.models.city import City
from cohorts.models.cohort import Cohort, Leg
from g60portal.common import clock


class CohortRole(models.Model):
    """A lead without cohort may open new ones, a coordinator without cohort serves in all."""

    user = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        on_delete=models.CASCADE,
        related_name="cohort_roles",
        verbose_name=_("user"),
    )
    role = models.CharField(_("role"), max_length=20, choices=Role.choices)
    cohort = models.ForeignKey(
        Cohort,
        null=True,
        blank=True,
        on_delete=models.CASCADE,
        related_name="roles",
        verbose_name=_("cohort"),
    )
    leg = models.ForeignKey(
        Leg,
        null=True,
        blank=True,
        on_delete=models.CASCADE,
        related_name="roles",
        verbose_name=_("leg"),
    )
    city = models.ForeignKey(
        City,
        null=True,
        blank=True,
        on_delete=models.CASCADE,
        related_name="roles",
        verbose_name=_("city"),
    )
    granted_at = models.DateTimeField(_("granted"), default=clock.now)

    class Meta:
        verbose_name = _("role")
        verbose_name_plural = _("roles")
        ordering = ["cohort", "role", "pk"]
        constraints = [
            models.UniqueConstraint(
                fields=["user", "role", "cohort", "leg", "city"],
                name="role_unique",
                nulls_distinct=False,
            ),
            models.CheckConstraint(condition=Q(role__in=Role.values), name="role_known"),
            models.CheckConstraint(
                condition=~Q(role=Role.LEG) | Q(cohort__isnull=False, leg__isnull=False),
                name="role_leg_has_leg",
            ),
            models.CheckConstraint(
                condition=~Q(role=Role.COORDINATOR) | Q(city__isnull=False),
                name="role_coordinator_has_city",
            ),
            models.CheckConstraint(
                condition=~Q(role__in=[Role.DESK, Role.READER]) | Q(cohort__isnull=False),
                name="role_desk_reader_has_cohort",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.user} {self.get_role_display()}"
