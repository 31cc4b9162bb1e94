"""The pages about one's own data, and those of the lead about requests, consents, retention."""

import datetime as dt
import io
import zipfile

import pytest
from django.test import Client
from django.urls import reverse

from cohorts.choices import Role
from g60portal.audit.models import AuditEvent
from g60portal.common.clock import SHANGHAI
from participants.models import Consent, PrivacyRequest, RetentionHold, RetentionTerm
from participants.tasks import make_waiting_copies
from tests.factories import CohortFactory, UserFactory, user_with
from tests.participants.nominating import facts, open_cohort, submitted
from tests.participants.people import enrolled, identity_number

pytestmark = pytest.mark.django_db
NUMBER = identity_number(5)


@pytest.fixture(autouse=True)
def _spring(frozen_clock, settings, tmp_path):
    settings.VAR_DIR = tmp_path
    frozen_clock(dt.datetime(2026, 5, 1, 9, tzinfo=SHANGHAI))


@pytest.fixture
def cohort():
    return CohortFactory(code="G60-2026-78")


@pytest.fixture
def person(cohort):
    row = enrolled(cohort, "张三", identity=NUMBER).person
    row.user = UserFactory()
    row.save()
    return row


@pytest.fixture
def mine(person):
    client = Client()
    client.force_login(person.user)
    return client


@pytest.fixture
def lead(cohort):
    client = Client()
    client.force_login(user_with(Role.LEAD, cohort=cohort))
    return client


def url(name: str, *args) -> str:
    return reverse(name, args=["G60-2026-78", *args])


def test_consent_when_given_and_taken_back_then_shown_with_its_history(mine, person) -> None:
    address = reverse("my-privacy-consent")
    mine.post(address, {"purpose": "photo", "given": "1"})
    row = Consent.objects.get(person=person, purpose="photo")
    assert (row.channel, row.language, row.withdrawn_at) == ("own_page", "zh-hans", None)
    mine.post(address, {"purpose": "photo", "given": "0"})
    row.refresh_from_db()
    assert row.withdrawn_at
    # What the training cannot do without is not taken back by a click.
    mine.post(address, {"purpose": "processing", "given": "1"})
    mine.post(address, {"purpose": "processing", "given": "0"})
    assert Consent.objects.filter(purpose="processing", withdrawn_at=None).count() == 1
    assert mine.post(address, {"purpose": "all", "given": "1"}).status_code == 404
    page = mine.get(reverse("my-privacy"))
    [photo] = [one for one in page.context["consents"] if one.purpose == "photo"]
    assert (photo.current, len(photo.history)) == (False, 1)


def test_copy_when_asked_for_then_made_by_the_task_and_fetched_by_the_person(
    mine, person, lead
) -> None:
    response = mine.post(reverse("my-privacy-request"), {"kind": "copy", "wish": ""})
    assert response.url == reverse("my-privacy")
    make_waiting_copies()
    copy = PrivacyRequest.objects.get().copy
    address = reverse("my-privacy-copy", args=[copy.pk])
    assert address in mine.get(reverse("my-privacy")).content.decode()
    answer = mine.get(address)
    assert answer["Content-Disposition"] == 'attachment; filename="my-data-20260501.zip"'
    assert set(zipfile.ZipFile(io.BytesIO(answer.content)).namelist()) == {
        "data.json", "index.html",
    }  # fmt: skip
    assert NUMBER not in zipfile.ZipFile(io.BytesIO(answer.content)).read("data.json").decode()
    assert lead.get(address).status_code == 404
    assert AuditEvent.objects.filter(verb="data_copy.fetched", actor=person.user).count() == 1
    again = mine.post(reverse("my-privacy-request"), {"kind": "correction", "wish": ""})
    assert again.status_code == 422


def test_request_when_recorded_by_staff_then_worked_on_and_answered(lead, person, mine) -> None:
    data = {"seat": 1, "kind": "correction", "wish": "职务有误"}
    assert lead.post(url("privacy-requests"), data).status_code == 302
    assert lead.post(url("privacy-requests"), data | {"seat": 9}).status_code == 422
    assert lead.post(url("privacy-requests"), data).status_code == 422
    row = PrivacyRequest.objects.get()
    assert row.channel == "staff"
    address = url("privacy-request", row.pk)
    lead.post(address, {"step": "take"})
    assert lead.post(address, {"step": "done", "answer": ""}).status_code == 422
    lead.post(address, {"step": "done", "answer": "已改为副总经理"})
    row.refresh_from_db()
    assert row.state == "done"
    assert "已改为副总经理" in mine.get(reverse("my-privacy")).content.decode()


