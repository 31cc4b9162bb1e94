"""Seats under the committee's hands: the waiting list, moving up, replacement, seats that go from
city to city, and 200 clients at once.
"""

import datetime as dt
import threading
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor

import pytest
from django.db import IntegrityError, connection, transaction
from django.db.models import Count, F
from hypothesis import given
from hypothesis import strategies as st

from cohorts.actions.quotas import QuotaFacts, set_quotas
from cohorts.choices import Role
from cohorts.models import Cohort, Quota, QuotaMove
from cohorts.refusals import NotEnoughSeats, ReasonMissing, SeatsGoNowhere, SeatsInUse
from g60portal.common import clock
from g60portal.notices.models import Notice
from participants.actions.admissions import (
    admit_nomination,
    replace_nomination,
    replace_with_new,
    set_priority,
    withdraw_nomination,
)
from participants.actions.enrollments import withdraw_enrollment
from participants.actions.nomination_links import invite_nominee
from participants.actions.quota_moves import give_seats
from participants.models import Enrollment, Nomination, NominationLink
from participants.refusals import (
    NotWaiting,
    OutOfTurn,
    QuotaFull,
    ReplacementTooLate,
    SubstituteUnusable,
)
from participants.rules.nominations import Waiting, in_waiting_order, next_up
from tests.factories import GroupFactory, city, user_with
from tests.participants.nominating import (
    admitted,
    checked,
    drafted,
    facts,
    open_cohort,
    states,
    submitted,
    waiting,
)

CITIES = (
    "songjiang", "jiaxing", "hangzhou", "jinhua", "suzhou", "huzhou", "xuancheng", "wuhu", "hefei",
)  # fmt: skip


def state_of(row: Nomination) -> str:
    return Nomination.objects.get(pk=row.pk).state


# --- the waiting list -----------------------------------------------------------------------
@pytest.mark.django_db
def test_seat_when_freed_then_the_first_by_rank_and_commit_moves_up():
    cohort = open_cohort({"songjiang": 1})
    first = admitted(cohort, 1)
    unranked = admitted(cohort, 2)
    second_ranked = admitted(cohort, 3, rank=2)
    also_second = admitted(cohort, 4, rank=2)
    withdraw_nomination(nomination=first, reason="出差", by=None)
    assert state_of(second_ranked) == "admitted"
    assert [state_of(row) for row in (unranked, also_second)] == ["waitlisted"] * 2
    assert Nomination.objects.get(pk=second_ranked.pk).state_reason == "auto:seat_freed"
    assert Enrollment.objects.active().count() == 1
    assert Quota.objects.get().admitted == 1


@pytest.mark.django_db
def test_seat_when_freed_on_the_people_page_then_nomination_ends_and_one_moves_up():
    cohort = open_cohort({"songjiang": 1})
    first, second = admitted(cohort, 1), admitted(cohort, 2)
    withdraw_enrollment(enrollment=first.enrollment, reason="出差", by=None)
    assert (state_of(first), state_of(second)) == ("withdrawn", "admitted")


@pytest.mark.django_db
def test_seat_when_own_city_has_nobody_then_passes_to_the_first_of_all_and_is_logged():
    cohort = open_cohort({"songjiang": 1, "jiaxing": 1, "hefei": 1})
    first = admitted(cohort, 1, "songjiang")
    admitted(cohort, 2, "jiaxing"), admitted(cohort, 3, "hefei")
    jiaxing, hefei = admitted(cohort, 4, "jiaxing", rank=2), admitted(cohort, 5, "hefei", rank=1)
    withdraw_nomination(nomination=first, reason="出差", by=None)
    assert (state_of(jiaxing), state_of(hefei)) == ("waitlisted", "admitted")
    move = QuotaMove.objects.get()
    assert (move.source, move.target, move.seats) == (city("songjiang"), city("hefei"), 1)
    seats = dict(Quota.objects.values_list("city__code", "seats"))
    assert seats == {"songjiang": 0, "jiaxing": 1, "hefei": 2}


