"""Speakers and the windows in which they are available."""

from django.db import models
from django.db.models import F, Q
from django.utils.translation import get_language, pgettext_lazy
from django.utils.translation import gettext_lazy as _

from cohorts.models import City, Organization


class Speaker(models.Model):
    """Whoever teaches or hosts. Without windows a speaker counts as available always."""

    name = models.CharField(pgettext_lazy("person", "name"), max_length=120)
    name_en = models.CharField(_("English name"), max_length=160, blank=True)
    title = models.CharField(_("title"), max_length=120, blank=True)
    title_en = models.CharField(_("English title"), max_length=160, blank=True)
    organization = models.ForeignKey(
        Organization,
        null=True,
        blank=True,
        on_delete=models.SET_NULL,
        related_name="speakers",
        verbose_name=_("organization"),
    )
    city = models.ForeignKey(
        City,
        null=True,
        blank=True,
        on_delete=models.SET_NULL,
        related_name="speakers",
        verbose_name=_("city"),
    )

    class Meta:
        verbose_name = _("speaker")
        verbose_name_plural = _("speakers")
        ordering = ["name", "pk"]

    def __str__(self) -> str:
        return self.local_name

    @property
    def local_name(self) -> str:
        """The name in the language of the page, Chinese when there is no English one."""
        english = (get_language() or "").startswith("en")
        return (self.name_en if english else "") or self.name


class SpeakerWindow(models.Model):
    """One stretch of time in which the speaker can teach."""

    speaker = models.ForeignKey(
        Speaker, on_delete=models.CASCADE, related_name="windows", verbose_name=_("speaker")
    )
    starts_at = models.DateTimeField(_("from"))
    ends_at = models.DateTimeField(_("until"))

    class Meta:
        verbose_name = _("availability")
        verbose_name_plural = _("availabilities")
        ordering = ["starts_at"]
        constraints = [
            models.CheckConstraint(
                condition=Q(ends_at__gt=F("starts_at")), name="speaker_window_in_order"
            )
        ]

    def __str__(self) -> str:
        return f"{self.speaker_id} {self.starts_at:%Y-%m-%d %H:%M}"
