"""What people say of travel, lodging and meals, leg by leg; hotels, rooms, and who sleeps where.

A person belongs to the cohort, logistics belong to a leg. That a room never holds more people than
places in a night, and nobody has two rooms in one, the database holds.
"""

import uuid

import pgtrigger
from django.conf import settings
from django.contrib.postgres.constraints import ExclusionConstraint
from django.contrib.postgres.fields import (
    ArrayField,
    BigIntegerRangeField,
    DateRangeField,
    RangeOperators,
)
from django.db import models
from django.db.models import F, Func, Q, Value
from django.utils.functional import cached_property
from django.utils.translation import get_language
from django.utils.translation import gettext_lazy as _

from cohorts.models import Leg
from g60portal.common import clock
from participants.choices import Diet, RoomKind, RoomWish, ShirtSize, TravelMode
from participants.models.enrollment import Enrollment

NAME_LENGTH, PLACE_LENGTH, NUMBER_LENGTH = 120, 120, 30
WISH_LENGTH = 300
MOST_PLACES = 12

# The lock lets one writer at a time count the guests of a room; counting follows in a statement of
# its own, so that it sees what the one before has committed.
_WITHIN_ROOM = """
    PERFORM 1 FROM participants_room r WHERE r.id = NEW.room_id FOR NO KEY UPDATE;
    IF NOT EXISTS (SELECT 1 FROM participants_room r WHERE r.id = NEW.room_id
                      AND NEW.first_on >= r.first_on AND NEW.last_on <= r.last_on) THEN
        RAISE EXCEPTION 'the room is not taken for these nights'
        USING ERRCODE = 'check_violation', CONSTRAINT = 'room_stay_within_nights';
    END IF;
    IF EXISTS (
        SELECT 1
          FROM generate_series(NEW.first_on, NEW.last_on, interval '1 day') AS night,
               participants_room r
         WHERE r.id = NEW.room_id
           AND r.places <= (SELECT count(*) FROM participants_roomstay s
                             WHERE s.room_id = NEW.room_id AND s.id <> NEW.id
                               AND night::date BETWEEN s.first_on AND s.last_on)) THEN
        RAISE EXCEPTION 'the room is full'
        USING ERRCODE = 'check_violation', CONSTRAINT = 'room_stay_within_places';
    END IF;
    RETURN NEW;
"""
_ROOM_KEEPS_GUESTS = """
    IF EXISTS (SELECT 1 FROM participants_roomstay s WHERE s.room_id = NEW.id
                  AND (s.first_on < NEW.first_on OR s.last_on > NEW.last_on))
       OR EXISTS (
        SELECT 1 FROM generate_series(NEW.first_on, NEW.last_on, interval '1 day') AS night
         WHERE NEW.places < (SELECT count(*) FROM participants_roomstay s
                              WHERE s.room_id = NEW.id
                                AND night::date BETWEEN s.first_on AND s.last_on)) THEN
        RAISE EXCEPTION 'somebody would lose the bed'
        USING ERRCODE = 'check_violation', CONSTRAINT = 'room_keeps_guests';
    END IF;
    RETURN NEW;
"""


class LegLogistics(models.Model):
    """What the host of a leg has set: until when the forms are filled in."""

    leg = models.OneToOneField(
        Leg, primary_key=True, on_delete=models.CASCADE, related_name="logistics"
    )
    due_at = models.DateTimeField(_("deadline"), null=True, blank=True)

    class Meta:
        verbose_name = _("logistics of a leg")
        verbose_name_plural = _("logistics of legs")

    def __str__(self) -> str:
        return str(self.leg_id)


