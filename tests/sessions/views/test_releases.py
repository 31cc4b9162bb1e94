"""The release pages: preview, publish, one release, two compared; who may see and do what."""

import pytest
from django.test import Client
from django.urls import reverse

from cohorts.choices import Role
from g60portal.notices.models import Notice
from sessions.actions.releases import publish_release
from sessions.models import Release, TrainingSession
from tests.factories import user_with
from tests.factories.timetables import Timetabled, messages_arrive, timetabled_cohort

pytestmark = pytest.mark.django_db


@pytest.fixture
def cohort() -> Timetabled:
    return timetabled_cohort()


def signed_in(role: Role | str, made: Timetabled) -> Client:
    scope = {
        Role.LEAD: {"cohort": made.cohort},
        Role.LEG: {"cohort": made.cohort, "leg": made.leg},
        Role.DESK: {"cohort": made.cohort},
        Role.READER: {"cohort": made.cohort},
        Role.COORDINATOR: {"cohort": made.cohort, "city": made.leg.city},
    }.get(role, {})
    client = Client(headers={"accept-language": "en"})
    client.force_login(user_with(role, **scope))
    return client


def publish(made: Timetabled) -> Release:
    """Published, and everybody has got the message."""
    release = publish_release(cohort=made.cohort, name="", comment="", by=None)
    messages_arrive()
    return release


def page(made: Timetabled, name: str = "release-list", *args: object) -> str:
    return reverse(name, args=[made.cohort.code, *args])


def test_release_list_when_not_yet_released_then_offers_the_first(cohort):
    answer = signed_in(Role.LEAD, cohort).get(page(cohort))
    assert answer.status_code == 200
    preview = answer.context["preview"]
    assert (preview.number, preview.told_count, preview.people_count) == (1, 5, 5)
    assert b"Publish release 1" in answer.content


def test_release_list_when_posted_then_published_and_shown(cohort):
    client = signed_in(Role.LEAD, cohort)
    facts = {"name": "首版", "comment": "请查收", "expected_number": 1}
    answer = client.post(page(cohort), facts)
    assert answer.status_code == 302
    assert answer["Location"] == page(cohort, "release-detail", 1)
    release = Release.objects.get()
    assert (release.name, release.comment) == ("首版", "请查收")
    assert client.get(answer["Location"]).status_code == 200


def test_release_list_when_posted_twice_then_one_release_and_the_second_is_told(cohort):
    client = signed_in(Role.LEAD, cohort)
    client.post(page(cohort), {"expected_number": 1})
    again = client.post(page(cohort), {"expected_number": 1})
    assert again.status_code == 422
    assert b"released in the meantime" in again.content
    assert Release.objects.count() == 1
    assert Notice.objects.count() == 5


def test_release_list_when_nothing_changed_then_no_form(cohort):
    publish(cohort)
    answer = signed_in(Role.LEAD, cohort).get(page(cohort))
    assert b"Nothing has changed since the last release." in answer.content
    assert b"expected_number" not in answer.content


def test_release_list_when_changed_then_old_and_new_and_how_many_are_told(cohort):
    publish(cohort)
    TrainingSession.objects.filter(pk=cohort.visit_of_first.pk).update(venue=cohort.hall)
    answer = signed_in(Role.LEAD, cohort).get(page(cohort))
    (row,) = answer.context["rows"]
    assert row.told_count == 2
    assert [(detail.old, detail.new) for detail in row.line.details][:1] == [
        (cohort.plant.name_en, cohort.hall.name_en)
    ]


def test_release_diff_when_two_are_compared_then_all_changes_between(cohort):
    publish(cohort)
    TrainingSession.objects.filter(pk=cohort.visit_of_first.pk).update(venue=cohort.hall)
    publish(cohort)
    TrainingSession.objects.filter(pk=cohort.lecture.pk).update(
        state="cancelled", cancel_reason="ill"
    )
    publish(cohort)
    client = signed_in(Role.READER, cohort)

    def kinds(address: str) -> set[tuple[int, str]]:
        lines = client.get(address).context["rows"]
        return {(row["line"].session_id, row["line"].kind) for row in lines}

    address = page(cohort, "release-diff", 3)
    assert kinds(address) == {(cohort.lecture.pk, "cancelled")}
    assert kinds(f"{address}?from=1") == {
        (cohort.lecture.pk, "cancelled"),
        (cohort.visit_of_first.pk, "moved"),
    }
    assert client.get(f"{address}?from=9").status_code == 404
    assert client.get(page(cohort, "release-diff", 9)).status_code == 404


@pytest.mark.parametrize("role", [Role.LEG, Role.DESK, Role.READER, Role.COORDINATOR])
def test_publish_when_role_is_not_lead_then_forbidden(cohort, role):
    client = signed_in(role, cohort)
    assert client.get(page(cohort)).status_code == 200
    text = client.get(page(cohort)).content.decode()
    assert "expected_number" not in text
    assert "The lead organizer releases what has changed since." in text
    assert "Changes stay yours" not in text
    assert client.post(page(cohort), {"expected_number": 1}).status_code == 403
    assert not Release.objects.exists()


def test_pages_when_nobody_or_stranger_then_not_known(cohort):
    publish(cohort)
    other = timetabled_cohort()
    for address in (
        page(cohort),
        page(cohort, "release-detail", 1),
        page(cohort, "release-diff", 1),
        page(cohort, "notice-list"),
    ):
        assert signed_in("nobody", cohort).get(address).status_code == 404
        assert signed_in(Role.LEAD, other).get(address).status_code == 404
        assert Client().get(address).status_code == 302


def test_release_list_when_there_are_more_rows_then_the_same_statements(
    cohort, django_assert_max_num_queries
):
    client = signed_in(Role.LEAD, cohort)
    publish(cohort)
    TrainingSession.objects.filter(pk=cohort.lecture.pk).update(title="甲")
    with django_assert_max_num_queries(40) as one:
        client.get(page(cohort))
    publish(cohort)
    TrainingSession.objects.filter(pk=cohort.lecture.pk).update(title="乙")
    publish(cohort)
    TrainingSession.objects.filter(cohort=cohort.cohort).update(title="丙")
    with django_assert_max_num_queries(len(one.captured_queries)):
        answer = client.get(page(cohort))
    assert len(answer.context["releases"]) == 3
