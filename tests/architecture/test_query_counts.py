"""A list costs the same with one row as with three: every list page and list of the API."""

import datetime as dt
from decimal import Decimal

import pytest
from django.core.cache import cache
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from cohorts.choices import Role
from cohorts.models import CohortRole, QuotaMove
from participants.actions.certificates import CertificateEntry, issue_certificates
from participants.actions.consents import give_consent
from participants.actions.nomination_links import invite_enterprise
from participants.actions.privacy_requests import make_request
from participants.actions.saved_views import save_view
from participants.actions.scheduled_exports import order_export
from participants.choices import ConsentPurpose
from participants.models import ExportFile, RosterImport
from participants.rules.export_rhythm import Rhythm
from sessions.actions.boarding import fill_vehicles
from sessions.actions.releases import publish_release
from sessions.actions.slots import ask_for_slots
from sessions.actions.vehicles import StopFacts, add_vehicle
from sessions.models import Attendance, DutyContact, Proposal
from sessions.queries.slot_parties import Party
from tests.factories import (
    EnrollmentFactory,
    GroupFactory,
    OrganizationFactory,
    PersonFactory,
    QuotaFactory,
    SpeakerFactory,
    UserFactory,
    VenueFactory,
    city,
    training_session,
    two_leg_cohort,
    user_with,
)
from tests.participants.nominating import drafted, waiting

pytestmark = pytest.mark.django_db

PAGES = (
    "cohort-overview",
    "people-list",
    "roster-difference",
    "api-roster-difference",
    "saved-view-list",
    "api-saved-view-list",
    "scheduled-export-list",
    "api-scheduled-export-list",
    "roster-import",
    "privacy-requests",
    "privacy-consents",
    "privacy-retention",
    "nomination-list",
    "nomination-waitlist",
    "nomination-seats",
    "nomination-links",
    "group-list",
    "timetable-board",
    "timetable-standing",
    "notice-list",
    "announcement-list",
    "reminder-list",
    "slot-list",
    "api-slot-list",
    "api-slot-link-list",
    "release-list",
    "release-compare",
    "release-preview",
    "attendance-board",
    "duty-contacts",
    "certificate-list",
    "cohort-legs",
    "cohort-quotas",
    "cohort-roles",
    "api-leg-list",
    "api-quota-list",
    "api-roster",
    "api-nomination-list",
    "api-group-list",
    "api-session-list",
    "proposal-list",
    "transfer-list",
    "api-proposal-list",
    "clash-list",
    "api-clash-list",
    "api-advice",
    "api-release-list",
    "api-release-preview",
    "api-release-preview-people",
    "api-release-request-list",
    "api-notice-list",
    "api-attendance",
    "api-certificates",
    "document-list",
    "logistics",
    "api-document-list",
)
SHARED = (
    "home",
    "cohort-list",
    "organization-list",
    "organization-duplicate-list",
    "venue-list",
    "speaker-list",
    "travel-matrix",
    "api-city-list",
    "api-organization-list",
    "api-organization-duplicate-list",
    "api-venue-list",
    "api-speaker-list",
    "api-travel-venues",
    "api-travel-cities",
    "api-cohort-list",
)
OWN = (
    "my-home",
    "my-itinerary",
    "my-changes",
    "my-code",
    "my-people",
    "my-privacy",
    "my-logistics",
    "my-certificate",
    "api-me",
    "api-me-itinerary",
    "api-me-changes",
)
DAILY = Rhythm("daily", dt.time(8))
CITIES = ("songjiang", "jiaxing", "hangzhou", "jinhua")


