"""Enrolling, changing and withdrawing people."""

import threading

import pytest
from django.db import IntegrityError, connection, transaction

from cohorts.refusals import CohortClosed, ReasonMissing
from g60portal.accounts.models import User
from g60portal.audit.models import AuditEvent
from participants.actions.enrolling import Newcomer, enroll_newcomers
from participants.actions.enrollments import (
    change_person,
    enroll_person,
    usable,
    withdraw_enrollment,
)
from participants.actions.identities import reveal_identity
from participants.models import Consent, Enrollment, Person, SealedIdentity
from participants.refusals import (
    AlreadyEnrolled,
    CohortFull,
    NotSeated,
    PaperOfAnother,
    PersonFactsWrong,
    PossiblySame,
    QuotaFull,
)
from tests.factories import CohortFactory, QuotaFactory, UserFactory, city
from tests.participants.people import at_once, enrolled, facts, identity_number

pytestmark = pytest.mark.django_db


@pytest.fixture
def cohort():
    return CohortFactory(seats=3)


def test_enroll_when_facts_are_rough_then_stored_clean_with_keys_account_and_consent(cohort):
    row = enrolled(
        cohort,
        "张 三",
        phone="１３８００００００００",
        email=" Zhang@Example.org ",
        identity=identity_number(1),
        language="en",
        directory_consent=True,
    )
    person = Person.objects.get(pk=row.person_id)
    assert (row.seat, row.state) == (1, "confirmed")
    assert (person.name, person.latin_name, person.initials) == ("张三", "Zhang San", "zs")
    assert (person.phone, person.email, person.gender) == ("13800000000", "zhang@example.org", "1")
    assert person.stroke_key.startswith("1")
    assert person.pinyin_key.startswith("zhang")
    assert str(person.birth_on) == "1980-01-01"
    assert person.user.email == "zhang@example.org"
    assert person.user.language == "en"
    assert not person.user.has_usable_password()
    assert Consent.objects.filter(person=person, withdrawn_at=None).count() == 1
    event = AuditEvent.objects.get(verb="enrollment.created")
    assert event.scope == cohort.code
    assert event.after["seat"] == 1


def test_enroll_when_facts_are_wrong_then_every_field_is_named(cohort):
    with pytest.raises(PersonFactsWrong) as refused:
        enrolled(cohort, " ", phone="12", email="nobody", identity="123", organization_name="")
    assert set(refused.value.fields) == {"name", "phone", "email", "identity", "organization_name"}
    assert not Enrollment.objects.exists()


def test_enroll_when_seats_are_taken_then_refused_and_withdrawal_frees_one(cohort):
    rows = [enrolled(cohort, name) for name in ("王一", "王二", "王三")]
    with pytest.raises(CohortFull) as refused:
        enrolled(cohort, "王四")
    assert refused.value.facts == {"seats": 3, "missing": 1}
    withdraw_enrollment(enrollment=rows[2], reason="病假", by=None)
    assert enrolled(cohort, "王四").seat == 4


def test_enroll_when_quota_of_city_is_used_then_refused(cohort):
    QuotaFactory(cohort=cohort, city=city("songjiang"), seats=1)
    enrolled(cohort, "王一")
    with pytest.raises(QuotaFull) as refused:
        enrolled(cohort, "王二")
    assert refused.value.facts == {"cities": {"songjiang": 1}}
    with pytest.raises(QuotaFull):
        enrolled(cohort, "王三", "hefei")


def test_enroll_when_same_paper_again_then_refused_with_the_seat(cohort):
    first = enrolled(cohort, identity=identity_number(1))
    with pytest.raises(AlreadyEnrolled) as refused:
        enrolled(cohort, "张三丰", identity=identity_number(1))
    assert refused.value.facts == {"enrollment": first.pk, "seat": 1}


def test_enroll_when_paper_is_known_from_another_cohort_then_same_person(cohort):
    first = enrolled(CohortFactory(), identity=identity_number(1), title="副总")
    again = enrolled(cohort, identity=identity_number(1), title="总裁", phone="13800000001")
    person = Person.objects.get()
    assert again.person_id == first.person_id == person.pk
    assert (person.title, person.phone) == ("总裁", "13800000001")
    first.refresh_from_db()
    assert first.title == "副总"


