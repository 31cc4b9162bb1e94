"""The orders of the roster: total, stable, the same in pages and in files; kept by the database."""

import csv
import io
import random
from pathlib import Path

import pytest
from django.db import connection
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from cohorts.models import City
from cohorts.queries.standing import Standing
from participants.models import Enrollment, Group, Person, RosterWords
from participants.queries.roster import COUNTED, ORDERINGS, RosterWish, roster_count, roster_page
from participants.queries.roster_columns import columns_for
from participants.queries.roster_stream import roster_stream
from participants.rules.derived_names import derived_names
from participants.rules.name_order import stroke_key
from tests.factories import CohortFactory, EnrollmentFactory, GroupFactory, PersonFactory, city

pytestmark = pytest.mark.django_db
ADMINISTRATOR = Standing(administrator=True)

# The first line in the right order by strokes, the surname way (equal counts by the kinds of
# strokes, compound surnames by their first character, names of minorities, rare characters, Latin
# names last), the second by pinyin.
BY_STROKES, BY_PINYIN = (
    line.split()
    for line in Path(__file__).with_name("hard_names.txt").read_text("utf-8").splitlines()
)
# What the full-name way changes: the blank behind a surname counts no more.
MOVED = {("王明", "王小明"), ("田富", "田大利")}


def enroll(cohort, name, seat, **more):
    names = derived_names(name)
    person = PersonFactory(name=name, latin_name=names.latin_name, initials=names.initials)
    return EnrollmentFactory(cohort=cohort, person=person, seat=seat, **more)


@pytest.fixture
def cohort():
    """The hard names, seated at random, over two cities and two groups, with namesakes."""
    row = CohortFactory(seats=200)
    names = [*BY_STROKES, "王明", "王明", "龘一"]
    random.Random(7).shuffle(names)
    groups = [GroupFactory(cohort=row, position=2), GroupFactory(cohort=row, position=1), None]
    for seat, name in enumerate(names, start=1):
        place = city("hefei" if seat % 2 else "songjiang")
        enroll(row, name, seat, city=place, group=groups[seat % 3])
    return row


def seats_in(cohort, ordering, *, limit, backwards=False):
    """All pages one after the other, from the first on or from the last back."""
    columns = columns_for(ADMINISTRATOR, ["seat"])
    wish = RosterWish(ordering=ordering)

    def page(cursor):
        return roster_page(cohort, ADMINISTRATOR, columns, wish, limit=limit, cursor=cursor)

    pages = [page("")]
    while pages[-1].next:
        pages.append(page(pages[-1].next))
    if backwards:
        pages = [pages[-1]]
        while pages[0].previous:
            pages.insert(0, page(pages[0].previous))
    return [row[0] for one in pages for row in one.rows]


def names_in(cohort, ordering):
    columns = columns_for(ADMINISTRATOR, ["name"])
    wish = RosterWish(ordering=ordering)
    found = roster_page(cohort, ADMINISTRATOR, columns, wish, limit=500).rows
    return list(dict.fromkeys(row[0] for row in found))


def test_hard_names_when_ordered_then_as_official_lists_print_them(cohort):
    assert names_in(cohort, "stroke") == BY_STROKES
    assert names_in(cohort, "pinyin") == BY_PINYIN


def test_hard_names_when_ordered_the_full_name_way_then_only_those_with_a_blank_move(cohort):
    found = names_in(cohort, "stroke-full")

    assert {
        (one, other)
        for place, one in enumerate(BY_STROKES)
        for other in BY_STROKES[place + 1 :]
        if found.index(other) < found.index(one)
    } == MOVED


def test_full_name_key_then_what_the_rule_says():
    for name in BY_STROKES:
        row = enroll(CohortFactory(), name, 1)
        row.refresh_from_db()
        assert row.stroke_full_key == stroke_key(name, "full")


@pytest.mark.parametrize("ordering", ORDERINGS)
def test_pages_then_every_row_once_there_and_back_whatever_their_size(cohort, ordering):
    whole = seats_in(cohort, ordering, limit=500)

    assert sorted(whole) == list(range(1, len(whole) + 1))
    for limit in (1, 7, 50):
        assert seats_in(cohort, ordering, limit=limit) == whole
    assert seats_in(cohort, ordering, limit=7, backwards=True) == whole


@pytest.mark.django_db(transaction=True)
def test_files_then_in_the_order_of_the_screen(cohort):
    columns = columns_for(ADMINISTRATOR, ["seat"])
    for ordering in ORDERINGS:
        stream = roster_stream(
            cohort,
            ADMINISTRATOR,
            columns,
            RosterWish(ordering=ordering),
            format="csv",
            spelling="codes",
        )
        rows = csv.reader(io.StringIO(b"".join(stream).decode("utf-8-sig")))
        assert [int(row[0]) for row in list(rows)[1:]] == seats_in(cohort, ordering, limit=500)


CHARACTERS = st.sampled_from("王田富大利明小欧阳䶮龘𬭎·aZ 买")


