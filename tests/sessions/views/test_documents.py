"""The page of documents, the PDFs, and all of them in one file that belongs to who asked for it."""

import io
import zipfile

import pytest
from django.core.files.storage import default_storage
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from cohorts.choices import Role
from cohorts.models import CohortRole
from g60portal.audit.models import AuditEvent
from sessions.actions.document_bundles import (
    KEPT,
    LEASE,
    MOST_ATTEMPTS,
    ask_for_bundle,
    clear_bundles,
    make_bundle,
)
from sessions.actions.releases import publish_release
from sessions.documents.catalogue import documents_for
from sessions.models import DocumentBundle
from tests.factories import city, user_with
from tests.factories.timetables import timetabled_cohort
from tests.sessions.documents.papers import needs_fonts, squeezed

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True, scope="module")
def _fonts():
    needs_fonts()


@pytest.fixture
def taught():
    taught = timetabled_cohort()
    publish_release(cohort=taught.cohort, name="", comment="", by=None)
    return taught


@pytest.fixture
def lead(taught):
    return user_with(Role.LEAD, cohort=taught.cohort)


def signed_in(user):
    client = Client()
    client.force_login(user)
    client.cookies["django_language"] = "en"
    return client


def url(taught, what=""):
    return f"/console/cohorts/{taught.cohort.code}/documents/{what}"


def names_on(page):
    return {line.split(".pdf")[0].rpartition("/")[2] for line in page.split('"') if ".pdf" in line}


def printed_lines():
    rows = AuditEvent.objects.filter(verb="document.printed").order_by("pk")
    return [(row.after["document"], row.after["columns"]) for row in rows]


def a_bundle(taught, user, names=("roster", "groups")):
    return ask_for_bundle(
        cohort=taught.cohort, names=list(names), language="en", ordering="stroke", by=user
    )


LEG_LISTS = {"room-list", "hotel-list", "meal-list", "arrival-list"}


@pytest.mark.parametrize(
    ("role", "absent"),
    [
        (Role.LEAD, set()),
        (Role.READER, {"roster-internal", "contacts", *LEG_LISTS}),
        (
            Role.DESK,
            {
                "roster-internal",
                "contacts",
                "nomination-summary",
                "nomination-forms",
                *(LEG_LISTS - {"room-list"}),
            },
        ),
    ],
)
def test_page_then_lists_what_the_role_may_have(taught, role, absent):
    page = signed_in(user_with(role, cohort=taught.cohort)).get(url(taught)).content.decode()

    everything = {
        "roster", "roster-internal", "contacts", "groups", "sign-in", "sign-in-sessions", "badges",
        "table-cards", "seat-plan", "timetable", "handbook", "quotas", "nomination-summary",
        "nomination-forms", *LEG_LISTS,
    }  # fmt: skip
    assert names_on(page) == everything - absent


def test_page_when_a_parameter_is_unknown_then_back_to_the_usual_one(taught, lead):
    answer = signed_in(lead).get(url(taught, "?ordering=height"))

    assert answer.status_code == 302
    assert answer["Location"] == url(taught)


def test_page_then_names_those_who_cannot_be_printed(taught, lead):
    person = taught.people[0].person
    person.name = "王\ue000"
    person.save()

    page = signed_in(lead).get(url(taught)).content.decode()

    assert "王\ue000" in page
    assert "U+E000" in page


def test_file_then_a_download_that_is_neither_kept_nor_run(taught, lead):
    answer = signed_in(lead).get(url(taught, "roster.pdf?language=en&ordering=city"))

    assert answer.status_code == 200
    assert answer["Content-Type"] == "application/pdf"
    name = f"{taught.cohort.code}-roster-en-city.pdf"
    assert answer["Content-Disposition"] == f'attachment; filename="{name}"'
    assert answer["X-Content-Type-Options"] == "nosniff"
    assert answer["Cache-Control"] == "private, no-store"
    assert taught.people[0].person.name in squeezed(answer.content)


def test_file_when_it_carries_contacts_then_written_down(taught, lead):
    client = signed_in(lead)
    client.get(url(taught, "roster.pdf"))
    client.get(url(taught, "roster-internal.pdf"))

    assert printed_lines() == [("roster-internal", ["phone", "email"])]


@pytest.mark.parametrize("name", ["roster-internal", "contacts", "no-such-thing"])
def test_file_when_the_role_may_not_have_it_then_not_there(taught, name):
    client = signed_in(user_with(Role.READER, cohort=taught.cohort))

    assert client.get(url(taught, f"{name}.pdf")).status_code == 404
    assert printed_lines() == []


def test_file_when_it_cannot_be_printed_then_said_on_the_page(taught, lead):
    person = taught.people[0].person
    person.name = "王\ue000"
    person.save()

    answer = signed_in(lead).get(url(taught, "roster.pdf"), follow=True)

    assert answer.redirect_chain[-1][0] == url(taught)
    assert "U+E000" in answer.content.decode()


def test_bundle_when_asked_for_twice_then_one(taught, lead):
    client = signed_in(lead)
    client.post(url(taught, "bundles/"), {"language": "en", "ordering": "stroke"})
    client.post(url(taught, "bundles/"), {"language": "en", "ordering": "stroke"})

    (row,) = DocumentBundle.objects.all()
    assert (row.by, row.state, row.total) == (lead, "waiting", 18)
    part = client.get(url(taught, f"bundles/{row.pk}/"), headers={"HX-Request": "true"})
    assert "hx-get" in part.content.decode()


