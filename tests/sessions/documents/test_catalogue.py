"""The documents of a cohort: who is in them, in which order, for whom; and what typed text, long
and rare names cannot do to them.
"""

import datetime as dt

import pytest
from django.core.cache import cache
from django.db import connection
from django.test.utils import CaptureQueriesContext

from cohorts.choices import Role
from cohorts.queries.standing import Standing, standing_in
from g60portal.common.clock import SHANGHAI
from participants.actions.consents import give_consent
from participants.choices import ConsentPurpose
from sessions.actions.releases import publish_release
from sessions.documents.catalogue import (
    DOCUMENTS,
    Ground,
    Wish,
    document_named,
    documents_for,
    printed,
    unprintable_names,
)
from sessions.refusals import CharactersUnprintable, NothingReleased, SeatsTooFew
from tests.factories import (
    EnrollmentFactory,
    GroupFactory,
    PersonFactory,
    QuotaFactory,
    city,
    training_session,
    two_leg_cohort,
    user_with,
)
from tests.participants.nominating import submitted
from tests.participants.people import identity_number
from tests.sessions.documents.papers import (
    needs_fonts,
    page_count,
    positions,
    squeezed,
    text_of,
    words_outside,
)

pytestmark = pytest.mark.django_db

# By strokes: 丁 2, 王 4, 文 4 (its first is a dot), 田 5 (田富 before 田大利), 阿 7, 林 8, 欧 8.
NAMES = ["丁一", "王磊", "文静", "田富", "田大利", "阿卜杜拉·买买提", "林青", "欧阳娜"]
PEOPLE_DOCUMENTS = ("roster", "roster-internal", "sign-in", "table-cards", "badges", "handbook")
LEAD = Standing(lead=True)
INJECTION = [
    '#import "@preview/x:1.0.0": *',
    "*粗* _斜_ $x^2$",
    '#panic("x") \\ " \' `r` [y] // z',
    "<script>alert(1)</script>&amp;",
    '#read("/etc/passwd")',
]


@pytest.fixture(autouse=True, scope="module")
def _fonts():
    needs_fonts()


class Class:
    """A cohort with the people of NAMES in two groups, enrolled out of order, and a release."""

    def __init__(self, names=NAMES, *, released=True):
        self.cohort, self.leg, self.hefei = two_leg_cohort()
        self.groups = [
            GroupFactory(cohort=self.cohort, position=place, name=f"第{word}组")
            for place, word in enumerate("一二", 1)
        ]
        self.people = [self.add(name, seat) for seat, name in enumerate(reversed(names), 1)]
        training_session(self.leg, 8, "09:00", "11:00", title="产业发展", title_en="Industry")
        training_session(
            self.leg, 8, "14:00", "16:00", title="分组研讨", groups=[self.groups[0]],
            kind="discussion",
        )  # fmt: skip
        if released:
            publish_release(cohort=self.cohort, name="", comment="", by=None)

    def add(self, name, seat, **facts):
        return EnrollmentFactory(
            cohort=self.cohort,
            person=PersonFactory(name=name, phone=f"1380000{seat:04}"),
            seat=seat,
            group=self.groups[seat % 2],
            **facts,
        )

    def print(self, name, ordering="stroke", standing=LEAD, language="en", **wish):
        document = document_named(name, standing)
        assert document, name
        return printed(document, self.ground(standing, ordering, **wish), language)

    def ground(self, standing=LEAD, ordering="stroke", **wish):
        return Ground(self.cohort, standing, "Zhou Li", Wish(ordering=ordering, **wish))


@pytest.fixture
def taught():
    return Class()


@pytest.mark.parametrize("name", PEOPLE_DOCUMENTS)
def test_document_when_ordered_by_strokes_then_names_stand_in_that_order(taught, name):
    text = squeezed(taught.print(name, "stroke"))

    found = positions(text, NAMES)
    assert found == sorted(found), text


def test_roster_when_ordered_by_seat_then_the_other_way_round(taught):
    found = positions(squeezed(taught.print("roster", "seat")), NAMES)

    assert found == sorted(found, reverse=True)