def test_requests_when_overdue_then_the_lead_is_told(lead, person, mine, frozen_clock) -> None:
    mine.post(reverse("my-privacy-request"), {"kind": "correction", "wish": "职务有误"})
    frozen_clock(dt.datetime(2026, 5, 16, 9, tzinfo=SHANGHAI))
    assert lead.get(url("privacy-requests")).context["overdue"] == []
    frozen_clock(dt.datetime(2026, 5, 17, 9, tzinfo=SHANGHAI))
    lead.cookies["django_language"] = "en"
    page = lead.get(url("privacy-requests"))
    assert [row.person.name for row in page.context["overdue"]] == ["张三"]
    assert "1 request is overdue." in page.content.decode()


def test_hold_when_placed_and_lifted_then_audited_and_needs_a_reason(lead, person, mine) -> None:
    mine.post(reverse("my-privacy-request"), {"kind": "deletion", "wish": ""})
    row = PrivacyRequest.objects.get()
    lead.post(url("privacy-hold", row.pk), {"reason": " "})
    assert not RetentionHold.objects.exists()
    lead.post(url("privacy-hold", row.pk), {"reason": "保险理赔"})
    assert "保险理赔" in lead.get(url("privacy-request", row.pk)).content.decode()
    lead.post(url("privacy-hold", row.pk), {"lift": "1"})
    assert not RetentionHold.objects.filter(lifted_at=None).exists()
    verbs = AuditEvent.objects.filter(verb__startswith="retention_hold").order_by("pk")
    assert [row.verb for row in verbs] == ["retention_hold.placed", "retention_hold.lifted"]


def test_retention_when_changed_within_limits_then_kept_and_previewed(lead, person) -> None:
    page = lead.get(url("privacy-retention"))
    shown = {(str(row.group), row.on.isoformat()) for row in page.context["preview"]}
    assert ("identity", "2026-07-13") in shown
    days = {
        "identity": "10",
        "logistics": "30",
        "phone": "365",
        "email": "365",
        "nomination": "90",
    }
    assert lead.post(url("privacy-retention"), days | {"identity": "91"}).status_code == 422
    assert lead.post(url("privacy-retention"), days).status_code == 302
    assert list(RetentionTerm.objects.values_list("group", "days")) == [("identity", 10)]
    page = lead.get(url("privacy-retention"))
    assert "2026-06-23" in {row.on.isoformat() for row in page.context["preview"]}


def test_consents_when_looked_at_then_says_who_is_missing(lead, person, mine) -> None:
    mine.post(reverse("my-privacy-consent"), {"purpose": "photo", "given": "1"})
    purposes = lead.get(url("privacy-consents")).context["purposes"]
    standing = [(one.given, len(one.missing)) for one in purposes]
    assert standing == [(0, 1), (1, 0), (0, 1), (0, 1), (0, 1)]


def test_other_cohorts_when_asked_for_a_request_then_not_theirs(person, mine) -> None:
    mine.post(reverse("my-privacy-request"), {"kind": "deletion", "wish": ""})
    other = CohortFactory(code="G60-2026-79")
    client = Client()
    client.force_login(user_with(Role.LEAD, cohort=other))
    address = reverse("privacy-request", args=[other.code, PrivacyRequest.objects.get().pk])
    assert client.get(address).status_code == 404


def test_number_of_a_nomination_when_revealed_then_reason_audit_and_counter(client) -> None:
    cohort = open_cohort()
    row = submitted(cohort, 1)
    number = facts(1)["identity"]
    client.force_login(user_with(Role.LEAD, cohort=cohort))
    address = reverse("nomination-reveal", args=[cohort.code, row.pk])
    refused = client.post(address, {"reveal-reason": ""})
    assert refused.status_code == 422
    assert number not in refused.content.decode()
    page = client.post(address, {"reveal-reason": "办理保险"})
    assert number in page.content.decode()
    event = AuditEvent.objects.get(verb="identity.revealed")
    assert (event.target_id, event.reason) == (str(row.pk), "办理保险")
    again = client.get(reverse("nomination-detail", args=[cohort.code, row.pk]))
    assert number not in again.content.decode()
    assert again.context["reveal_count"] == 1
    client.force_login(user_with(Role.READER, cohort=cohort))
    assert client.post(address, {"reveal-reason": "x"}).status_code == 403
