"""The past of the roster, whoever wrote; and differences that lead from one picture to another."""

import csv
import io
from collections.abc import Callable
from itertools import count

import pytest
from django.db import connection, transaction
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from cohorts.models import Cohort
from cohorts.queries.standing import Standing
from g60portal.common import clock
from participants.actions.enrollments import change_person, enroll_person, withdraw_enrollment
from participants.actions.groups import create_group, move_members, remove_group, rename_group
from participants.actions.import_undo import undo_import
from participants.actions.imports import apply_import, preview_import
from participants.actions.seating import PossiblySame
from participants.models import Enrollment, Group, Person, RosterPast, SealedIdentity
from participants.queries.roster import RosterWish, roster_page
from participants.queries.roster_columns import COLUMNS, columns_for
from participants.queries.roster_difference import (
    PAST_COLUMNS,
    Entry,
    Span,
    difference_stream,
    roster_at,
    roster_difference,
)
from tests.factories import CohortFactory, city
from tests.participants.people import csv_file, enrolled, facts, identity_number

# Several changes of one transaction are one state: only what is committed has a past.
pytestmark = pytest.mark.django_db(transaction=True)

ADMINISTRATOR = Standing(administrator=True)
COLUMNS_KEPT = [column for column in COLUMNS if column.name in PAST_COLUMNS]
HEADER = ["姓名", "城市", "单位", "职务", "手机", "证件号码", "组别"]
_numbers = count(1)

Step = Callable[[Cohort, int], object]


def present(cohort: Cohort) -> dict[int, dict[str, str]]:
    """The live roster, read as the pages read it."""
    columns = [*columns_for(ADMINISTRATOR, ["enrollment"]), *COLUMNS_KEPT]
    page = roster_page(cohort, ADMINISTRATOR, columns, RosterWish(), limit=500)
    names = [column.name for column in COLUMNS_KEPT]
    return {row[0]: dict(zip(names, map(str, row[1:]), strict=True)) for row in page.rows}


def past(cohort: Cohort, at) -> dict[int, dict[str, str]]:
    return roster_at(cohort, ADMINISTRATOR, COLUMNS_KEPT, at)


def difference(cohort: Cohort, begin, end, standing=ADMINISTRATOR, **more) -> list[Entry]:
    columns = [one for one in COLUMNS_KEPT if one.access(standing) != "hidden"]
    return roster_difference(cohort, standing, columns, Span(begin, end), limit=500, **more)


def some(cohort: Cohort, seed: int, **where) -> Enrollment | None:
    rows = list(Enrollment.objects.filter(cohort=cohort, **where).order_by("pk"))
    return rows[seed % len(rows)] if rows else None


def unlike(seed: int, **more) -> dict[str, str]:
    number = next(_numbers)
    return {"name": f"钱{chr(0x4E00 + number)}", "phone": f"139{number:08}", **more}


def enroll(cohort: Cohort, seed: int) -> None:
    group = Group.objects.filter(cohort=cohort).first()
    more = {"group_name": group.name} if group and seed % 2 else {}
    if seed % 3 == 0:
        more["identity"] = identity_number(next(_numbers) % 1000)
    try:
        enrolled(cohort, **unlike(seed, **more))
    except PossiblySame:
        return


def withdraw(cohort: Cohort, seed: int) -> None:
    if row := some(cohort, seed, state="confirmed"):
        withdraw_enrollment(enrollment=row, reason="有事", by=None)


def change(cohort: Cohort, seed: int) -> None:
    if row := some(cohort, seed):
        given_facts = unlike(seed, title=f"职{seed}", email=f"p{next(_numbers)}@example.org")
        place = ("songjiang", "hefei")[seed % 2]
        wanted = facts(given_facts.pop("name"), place, **given_facts)
        change_person(enrollment=row, facts=wanted, by=None)


def group_move(cohort: Cohort, seed: int) -> None:
    group = Group.objects.filter(cohort=cohort).order_by("pk").last()
    if group is None or seed % 3 == 0:
        group = create_group(cohort=cohort, name=f"组{next(_numbers)}", by=None)
    if row := some(cohort, seed, state="confirmed"):
        move_members(cohort=cohort, enrollments=[row.pk], group=group, by=None)


def group_rename(cohort: Cohort, seed: int) -> None:
    group = Group.objects.filter(cohort=cohort).first()
    if group:
        rename_group(group=group, name=f"新组{next(_numbers)}", by=None)


def group_remove(cohort: Cohort, seed: int) -> None:
    if group := Group.objects.filter(cohort=cohort, enrollments=None).first():
        remove_group(group=group, by=None)


