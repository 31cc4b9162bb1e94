"""Venues, and the minutes of travel between venues and between cities."""

from django.db import models
from django.db.models import F, Q
from django.utils.translation import get_language
from django.utils.translation import gettext_lazy as _

from cohorts.models import City, Organization
from sessions.choices import VenueKind


class Venue(models.Model):
    """A place where people meet. `opening_hours`: `[{"weekday": 1–7, "opens": "09:00", "closes":
    "17:00"}]`, empty = always. `margin_minutes`: set-up and security on top of each journey."""

    city = models.ForeignKey(
        City, on_delete=models.PROTECT, related_name="venues", verbose_name=_("city")
    )
    organization = models.ForeignKey(
        Organization,
        null=True,
        blank=True,
        on_delete=models.SET_NULL,
        related_name="venues",
        verbose_name=_("organization"),
    )
    name = models.CharField(_("name"), max_length=120)
    name_en = models.CharField(_("English name"), max_length=160, blank=True)
    kind = models.CharField(
        _("kind"), max_length=20, choices=VenueKind.choices, default=VenueKind.LECTURE_HALL
    )
    address = models.CharField(_("address"), max_length=200, blank=True)
    address_en = models.CharField(_("English address"), max_length=200, blank=True)
    capacity = models.PositiveIntegerField(_("capacity"), null=True, blank=True)
    largest_party = models.PositiveIntegerField(_("largest visiting party"), null=True, blank=True)
    margin_minutes = models.PositiveSmallIntegerField(_("margin (minutes)"), default=0)
    opening_hours = models.JSONField(_("opening hours"), default=list, blank=True)
    latitude = models.FloatField(_("latitude"), null=True, blank=True)
    longitude = models.FloatField(_("longitude"), null=True, blank=True)

    class Meta:
        verbose_name = _("venue")
        verbose_name_plural = _("venues")
        ordering = ["city__position", "name"]
        constraints = [
            models.UniqueConstraint(fields=["city", "name"], name="venue_name_unique_in_city")
        ]

    def __str__(self) -> str:
        return self.local_name

    @property
    def local_name(self) -> str:
        """The name in the language of the page, Chinese when there is no English one."""
        english = (get_language() or "").startswith("en")
        return (self.name_en if english else "") or self.name


class VenueTravel(models.Model):
    """Minutes from door to door. One row serves both ways unless both exist."""

    origin = models.ForeignKey(
        Venue, on_delete=models.CASCADE, related_name="journeys_out", verbose_name=_("from")
    )
    destination = models.ForeignKey(
        Venue, on_delete=models.CASCADE, related_name="journeys_in", verbose_name=_("to")
    )
    minutes = models.PositiveIntegerField(_("minutes"))
    estimated = models.BooleanField(_("estimated"), default=False)

    class Meta:
        verbose_name = _("journey between venues")
        verbose_name_plural = _("journeys between venues")
        constraints = [
            models.UniqueConstraint(fields=["origin", "destination"], name="venue_travel_unique"),
            models.CheckConstraint(
                condition=~Q(origin=F("destination")), name="venue_travel_two_venues"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.origin_id}→{self.destination_id}: {self.minutes}"


class CityTravel(models.Model):
    """Minutes between cities, used where the venues have no row of their own."""

    origin = models.ForeignKey(
        City, on_delete=models.CASCADE, related_name="journeys_out", verbose_name=_("from")
    )
    destination = models.ForeignKey(
        City, on_delete=models.CASCADE, related_name="journeys_in", verbose_name=_("to")
    )
    minutes = models.PositiveIntegerField(_("minutes"))
    estimated = models.BooleanField(_("estimated"), default=False)

    class Meta:
        verbose_name = _("journey between cities")
        verbose_name_plural = _("journeys between cities")
        constraints = [
            models.UniqueConstraint(fields=["origin", "destination"], name="city_travel_unique"),
            models.CheckConstraint(
                condition=~Q(origin=F("destination")), name="city_travel_two_cities"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.origin_id}→{self.destination_id}: {self.minutes}"
