"""The only writer of venues, speakers with their availability, and travel minutes.

They belong to all cohorts, so there is no cohort to lock: each write locks its own row, and the
writes of travel minutes wait for each other (filling them from distance stands in `travel_fill`).
"""

import datetime as dt
from collections.abc import Mapping, Sequence
from typing import Any, TypeVar

from django.db import IntegrityError, transaction
from django.db.models import ProtectedError

from cohorts.models import City
from g60portal.accounts.models import User
from g60portal.audit.record import changes, record
from g60portal.common.constraints import broken_constraint
from g60portal.common.locks import advisory_lock, locked
from sessions import refusals
from sessions.models import CityTravel, Speaker, SpeakerWindow, Venue, VenueTravel
from sessions.rules.places import OpeningHoursProblem, checked_opening_hours

VENUE_FACTS = frozenset(
    {
        "city",
        "organization",
        "name",
        "name_en",
        "kind",
        "address",
        "address_en",
        "capacity",
        "largest_party",
        "margin_minutes",
        "opening_hours",
        "latitude",
        "longitude",
    }
)
SPEAKER_FACTS = frozenset({"name", "name_en", "title", "title_en", "organization", "city"})
LONGEST_JOURNEY = 2 * 24 * 60
JOURNEYS_LOCK = ("travel minutes",)

# From, until.
Window = tuple[dt.datetime, dt.datetime]
Place = TypeVar("Place", Venue, City)


@transaction.atomic
def create_venue(*, facts: Mapping[str, Any], by: User | None) -> Venue:
    """A new venue; a name is taken once in a city."""
    given = _venue_facts(facts)
    venue = Venue(**given)
    _save_venue(venue, force_insert=True)
    record("venue.created", venue, by=by, after=given)
    return venue


@transaction.atomic
def change_venue(*, venue: Venue, facts: Mapping[str, Any], by: User | None) -> Venue:
    """Change any of `VENUE_FACTS`. Locks the venue."""
    row = locked(venue)
    before, after = changes(row, _venue_facts(facts))
    if not after:
        return row
    for name, value in after.items():
        setattr(row, name, value)
    _save_venue(row, update_fields=list(after))
    record("venue.changed", row, by=by, before=before, after=after)
    return row


@transaction.atomic
def remove_venue(*, venue: Venue, by: User | None) -> None:
    """Only a venue that no session uses; its travel minutes go with it."""
    _remove(locked(venue), "venue.removed", by)


@transaction.atomic
def create_speaker(
    *, facts: Mapping[str, Any], windows: Sequence[Window] = (), by: User | None
) -> Speaker:
    """A new speaker. Without windows it is available always."""
    _demand_known(facts, SPEAKER_FACTS)
    _demand_order(windows)
    speaker = Speaker.objects.create(**_tidy(facts))
    _write_windows(speaker, windows)
    record("speaker.created", speaker, by=by, after={**facts, "availability": _plain(windows)})
    return speaker


@transaction.atomic
def change_speaker(
    *,
    speaker: Speaker,
    facts: Mapping[str, Any],
    windows: Sequence[Window] | None = None,
    by: User | None,
) -> Speaker:
    """Change any of `SPEAKER_FACTS`, and all windows at once (None keeps them). Locks the row."""
    _demand_known(facts, SPEAKER_FACTS)
    row = locked(speaker)
    before, after = changes(row, _tidy(facts))
    if after:
        for name, value in after.items():
            setattr(row, name, value)
        row.save(update_fields=list(after))
    if windows is not None:
        _demand_order(windows)
        old = [(window.starts_at, window.ends_at) for window in row.windows.all()]
        if sorted(windows) != sorted(old):
            row.windows.all().delete()
            _write_windows(row, windows)
            before["availability"], after["availability"] = _plain(old), _plain(windows)
    if after:
        record("speaker.changed", row, by=by, before=before, after=after)
    return row


@transaction.atomic
def remove_speaker(*, speaker: Speaker, by: User | None) -> None:
    """Only a speaker whom no session has booked."""
    _remove(locked(speaker), "speaker.removed", by)