def test_bundle_when_made_then_a_zip_with_each_document_and_lines_for_contacts(taught, lead):
    names = [document.name for document in documents_for_lead()]
    row = make_bundle(bundle=a_bundle(taught, lead, names))

    answer = signed_in(lead).get(url(taught, f"bundles/{row.pk}/file/"))

    assert answer["Content-Type"] == "application/zip"
    assert answer["Cache-Control"] == "private, no-store"
    archive = zipfile.ZipFile(io.BytesIO(answer.content))
    assert archive.testzip() is None
    assert len(archive.namelist()) == len(names) == row.done
    assert all(archive.read(name).startswith(b"%PDF") for name in archive.namelist())
    assert ("contacts", ["phone", "email"]) in printed_lines()
    part = signed_in(lead).get(url(taught, f"bundles/{row.pk}/"), headers={"HX-Request": "true"})
    assert "hx-get" not in part.content.decode()


def documents_for_lead():
    from cohorts.queries.standing import Standing

    return documents_for(Standing(lead=True))


def test_bundle_when_somebody_else_asks_for_the_file_then_not_there(taught, lead):
    row = make_bundle(bundle=a_bundle(taught, lead))
    other = signed_in(user_with(Role.LEAD, cohort=taught.cohort))

    assert other.get(url(taught, f"bundles/{row.pk}/file/")).status_code == 404
    assert other.get(url(taught, f"bundles/{row.pk}/")).status_code == 404
    assert signed_in(lead).get(url(taught, f"bundles/{row.pk}/file/")).status_code == 200


def test_bundle_when_the_role_has_become_smaller_then_not_there(taught, lead):
    row = make_bundle(bundle=a_bundle(taught, lead, ["roster", "contacts"]))
    CohortRole.objects.filter(user=lead).update(
        role=Role.COORDINATOR, city=city("jiaxing"), leg=None
    )

    assert signed_in(lead).get(url(taught, f"bundles/{row.pk}/file/")).status_code == 404


def test_bundle_when_the_role_is_gone_before_it_is_made_then_without_what_it_may_not_have(
    taught, lead
):
    row = a_bundle(taught, lead, ["roster", "contacts"])
    CohortRole.objects.filter(user=lead).update(role=Role.READER)

    row = make_bundle(bundle=row)

    names = zipfile.ZipFile(default_storage.open(row.file.name)).namelist()
    assert [name for name in names if "contacts" in name] == []


def test_bundle_when_a_document_cannot_be_printed_then_the_others_are_there(taught, lead):
    person = taught.people[0].person
    person.name = "王\ue000"
    person.save()

    row = make_bundle(bundle=a_bundle(taught, lead, ["roster", "quotas"]))

    assert row.state == "done"
    assert list(row.skipped) == ["roster"]
    assert "U+E000" in row.skipped["roster"]


def test_bundle_when_made_again_then_nothing_happens(taught, lead):
    row = make_bundle(bundle=a_bundle(taught, lead))
    before = row.finished_at

    again = make_bundle(bundle=row)

    again.refresh_from_db()
    assert (again.finished_at, again.attempts) == (before, 1)


def test_bundle_when_a_worker_died_then_made_again_and_given_up_in_the_end(
    taught, lead, frozen_clock
):
    from g60portal.common import clock

    row = a_bundle(taught, lead)
    now = frozen_clock(clock.now())
    DocumentBundle.objects.update(state="working", attempts=1, lease_until=now + LEASE)
    assert clear_bundles() == 0
    frozen_clock(now + LEASE * 2)
    assert clear_bundles() == 1
    DocumentBundle.objects.update(attempts=MOST_ATTEMPTS)
    assert clear_bundles() == 0
    row.refresh_from_db()
    assert row.state == "failed"


def test_bundle_when_expired_then_file_and_row_are_gone(taught, lead, frozen_clock):
    from g60portal.common import clock

    now = frozen_clock(clock.now())
    row = make_bundle(bundle=a_bundle(taught, lead))
    name = row.file.name
    assert default_storage.exists(name)
    frozen_clock(now + KEPT * 2)
    assert signed_in(lead).get(url(taught, f"bundles/{row.pk}/file/")).status_code == 404

    clear_bundles()

    assert not default_storage.exists(name)
    assert not DocumentBundle.objects.exists()


def test_page_then_the_same_number_of_queries_with_more_people(taught, lead):
    from tests.factories import EnrollmentFactory

    client = signed_in(lead)
    counts = []
    for _ in range(3):
        client.get(url(taught))
        with CaptureQueriesContext(connection) as queries:
            client.get(url(taught))
        counts.append(len(queries))
        EnrollmentFactory(cohort=taught.cohort, seat=50 + len(counts))
    assert len(set(counts)) == 1


def test_api_then_the_same_documents_and_files(taught, lead, api_as):
    client = api_as(lead)
    rows = client.get(f"/api/v1/cohorts/{taught.cohort.code}/documents/").json()

    assert [row["name"] for row in rows][:2] == ["roster", "roster-internal"]
    assert rows[1]["personal"] == ["phone", "email"]
    path = f"/api/v1/cohorts/{taught.cohort.code}/documents/roster.pdf"
    answer = client.get(path, {"language": "en", "ordering": "pinyin"})
    assert answer["Content-Disposition"].startswith("attachment")
    assert answer.content.startswith(b"%PDF")
    assert client.get(path, {"ordering": "height"}).status_code == 400
    assert client.get(path, {"language": "fr"}).json()["code"] == "document_parameter_wrong"


def test_api_when_nothing_can_be_printed_then_a_problem_that_names_the_people(taught, api_as, lead):
    person = taught.people[0].person
    person.name = "王\ue000"
    person.save()

    answer = api_as(lead).get(f"/api/v1/cohorts/{taught.cohort.code}/documents/roster.pdf")

    assert answer.status_code == 422
    assert answer.json()["code"] == "characters_unprintable"
