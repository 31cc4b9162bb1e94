"""Venues, speakers, training sessions. Times are Shanghai times of June 2026."""

import datetime as dt
from collections.abc import Sequence
from typing import Any

import factory

from cohorts.models import Leg
from g60portal.common.clock import SHANGHAI
from participants.models import Group
from sessions.models import SessionAudience, SessionSpeaker, Speaker, TrainingSession, Venue
from tests.factories.cohorts import city


class VenueFactory(factory.django.DjangoModelFactory[Venue]):
    class Meta:
        model = Venue

    name = factory.Sequence(lambda n: f"报告厅{n}")
    name_en = factory.Sequence(lambda n: f"Lecture hall {n}")
    city = factory.LazyFunction(city)
    capacity = 60


class SpeakerFactory(factory.django.DjangoModelFactory[Speaker]):
    class Meta:
        model = Speaker

    name = factory.Sequence(lambda n: f"教授{n}")
    name_en = factory.Sequence(lambda n: f"Professor {n}")


def at(day: int, time: str) -> dt.datetime:
    """`at(8, "09:00")` is 8 June 2026, 09:00 in Shanghai."""
    return dt.datetime.combine(dt.date(2026, 6, day), dt.time.fromisoformat(time), tzinfo=SHANGHAI)


def training_session(
    leg: Leg,
    day: int,
    start: str,
    end: str,
    *,
    speakers: Sequence[Speaker] = (),
    groups: Sequence[Group] = (),
    **facts: Any,
) -> TrainingSession:
    """A placed session with its speaker and audience rows (no groups = everyone)."""
    row = TrainingSession.objects.create(
        cohort=leg.cohort,
        leg=leg,
        starts_at=at(day, start),
        ends_at=at(day, end),
        **{"kind": "lecture", "title": "专题讲座", "title_en": "Lecture", "hours": 2, **facts},
    )
    for position, speaker in enumerate(speakers):
        SessionSpeaker.objects.create(training_session=row, speaker=speaker, position=position)
    for group in groups or [None]:
        SessionAudience.objects.create(training_session=row, cohort=leg.cohort, group=group)
    return row
