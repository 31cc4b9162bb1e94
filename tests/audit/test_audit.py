"""The audit: masked, append-only, held by the database."""

import pytest
from django.db import DatabaseError, connection, transaction

from g60portal.audit.models import AuditEvent
from g60portal.audit.record import changes, record
from tests.factories import CohortFactory, UserFactory

pytestmark = pytest.mark.django_db


@pytest.fixture
def event():
    return record("cohort.created", CohortFactory(), by=UserFactory(), after={"seats": 45})


def test_record_when_personal_fields_then_masked():
    event = record(
        "person.changed",
        UserFactory(),
        by=None,
        before={"phone": "13812345678"},
        after={"phone": "13912345678", "identity": "", "name": "王明"},
    )
    assert event.before == {"phone": "***"}
    assert event.after == {"phone": "***", "identity": "", "name": "王明"}


def test_changes_when_some_differ_then_only_those():
    cohort = CohortFactory(seats=45)
    assert changes(cohort, {"seats": 40, "title": cohort.title}) == ({"seats": 45}, {"seats": 40})


def test_event_when_updated_then_database_refuses(event):
    with pytest.raises(DatabaseError), transaction.atomic():
        AuditEvent.objects.filter(pk=event.pk).update(verb="nothing")
    event.refresh_from_db()
    assert event.verb == "cohort.created"


def test_event_when_deleted_then_database_refuses(event):
    with pytest.raises(DatabaseError), transaction.atomic():
        event.delete()
    assert AuditEvent.objects.filter(pk=event.pk).exists()


def test_event_when_truncated_then_database_refuses(event):
    with connection.cursor() as cursor:
        cursor.execute("ALTER TABLE audit_auditevent ENABLE TRIGGER ALL")
        with pytest.raises(DatabaseError), transaction.atomic():
            cursor.execute("TRUNCATE audit_auditevent")
    assert AuditEvent.objects.filter(pk=event.pk).exists()
