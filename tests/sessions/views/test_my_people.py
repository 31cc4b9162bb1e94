"""Who is listed for whom: consent in force, own cohort, never contact data."""

import pytest
from django.urls import reverse

from g60portal.audit.models import AuditEvent
from participants.actions.consents import give_consent, withdraw_consent
from participants.choices import ConsentPurpose
from participants.models import Consent
from tests.factories import EnrollmentFactory, PersonFactory, UserFactory
from tests.sessions.participant import a_participant

pytestmark = pytest.mark.django_db


def listed(cohort, name: str, **facts):
    person = PersonFactory(name=name, **facts)
    give_consent(person=person, purpose=ConsentPurpose.DIRECTORY, by=None)
    return EnrollmentFactory(cohort=cohort, person=person)


def shown(client, user, **query) -> list[str]:
    client.force_login(user)
    response = client.get(reverse("my-people"), query, headers={"accept-language": "en"})
    assert response.status_code == 200
    return [person.name for person in response.context["people"]]


def test_people_when_consents_differ_then_only_those_in_force_of_own_cohort(client):
    participant = a_participant()
    agreed = listed(participant.cohort, "欧阳娜")
    withdrew = listed(participant.cohort, "已撤回")
    withdraw_consent(person=withdrew.person, purpose=ConsentPurpose.DIRECTORY, by=None)
    EnrollmentFactory(cohort=participant.cohort, person=PersonFactory(name="未同意"))
    photo = EnrollmentFactory(cohort=participant.cohort, person=PersonFactory(name="只同意拍照"))
    give_consent(person=photo.person, purpose=ConsentPurpose.PHOTO, by=None)
    listed(a_participant().cohort, "别班的人")
    gone = listed(participant.cohort, "已退出")
    gone.state = "withdrawn"
    gone.save(update_fields=["state"])
    assert shown(client, participant.user) == [agreed.person.name]


def test_people_page_then_work_and_city_but_no_contact_data(client):
    participant = a_participant()
    listed(participant.cohort, "欧阳娜", phone="13987654321", email="ouyang@example.org")
    client.force_login(participant.user)
    text = client.get(reverse("my-people")).content.decode()
    assert "示例科技有限公司" in text
    assert "总经理" in text
    assert "上海松江" in text
    assert "13987654321" not in text
    assert "ouyang@example.org" not in text


@pytest.mark.parametrize(
    ("q", "expected"),
    [
        ("欧", ["欧阳娜"]),
        ("ouyang", ["欧阳娜"]),
        ("Ouyang N", ["欧阳娜"]),
        ("oyn", ["欧阳娜"]),
        ("LÜ", ["吕明"]),
        ("lv", ["吕明"]),
        ("云谷", ["吕明"]),
        ("zzz", []),
        ("%", []),
    ],
)
def test_people_search_by_characters_pinyin_initials_employer(client, q, expected):
    participant = a_participant()
    listed(participant.cohort, "欧阳娜", latin_name="Ouyang Na", initials="oyn")
    other = listed(participant.cohort, "吕明", latin_name="Lü Ming", initials="lm")
    other.organization_name = "云谷微电子"
    other.save(update_fields=["organization_name"])
    assert shown(client, participant.user, q=q) == expected


def test_people_of_another_cohort_then_404(client):
    participant, other = a_participant(), a_participant()
    client.force_login(participant.user)
    response = client.get(reverse("my-people"), {"cohort": other.cohort.code})
    assert response.status_code == 404


def test_listing_when_agreed_and_withdrawn_then_rows_and_audit_tell(client):
    participant = a_participant()
    client.force_login(participant.user)
    address = reverse("my-people-listing")
    assert client.post(address, {"listed": "1"}).status_code == 302
    assert shown(client, participant.user) == [participant.enrollment.person.name]
    client.post(address, {"listed": "0"})
    assert shown(client, participant.user) == []
    consent = Consent.objects.get(person=participant.enrollment.person)
    assert consent.withdrawn_at is not None
    told = AuditEvent.objects.filter(actor_id=participant.user.pk).order_by("pk")
    assert [event.verb for event in told] == ["consent.given", "consent.withdrawn"]


def test_listing_when_user_is_nobody_then_404_and_by_get_405(client):
    client.force_login(UserFactory())
    assert client.post(reverse("my-people-listing"), {"listed": "1"}).status_code == 404
    assert client.get(reverse("my-people-listing")).status_code == 405
    assert not Consent.objects.exists()


def test_people_with_one_and_with_many_then_same_queries(client, django_assert_num_queries):
    participant = a_participant()
    client.force_login(participant.user)
    listed(participant.cohort, "甲一")
    client.get(reverse("my-people"))
    for number in range(2):
        with django_assert_num_queries(4):  # user, seats, people, own consent
            client.get(reverse("my-people"))
        for more in range(20):
            listed(participant.cohort, f"乙{number}{more}")