def test_enroll_when_paper_belongs_to_another_name_elsewhere_then_name_is_not_told(cohort):
    enrolled(CohortFactory(), "李四", identity=identity_number(1))
    with pytest.raises(PaperOfAnother) as refused:
        enrolled(cohort, "张三", identity=identity_number(1))
    assert "李四" not in str(refused.value)


def test_enroll_when_only_the_name_is_the_same_then_somebody_new(cohort):
    enrolled(cohort, phone="13800000001")
    enrolled(cohort, phone="13800000002", organization_name="另一家公司")
    assert Person.objects.filter(name="张三").count() == 2


def test_enroll_when_name_and_phone_are_known_then_asked_and_the_answer_counts(cohort):
    elsewhere = enrolled(CohortFactory(), phone="13800000001")
    with pytest.raises(PossiblySame) as refused:
        enrolled(cohort, phone="13800000001")
    assert refused.value.facts == {"candidates": [elsewhere.person_id]}
    same = enroll_person(
        cohort=cohort, facts=facts(phone="13800000001"), by=None, meaning=elsewhere.person_id
    )
    assert same.person_id == elsewhere.person_id
    other = enroll_person(
        cohort=CohortFactory(), facts=facts(phone="13800000001"), by=None, meaning="new"
    )
    assert other.person_id != elsewhere.person_id


def test_enroll_when_meaning_names_a_stranger_then_still_asked(cohort):
    enrolled(CohortFactory(), phone="13800000001")
    stranger = enrolled(CohortFactory(), "李四")
    with pytest.raises(PossiblySame):
        enroll_person(
            cohort=cohort,
            facts=facts(phone="13800000001"),
            by=None,
            meaning=stranger.person_id,
        )


def test_enroll_when_two_share_an_address_then_the_first_has_the_account(cohort):
    first = enrolled(cohort, "王一", email="office@example.org")
    second = enrolled(cohort, "王二", email="Office@example.org")
    assert User.objects.filter(email="office@example.org").count() == 1
    assert (first.person.user is not None, second.person.user) == (True, None)
    assert second.person.email == "office@example.org"


def test_enroll_when_address_belongs_to_a_user_then_that_account_is_linked(cohort):
    user = UserFactory(email="lead@example.org")
    assert enrolled(cohort, email="LEAD@example.org").person.user == user


def test_enroll_when_cohort_is_closed_then_refused():
    with pytest.raises(CohortClosed):
        enrolled(CohortFactory(state="archived"))


def test_change_when_fields_differ_then_written_audited_and_masked(cohort):
    row = enrolled(cohort, phone="13800000001", email="a@example.org", title="经理")
    changed = facts(
        "张叁",
        phone="13800000002",
        email="b@example.org",
        title="",
        identity=identity_number(3),
        directory_consent=True,
    )
    change_person(enrollment=row, facts=changed, by=None)
    row = Enrollment.objects.select_related("person__identity").get(pk=row.pk)
    assert (row.person.name, row.person.latin_name, row.title) == ("张叁", "Zhang San", "")
    assert row.person.identity.masked == "990***********" + identity_number(3)[-4:]
    assert row.person.user.email == "b@example.org"
    event = AuditEvent.objects.get(verb="person.changed")
    assert event.before["phone"] == event.after["phone"] == event.after["email"] == "***"
    assert event.after["identity"] == "***"
    assert (event.before["title"], event.after["title"]) == ("经理", "")


def test_change_when_nothing_differs_then_no_audit(cohort):
    row = enrolled(cohort, phone="13800000001")
    change_person(enrollment=row, facts=facts(phone="13800000001"), by=None)
    assert not AuditEvent.objects.filter(verb="person.changed").exists()


def test_change_when_spelling_was_made_by_hand_then_it_stays_until_the_name_changes(cohort):
    row = enrolled(cohort, "单磊", latin_name="Dan Lei")
    change_person(enrollment=row, facts=facts("单磊", title="董事"), by=None)
    assert Person.objects.get().latin_name == "Dan Lei"
    change_person(enrollment=row, facts=facts("单雷"), by=None)
    assert Person.objects.get().latin_name == "Shan Lei"


