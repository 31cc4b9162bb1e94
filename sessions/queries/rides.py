"""Where a participant sits on each transfer: vehicle, seat, and the stop where everybody boards.

Vehicles are arranged until the last minute and are no part of a release; only transfers that are
released are shown to anybody, which is the itinerary's to know.
"""

from dataclasses import dataclass

from django.db import connection

_RIDES = """
    SELECT s.training_session_id, v.name, v.plate, s.number,
           COALESCE(stop.minute, 0), COALESCE(stop.name, ''),
           COALESCE(venue.name, ''), COALESCE(venue.name_en, '')
      FROM training_sessions_vehicleseat s
      JOIN training_sessions_vehicle v ON v.id = s.vehicle_id
      LEFT JOIN LATERAL (
           SELECT t.minute, t.name, t.venue_id FROM training_sessions_vehiclestop t
            WHERE t.vehicle_id = v.id ORDER BY t.position, t.id LIMIT 1) stop ON true
      LEFT JOIN training_sessions_venue venue ON venue.id = stop.venue_id
     WHERE s.enrollment_id = %s
     ORDER BY s.training_session_id
"""


@dataclass(frozen=True)
class Ride:
    """A seat on a transfer. `minute` counts from the transfer's beginning to boarding."""

    session_id: int
    vehicle: str
    plate: str
    number: int
    minute: int
    stop: str
    venue: str
    venue_en: str

    def place(self, *, english: bool) -> str:
        return self.stop or (self.venue_en if english else "") or self.venue


def rides_of(enrollment_id: int) -> dict[int, Ride]:
    """The rides of one person by transfer, in one query."""
    with connection.cursor() as cursor:
        cursor.execute(_RIDES, [enrollment_id])
        return {row[0]: Ride(*row) for row in cursor.fetchall()}
