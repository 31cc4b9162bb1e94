"""Builders of rows for tests. Cities and themes come from the seed, by code."""

from tests.factories.accounts import UserFactory, user_with
from tests.factories.cohorts import (
    CohortFactory,
    LegFactory,
    OrganizationFactory,
    QuotaFactory,
    city,
    two_leg_cohort,
)
from tests.factories.participants import EnrollmentFactory, GroupFactory, PersonFactory
from tests.factories.sessions import SpeakerFactory, VenueFactory, at, training_session

__all__ = [
    "CohortFactory",
    "EnrollmentFactory",
    "GroupFactory",
    "LegFactory",
    "OrganizationFactory",
    "PersonFactory",
    "QuotaFactory",
    "SpeakerFactory",
    "UserFactory",
    "VenueFactory",
    "at",
    "city",
    "training_session",
    "two_leg_cohort",
    "user_with",
]