def test_change_when_paper_of_another_then_refused(cohort):
    enrolled(cohort, "李四", identity=identity_number(1))
    row = enrolled(cohort, "张三")
    with pytest.raises(PaperOfAnother):
        change_person(enrollment=row, facts=facts(identity=identity_number(1)), by=None)
    assert SealedIdentity.objects.count() == 1


def test_change_when_city_quota_is_used_then_refused_although_a_seat_is_held(cohort):
    QuotaFactory(cohort=cohort, city=city("songjiang"), seats=2)
    QuotaFactory(cohort=cohort, city=city("hefei"), seats=1)
    row = enrolled(cohort, "王一")
    enrolled(cohort, "王二")
    enrolled(cohort, "王三", "hefei")
    with pytest.raises(QuotaFull):
        change_person(enrollment=row, facts=facts("王一", "hefei"), by=None)


def test_withdraw_when_without_reason_or_twice_then_refused(cohort):
    row = enrolled(cohort)
    with pytest.raises(ReasonMissing):
        withdraw_enrollment(enrollment=row, reason=" ", by=None)
    left = withdraw_enrollment(enrollment=row, reason="另有任务", by=None)
    assert (left.state, left.seat, left.feed_generation) == ("withdrawn", 1, 2)
    with pytest.raises(NotSeated):
        withdraw_enrollment(enrollment=row, reason="另有任务", by=None)


def test_reveal_when_reason_is_given_then_number_and_audit_without_it(cohort):
    row = enrolled(cohort, identity=identity_number(7))
    user = UserFactory()
    with pytest.raises(ReasonMissing):
        reveal_identity(enrollment=row, reason="", by=user)
    assert reveal_identity(enrollment=row, reason="办理入园", by=user) == identity_number(7)
    event = AuditEvent.objects.get(verb="identity.revealed")
    assert (event.actor, event.reason, event.scope) == (user, "办理入园", cohort.code)


def test_identity_when_database_is_searched_then_nowhere_in_clear(cohort):
    number = identity_number(11)
    row = enrolled(cohort, identity=number, phone="13811112222")
    change_person(enrollment=row, facts=facts(identity=identity_number(13)), by=None)
    reveal_identity(enrollment=row, reason="核对", by=None)
    texts = all_texts()
    assert "990" in texts
    for secret in (number, identity_number(13)):
        assert secret not in texts
        assert secret.encode().hex() not in texts


def all_texts() -> str:
    """Every column of every table of the portal, as text."""
    with connection.cursor() as cursor:
        tables = [
            name
            for name in connection.introspection.table_names(cursor)
            if not name.startswith("django_migrations")
        ]
        found = []
        for table in tables:
            cursor.execute(f'SELECT string_agg(line::text, chr(10)) FROM "{table}" AS line')
            found.append(cursor.fetchone()[0] or "")
    return "\n".join(found)


# Two at once for the last seat


@pytest.mark.django_db(transaction=True)
def test_enroll_when_two_want_the_last_seat_then_one_is_refused():
    cohort = CohortFactory(seats=1)
    city("songjiang")
    answers = at_once(lambda: enrolled(cohort, "王一"), lambda: enrolled(cohort, "王二"))
    assert answers == ["CohortFull", "Enrollment"]
    assert Enrollment.objects.count() == 1


@pytest.mark.django_db(transaction=True)
def test_enroll_when_the_lock_is_off_then_two_collide_on_the_number():
    """The control: without the lock two get one number, or two sit on the only seat."""
    cohort = CohortFactory(seats=1)
    city("songjiang")
    barrier = threading.Barrier(2, timeout=10)

    def without_lock(name):
        with transaction.atomic():
            checked = usable(facts(name))
            assert Enrollment.objects.filter(cohort=cohort).count() < cohort.seats
            barrier.wait()
            return enroll_newcomers(cohort, [Newcomer(checked)])[0]

    answers = at_once(lambda: without_lock("王一"), lambda: without_lock("王二"))
    overfull = Enrollment.objects.filter(cohort=cohort).count() > cohort.seats
    assert overfull or answers == ["Enrollment", IntegrityError.__name__]