class Growing:
    """A cohort that gets one more of everything each time."""

    def __init__(self) -> None:
        self.cohort, self.leg, _hefei = two_leg_cohort()
        self.lead = user_with(Role.LEAD, cohort=self.cohort)
        self.participant = UserFactory()
        self.count = 0

    def grow(self) -> None:
        self.count += 1
        own = {"user": self.participant} if self.count == 1 else {}
        home = city(CITIES[self.count])
        group = GroupFactory(cohort=self.cohort, position=self.count)
        person = PersonFactory(**own)
        give_consent(person=person, purpose=ConsentPurpose.DIRECTORY, by=None)
        make_request(person=person, kind="correction", wish="x", channel="staff", by=None)
        enrollment = EnrollmentFactory(
            cohort=self.cohort, group=group, seat=self.count, person=person
        )
        QuotaFactory(cohort=self.cohort, city=home)
        drafted(self.cohort, self.count, home.code)
        waiting(self.cohort, 10 + self.count, home.code)
        invite_enterprise(
            cohort=self.cohort,
            city=home,
            organization_name="示例",
            email="",
            language="en",
            by=self.lead,
        )
        QuotaMove.objects.create(cohort=self.cohort, source=home, seats=1, reason="x", by=self.lead)
        CohortRole.objects.create(user=UserFactory(), role=Role.DESK, cohort=self.cohort)
        OrganizationFactory()
        DutyContact.objects.create(
            cohort=self.cohort, duty="x", name="x", phone=f"1390000000{self.count}"
        )
        view = save_view(
            cohort=self.cohort, name=f"{self.count}", params={}, shared=False, by=self.lead
        )
        schedule = order_export(
            cohort=self.cohort, view=view, format="csv", rhythm=DAILY, by=self.lead
        )
        ExportFile.objects.create(schedule=schedule, due_at=schedule.next_at)
        RosterImport.objects.create(
            cohort=self.cohort, filename="a.csv", sha256="", by=UserFactory()
        )
        row = training_session(
            self.leg,
            8 + self.count % 3,
            "09:00",
            "11:00",
            venue=VenueFactory(),
            speakers=[SpeakerFactory()],
            groups=[group],
        )
        for party in (Party(speaker=row.speakers.get()), Party(venue=row.venue)):
            ask_for_slots(cohort=self.cohort, party=party, by=None)
        Attendance.objects.create(training_session=row, enrollment=enrollment, state="present")
        ride = training_session(
            self.leg, 8 + self.count % 3, "12:00", "13:00", kind="transfer", groups=[group]
        )
        stops = [StopFacts(0, venue=VenueFactory())]
        facts = {"name": "1号车", "seats": 9}
        add_vehicle(training_session=ride, facts=facts, stops=stops, by=None)
        fill_vehicles(training_session=ride, by=None)
        Proposal.objects.create(
            cohort=self.cohort,
            leg=self.leg,
            training_session=row,
            version=1,
            facts={"venue": VenueFactory().pk, "groups": [group.pk]},
            before={"venue": row.venue_id, "groups": []},
            by=self.lead,
        )
        publish_release(cohort=self.cohort, name="", comment="", by=self.lead)
        entry = CertificateEntry(enrollment_id=enrollment.pk, hours=Decimal(2))
        issue_certificates(cohort=self.cohort, entries=[entry], by=self.lead)
        other = two_leg_cohort()[0]
        CohortRole.objects.create(user=self.lead, role=Role.READER, cohort=other)


@pytest.fixture
def growing(settings):
    """With sessions in the database alone: a cached one would hide a query now and then."""
    settings.SESSION_ENGINE = "django.contrib.sessions.backends.db"
    return Growing()


def queries_of(client: Client, url: str) -> int:
    """Of the second call, with an empty cache: what a process keeps to itself is there already."""
    counts = []
    for _again in range(2):
        cache.clear()
        with CaptureQueriesContext(connection) as captured:
            response = client.get(url)
        assert response.status_code == 200, url
        counts.append(len(captured))
    return counts[-1]


def compare(growing: Growing, user, url: str) -> None:
    client = Client()
    client.force_login(user, backend="g60portal.accounts.backends.PortalBackend")
    growing.grow()
    one = queries_of(client, url)
    growing.grow()
    growing.grow()
    three = queries_of(client, url)
    assert three == one


@pytest.mark.parametrize("name", PAGES)
def test_list_of_cohort_when_rows_are_three_then_queries_as_with_one(growing, name):
    compare(growing, growing.lead, reverse(name, args=[growing.cohort.code]))


@pytest.mark.parametrize("name", SHARED)
def test_list_of_all_when_rows_are_three_then_queries_as_with_one(growing, name):
    compare(growing, growing.lead, reverse(name))


@pytest.mark.parametrize("name", OWN)
def test_own_page_when_rows_are_three_then_queries_as_with_one(growing, name):
    compare(growing, growing.participant, reverse(name))
