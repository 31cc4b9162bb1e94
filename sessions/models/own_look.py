"""Which release a participant has looked at, so that the page can say what changed since."""

from django.db import models
from django.utils.translation import gettext_lazy as _

from participants.models import Enrollment, Group
from sessions.models.release import Release


class OwnLook(models.Model):
    """The newest release whose changes the participant has put aside, and the group then."""

    enrollment = models.OneToOneField(
        Enrollment,
        on_delete=models.CASCADE,
        primary_key=True,
        related_name="+",
        verbose_name=_("participant"),
    )
    release = models.ForeignKey(
        Release, on_delete=models.CASCADE, related_name="+", verbose_name=_("release")
    )
    group = models.ForeignKey(
        Group, null=True, on_delete=models.SET_NULL, related_name="+", verbose_name=_("group")
    )

    class Meta:
        verbose_name = _("look at a release")
        verbose_name_plural = _("looks at releases")

    def __str__(self) -> str:
        return f"{self.enrollment_id}: {self.release_id}"