@pytest.mark.django_db
@pytest.mark.parametrize("hindered_by", ["deadline", "somebody on the way", "running"])
def test_seat_when_own_city_may_still_fill_it_then_stays(hindered_by):
    cohort = open_cohort({"songjiang": 1, "jiaxing": 1})
    first = admitted(cohort, 1, "songjiang")
    admitted(cohort, 2, "jiaxing")
    other = admitted(cohort, 3, "jiaxing")
    if hindered_by == "deadline":
        Quota.objects.update(deadline=clock.now() + dt.timedelta(days=1))
    elif hindered_by == "running":
        Cohort.objects.update(state="running")
    else:
        submitted(cohort, 4, "songjiang")
    withdraw_nomination(nomination=first, reason="出差", by=None)
    assert state_of(other) == "waitlisted"
    assert not QuotaMove.objects.exists()


@pytest.mark.django_db
def test_priority_when_changed_then_needs_a_reason_and_decides():
    cohort = open_cohort({"songjiang": 1})
    first = admitted(cohort, 1)
    second, third = admitted(cohort, 2, rank=1), admitted(cohort, 3, rank=2)
    with pytest.raises(ReasonMissing):
        set_priority(nomination=third, priority=0, reason=" ", by=None)
    set_priority(nomination=third, priority=0, reason="产业链急需", by=None)
    with pytest.raises(NotWaiting):
        set_priority(nomination=first, priority=0, reason="x", by=None)
    withdraw_nomination(nomination=first, reason="出差", by=None)
    assert (state_of(second), state_of(third)) == ("waitlisted", "admitted")
    assert third.steps.filter(priority=0).get().reason == "产业链急需"


@pytest.mark.django_db
def test_admit_when_others_wait_before_then_needs_a_reason():
    cohort = open_cohort({"songjiang": 3})
    first, second = waiting(cohort, 1), waiting(cohort, 2)
    with pytest.raises(OutOfTurn) as refused:
        admit_nomination(nomination=second, by=None)
    assert refused.value.facts == {"ahead": 1}
    admit_nomination(nomination=second, reason="学科平衡", by=None)
    assert (state_of(first), state_of(second)) == ("waitlisted", "admitted")


@pytest.mark.django_db
def test_admit_when_full_and_asked_to_refuse_then_refused_and_unchanged():
    cohort = open_cohort({"songjiang": 1})
    admitted(cohort, 1)
    row = checked(cohort, 2)
    with pytest.raises(QuotaFull):
        admit_nomination(nomination=row, by=None, if_full="refuse")
    assert state_of(row) == "checked"


@pytest.mark.django_db
def test_admit_when_withdrawn_and_nominated_again_then_same_seat_number():
    cohort = open_cohort({"songjiang": 2})
    first = admitted(cohort, 1)
    withdraw_nomination(nomination=first, reason="出差", by=None)
    admitted(cohort, 2)
    again = admitted(cohort, 1, title="董事长")
    assert again.enrollment_id == first.enrollment_id
    enrollment = Enrollment.objects.get(pk=again.enrollment_id)
    assert (enrollment.seat, enrollment.state, enrollment.title) == (1, "confirmed", "董事长")


