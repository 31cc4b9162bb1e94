"""Merging two persons, taking it back exactly, what refuses it, and two writers at once."""

import datetime as dt
import threading
from typing import Any

import pytest
from django.apps import apps
from django.db import connection, transaction
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from cohorts.choices import Role
from g60portal.audit.models import AuditEvent
from g60portal.common import clock
from g60portal.common.clock import SHANGHAI
from g60portal.common.merging import plain_columns
from g60portal.common.refusals import Refusal
from participants.actions import merges
from participants.actions.consents import give_consent, withdraw_consent
from participants.actions.enrollments import withdraw_enrollment
from participants.actions.identities import reveal_identity
from participants.actions.merges import merge_people, undo_merge
from participants.actions.privacy_requests import make_request, place_hold
from participants.choices import ConsentPurpose, EnrollmentState
from participants.models import (
    Consent,
    Enrollment,
    FormerContact,
    Person,
    PersonMerge,
    SealedIdentity,
)
from participants.queries.merges import merge_plan, opened_picture, person_pointers
from participants.refusals import (
    MergeContradicted,
    MergeInTheWay,
    MergeOtherWay,
    PersonMerged,
    SamePerson,
    SeatsUndecided,
    UndoEnded,
)
from participants.rules.merges import CHOOSABLE
from tests.factories import CohortFactory, EnrollmentFactory, PersonFactory, UserFactory, user_with
from tests.participants.people import enrolled, identity_number
from tests.race import PATIENCE_SECONDS, other_connection

pytestmark = pytest.mark.django_db

# Logs: they tell what has been done, and that it was undone; and the merges themselves.
LOGS = frozenset(
    {
        "audit.AuditEvent",
        "participants.PersonMerge",
        "participants.RosterPast",
        "participants.NominationStep",
        "notices.Notice",
        "sessions.Session",
    }
)


def everything() -> dict[str, list[dict[str, Any]]]:
    """Every row of every table but the logs."""
    return {
        model._meta.label: sorted(
            (plain_columns(row) for row in model._base_manager.all()), key=repr
        )
        for model in apps.get_models(include_auto_created=True)
        if model._meta.managed and not model._meta.proxy and model._meta.label not in LOGS
    }


def refused(kind: type[Refusal], **arguments: Any) -> dict[str, Any]:
    with pytest.raises(kind) as caught, transaction.atomic():
        merge_people(by=None, **arguments)
    return caught.value.facts


def pair(**more: Any) -> tuple[Person, Person]:
    """The same human in two cohorts, with papers of two kinds."""
    one = enrolled(
        CohortFactory(seats=500), "张三", phone="13900000001", identity=identity_number(1)
    ).person
    two = enrolled(
        CohortFactory(seats=500),
        "张叁",
        phone="13900000002",
        identity="E12345678",
        paper_kind="passport",
        email="zhang@example.org",
        **more,
    ).person
    return one, two


def test_merge_when_two_cohorts_then_everything_hangs_on_the_survivor() -> None:
    kept, gone = pair()
    make_request(person=gone, kind="correction", wish="x", channel="staff", by=None)
    account = gone.user_id
    merge = merge_people(kept=kept, gone=gone, taken=["name", "email"], by=None)
    kept = Person.objects.get(pk=kept.pk)
    assert (kept.name, kept.phone, kept.email, kept.user_id) == (
        "张叁", "13900000001", "zhang@example.org", account,
    )  # fmt: skip
    assert kept.enrollments.count() == 2
    assert list(kept.enrollments.values_list("stroke_key", flat=True)) == [kept.stroke_key] * 2
    assert kept.requests.count() == 1
    assert kept.identity.kind == "resident_id"
    tombstone = Person._base_manager.get(pk=gone.pk)
    assert tombstone.merged_into_id == kept.pk
    assert (tombstone.name, tombstone.phone, tombstone.email, tombstone.user_id) == (
        "张叁", "", "", None,
    )  # fmt: skip
    assert not Person.objects.filter(pk=gone.pk).exists()
    former = FormerContact.objects.get(person=kept)
    assert (former.kind, former.value) == ("phone", "13900000002")
    assert merge.summary["moved"]["participants.Enrollment"] == 1
    verbs = AuditEvent.objects.filter(target_kind="participants.person")
    assert dict(
        verbs.filter(verb__startswith="person.merged").values_list("verb", "target_id")
    ) == {
        "person.merged": str(kept.pk),
        "person.merged_away": str(gone.pk),
    }
    told = str(list(AuditEvent.objects.values_list("before", "after")))
    assert "13900000002" not in told
    assert "zhang@example.org" not in told


def test_plan_when_only_the_spelling_differs_then_the_name_is_a_choice() -> None:
    kept, gone = (PersonFactory(name="单田", latin_name=latin) for latin in ("Shan T", "Dan T"))
    assert "name" in merge_plan(kept, gone).differing