@pytest.mark.parametrize("language", ["zh-hans", "en"])
@pytest.mark.parametrize("document", DOCUMENTS, ids=lambda document: document.name)
def test_document_then_printed_in_both_languages_without_an_identity_number(
    taught, document, language
):
    QuotaFactory(cohort=taught.cohort)
    submitted(taught.cohort, 1, name="孙一")

    pdf = taught.print(document.name, language=language)

    assert pdf.startswith(b"%PDF-1.7")
    # The watermark of the contact list runs over the edges.
    assert words_outside(pdf) == [] or document.name == "contacts"
    text = squeezed(pdf)
    number = identity_number(1, birth="19700101")
    assert number not in text
    assert number[-6:] not in text


def test_roster_then_phones_only_in_the_internal_one(taught):
    assert "1380000" not in squeezed(taught.print("roster"))
    assert "13800000003" in squeezed(taught.print("roster-internal"))


def test_roster_when_somebody_has_withdrawn_then_not_in_it(taught):
    taught.people[0].state = "withdrawn"
    taught.people[0].save()

    text = squeezed(taught.print("roster"))

    assert "欧阳娜" not in text
    assert "阿卜杜拉·买买提" in text


def test_contacts_then_only_those_who_agreed_with_the_viewer_on_the_page(taught):
    give_consent(person=taught.people[0].person, purpose=ConsentPurpose.DIRECTORY, by=None)

    text = squeezed(taught.print("contacts"))

    assert "欧阳娜" in text
    assert "阿卜杜拉·买买提" not in text
    assert text.count("ZhouLi") > 2


def test_groups_then_each_with_its_people_in_order(taught):
    text = squeezed(taught.print("groups"))

    by_group = {group.name: [] for group in taught.groups}
    for name in NAMES:
        row = next(one for one in taught.people if one.person.name == name)
        by_group[row.group.name].append(name)
    listed = [word for group, names in by_group.items() for word in (group, *names)]
    found = positions(text, listed)
    assert found == sorted(found), text


def test_sign_in_then_a_sheet_a_half_day_and_a_session_only_with_its_people(taught):
    half_days = text_of(taught.print("sign-in"))
    assert half_days.count("丁一") == 2

    sessions = text_of(taught.print("sign-in-sessions"))
    expected = {group.pk: "" for group in taught.groups}
    assert len(expected) == 2
    by_person = {row.person.name: row.group_id for row in taught.people}
    for name, group in by_person.items():
        assert sessions.count(name) == (2 if group == taught.groups[0].pk else 1), name


def test_sign_in_when_the_role_sees_no_phones_then_no_column_for_them(taught):
    standing = Standing(desk=True)

    text = squeezed(taught.print("sign-in", standing=standing))

    assert "丁一" in text
    assert "1380000" not in text
    assert "****" not in text


def test_timetable_then_only_what_was_released(taught):
    training_session(taught.leg, 9, "09:00", "11:00", title="尚未发布", title_en="Draft")

    text = squeezed(taught.print("timetable"))

    assert "Industry" in text
    assert "Draft" not in text


def test_timetable_when_nothing_is_released_then_refused():
    with pytest.raises(NothingReleased):
        Class(released=False).print("timetable")


def test_documents_of_a_coordinator_then_the_own_city_only(taught):
    jiaxing = city("jiaxing")
    user = user_with(Role.COORDINATOR, cohort=taught.cohort, city=jiaxing)
    taught.add("钱七", 99, city=jiaxing)
    standing = standing_in(user, taught.cohort)

    text = squeezed(taught.print("roster", standing=standing))

    assert "钱七" in text
    assert "王磊" not in text
    assert {document.name for document in documents_for(standing)} == {
        "roster", "groups", "timetable", "quotas", "nomination-summary", "nomination-forms",
    }  # fmt: skip