def imported(cohort: Cohort, seed: int):
    number = next(_numbers)
    rows = [
        [f"孙{chr(0x4E00 + number)}", "合肥", "合肥示例", "经理", f"137{number:08}", "", "丙组"]
    ]
    if row := some(cohort, seed, state="confirmed"):
        rows.append([row.person.name, "松江", "换了单位", "董事长", row.person.phone, "", ""])
    upload = preview_import(
        cohort=cohort, filename="a.csv", data=csv_file([HEADER, *rows]), by=None
    )
    return apply_import(roster_import=upload, by=None)


def imported_and_undone(cohort: Cohort, seed: int) -> None:
    undo_import(roster_import=imported(cohort, seed), by=None)


def written_past_the_actions(cohort: Cohort, seed: int) -> None:
    """As a script of an administrator would."""
    with connection.cursor() as cursor:
        cursor.execute(
            "UPDATE participants_enrollment SET title = %s WHERE cohort_id = %s AND seat %% 2 = %s",
            [f"手改{seed}", cohort.pk, seed % 2],
        )


def deleted(cohort: Cohort, seed: int) -> None:
    if (row := some(cohort, seed)) and seed % 2:
        with transaction.atomic():
            row.delete()
            if not Enrollment.objects.filter(person=row.person_id).exists():
                Person.objects.filter(pk=row.person_id).delete()


def two_in_one(cohort: Cohort, seed: int) -> None:
    with transaction.atomic():
        change(cohort, seed)
        change(cohort, seed)


STEPS: tuple[Step, ...] = (
    enroll, enroll, change, withdraw, group_move, group_rename, group_remove, imported,
    imported_and_undone, written_past_the_actions, deleted, two_in_one,
)  # fmt: skip


@settings(max_examples=12, suppress_health_check=[HealthCheck.too_slow], print_blob=False)
@given(
    steps=st.lists(st.tuples(st.sampled_from(STEPS), st.integers(0, 20)), min_size=2, max_size=9)
)
def test_past_when_anything_is_written_then_every_picture_comes_back_and_differences_lead_over(
    steps,
):
    cohort = CohortFactory(seats=400)
    pictures = [(clock.now(), present(cohort))]
    for step, seed in steps:
        step(cohort, seed)
        pictures.append((clock.now(), present(cohort)))
    for at, live in pictures:
        assert named_apart(past(cohort, at)) == named_apart(live)
    for begin, _live in pictures[::2]:
        for end, _later in pictures:
            if begin < end:
                found = difference(cohort, begin, end)
                assert applied(past(cohort, begin), found) == past(cohort, end)


def named_apart(rows: dict[int, dict[str, str]]) -> dict[int, dict[str, str]]:
    """Without what is forgotten when a person is deleted for good."""
    kept = set(Enrollment.objects.values_list("pk", flat=True))
    blank = {"phone": "", "email": "", "identity": ""}
    return {pk: row if pk in kept else row | blank for pk, row in rows.items()}


def applied(rows: dict[int, dict[str, str]], entries: list[Entry]) -> dict[int, dict[str, str]]:
    after = dict(rows)
    for entry in entries:
        assert entry.before == rows.get(entry.enrollment)
        if entry.after is None:
            del after[entry.enrollment]
        else:
            after[entry.enrollment] = entry.after
    return after


@pytest.fixture
def cohort():
    return CohortFactory(seats=45)


def test_difference_when_people_come_leave_and_change_then_each_is_told_as_such(cohort):
    stays, leaves = enrolled(cohort, "王一", phone="13800000001"), enrolled(cohort, "王二")
    begin = clock.now()
    comes = enrolled(cohort, "王三")
    withdraw_enrollment(enrollment=leaves, reason="有事", by=None)
    change_person(enrollment=stays, facts=facts("王一", phone="13800000009"), by=None)
    found = {entry.enrollment: entry for entry in difference(cohort, begin, clock.now())}
    assert {pk: entry.change for pk, entry in found.items()} == {
        stays.pk: "changed",
        leaves.pk: "left",
        comes.pk: "came",
    }
    assert found[stays.pk].changed == ["phone"]
    assert found[leaves.pk].changed == ["state"]
    assert found[comes.pk].before is None


def test_difference_when_paged_then_the_rest_follows(cohort):
    begin = clock.now()
    rows = [enrolled(cohort, f"王{name}").pk for name in "一二三"]
    columns = columns_for(ADMINISTRATOR, ["name"])
    span = Span(begin, clock.now())
    first = roster_difference(cohort, ADMINISTRATOR, columns, span, limit=2)
    rest = roster_difference(
        cohort, ADMINISTRATOR, columns, span, limit=2, after=first[-1].enrollment
    )
    assert [entry.enrollment for entry in [*first, *rest]] == rows