def test_merge_when_the_other_paper_is_taken_then_it_opens_for_the_survivor() -> None:
    kept, gone = pair()
    merge = merge_people(kept=kept, gone=gone, taken=["identity"], by=None)
    seat = kept.enrollments.first()
    assert reveal_identity(enrollment=seat, reason="x", by=None) == "E12345678"
    assert SealedIdentity.objects.filter(person__in=[kept, gone]).count() == 1
    steps = repr(opened_picture(merge).steps)
    assert "E12345678" not in steps
    assert identity_number(1) not in steps


def test_pointers_when_listed_then_no_table_is_forgotten_and_each_is_guarded() -> None:
    listed = {(one.label, one.field.name) for one in person_pointers()}
    by_hand = {
        (model._meta.label, column.name)
        for model in apps.get_models(include_auto_created=True)
        for column in model._meta.concrete_fields
        if column.remote_field and column.remote_field.model is Person
    }
    own = {("participants.PersonMerge", "kept"), ("participants.PersonMerge", "gone")}
    own |= {("participants.NotSamePerson", "one"), ("participants.NotSamePerson", "other")}
    assert listed == by_hand - own
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT c.relname FROM pg_trigger t JOIN pg_class c ON c.oid = t.tgrelid"
            " WHERE t.tgname LIKE 'pgtrigger_person_not_merged%%'"
        )
        guarded = {name for (name,) in cursor.fetchall()}
    tables = {one.model._meta.db_table for one in person_pointers() if one.model is not Person}
    assert guarded == tables


def test_merge_when_both_hold_seats_in_a_cohort_then_one_is_chosen_and_the_other_is_free() -> None:
    cohort = CohortFactory(seats=500)
    kept = enrolled(cohort, "张三", phone="13900000001").person
    gone = enrolled(cohort, "张三", "hefei", phone="13900000002").person
    seats = {one.person_id: one.pk for one in Enrollment.objects.all()}
    asked = {"kept": kept, "gone": gone}
    assert refused(SeatsUndecided, **asked)["enrollments"] == [seats[kept.pk], seats[gone.pk]]
    assert refused(MergeOtherWay, **asked, seats={cohort.code: seats[gone.pk]})["kept"] == gone.pk
    before = everything()
    merge = merge_people(**asked, seats={cohort.code: seats[kept.pk]}, by=None)
    left = Enrollment.objects.get(pk=seats[gone.pk])
    assert (left.state, left.person_id) == (EnrollmentState.WITHDRAWN, gone.pk)
    assert Enrollment.objects.get(pk=seats[kept.pk]).state == EnrollmentState.CONFIRMED
    undo_merge(merge=merge, by=None)
    assert everything() == before


def test_undo_when_the_free_seat_is_given_away_then_refused() -> None:
    cohort = CohortFactory(seats=2)
    kept, gone = (enrolled(cohort, "张三", phone=f"1390000000{n}").person for n in (1, 2))
    seat = kept.enrollments.get().pk
    merge = merge_people(kept=kept, gone=gone, seats={cohort.code: seat}, by=None)
    enrolled(cohort, "李四", phone="13900000003")
    with pytest.raises(Refusal) as caught, transaction.atomic():
        undo_merge(merge=merge, by=None)
    assert caught.value.code == "cohort_full"


def test_merge_when_only_the_other_holds_the_seat_then_the_other_way_is_asked_for() -> None:
    cohort = CohortFactory(seats=500)
    kept, gone = (enrolled(cohort, "张三", phone=f"1390000000{n}").person for n in (1, 2))
    withdraw_enrollment(enrollment=kept.enrollments.get(), reason="x", by=None)
    assert refused(MergeOtherWay, kept=kept, gone=gone)["kept"] == gone.pk
    merge_people(kept=gone, gone=kept, by=None)
    assert Enrollment.objects.get(person=gone).state == EnrollmentState.CONFIRMED


def test_merge_when_both_accounts_are_used_then_refused_by_name() -> None:
    kept, gone = (PersonFactory(user=UserFactory(last_login=clock.now())) for _ in range(2))
    [found] = refused(MergeInTheWay, kept=kept, gone=gone)["conflicts"]
    assert found["code"] == "accounts"


def test_merge_when_one_account_is_unused_then_the_used_one_stays() -> None:
    used = user_with(Role.LEAD, cohort=CohortFactory())
    kept, gone = PersonFactory(user=UserFactory()), PersonFactory(user=used)
    merge_people(kept=kept, gone=gone, by=None)
    assert Person.objects.get(pk=kept.pk).user_id == used.pk