@pytest.mark.parametrize("standing", [Standing(reader=True), Standing(desk=True)])
def test_documents_of_overseers_then_none_with_contacts(standing):
    for document in documents_for(standing):
        assert document.personal(standing) == ()


@pytest.mark.parametrize("name", ["roster", "badges", "table-cards", "seat-plan", "handbook"])
def test_document_when_texts_look_like_markup_then_printed_as_they_are(name):
    taught = Class(INJECTION)
    taught.groups[0].name = "#h(1cm) *组*"
    taught.groups[0].save()

    pdf = taught.print(name)

    text = squeezed(pdf)
    for typed in INJECTION:
        assert "".join(typed.split()) in text
    assert words_outside(pdf) == []


@pytest.mark.parametrize(
    "name", ["roster", "roster-internal", "badges", "table-cards", "seat-plan", "handbook"]
)
def test_document_when_names_are_long_or_rare_then_nothing_leaves_the_page(name):
    long_names = [
        "阿卜杜热合曼·艾尔肯江·买买提明·吐尔逊江",
        "Wolfeschlegelsteinhausenbergerdorff-Featherstonehaugh",
        "王䶮",
        "𬭎",
    ]
    taught = Class(long_names)
    taught.people[0].organization_name = "示例" * 45
    taught.people[1].organization_name = "x" * 150
    taught.people[0].title = "首席" * 25
    for person in taught.people:
        person.save()

    pdf = taught.print(name)

    assert words_outside(pdf) == []
    assert "王䶮" in squeezed(pdf)
    assert "x" * 20 in squeezed(pdf) or name == "seat-plan"


def test_badges_then_four_on_a_page_and_a_table_card_each(taught):
    assert page_count(taught.print("badges")) == 2
    assert page_count(taught.print("table-cards")) == len(NAMES)


def test_table_cards_then_the_name_on_both_sides(taught):
    assert text_of(taught.print("table-cards")).count("林") >= 2


def test_seat_plan_when_the_hall_is_too_small_then_refused(taught):
    with pytest.raises(SeatsTooFew):
        taught.print("seat-plan", rows=1, columns=3)


def test_document_when_a_character_cannot_be_printed_then_refused_by_name(taught):
    taught.add("王\ue000", 50)

    with pytest.raises(CharactersUnprintable) as caught:
        taught.print("roster")

    assert caught.value.facts == {"characters": ["\ue000"], "names": ["王\ue000"]}
    assert unprintable_names(taught.cohort, LEAD) == {"王\ue000": ["\ue000"]}


def test_unprintable_names_when_all_can_be_printed_then_none(taught):
    assert unprintable_names(taught.cohort, LEAD) == {}


@pytest.mark.parametrize("document", DOCUMENTS, ids=lambda document: document.name)
def test_document_then_the_same_number_of_queries_for_1_and_for_45_people(document):
    counts = []
    for names in (["王一"], [f"王{chr(0x4E00 + n)}" for n in range(45)]):
        taught = Class(names)
        cache.clear()
        with CaptureQueriesContext(connection) as queries:
            printed(document, taught.ground(), "en")
        counts.append(len(queries))
    assert counts[0] == counts[1]


def test_roster_when_thousands_then_the_head_on_every_page():
    taught = Class(["王一"])
    base = taught.people[0]
    people = [
        type(base)(
            cohort=taught.cohort, person=PersonFactory(name=f"李{n}"), seat=n, city=base.city,
            organization_name="示例",
        )
        for n in range(2, 302)
    ]  # fmt: skip
    type(base).objects.bulk_create(people)

    pdf = taught.print("roster")

    pages = text_of(pdf).rstrip("\f").split("\f")
    assert len(pages) == page_count(pdf) >= 6
    assert all("Organization" in page for page in pages[:-1])
    assert f"Page 2 of {len(pages)}" in pages[1]


def test_print_when_the_clock_stands_then_the_same_bytes(taught, frozen_clock):
    frozen_clock(dt.datetime(2026, 6, 8, 9, 0, tzinfo=SHANGHAI))

    assert taught.print("roster") == taught.print("roster")
