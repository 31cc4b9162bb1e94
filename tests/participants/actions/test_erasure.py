"""The nightly purge, its proof, and deletions applied again after a restore."""

import datetime as dt
import json

import pytest
from django.core.files.base import ContentFile
from django.core.management import call_command
from django.db import DatabaseError, connection, transaction

from g60portal.common import clock
from g60portal.common.clock import SHANGHAI
from participants.actions import erasure
from participants.actions.consents import give_consent
from participants.actions.erasure import (
    CAUSE_RESTORE,
    broken_entries,
    ids_hash,
    purge_due,
    reapply_deletions,
)
from participants.actions.imports import preview_import
from participants.actions.privacy_requests import lift_hold, make_request, place_hold
from participants.actions.retention import set_terms
from participants.choices import ConsentPurpose
from participants.deletion_file import deletion_path, noted_deletions
from participants.models import (
    Nomination,
    Person,
    PurgeEntry,
    RosterImport,
    RosterPast,
    SealedIdentity,
)
from participants.queries.retention import purge_preview
from participants.refusals import TermOutside
from tests.factories import CohortFactory
from tests.participants.nominating import admitted, drafted, open_cohort
from tests.participants.people import HEADER, csv_file, enrolled, identity_number
from tests.race import other_connection

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def _own_folder(settings, tmp_path):
    settings.VAR_DIR = tmp_path
    settings.MEDIA_ROOT = tmp_path / "media"


@pytest.fixture
def after(frozen_clock):
    """Stops the clock so many days after the end of the cohorts (13 June 2026)."""

    def stop(days: int) -> dt.datetime:
        evening = dt.datetime(2026, 6, 13, 20, tzinfo=SHANGHAI)
        return frozen_clock(evening + dt.timedelta(days=days))

    stop(-60)
    return stop


def somebody(cohort=None, number: int = 1, **more):
    given = {"identity": identity_number(number), "phone": f"1390000{number:04}"} | more
    return enrolled(cohort or CohortFactory(seats=500), f"张{chr(0x4E00 + number)}", **given).person


def facts_left(person) -> tuple[bool, bool, bool]:
    row = Person.objects.get(pk=person.pk)
    paper = SealedIdentity.objects.filter(person=person).exists()
    return paper, bool(row.phone), bool(row.email)


def test_purge_when_days_pass_then_each_group_goes_on_its_day(after) -> None:
    listed = somebody(email="a@example.org")
    give_consent(person=listed, purpose=ConsentPurpose.DIRECTORY, by=None)
    unlisted = somebody(number=2, email="b@example.org")
    for days, of_listed, of_unlisted in [
        (29, (True, True, True), (True, True, True)),
        (30, (False, True, True), (False, False, True)),
        (364, (False, True, True), (False, False, True)),
        (365, (False, False, False), (False, False, False)),
    ]:
        after(days)
        purge_due()
        assert (facts_left(listed), facts_left(unlisted)) == (of_listed, of_unlisted), days
    assert Person.objects.get(pk=listed.pk).name  # the record of what was taught stays
    assert purge_due() == {}


def test_purge_when_person_is_in_a_later_cohort_then_kept_until_that_one_ends(after) -> None:
    person = somebody()
    later = CohortFactory(starts_on=dt.date(2026, 9, 1), ends_on=dt.date(2026, 9, 6))
    enrolled(later, person.name, identity=identity_number(1), phone=person.phone)
    after(40)
    assert purge_due() == {}
    after(85 + 30)
    assert purge_due() == {"identity": 1, "birth_date": 1, "phone": 1}


def test_purge_when_under_a_hold_or_asking_then_nothing_goes(after) -> None:
    held, asking = somebody(), somebody(number=2)
    place_hold(person=held, reason="工伤争议", by=None)
    make_request(person=asking, kind="copy", wish="", channel="staff", by=None)
    after(40)
    assert purge_due() == {}
    assert {(row.count, row.held) for row in purge_preview(clock.today())} == {(0, 2), (0, 1)}
    lift_hold(person=held, by=None)
    assert purge_due() == {"identity": 1, "birth_date": 1, "phone": 1}
    assert facts_left(asking)[0]


def test_nominations_when_not_admitted_then_gone_and_others_lose_their_paper(after) -> None:
    cohort = open_cohort()
    refused, taken = drafted(cohort, 1), admitted(cohort, 2)
    taken.photo.save("portrait.jpg", ContentFile(b"\xff\xd8"))
    file = taken.photo.path
    after(90)
    counts = purge_due()
    assert (counts["nomination"], counts["nomination_paper"]) == (1, 1)
    assert not Nomination.objects.filter(pk=refused.pk).exists()
    row = Nomination.objects.get(pk=taken.pk)
    assert (row.sealed, row.masked, row.photo.name, row.state) == (None, "", "", "admitted")
    assert row.blind_index == f"erased:{row.uid.hex}"
    assert file


