"""Which version of a participant's check-in code is in force, where it is not the first."""

from django.db import models
from django.utils.translation import gettext_lazy as _

from participants.models import Enrollment


class CheckInCodeVersion(models.Model):
    """Codes are derived and never stored. No row means version 1; a renewal counts up, and what
    was printed before is refused from then on."""

    enrollment = models.OneToOneField(
        Enrollment,
        on_delete=models.CASCADE,
        primary_key=True,
        related_name="+",
        verbose_name=_("participant"),
    )
    version = models.PositiveIntegerField(_("version"), default=1)

    class Meta:
        verbose_name = _("version of a check-in code")
        verbose_name_plural = _("versions of check-in codes")

    def __str__(self) -> str:
        return f"{self.enrollment_id}: {self.version}"
