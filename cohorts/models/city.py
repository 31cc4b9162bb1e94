"""The cities of the corridor, in their official order: always by `position`, never alphabetical."""

from django.db import models
from django.utils.translation import get_language
from django.utils.translation import gettext_lazy as _


class City(models.Model):
    code = models.SlugField(_("code"), max_length=30, unique=True)
    area_code = models.CharField(_("area code (GB/T 2260)"), max_length=6, blank=True)
    name = models.CharField(_("name"), max_length=60)
    name_en = models.CharField(_("English name"), max_length=60)
    province = models.CharField(_("province-level unit"), max_length=60, blank=True)
    position = models.PositiveSmallIntegerField(_("official order"), unique=True)
    latitude = models.FloatField(_("latitude"), null=True, blank=True)
    longitude = models.FloatField(_("longitude"), null=True, blank=True)

    class Meta:
        verbose_name = _("city")
        verbose_name_plural = _("cities")
        ordering = ["position"]

    def __str__(self) -> str:
        return self.local_name

    @property
    def local_name(self) -> str:
        """The name in the language of the page."""
        return self.name_en if (get_language() or "").startswith("en") else self.name