# --- replacement ----------------------------------------------------------------------------
@pytest.mark.django_db
def test_replace_when_somebody_cannot_come_then_all_of_it_in_one_action():
    cohort = open_cohort({"songjiang": 1})
    old = admitted(cohort, 1)
    group = GroupFactory(cohort=cohort, position=1)
    Enrollment.objects.update(group=group)
    generation = old.enrollment.feed_generation
    invite_nominee(nomination=old, by=None)
    heir = replace_with_new(nomination=old, facts=facts(2), reason="临时出国", by=None, late=True)
    old.refresh_from_db()
    assert (old.state, old.replaced_by_id, heir.state) == ("replaced", heir.pk, "admitted")
    left = Enrollment.objects.get(pk=old.enrollment_id)
    came = Enrollment.objects.get(pk=heir.enrollment_id)
    assert (left.state, left.group, left.feed_generation) == ("withdrawn", None, generation + 1)
    assert (came.state, came.group, came.seat) == ("confirmed", group, 2)
    assert Quota.objects.get().admitted == 1
    assert NominationLink.objects.get().closed_at is not None
    assert [step.state for step in heir.steps.order_by("pk")] == [
        "draft", "submitted", "checked", "admitted",
    ]  # fmt: skip
    subjects = set(Notice.objects.filter(kind="nominee_news").values_list("address", flat=True))
    assert subjects == {"nominee1@example.org", "nominee2@example.org"}


@pytest.mark.django_db
def test_replace_when_substitute_waits_then_nobody_else_moves_up():
    cohort = open_cohort({"songjiang": 1})
    old = admitted(cohort, 1)
    before, chosen = admitted(cohort, 2), admitted(cohort, 3)
    replace_nomination(nomination=old, substitute=chosen, reason="出差", by=None, late=True)
    assert (state_of(before), state_of(chosen)) == ("waitlisted", "admitted")


@pytest.mark.django_db
def test_replace_when_the_cohort_has_begun_then_only_late():
    cohort = open_cohort({"songjiang": 1}, starts_on=clock.today(), ends_on=clock.today())
    old = admitted(cohort, 1)
    with pytest.raises(ReplacementTooLate):
        replace_with_new(nomination=old, facts=facts(2), reason="病", by=None, late=False)
    assert states(cohort) == {old.name: "admitted"}
    assert replace_with_new(nomination=old, facts=facts(2), reason="病", by=None, late=True)


@pytest.mark.django_db
def test_replace_when_substitute_is_of_another_city_or_decided_then_refused():
    cohort = open_cohort({"songjiang": 2, "jiaxing": 1})
    old = admitted(cohort, 1)
    for substitute in (drafted(cohort, 2, "jiaxing"), admitted(cohort, 3), old):
        with pytest.raises(SubstituteUnusable):
            replace_nomination(
                nomination=old, substitute=substitute, reason="x", by=None, late=True
            )


# --- seats between cities -------------------------------------------------------------------
@pytest.mark.django_db
def test_seats_when_given_back_then_pool_and_from_there_to_a_city_whose_people_move_up():
    cohort = open_cohort({"songjiang": 3, "jiaxing": 1}, seats=4)
    admitted(cohort, 1, "songjiang"), admitted(cohort, 2, "jiaxing")
    waits = admitted(cohort, 3, "jiaxing")
    user = user_with(Role.LEAD, cohort=cohort)
    give_seats(
        cohort=cohort, source=city("songjiang"), target=None, seats=2, reason="无人可推", by=user
    )
    assert state_of(waits) == "waitlisted"
    give_seats(
        cohort=cohort, source=None, target=city("jiaxing"), seats=1, reason="候补较多", by=user
    )
    assert state_of(waits) == "admitted"
    log = list(
        QuotaMove.objects.order_by("pk").values_list("source__code", "target__code", "seats")
    )
    assert log == [("songjiang", None, 2), (None, "jiaxing", 1)]


@pytest.mark.django_db
def test_seats_when_more_than_free_then_refused():
    cohort = open_cohort({"songjiang": 3, "jiaxing": 1}, seats=5)
    admitted(cohort, 1, "songjiang")
    for source, target, seats in (
        (city("songjiang"), None, 3),
        (None, city("jiaxing"), 2),
        (city("hefei"), None, 1),
    ):
        with pytest.raises(NotEnoughSeats):
            give_seats(
                cohort=cohort, source=source, target=target, seats=seats, reason="x", by=None
            )
    with pytest.raises(SeatsGoNowhere):
        give_seats(cohort=cohort, source=None, target=None, seats=1, reason="x", by=None)