@pytest.mark.parametrize("what", ["requests", "holds"])
def test_merge_when_both_have_what_there_is_once_then_refused_by_name(what) -> None:
    kept, gone = PersonFactory(), PersonFactory()
    for person in (kept, gone):
        if what == "requests":
            make_request(person=person, kind="correction", wish="x", channel="staff", by=None)
        else:
            place_hold(person=person, reason="x", by=None)
    [found] = refused(MergeInTheWay, kept=kept, gone=gone)["conflicts"]
    assert found["code"] == what


def test_merge_when_the_person_is_merged_or_the_same_then_refused() -> None:
    kept, gone, third = PersonFactory(), PersonFactory(), PersonFactory()
    merge_people(kept=kept, gone=gone, by=None)
    assert refused(PersonMerged, kept=third, gone=gone)["survivor"] == kept.pk
    refused(SamePerson, kept=third, gone=third)


def test_consents_when_withdrawn_later_by_the_other_then_the_last_word_counts(frozen_clock) -> None:
    kept, gone = PersonFactory(), PersonFactory()
    frozen_clock(dt.datetime(2026, 6, 1, tzinfo=SHANGHAI))
    for person in (kept, gone):
        give_consent(person=person, purpose=ConsentPurpose.DIRECTORY, by=None)
        give_consent(person=person, purpose=ConsentPurpose.PHOTO, by=None)
    frozen_clock(dt.datetime(2026, 6, 2, tzinfo=SHANGHAI))
    withdraw_consent(person=gone, purpose=ConsentPurpose.PHOTO, by=None)
    before = everything()
    merge = merge_people(kept=kept, gone=gone, by=None)
    in_force = Consent.objects.filter(person=kept, withdrawn_at=None)
    assert list(in_force.values_list("purpose", flat=True)) == [ConsentPurpose.DIRECTORY]
    undo_merge(merge=merge, by=None)
    assert everything() == before


@settings(max_examples=4, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    taken=st.sets(st.sampled_from(CHOOSABLE)),
    shared=st.booleans(),
    chained=st.booleans(),
    flipped=st.booleans(),
)
def test_undo_when_anything_was_chosen_then_every_row_is_as_before(
    taken, shared, chained, flipped
) -> None:
    with transaction.atomic():
        kept, gone = pair()
        if flipped:
            kept, gone = gone, kept
        if chained:
            merge_people(kept=gone, gone=PersonFactory(user=UserFactory()), by=None)
        seats = {}
        if shared:
            cohort = CohortFactory(seats=500)
            for person in (kept, gone):
                EnrollmentFactory(cohort=cohort, person=person)
            seats = {cohort.code: cohort.enrollments.get(person=kept).pk}
        give_consent(person=gone, purpose=ConsentPurpose.PHOTO, by=None)
        before = everything()
        rows = [Person._base_manager.get(pk=one.pk) for one in (kept, gone)]
        merge = merge_people(kept=rows[0], gone=rows[1], taken=taken, seats=seats, by=None)
        assert everything() != before
        undo_merge(merge=merge, by=None)
        assert everything() == before
        assert PersonMerge.objects.get(pk=merge.pk).picture is None
        transaction.set_rollback(True)


def test_undo_when_repeated_then_nothing_more_happens() -> None:
    kept, gone = pair()
    merge = merge_people(kept=kept, gone=gone, by=None)
    undo_merge(merge=merge, by=None)
    before = everything()
    undo_merge(merge=merge, by=None)
    assert everything() == before


def test_undo_when_a_taken_field_was_changed_since_then_refused_by_name() -> None:
    kept, gone = pair()
    merge = merge_people(kept=kept, gone=gone, taken=["phone"], by=None)
    Person.objects.filter(pk=kept.pk).update(phone="13900000009")
    with pytest.raises(MergeContradicted) as caught, transaction.atomic():
        undo_merge(merge=merge, by=None)
    assert [(one["id"], one["gone"]) for one in caught.value.facts["changed"]] == [
        (str(kept.pk), False)
    ]
    Person.objects.filter(pk=kept.pk).update(phone="13900000002", title="董事长")
    undo_merge(merge=merge, by=None)
    assert Person.objects.get(pk=kept.pk).title == "董事长"


def test_undo_when_thirty_days_are_over_then_refused(frozen_clock) -> None:
    frozen_clock(dt.datetime(2026, 6, 1, tzinfo=SHANGHAI))
    kept, gone = pair()
    merge = merge_people(kept=kept, gone=gone, by=None)
    frozen_clock(dt.datetime(2026, 7, 1, 0, 0, 1, tzinfo=SHANGHAI))
    with pytest.raises(UndoEnded), transaction.atomic():
        undo_merge(merge=merge, by=None)