@pytest.mark.parametrize(
    "standing",
    [Standing(reader=True), Standing(desk=True), Standing(leg_ids=frozenset({1}))],
    ids=["reader", "desk", "leg"],
)
def test_difference_when_contacts_are_masked_then_they_are_in_the_past_too(cohort, standing):
    row = enrolled(cohort, "王一", phone="13800000001", email="a@example.org")
    begin = clock.now()
    wanted = facts("王一", phone="13900000002", email="b@example.org")
    change_person(enrollment=row, facts=wanted, by=None)
    [entry] = difference(cohort, begin, clock.now(), standing)
    assert (entry.before["phone"], entry.after["phone"]) == ("138****0001", "139****0002")
    assert entry.before["email"] == "a***@example.org"
    assert ("identity" in entry.before) != standing.reader
    # What looks the same to this reader has not changed for it.
    begin = clock.now()
    change_person(
        enrollment=row, facts=facts("王一", phone="13900010002", email="b@example.org"), by=None
    )
    assert difference(cohort, begin, clock.now(), standing) == []


def test_difference_when_somebody_moves_to_another_city_then_its_coordinator_sees_only_that(
    cohort,
):
    row = enrolled(cohort, "王一", "songjiang")
    enrolled(cohort, "王二", "songjiang")
    begin = clock.now()
    change_person(enrollment=row, facts=facts("王一", "hefei"), by=None)
    end = clock.now()
    for code, expected in [("songjiang", ["left"]), ("hefei", ["came"]), ("jiaxing", [])]:
        standing = Standing(city_ids=frozenset({city(code).pk}))
        found = difference(cohort, begin, end, standing)
        assert [entry.change for entry in found] == expected, code


def test_past_when_several_changes_are_one_transaction_then_one_state_is_kept(cohort):
    row = enrolled(cohort, "王一")
    states = RosterPast.objects.filter(kind="enrollment", row_id=row.pk)
    assert states.count() == 1
    with transaction.atomic():
        for title in ("甲", "乙", "丙"):
            Enrollment.objects.filter(pk=row.pk).update(title=title)
    assert [state.facts["title"] for state in states.order_by("begins_at")] == ["总经理", "丙"]


def test_past_when_a_transaction_fails_then_nothing_of_it_stays(cohort):
    row = enrolled(cohort, "王一")
    with transaction.atomic():
        Enrollment.objects.filter(pk=row.pk).update(title="甲")
        transaction.set_rollback(True)
    assert RosterPast.objects.filter(kind="enrollment", row_id=row.pk).count() == 1


def test_past_when_a_paper_is_kept_then_only_its_masked_text_stands_there(cohort):
    number = identity_number(7)
    row = enrolled(cohort, "王一", identity=number)
    [state] = RosterPast.objects.filter(kind="identity", row_id=row.person_id)
    assert state.facts == {"masked": SealedIdentity.objects.get().masked}
    assert number not in str(list(RosterPast.objects.values()))


def test_past_when_a_person_is_deleted_then_its_contacts_are_gone_at_once(cohort):
    row = enrolled(cohort, "王一", phone="13800000001", email="a@b.cn", identity=identity_number(8))
    with transaction.atomic():
        row.delete()
        row.person.delete()
    left = str(list(RosterPast.objects.values("facts")))
    assert "王一" in left
    assert not any(text in left for text in ("13800000001", "a@b.cn", "masked"))


@pytest.mark.parametrize("kind", ["csv", "xlsx"])
def test_file_when_made_then_a_line_for_each_value_without_formulas(cohort, kind):
    row = enroll_person(cohort=cohort, facts=facts("王一", title="=1"), by=None)
    begin = clock.now()
    change_person(enrollment=row, facts=facts("王一", title="=2"), by=None)
    columns = [one for one in COLUMNS_KEPT if one.name in ("seat", "name", "title")]
    span = Span(begin, clock.now())
    stream = difference_stream(cohort, ADMINISTRATOR, columns, span, format=kind)
    data = b"".join(stream)
    if kind == "csv":
        lines = list(csv.reader(io.StringIO(data.decode("utf-8-sig"))))
        assert [line[1:3] + line[4:] for line in lines[1:]] == [["1", "王一", "'=1", "'=2"]]
    else:
        assert data.startswith(b"PK")