@pytest.mark.django_db
def test_quotas_when_set_below_the_admitted_then_refused():
    cohort = open_cohort({"songjiang": 2})
    admitted(cohort, 1), admitted(cohort, 2)
    for quotas in ([QuotaFacts(city(), 1)], []):
        with pytest.raises(SeatsInUse) as refused:
            set_quotas(cohort=cohort, quotas=quotas, by=None)
        assert refused.value.facts == {"cities": {"songjiang": 2}}


# --- the order as a rule --------------------------------------------------------------------
people = st.lists(st.tuples(st.integers(1, 3), st.integers(0, 4)), min_size=1, max_size=30).map(
    lambda rows: [
        Waiting(number, city_id, priority, number)
        for number, (city_id, priority) in enumerate(rows, 1)
    ]
)


@given(people, st.randoms())
def test_waiting_list_when_shuffled_then_same_total_order(waiting_people, random):
    shuffled = list(waiting_people)
    random.shuffle(shuffled)
    ordered = in_waiting_order(shuffled)
    assert ordered == in_waiting_order(waiting_people)
    keys = [(one.priority, one.number) for one in ordered]
    assert keys == sorted(keys)
    assert len(set(keys)) == len(keys)


@given(people, st.integers(1, 4), st.booleans())
def test_next_up_when_chosen_then_nobody_entitled_stands_before(waiting_people, city_id, passes_on):
    chosen = next_up(waiting_people, city_id, passes_on=passes_on)
    own = [one for one in waiting_people if one.city_id == city_id]
    entitled = own or (waiting_people if passes_on else [])
    if not entitled:
        assert chosen is None
    else:
        assert chosen in entitled
        assert all((chosen.priority, chosen.number) <= (o.priority, o.number) for o in entitled)


# --- 200 clients at once --------------------------------------------------------------------
CLIENTS, SEATS = 200, 45


