"""Requests of people about their own data: copy, correction, deletion; consents with versions."""

import datetime as dt
import io
import json
import zipfile

import pytest

from g60portal.audit.models import AuditEvent
from g60portal.common.clock import SHANGHAI
from participants import consent_texts
from participants.actions.consents import give_consent, withdraw_consent
from participants.actions.data_copies import fetch_copy, make_copy
from participants.actions.erasure import purge_due
from participants.actions.privacy_requests import (
    finish_request,
    make_request,
    place_hold,
    refuse_request,
    release_held,
    take_up_request,
)
from participants.choices import ConsentPurpose, RequestState
from participants.models import Consent, Nomination, Person, SealedIdentity
from participants.queries.directory import listed_people
from participants.queries.privacy import consents_in, consents_of
from participants.refusals import (
    AnswerMissing,
    CopyGone,
    HoldInForce,
    RequestMove,
    RequestOpen,
    WishMissing,
)
from tests.factories import CohortFactory, UserFactory
from tests.participants.leaks import found_in, tables, unpacked
from tests.participants.nominating import admitted, open_cohort
from tests.participants.people import enrolled, identity_number

pytestmark = pytest.mark.django_db
NUMBER = identity_number(41)


@pytest.fixture(autouse=True)
def _own_folder(settings, tmp_path):
    settings.VAR_DIR = tmp_path


@pytest.fixture
def on(frozen_clock):
    def stop(month: int, day: int) -> None:
        frozen_clock(dt.datetime(2026, month, day, 9, tzinfo=SHANGHAI))

    stop(5, 1)
    return stop


@pytest.fixture
def person():
    row = enrolled(CohortFactory(), "张三", identity=NUMBER, phone="13912345678").person
    row.user = UserFactory()
    row.save()
    return row


def ask(person, kind: str, wish: str = ""):
    return make_request(person=person, kind=kind, wish=wish, channel="own_page", by=person.user)


def test_request_when_made_then_due_in_fifteen_days_and_only_one_of_a_kind(on, person) -> None:
    request = ask(person, "correction", "职务应为副总经理")
    assert (request.state, request.due_on) == ("received", dt.date(2026, 5, 16))
    with pytest.raises(RequestOpen):
        ask(person, "correction", "再次")
    with pytest.raises(AnswerMissing):
        finish_request(request=take_up_request(request=request, by=None), answer=" ", by=None)
    assert finish_request(request=request, answer="已更正", by=None).state == "done"
    with pytest.raises(RequestMove):
        refuse_request(request=request, answer="迟了", by=None)
    with pytest.raises(WishMissing):
        ask(person, "correction")
    assert AuditEvent.objects.filter(verb="privacy_request.moved").count() == 2


def test_copy_when_made_then_sealed_owner_only_and_without_the_number(on, person) -> None:
    give_consent(person=person, purpose=ConsentPurpose.PHOTO, by=person.user, language="en")
    request = ask(person, "copy")
    copy = make_copy(request_id=request.pk)
    assert copy is not None
    assert make_copy(request_id=request.pk) == copy  # a second hint changes nothing
    data = fetch_copy(copy=copy, by=person.user)
    with zipfile.ZipFile(io.BytesIO(data)) as archive:
        told = json.loads(archive.read("data.json"))
        page = archive.read("index.html").decode()
    assert told["person"][0]["phone"] == "13912345678"
    assert told["enrollments"][0]["seat"] == 1
    assert [row["purpose"] for row in told["consents"]] == ["photo"]
    assert told["identity_papers"][0]["masked"] in page
    assert "attendance" in told
    assert found_in([*unpacked("copy", data), *tables()], [NUMBER]) == []
    with pytest.raises(CopyGone):
        fetch_copy(copy=copy, by=UserFactory(is_superuser=True))
    on(5, 9)
    with pytest.raises(CopyGone):
        fetch_copy(copy=copy, by=person.user)
    assert purge_due() == {"copy": 1}
    copy.refresh_from_db()
    assert copy.sealed is None


def test_deletion_when_the_cohort_runs_then_held_and_done_the_night_after(on, person) -> None:
    request = ask(person, "deletion")
    assert (request.state, request.held_until) == ("held", dt.date(2026, 6, 13))
    with pytest.raises(RequestMove):
        finish_request(request=request, answer="", by=None)
    on(6, 13)
    assert release_held() == 0
    on(6, 14)
    assert release_held() == 1
    request.refresh_from_db()
    assert request.state == RequestState.DONE
    row = Person.objects.get(pk=person.pk)
    assert (row.name, row.phone, row.email) == ("张三", "", "")
    assert not SealedIdentity.objects.filter(person=person).exists()
    assert not Consent.objects.filter(person=person, withdrawn_at=None).exists()
    assert release_held() == 0


def test_deletion_when_nominated_too_then_the_nomination_loses_its_paper(on) -> None:
    row = admitted(open_cohort({"songjiang": 2}), 3)
    person = row.enrollment.person
    on(7, 1)
    finish_request(request=ask(person, "deletion"), answer="", by=None)
    kept = Nomination.objects.get(pk=row.pk)
    assert (kept.sealed, kept.masked, kept.phone, kept.email) == (None, "", "", "")


def test_deletion_when_under_a_hold_then_refused_and_goes_to_the_lead(on, person) -> None:
    request = ask(person, "deletion")
    place_hold(person=person, reason="工伤争议", by=None)
    on(6, 14)
    assert release_held() == 1
    request.refresh_from_db()
    assert request.state == RequestState.IN_WORK
    with pytest.raises(HoldInForce):
        finish_request(request=request, answer="", by=None)
    with pytest.raises(AnswerMissing):
        refuse_request(request=request, answer="", by=None)
    assert refuse_request(request=request, answer="争议未了", by=None).state == "refused"
    assert SealedIdentity.objects.filter(person=person).exists()


def test_consent_when_words_change_then_asked_again_and_history_kept(
    on, person, monkeypatch
) -> None:
    purpose = ConsentPurpose.PHOTO
    give_consent(person=person, purpose=purpose, by=person.user, language="zh-hans")
    give_consent(person=person, purpose=purpose, by=person.user)
    assert Consent.objects.filter(person=person, purpose=purpose).count() == 1
    monkeypatch.setitem(consent_texts.CHANGED_VERSIONS, purpose, "2026-2")
    [standing] = [one for one in consents_of(person) if one.purpose == purpose]
    assert (standing.current, bool(standing.given)) == (False, True)
    cohort = person.enrollments.get().cohort
    [photo] = [one for one in consents_in(cohort) if one.label == purpose.label]
    assert (photo.given, photo.older, len(photo.missing)) == (0, 1, 0)
    give_consent(person=person, purpose=purpose, by=person.user)
    versions = Consent.objects.filter(person=person, purpose=purpose).order_by("pk")
    assert [(row.text_version, row.withdrawn_at is None) for row in versions] == [
        ("2026-1", False),
        ("2026-2", True),
    ]


def test_consent_when_taken_back_then_out_of_the_directory_at_once(on, person) -> None:
    cohort = person.enrollments.get().cohort
    give_consent(person=person, purpose=ConsentPurpose.DIRECTORY, by=person.user)
    assert listed_people(cohort).count() == 1
    withdraw_consent(person=person, purpose=ConsentPurpose.DIRECTORY, by=person.user)
    assert listed_people(cohort).count() == 0
    row = Consent.objects.get(person=person, purpose=ConsentPurpose.DIRECTORY)
    assert row.withdrawn_channel == "own_page"