@given(
    names=st.lists(st.text(CHARACTERS, min_size=1, max_size=4), min_size=2, max_size=12),
    data=st.data(),
)
@settings(
    max_examples=15, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
def test_any_names_when_shuffled_then_each_order_is_total_and_ties_go_by_seat(names, data):
    cohort = CohortFactory()
    for seat, name in enumerate(data.draw(st.permutations(names)), start=1):
        enroll(cohort, name, seat)
    rows = list(Enrollment.objects.filter(cohort=cohort).order_by("?"))
    keys = {
        "seat": lambda row: row.seat,
        "stroke": lambda row: (row.stroke_key.encode(), row.seat),
        "stroke-full": lambda row: (row.stroke_full_key.encode(), row.seat),
        "pinyin": lambda row: (row.pinyin_key.encode(), row.seat),
    }
    for ordering, key in keys.items():
        assert seats_in(cohort, ordering, limit=3) == [row.seat for row in sorted(rows, key=key)]


def test_place_when_person_city_or_group_change_then_the_database_follows():
    row = enroll(CohortFactory(), "王明", 1)
    group = GroupFactory(cohort=row.cohort, position=4)

    names = derived_names("丁一")
    row.person.name, row.person.stroke_key = "丁一", names.stroke_key
    row.person.pinyin_key = names.pinyin_key
    row.person.save()
    Enrollment.objects.filter(pk=row.pk).update(group=group, city=city("hefei"))
    Group.objects.filter(pk=group.pk).update(position=9)
    row.refresh_from_db()

    assert (row.stroke_key, row.pinyin_key) == (names.stroke_key, names.pinyin_key)
    assert (row.group_position, row.city_position) == (9, city("hefei").position)
    group.delete()
    City.objects.filter(code="hefei").update(position=99)
    row.refresh_from_db()
    assert (row.group_position, row.city_position) == (32767, 99)


def test_place_when_written_by_hand_then_computed_again():
    row = enroll(CohortFactory(), "王明", 1)
    row.stroke_key = row.pinyin_key = "0"
    row.city_position = 77
    row.save()
    row.refresh_from_db()

    assert row.stroke_key == row.person.stroke_key
    assert (row.pinyin_key, row.city_position) == (row.person.pinyin_key, row.city.position)


def test_words_when_phone_is_erased_then_gone_from_the_search():
    row = enroll(CohortFactory(), "王明", 1)
    assert "00000000831" in words(row)
    row.person.phone = ""
    row.person.save(update_fields=["phone"])

    assert "0000" not in words(row)


def words(row):
    return str(RosterWords.objects.values_list("words", flat=True).get(pk=row.pk))


def found(cohort, q):
    columns = columns_for(ADMINISTRATOR, ["name"])
    page = roster_page(cohort, ADMINISTRATOR, columns, RosterWish(q=q), limit=100)
    count = roster_count(cohort, ADMINISTRATOR, RosterWish(q=q))
    assert count == len(page.rows)
    return {row[0] for row in page.rows}


@pytest.mark.parametrize(
    ("q", "names"),
    [
        ("欧", {"欧一", "欧阳修"}),
        ("阳修", {"欧阳修"}),
        ("欧修", set()),
        ("卜杜拉", {"阿卜杜拉·买买提"}),
        ("杜拉阿", set()),
        ("𬭎", {"𬭎一"}),
        ("ouyangx", {"欧阳修"}),
        ("lingh", {"令狐冲"}),
        ("sml", set()),
        ("stl", {"司徒雷"}),
        ("anna", {"Anna·Li"}),
        ("ZOE", {"Zoe"}),
        ("\\", set()),
        ("'", set()),
        ("''' | '", set()),
        ("_", set()),
    ],
)
def test_search_then_by_pieces_of_the_name_and_beginnings_of_the_spelling(cohort, q, names):
    assert found(cohort, q) == names


def test_search_when_the_employer_has_odd_signs_then_found_as_written(cohort):
    EnrollmentFactory(cohort=cohort, seat=190, organization_name="A\\B 'C' %_ 公司")

    for q in ("\\B", "B 'C'", "%_ 公", "a\\b"):
        assert len(found(cohort, q)) == 1


@pytest.mark.parametrize("ordering", ORDERINGS)
def test_pages_then_an_index_serves_each_order_without_sorting(cohort, ordering):
    """As far as a plan can tell it on few rows: with sorting made dear, none is needed."""
    columns = columns_for(ADMINISTRATOR, ["seat"])
    with connection.cursor() as cursor:
        cursor.execute("SET LOCAL enable_seqscan = off; SET LOCAL enable_bitmapscan = off")
        cursor.execute("ANALYZE participants_enrollment")
    first = roster_page(cohort, ADMINISTRATOR, columns, RosterWish(ordering=ordering), limit=5)
    statements = []

    def noted(execute, statement, params, many, context):
        statements.append(statement)
        return execute(statement, params, many, context)

    with connection.execute_wrapper(noted):
        roster_page(
            cohort,
            ADMINISTRATOR,
            columns,
            RosterWish(ordering=ordering),
            limit=5,
            cursor=first.next,
        )
    (statement,) = statements
    inner = statement[statement.index("IN (SELECT") + 4 : statement.rindex(") ORDER BY")]
    with connection.cursor() as cursor:
        cursor.execute(f"EXPLAIN {inner}")
        plan = "\n".join(line for (line,) in cursor.fetchall())
    assert "Sort" not in plan
    assert "Index" in plan


def test_count_when_more_fit_than_are_counted_then_one_more_than_those():
    cohort = CohortFactory(seats=2000)
    people = Person.objects.bulk_create(Person(name=f"王{n}") for n in range(COUNTED + 5))
    Enrollment.objects.bulk_create(
        Enrollment(cohort=cohort, person=person, seat=seat, city=city())
        for seat, person in enumerate(people, start=1)
    )

    assert roster_count(cohort, ADMINISTRATOR, RosterWish()) == COUNTED + 1