def two_hundred() -> tuple[Cohort, list[Nomination]]:
    """Nine quotas of five seats; 200 checked nominations, spread over the cities."""
    cohort = open_cohort(dict.fromkeys(CITIES, SEATS // len(CITIES)))
    rows = [
        checked(cohort, number, CITIES[number % len(CITIES)]) for number in range(1, CLIENTS + 1)
    ]
    return cohort, rows


def all_at_once(works: Sequence[Callable[[], object]]) -> list[object]:
    """Each in a thread and on a connection of its own, started together; what came of each."""
    start = threading.Barrier(len(works))

    def run(work: Callable[[], object]) -> object:
        try:
            connection.ensure_connection()
            start.wait(60)
            return work()
        except Exception as error:  # noqa: BLE001 - the test looks at whatever it was
            return error
        finally:
            connection.close()

    with ThreadPoolExecutor(max_workers=len(works)) as pool:
        return [future.result(timeout=120) for future in [pool.submit(run, w) for w in works]]


def admitted_by_city(cohort: Cohort) -> dict[str, int]:
    rows = Nomination.objects.filter(cohort=cohort, state="admitted").values_list("city__code")
    return dict(rows.annotate(n=Count("pk")))


@pytest.mark.django_db(transaction=True)
def test_seats_when_200_clients_want_45_then_exactly_45_and_the_list_in_commit_order():
    cohort, rows = two_hundred()
    committed: list[int] = []
    noting = threading.Lock()

    def work(row: Nomination) -> Callable[[], object]:
        def admit() -> object:
            with transaction.atomic():
                answer = admit_nomination(nomination=row, by=None)
                # Still under the lock of the cohort: the order in which the commits follow.
                with noting:
                    committed.append(row.pk)
            return answer

        return admit

    answers = all_at_once([work(row) for row in rows])
    assert [answer for answer in answers if isinstance(answer, Exception)] == []
    assert admitted_by_city(cohort) == dict.fromkeys(CITIES, 5)
    assert Enrollment.objects.active().count() == SEATS
    seats = list(Enrollment.objects.order_by("seat").values_list("seat", flat=True))
    assert seats == list(range(1, SEATS + 1))
    losers = list(Nomination.objects.filter(state="waitlisted").order_by("waitlist_number"))
    assert len(losers) == CLIENTS - SEATS
    assert {row.state_reason for row in losers} <= {"auto:quota_full", "auto:cohort_full"}
    assert all(row.told_reason for row in losers)
    lost = {row.pk for row in losers}
    assert [row.pk for row in losers] == [pk for pk in committed if pk in lost]
    assert [row.waitlist_number for row in losers] == list(range(1, CLIENTS - SEATS + 1))


def careless(rows: Sequence[Nomination], enrollment_ids: Sequence[int]) -> list[object]:
    """Look, then write, as code without a lock would; everybody looks before anybody writes."""
    looked = threading.Barrier(len(rows))

    def work(row: Nomination, enrollment_id: int) -> Callable[[], object]:
        def admit() -> str:
            quota = Quota.objects.get(cohort_id=row.cohort_id, city_id=row.city_id)
            taken = Nomination.objects.filter(
                cohort_id=row.cohort_id, city_id=row.city_id, state="admitted"
            ).count()
            looked.wait(60)
            if taken < quota.seats:
                Nomination.objects.filter(pk=row.pk).update(
                    state="admitted", enrollment_id=enrollment_id
                )
            return "done"

        return admit

    return all_at_once([work(row, pk) for row, pk in zip(rows, enrollment_ids, strict=True)])


def with_enrollments(count: int) -> tuple[Cohort, list[Nomination], list[int]]:
    from tests.factories import EnrollmentFactory

    cohort = open_cohort({"songjiang": 5})
    rows = [checked(cohort, number) for number in range(1, count + 1)]
    made = [EnrollmentFactory(cohort=cohort, seat=seat).pk for seat in range(1, count + 1)]
    return cohort, rows, made


@pytest.mark.django_db(transaction=True)
def test_seats_when_the_lock_is_off_then_the_guard_of_the_database_still_holds():
    cohort, rows, made = with_enrollments(30)
    answers = careless(rows, made)
    assert admitted_by_city(cohort) == {"songjiang": 5}
    refused = [answer for answer in answers if isinstance(answer, IntegrityError)]
    assert len(refused) == 25
    assert all("quota_admitted_within_seats" in str(error) for error in refused)


@pytest.mark.django_db(transaction=True)
def test_seats_when_lock_and_guard_are_off_then_the_race_overbooks():
    """The control: without both walls more are admitted than there are seats."""
    cohort, rows, made = with_enrollments(30)
    [trigger] = [
        one for one in Nomination._meta.triggers if one.name == "nomination_count_admitted"
    ]
    table, pgid = Nomination._meta.db_table, trigger.get_pgid(Nomination)
    with connection.cursor() as cursor:
        cursor.execute(f"ALTER TABLE {table} DISABLE TRIGGER {pgid}")
    try:
        careless(rows, made)
        assert admitted_by_city(cohort)["songjiang"] > 5
    finally:
        with connection.cursor() as cursor:
            cursor.execute(f"ALTER TABLE {table} ENABLE TRIGGER {pgid}")


@pytest.mark.django_db(transaction=True)
def test_moving_up_when_two_seats_free_at_once_then_two_different_people():
    cohort = open_cohort({"songjiang": 2})
    first, second = admitted(cohort, 1), admitted(cohort, 2)
    for number in (3, 4, 5):
        admitted(cohort, number)
    answers = all_at_once(
        [
            lambda: withdraw_nomination(nomination=first, reason="x", by=None),
            lambda: withdraw_nomination(nomination=second, reason="x", by=None),
        ]
    )
    assert not any(isinstance(answer, Exception) for answer in answers)
    numbers = Nomination.objects.filter(state="admitted").values_list("waitlist_number", flat=True)
    assert sorted(numbers) == [1, 2]
    assert Quota.objects.filter(admitted=F("seats")).count() == 1