@pytest.mark.django_db(transaction=True)
def test_past_when_its_person_is_in_no_cohort_then_it_goes_a_month_after_it_ended(after) -> None:
    person = somebody(email="a@example.org")
    person.enrollments.all().delete()
    Person.objects.filter(pk=person.pk).update(phone="13999999999")
    states = RosterPast.objects.filter(kind="person", row_id=person.pk)
    states.filter(ends_at__isnull=False).update(ends_at=clock.now())
    after(-31)
    assert purge_due() == {}
    after(-30)
    assert purge_due() == {"past_phone": 1, "past_email": 1}
    assert [(one.facts["phone"], one.facts["email"]) for one in states.order_by("pk")] == [
        ("", ""),
        ("13999999999", "a@example.org"),
    ]


def test_uploads_when_a_day_old_then_their_content_goes(after) -> None:
    cohort = CohortFactory()
    data = csv_file([HEADER, ["王一", "男", "松江", "示例", "", "", "", identity_number(3)]])
    upload = preview_import(cohort=cohort, filename="a.csv", data=data, by=None)
    after(-59)
    assert purge_due() == {}
    after(-57)
    assert purge_due() == {"upload": 1}
    assert RosterImport.objects.get(pk=upload.pk).sealed is None


def test_terms_when_a_cohort_sets_them_then_they_count_within_limits(after) -> None:
    cohort = CohortFactory()
    person = somebody(cohort)
    with pytest.raises(TermOutside):
        set_terms(cohort=cohort, days={"identity": 91}, by=None)
    set_terms(cohort=cohort, days={"identity": 10}, by=None)
    after(10)
    assert purge_due() == {"identity": 1, "birth_date": 1}
    assert facts_left(person) == (False, True, False)


def test_preview_when_asked_then_says_what_the_purge_does_and_writes_nothing(after, capsys) -> None:
    cohort = CohortFactory(seats=500)
    for number in range(3):
        somebody(cohort, number)
    after(30)
    shown = purge_preview(clock.today(), cohort.code)
    assert [(str(row.group), row.count) for row in shown] == [("identity", 6), ("phone", 3)]
    call_command("purge", "--dry-run")
    assert capsys.readouterr().out.splitlines() == [
        f"2026-07-13 {cohort.code} identity: 6",
        f"2026-07-13 {cohort.code} phone: 3",
    ]
    assert not PurgeEntry.objects.exists()
    call_command("purge")
    assert capsys.readouterr().out.splitlines() == ["identity: 3", "birth_date: 3", "phone: 3"]
    assert purge_preview(clock.today(), cohort.code) == []


def test_proof_when_purged_then_counts_hashes_and_a_chain_without_anything_personal(after) -> None:
    people = [somebody(number=number) for number in range(2)]
    after(30)
    purge_due(limit=1)
    entries = list(PurgeEntry.objects.order_by("pk"))
    assert [(row.holding, row.count) for row in entries] == [
        ("identity", 1), ("identity", 1), ("birth_date", 1), ("birth_date", 1), ("phone", 1),
        ("phone", 1),
    ]  # fmt: skip
    assert {row.ids_hash for row in entries[:2]} == {ids_hash("identity", [p.pk]) for p in people}
    assert broken_entries() == []
    lines = deletion_path().read_text().splitlines()
    assert [set(json.loads(line)) for line in lines] == [{"uid", "at", "rows", "ids"}] * 6
    assert deletion_path().stat().st_mode & 0o777 == 0o600
    for way in (lambda: PurgeEntry.objects.update(count=9), PurgeEntry.objects.all().delete):
        with pytest.raises(DatabaseError), transaction.atomic():
            way()
    with connection.cursor() as cursor:  # somebody with the rights of the database's owner
        cursor.execute("ALTER TABLE participants_purgeentry DISABLE TRIGGER USER")
        changed = "UPDATE participants_purgeentry SET count = 9 WHERE id = %s"
        cursor.execute(changed, [entries[1].pk])
        cursor.execute("ALTER TABLE participants_purgeentry ENABLE TRIGGER USER")
    assert broken_entries() == [entries[1].pk]


class Killed(BaseException):
    pass


@pytest.mark.django_db(transaction=True)
def test_purge_when_killed_between_steps_then_the_next_one_does_the_rest(after) -> None:
    for number in range(5):
        somebody(number=number)
    after(30)
    emptied: list[int] = []

    def dies(pks) -> None:
        if emptied:
            raise Killed
        emptied.extend(pks)
        SealedIdentity.objects.filter(pk__in=pks).delete()

    whole = erasure.ERASERS["identity"]
    erasure.ERASERS["identity"] = dies
    try:
        with pytest.raises(Killed):
            purge_due(limit=2)
    finally:
        erasure.ERASERS["identity"] = whole
    assert SealedIdentity.objects.count() == 5 - len(emptied)
    assert sum(PurgeEntry.objects.values_list("count", flat=True)) == len(emptied)
    assert purge_due(limit=2)["identity"] == 5 - len(emptied)
    assert broken_entries() == []


