"""Cohorts planted at random, asked for by the API, against the brute-force oracle: what the rules
find in values, the portal finds in rows, with its time zones, groups, people and travel tables.
"""

import datetime as dt
import random
from itertools import pairwise

import pytest

from cohorts.choices import Role
from sessions.models import CityTravel, SpeakerWindow, VenueTravel
from tests.factories import (
    EnrollmentFactory,
    GroupFactory,
    SpeakerFactory,
    VenueFactory,
    city,
    training_session,
    two_leg_cohort,
    user_with,
)
from tests.factories.sessions import at
from tests.sessions.rules import oracle

pytestmark = pytest.mark.django_db

KINDS = ("lecture", "lecture", "site_visit", "discussion", "transfer", "meal", "self_study")
LENGTHS = (20, 45, 50, 60, 90, 120, 181, 195)
HOURS = [
    {"weekday": day, "opens": opens, "closes": closes}
    for day in range(1, 5)
    for opens, closes in (("09:00", "12:00"), ("13:30", "24:00"))
]


class Planted:
    """Two legs in two cities, three groups and two loners, ninety tries to place a session."""

    def __init__(self, seed: int) -> None:
        self.chance = random.Random(seed)
        self.cohort, *self.legs = two_leg_cohort()
        self.groups = GroupFactory.create_batch(3, cohort=self.cohort)
        for group, count in zip((*self.groups, None), (4, 3, 0, 2), strict=True):
            EnrollmentFactory.create_batch(count, cohort=self.cohort, group=group)
        EnrollmentFactory(cohort=self.cohort, group=self.groups[0], state="withdrawn")
        self.venues = [self._venue(number) for number in range(6)]
        self.speakers = SpeakerFactory.create_batch(4)
        self.windows = self._windows()
        self.minutes = self._minutes(VenueTravel, self.venues, (10, 25, 40))
        self.city_minutes = self._minutes(CityTravel, [city(), city("hefei")], (60, 150))
        self.rows: list[oracle.S] = []
        for _try in range(90):
            self._place()

    def world(self) -> oracle.World:
        return oracle.World(
            self.rows,
            {
                v.pk: oracle.V(
                    v.pk,
                    v.city_id,
                    v.capacity,
                    v.largest_party,
                    v.margin_minutes,
                    tuple(tuple(entry.values()) for entry in v.opening_hours),
                )
                for v in self.venues
            },
            dict(zip((group.pk for group in self.groups), (4, 3, 0), strict=True)),
            loners=2,
            windows=self.windows,
            venue_minutes=self.minutes,
            city_minutes=self.city_minutes,
        )

    def _venue(self, number: int):
        return VenueFactory(
            city=city("songjiang" if number < 4 else "hefei"),
            capacity=self.chance.choice([None, 3, 8, 9]),
            largest_party=self.chance.choice([None, 4]),
            margin_minutes=self.chance.choice([0, 5, 15]),
            opening_hours=self.chance.choice([[], HOURS]),
        )

    def _windows(self):
        found = {}
        for speaker in self.speakers[:2]:
            spans = [(at(8, "08:00"), at(9, "12:00")), (at(9, "12:00"), at(12, "15:00"))]
            for start, end in spans:
                SpeakerWindow.objects.create(speaker=speaker, starts_at=start, ends_at=end)
            found[speaker.pk] = [(plain(start), plain(end)) for start, end in spans]
        return found

    def _minutes(self, model, places, choices):
        found = {}
        for origin, end in [*pairwise(places), *pairwise(reversed(places))]:
            if self.chance.random() < 0.6:
                found[origin.pk, end.pk] = self.chance.choice(choices)
                model.objects.create(
                    origin=origin, destination=end, minutes=found[origin.pk, end.pk]
                )
        return found

    def _place(self) -> None:
        chance = self.chance
        leg = chance.choice(self.legs)
        start = at(chance.randint(7, 13), "07:00") + dt.timedelta(
            minutes=5 * chance.randint(0, 160)
        )
        end = start + dt.timedelta(minutes=chance.choice(LENGTHS))
        venue = chance.choice([None, *self.venues])
        speakers = chance.sample(self.speakers, chance.choice([0, 1, 2]))
        groups = chance.sample(self.groups, chance.choice([0, 0, 1, 2]))
        facts = oracle.S(
            0,
            chance.choice(KINDS),
            plain(start),
            plain(end),
            venue.pk if venue else None,
            frozenset(row.pk for row in speakers),
            frozenset(row.pk for row in groups),
            leg=(leg.starts_on, leg.ends_on),
        )
        if plain(end).date() != plain(start).date() or any(taken(facts, row) for row in self.rows):
            return
        cancelled = chance.random() < 0.1
        row = training_session(
            leg,
            start.day,
            f"{start:%H:%M}",
            f"{end:%H:%M}",
            speakers=speakers,
            groups=groups,
            kind=facts.kind,
            venue=venue,
            state="cancelled" if cancelled else "draft",
        )
        if not cancelled:
            self.rows.append(oracle.S(**{**facts.__dict__, "id": row.pk}))


def plain(instant: dt.datetime) -> dt.datetime:
    """Shanghai's wall clock without a zone, as the oracle reckons."""
    return instant.replace(tzinfo=None)


def taken(one: oracle.S, other: oracle.S) -> bool:
    same = one.venue is not None and one.venue == other.venue
    shared = same or one.speakers & other.speakers or oracle.meets(one, other)
    return bool(shared) and oracle.overlap(one, other)


@pytest.mark.parametrize("seed", range(6))
def test_clashes_when_planted_at_random_then_the_api_tells_exactly_those_of_the_oracle(
    seed, api_as
):
    planted = Planted(seed)
    client = api_as(user_with(Role.READER, cohort=planted.cohort))
    found = client.get(f"/api/v1/cohorts/{planted.cohort.code}/clashes/").json()["results"]
    expected = oracle.expected(planted.world())
    assert {(clash["code"], frozenset(clash["sessions"])) for clash in found} == expected
    assert len({clash["key"] for clash in found}) == len(found)
    assert {"travel", "meal", "order"} <= {code for code, _sessions in expected}