def test_undo_when_the_survivor_was_merged_since_then_that_one_is_undone_first() -> None:
    one, two, three = PersonFactory(), PersonFactory(), PersonFactory()
    first = merge_people(kept=two, gone=one, by=None)
    second = merge_people(kept=three, gone=two, by=None)
    assert Person._base_manager.get(pk=one.pk).merged_into_id == three.pk
    with pytest.raises(MergeContradicted), transaction.atomic():
        undo_merge(merge=first, by=None)
    undo_merge(merge=second, by=None)
    undo_merge(merge=first, by=None)
    assert Person.objects.filter(pk__in=[one.pk, two.pk, three.pk]).count() == 3


def outcome(work) -> str:
    try:
        with transaction.atomic():
            work()
    except Refusal as refusal:
        return refusal.code
    return "done"


@pytest.mark.django_db(transaction=True)
def test_merges_when_they_overlap_then_the_second_is_told_and_nobody_is_merged_twice() -> None:
    people = [PersonFactory(email="") for _ in range(3)]
    with other_connection() as start:
        with transaction.atomic():
            merge_people(kept=people[1], gone=people[0], by=None)
            waiting = start(
                lambda: outcome(lambda: merge_people(kept=people[2], gone=people[0], by=None))
            )
            threading.Event().wait(PATIENCE_SECONDS)
            assert not waiting.done()
        assert waiting.result(timeout=10) == "person_merged"
    assert PersonMerge.objects.filter(gone=people[0]).count() == 1


@pytest.mark.django_db(transaction=True)
def test_merges_when_nothing_is_locked_then_one_person_goes_two_ways(monkeypatch) -> None:
    """The control: without the locks and the index that stands behind them."""
    people = [PersonFactory(email="") for _ in range(3)]
    monkeypatch.setattr(merges, "locked_rows", list)
    with connection.cursor() as cursor:
        cursor.execute("DROP INDEX person_merge_one_in_force")
    try:
        with other_connection() as start, transaction.atomic():
            plan_ready = merges._locked_people(people[1].pk, people[0].pk, {})
            other = start(
                lambda: outcome(lambda: merge_people(kept=people[2], gone=people[0], by=None))
            )
            assert other.result(timeout=10) == "done"
            assert plan_ready[1].merged_into_id is None
            monkeypatch.setattr(merges, "_locked_people", lambda *ids: plan_ready)
            merge_people(kept=people[1], gone=people[0], by=None)
        assert PersonMerge.objects.filter(gone=people[0]).count() == 2
    finally:
        PersonMerge.objects.all().delete()
        [index] = [
            one for one in PersonMerge._meta.constraints if one.name == "person_merge_one_in_force"
        ]
        with connection.schema_editor() as editor:
            editor.add_constraint(PersonMerge, index)


@pytest.mark.django_db(transaction=True)
def test_enrollment_when_the_person_is_merged_at_once_then_it_waits_and_is_refused() -> None:
    cohort, kept, gone = CohortFactory(seats=500), PersonFactory(), PersonFactory()
    with other_connection() as start:
        with transaction.atomic():
            merge_people(kept=kept, gone=gone, by=None)
            waiting = start(lambda: EnrollmentFactory(cohort=cohort, person=gone))
            threading.Event().wait(PATIENCE_SECONDS)
            assert not waiting.done()
        with pytest.raises(Exception, match="merged into another one"):
            waiting.result(timeout=10)
    assert not Enrollment.objects.filter(person=gone).exists()


@pytest.mark.django_db(transaction=True)
def test_enrollment_when_the_guard_is_off_then_it_hangs_on_the_tombstone() -> None:
    """The control."""
    cohort, kept, gone = CohortFactory(seats=500), PersonFactory(), PersonFactory()
    [guard] = [one for one in Enrollment._meta.triggers if one.name == "person_not_merged"]
    toggle = f"ALTER TABLE participants_enrollment {{}} TRIGGER {guard.get_pgid(Enrollment)}"
    with connection.cursor() as cursor:
        cursor.execute(toggle.format("DISABLE"))
    try:
        merge_people(kept=kept, gone=gone, by=None)
        EnrollmentFactory(cohort=cohort, person=gone)
        assert Enrollment.objects.filter(person=gone).exists()
    finally:
        with connection.cursor() as cursor:
            cursor.execute(toggle.format("ENABLE"))


@pytest.mark.django_db(transaction=True)
def test_merge_when_the_person_is_being_enrolled_then_it_waits_and_is_told() -> None:
    cohort, kept, gone = CohortFactory(seats=500), PersonFactory(), PersonFactory()
    with other_connection() as start:
        with transaction.atomic():
            EnrollmentFactory(cohort=cohort, person=gone)
            waiting = start(lambda: outcome(lambda: merge_people(kept=kept, gone=gone, by=None)))
            threading.Event().wait(PATIENCE_SECONDS)
            assert not waiting.done()
        assert waiting.result(timeout=10) == "stale"
    merge_people(kept=kept, gone=gone, by=None)
    assert Enrollment.objects.get(cohort=cohort).person_id == kept.pk
