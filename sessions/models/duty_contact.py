"""Whom participants call when something goes wrong on the way."""

from django.db import models
from django.utils.translation import gettext_lazy as _

from cohorts.models import Cohort


class DutyContact(models.Model):
    """A telephone that is on duty, with the name and the duty of who answers it: the class teacher,
    somebody at a host. Every participant of the cohort sees it."""

    cohort = models.ForeignKey(
        Cohort, on_delete=models.CASCADE, related_name="+", verbose_name=_("cohort")
    )
    duty = models.CharField(_("duty"), max_length=40)
    name = models.CharField(_("name of who answers"), max_length=60)
    phone = models.CharField(_("telephone"), max_length=20)

    class Meta:
        verbose_name = _("contact on duty")
        verbose_name_plural = _("contacts on duty")
        ordering = ["pk"]
        constraints = [
            models.UniqueConstraint(fields=["cohort", "phone"], name="duty_contact_once")
        ]

    def __str__(self) -> str:
        return f"{self.duty} {self.name}"