@pytest.mark.django_db(transaction=True)
def test_purge_when_another_is_at_work_then_it_leaves_the_work_to_it(after) -> None:
    somebody()
    after(30)
    with other_connection() as elsewhere, transaction.atomic():
        erasure.advisory_lock("purge")
        assert elsewhere(purge_due).result(5) == {}
    assert purge_due() == purged(1)


def purged(count: int) -> dict[str, int]:
    """Of so many people, present and past: what was committed before has become the past."""
    names = ("identity", "birth_date", "phone", "past_identity", "past_phone")
    return dict.fromkeys(names, count)


@pytest.mark.django_db(transaction=True)
def test_restore_when_an_older_backup_comes_back_then_deletions_are_applied_again(after) -> None:
    """The backup is what `COPY` gives of the tables before the purge; the restore puts it back."""
    people = [somebody(number=number, email="a@example.org") for number in range(3)]
    kept_before = somebody(number=7)
    after(30)
    place_hold(person=kept_before, reason="争议", by=None)
    # Triggers know the clock of the database alone, not the stopped one.
    RosterPast.objects.update(begins_at=clock.now())
    tables = (
        "participants_person", "participants_sealedidentity", "participants_rosterpast",
        "participants_purgeentry",
    )  # fmt: skip
    backup = _dump(tables)
    assert purge_due() == purged(3)
    _restore(tables, backup)
    assert [facts_left(person)[:2] for person in people] == [(True, True)] * 3  # they are back
    assert not PurgeEntry.objects.exists()
    # Made after the restore, under an id that the file of deletions names for somebody else.
    noted = list(noted_deletions())
    after(31)
    reborn = Person.objects.create(name="新人", phone="13911112222")
    deletions = [
        erasure.Deletion(
            one.uid,
            one.at,
            one.holding,
            one.ids if one.holding.startswith("past_") else [*one.ids, reborn.pk],
        )
        for one in noted
    ]
    assert reapply_deletions(deletions) == purged(3)
    gone = {person.pk for person in people}
    states = RosterPast.objects.filter(kind__in=("person", "identity"), row_id__in=gone)
    assert not [state for state in states if state.facts.get("phone") or state.facts.get("masked")]
    assert [facts_left(person)[:2] for person in people] == [(False, False)] * 3
    assert facts_left(kept_before)[:2] == (True, True)
    assert Person.objects.get(pk=reborn.pk).phone == "13911112222"
    assert set(PurgeEntry.objects.values_list("cause", flat=True)) == {CAUSE_RESTORE}
    # Written again by the person itself since: a second run must not touch it.
    Person.objects.filter(pk=people[0].pk).update(phone="13900009999")
    call_command("reapply_deletions")
    assert Person.objects.get(pk=people[0].pk).phone == "13900009999"


def _dump(tables) -> dict[str, bytes]:
    import io

    kept = {}
    with connection.cursor() as cursor:
        for name in tables:
            rows = io.BytesIO()
            cursor.copy_expert(f"COPY {name} TO STDOUT", rows)
            kept[name] = rows.getvalue()
    return kept


def _restore(tables, backup: dict[str, bytes]) -> None:
    """Every row as it was, none beside; by the owner of the tables, with their triggers off."""
    import io

    with transaction.atomic(), connection.cursor() as cursor:
        for name in tables:
            cursor.execute(f"ALTER TABLE {name} DISABLE TRIGGER USER")
            cursor.execute(f"CREATE TEMPORARY TABLE old (LIKE {name}) ON COMMIT DROP")
            cursor.copy_expert("COPY old FROM STDIN", io.BytesIO(backup[name]))
            [key] = connection.introspection.get_primary_key_columns(cursor, name)
            cursor.execute(f"DELETE FROM {name} WHERE {key} NOT IN (SELECT {key} FROM old)")
            columns = [column.name for column in connection.introspection.get_table_description(
                cursor, name
            )]  # fmt: skip
            kept = ", ".join(f'"{column}" = excluded."{column}"' for column in columns)
            cursor.execute(
                f"INSERT INTO {name} OVERRIDING SYSTEM VALUE SELECT * FROM old "
                f"ON CONFLICT ({key}) DO UPDATE SET {kept}"
            )
            cursor.execute("DROP TABLE old")
        cursor.execute("SET CONSTRAINTS ALL IMMEDIATE")
        for name in tables:
            cursor.execute(f"ALTER TABLE {name} ENABLE TRIGGER USER")


def test_file_when_its_last_line_was_cut_then_the_whole_ones_count(after) -> None:
    somebody()
    after(30)
    purge_due()
    with deletion_path().open("a") as file:
        file.write('{"uid": "x", "at"')
    assert [one.holding for one in noted_deletions()] == ["identity", "birth_date", "phone"]