class LogisticsForm(models.Model):
    """What a participant says for one leg. `sealed` holds what was written of allergies and special
    needs, as ciphertext that begins with the version of its key and a colon. `late_fields` are
    those changed after the deadline, until an organizer has taken note."""

    uid = models.UUIDField(default=uuid.uuid4, unique=True, editable=False)
    enrollment = models.ForeignKey(
        Enrollment, on_delete=models.CASCADE, related_name="logistics", verbose_name=_("enrollment")
    )
    leg = models.ForeignKey(
        Leg, on_delete=models.PROTECT, related_name="logistics_forms", verbose_name=_("leg")
    )
    arrival_mode = models.CharField(
        _("arrival by"), max_length=10, choices=TravelMode.choices, blank=True
    )
    arrival_number = models.CharField(_("train or flight"), max_length=NUMBER_LENGTH, blank=True)
    arrival_place = models.CharField(_("station or airport"), max_length=PLACE_LENGTH, blank=True)
    arrival_at = models.DateTimeField(_("arrival"), null=True, blank=True)
    arrival_pickup = models.BooleanField(_("to be met"), default=False)
    departure_mode = models.CharField(
        _("departure by"), max_length=10, choices=TravelMode.choices, blank=True
    )
    departure_number = models.CharField(_("train or flight"), max_length=NUMBER_LENGTH, blank=True)
    departure_place = models.CharField(_("station or airport"), max_length=PLACE_LENGTH, blank=True)
    departure_at = models.DateTimeField(_("departure"), null=True, blank=True)
    departure_pickup = models.BooleanField(_("to be taken there"), default=False)
    nights = ArrayField(models.DateField(), verbose_name=_("nights"), default=list, blank=True)
    room_wish = models.CharField(
        _("room wish"), max_length=10, choices=RoomWish.choices, blank=True
    )
    roommate = models.CharField(_("with whom"), max_length=NAME_LENGTH, blank=True)
    smoker = models.BooleanField(_("smoker"), default=False)
    shirt_size = models.CharField(
        _("shirt size"), max_length=3, choices=ShirtSize.choices, blank=True
    )
    car_plate = models.CharField(_("car plate"), max_length=20, blank=True)
    emergency_name = models.CharField(_("emergency contact"), max_length=NAME_LENGTH, blank=True)
    emergency_relation = models.CharField(_("relation"), max_length=40, blank=True)
    emergency_phone = models.CharField(_("phone"), max_length=20, blank=True)
    diet = models.CharField(_("diet"), max_length=20, choices=Diet.choices, blank=True)
    sealed = models.BinaryField(editable=False, null=True)
    filled_at = models.DateTimeField(_("filled in"), default=clock.now)
    changed_at = models.DateTimeField(_("changed"), default=clock.now)
    late_fields = ArrayField(models.CharField(max_length=30), default=list, blank=True)

    class Meta:
        verbose_name = _("logistics form")
        verbose_name_plural = _("logistics forms")
        ordering = ["leg", "enrollment"]
        constraints = [
            models.UniqueConstraint(fields=["enrollment", "leg"], name="logistics_form_one_a_leg"),
            models.CheckConstraint(
                condition=Q(arrival_at__isnull=True)
                | Q(departure_at__isnull=True)
                | Q(departure_at__gt=F("arrival_at")),
                name="logistics_times_in_order",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.leg_id}/{self.enrollment_id}"


class Hotel(models.Model):
    """Where people of a leg sleep."""

    leg = models.ForeignKey(Leg, on_delete=models.PROTECT, related_name="hotels")
    name = models.CharField(_("name"), max_length=NAME_LENGTH)
    name_en = models.CharField(_("English name"), max_length=NAME_LENGTH, blank=True)
    address = models.CharField(_("address"), max_length=200, blank=True)
    phone = models.CharField(_("phone"), max_length=40, blank=True)

    class Meta:
        verbose_name = _("hotel")
        verbose_name_plural = _("hotels")
        ordering = ["leg", "pk"]
        constraints = [
            models.UniqueConstraint(fields=["leg", "name"], name="hotel_name_unique_in_leg")
        ]

    def __str__(self) -> str:
        return self.local_name

    @property
    def local_name(self) -> str:
        english = (get_language() or "").startswith("en")
        return (self.name_en if english else "") or self.name


class Room(models.Model):
    """A room that the hotel keeps from the night `first_on` to the night `last_on`.

    `mixed_people` may share it though of different gender, for `mixed_reason`; somebody else in it
    is flagged again.
    """

    hotel = models.ForeignKey(
        Hotel, on_delete=models.CASCADE, related_name="rooms", verbose_name=_("hotel")
    )
    number = models.CharField(_("number"), max_length=20)
    kind = models.CharField(_("kind"), max_length=10, choices=RoomKind.choices)
    places = models.PositiveSmallIntegerField(_("places"))
    first_on = models.DateField(_("first night"))
    last_on = models.DateField(_("last night"))
    mixed_reason = models.CharField(_("reason"), max_length=200, blank=True)
    mixed_people = ArrayField(models.BigIntegerField(), default=list, blank=True)

    class Meta:
        verbose_name = _("room")
        verbose_name_plural = _("rooms")
        ordering = ["hotel", "number"]
        constraints = [
            models.UniqueConstraint(fields=["hotel", "number"], name="room_number_unique"),
            models.CheckConstraint(
                condition=Q(places__gte=1, places__lte=MOST_PLACES), name="room_places_possible"
            ),
            models.CheckConstraint(
                condition=Q(last_on__gte=F("first_on")), name="room_nights_in_order"
            ),
            models.CheckConstraint(condition=Q(kind__in=RoomKind.values), name="room_kind_known"),
        ]
        triggers = [
            pgtrigger.Trigger(
                name="room_keeps_guests",
                when=pgtrigger.Before,
                operation=pgtrigger.UpdateOf(  # type: ignore[no-untyped-call]
                    "places", "first_on", "last_on"
                ),
                func=_ROOM_KEEPS_GUESTS,
            )
        ]

    def __str__(self) -> str:
        return self.number


class RoomStay(models.Model):
    """Somebody in a room from the night `first_on` to the night `last_on`, both included."""

    room = models.ForeignKey(
        Room, on_delete=models.PROTECT, related_name="stays", verbose_name=_("room")
    )
    enrollment = models.ForeignKey(
        Enrollment, on_delete=models.CASCADE, related_name="stays", verbose_name=_("enrollment")
    )
    first_on = models.DateField(_("first night"))
    last_on = models.DateField(_("last night"))
    given_at = models.DateTimeField(_("assigned"), default=clock.now)

    class Meta:
        verbose_name = _("stay in a room")
        verbose_name_plural = _("stays in rooms")
        ordering = ["room", "pk"]
        constraints = [
            models.CheckConstraint(
                condition=Q(last_on__gte=F("first_on")), name="room_stay_nights_in_order"
            ),
            ExclusionConstraint(
                name="room_stay_one_bed_a_night",
                expressions=[
                    (
                        Func(
                            F("enrollment"),
                            F("enrollment"),
                            Value("[]"),
                            function="int8range",
                            output_field=BigIntegerRangeField(),
                        ),
                        RangeOperators.OVERLAPS,
                    ),
                    (
                        Func(
                            F("first_on"),
                            F("last_on"),
                            Value("[]"),
                            function="daterange",
                            output_field=DateRangeField(),
                        ),
                        RangeOperators.OVERLAPS,
                    ),
                ],
            ),
        ]
        triggers = [
            pgtrigger.Trigger(
                name="room_stay_within_room",
                when=pgtrigger.Before,
                operation=pgtrigger.Insert
                | pgtrigger.UpdateOf(  # type: ignore[no-untyped-call]
                    "room_id", "first_on", "last_on"
                ),
                func=_WITHIN_ROOM,
            )
        ]

    def __str__(self) -> str:
        return f"{self.room_id}/{self.enrollment_id}"


class RoomChange(models.Model):
    """One assignment, so that it can be taken back: the stays of the people concerned before and
    after, each as [enrollment, room, first night, last night]."""

    leg = models.ForeignKey(Leg, on_delete=models.CASCADE, related_name="room_changes")
    at = models.DateTimeField(_("at"), default=clock.now)
    by = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, on_delete=models.SET_NULL, related_name="+"
    )
    before = models.JSONField(default=list)
    after = models.JSONField(default=list)
    undone_at = models.DateTimeField(_("taken back"), null=True, blank=True)

    class Meta:
        verbose_name = _("change of rooms")
        verbose_name_plural = _("changes of rooms")
        ordering = ["-pk"]

    def __str__(self) -> str:
        return f"{self.leg_id} {self.pk}"

    @cached_property
    def people(self) -> list[int]:
        """Of whom it was."""
        return sorted({int(row[0]) for row in (*self.before, *self.after)})
