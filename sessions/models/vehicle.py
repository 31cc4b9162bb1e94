"""The vehicles of a transfer: seats, stops, who boards, and heads counted."""

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from g60portal.common import clock
from participants.models import Enrollment
from sessions.models.training_session import TrainingSession
from sessions.models.venue import Venue


class Vehicle(models.Model):
    """A bus of one transfer. `name` is the number people look for ("1号车")."""

    training_session = models.ForeignKey(
        TrainingSession,
        on_delete=models.CASCADE,
        related_name="vehicles",
        verbose_name=_("transfer"),
    )
    position = models.PositiveSmallIntegerField(_("order"), default=0)
    name = models.CharField(_("vehicle"), max_length=40)
    plate = models.CharField(_("plate"), max_length=20, blank=True)
    driver = models.CharField(_("driver"), max_length=60, blank=True)
    driver_phone = models.CharField(_("driver's phone"), max_length=30, blank=True)
    escort = models.CharField(_("escort"), max_length=60, blank=True)
    seats = models.PositiveSmallIntegerField(_("seats"))

    class Meta:
        verbose_name = _("vehicle")
        verbose_name_plural = _("vehicles")
        ordering = ["position", "pk"]
        constraints = [
            models.UniqueConstraint(
                fields=["training_session", "name"],
                name="vehicle_name_unique",
                deferrable=models.Deferrable.DEFERRED,
            ),
            models.CheckConstraint(condition=Q(seats__gt=0), name="vehicle_seats_positive"),
        ]

    def __str__(self) -> str:
        return self.name


class VehicleStop(models.Model):
    """A place where a vehicle halts. `minute` counts from the beginning of the transfer, so that
    stops move with it. Without a venue, `name` says where."""

    vehicle = models.ForeignKey(Vehicle, on_delete=models.CASCADE, related_name="stops")
    position = models.PositiveSmallIntegerField(_("order"), default=0)
    venue = models.ForeignKey(
        Venue, null=True, blank=True, on_delete=models.PROTECT, related_name="+"
    )
    name = models.CharField(_("place"), max_length=120, blank=True)
    minute = models.PositiveSmallIntegerField(_("minutes after departure"), default=0)

    class Meta:
        verbose_name = _("stop")
        verbose_name_plural = _("stops")
        ordering = ["position", "pk"]
        constraints = [
            models.CheckConstraint(
                condition=Q(venue__isnull=False) | ~Q(name=""), name="vehicle_stop_somewhere"
            )
        ]

    def __str__(self) -> str:
        return f"{self.vehicle_id}: {self.name or self.venue_id}"


class VehicleSeat(models.Model):
    """A person's seat on one vehicle of a transfer. `number` 1… is held below the vehicle's seats
    by the action that gives it, under the vehicle's lock."""

    training_session = models.ForeignKey(
        TrainingSession, on_delete=models.CASCADE, related_name="vehicle_seats"
    )
    vehicle = models.ForeignKey(Vehicle, on_delete=models.CASCADE, related_name="boarding")
    enrollment = models.ForeignKey(
        Enrollment, on_delete=models.PROTECT, related_name="vehicle_seats"
    )
    number = models.PositiveSmallIntegerField(_("seat"))

    class Meta:
        verbose_name = _("seat on a vehicle")
        verbose_name_plural = _("seats on vehicles")
        ordering = ["vehicle", "number"]
        constraints = [
            models.UniqueConstraint(
                fields=["training_session", "enrollment"], name="vehicle_seat_person_unique"
            ),
            models.UniqueConstraint(
                fields=["vehicle", "number"],
                name="vehicle_seat_number_unique",
                deferrable=models.Deferrable.DEFERRED,
            ),
            models.CheckConstraint(condition=Q(number__gt=0), name="vehicle_seat_number_positive"),
        ]

    def __str__(self) -> str:
        return f"{self.vehicle_id}/{self.number}"


class HeadCount(models.Model):
    """Heads counted at a stop; the newest row of a stop is the one that holds."""

    stop = models.ForeignKey(VehicleStop, on_delete=models.CASCADE, related_name="head_counts")
    counted = models.PositiveSmallIntegerField(_("heads counted"))
    expected = models.PositiveSmallIntegerField(_("heads expected"))
    note = models.CharField(_("note"), max_length=200, blank=True)
    by = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, on_delete=models.SET_NULL, related_name="+"
    )
    at = models.DateTimeField(_("at"), default=clock.now)

    class Meta:
        verbose_name = _("head count")
        verbose_name_plural = _("head counts")
        ordering = ["-pk"]

    def __str__(self) -> str:
        return f"{self.stop_id}: {self.counted}/{self.expected}"