@transaction.atomic
def set_venue_minutes(
    *,
    origin: Venue,
    destination: Venue,
    minutes: int | None,
    estimated: bool = False,
    by: User | None,
) -> VenueTravel | None:
    """The minutes from door to door; None forgets them. Serves the way back too unless that has its
    own row."""
    _demand_journey(origin, destination, minutes)
    advisory_lock(*JOURNEYS_LOCK)
    row = VenueTravel.objects.filter(origin=origin, destination=destination).first()
    if row is None and minutes is not None:
        row = VenueTravel(origin=origin, destination=destination)
    return _set_minutes(row, minutes, estimated=estimated, by=by)


@transaction.atomic
def set_city_minutes(
    *,
    origin: City,
    destination: City,
    minutes: int | None,
    estimated: bool = False,
    by: User | None,
) -> CityTravel | None:
    """The minutes between cities, where venues have no row of their own; None forgets them."""
    _demand_journey(origin, destination, minutes)
    advisory_lock(*JOURNEYS_LOCK)
    row = CityTravel.objects.filter(origin=origin, destination=destination).first()
    if row is None and minutes is not None:
        row = CityTravel(origin=origin, destination=destination)
    return _set_minutes(row, minutes, estimated=estimated, by=by)


Journey = TypeVar("Journey", VenueTravel, CityTravel)


def _set_minutes(
    row: Journey | None, minutes: int | None, *, estimated: bool, by: User | None
) -> Journey | None:
    if row is None:
        return None
    before = {"minutes": row.minutes, "estimated": row.estimated} if row.pk else {}
    if minutes is None:
        record("journey.forgotten", row, by=by, before=before)
        row.delete()
        return None
    after = {"minutes": minutes, "estimated": estimated}
    if before == after:
        return row
    row.minutes, row.estimated = minutes, estimated
    row.save()
    record("journey.set", row, by=by, before=before, after=after)
    return row


def _demand_journey(origin: Place, destination: Place, minutes: int | None) -> None:
    if origin.pk == destination.pk:
        raise refusals.JourneyToItself(fields={"destination": refusals.JourneyToItself.text})
    if minutes is not None and not 0 <= minutes <= LONGEST_JOURNEY:
        raise refusals.MinutesWrong(fields={"minutes": refusals.MinutesWrong.text})


def _venue_facts(facts: Mapping[str, Any]) -> dict[str, Any]:
    _demand_known(facts, VENUE_FACTS)
    clean = _tidy(facts)
    if "opening_hours" in clean:
        try:
            clean["opening_hours"] = checked_opening_hours(clean["opening_hours"])
        except OpeningHoursProblem as problem:
            raise refusals.OpeningHoursWrong(
                problem.message,
                fields={"opening_hours": problem.message},
                facts={"problem": problem.code},
            ) from None
    return clean


def _save_venue(venue: Venue, **how: Any) -> None:
    try:
        with transaction.atomic():
            venue.save(**how)
    except IntegrityError as error:
        if broken_constraint(error) == "venue_name_unique_in_city":
            raise refusals.VenueNameTaken(fields={"name": refusals.VenueNameTaken.text}) from None
        raise


def _remove(row: Venue | Speaker, verb: str, by: User | None) -> None:
    record(verb, row, by=by)
    try:
        row.delete()
    except ProtectedError:
        raise refusals.PlaceInUse from None


def _write_windows(speaker: Speaker, windows: Sequence[Window]) -> None:
    SpeakerWindow.objects.bulk_create(
        SpeakerWindow(speaker=speaker, starts_at=starts_at, ends_at=ends_at)
        for starts_at, ends_at in windows
    )


def _demand_order(windows: Sequence[Window]) -> None:
    if any(ends_at <= starts_at for starts_at, ends_at in windows):
        raise refusals.WindowReversed(fields={"availability": refusals.WindowReversed.text})


def _demand_known(facts: Mapping[str, Any], known: frozenset[str]) -> None:
    unknown = set(facts) - known
    if unknown:
        raise TypeError(f"There are no facts {sorted(unknown)}.")


def _tidy(facts: Mapping[str, Any]) -> dict[str, Any]:
    return {
        name: " ".join(value.split()) if isinstance(value, str) else value
        for name, value in facts.items()
    }


def _plain(windows: Sequence[Window]) -> list[dict[str, Any]]:
    return [{"starts_at": starts_at, "ends_at": ends_at} for starts_at, ends_at in windows]
