"""Key rotation: everything sealed again, whoever writes meanwhile, killed and started again."""

import base64
import contextlib
import os
import re
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from io import StringIO
from typing import Any

import pytest
from allauth.mfa.models import Authenticator
from django.apps import apps
from django.conf import settings as portal_settings
from django.core.management import call_command
from django.db import connection, transaction
from django.db.models import BinaryField
from django.test import override_settings

from g60portal.accounts.sealed_rows import SECOND_FACTORS
from g60portal.accounts.second_factor import PortalMFAAdapter
from g60portal.api.models import IdempotentCall
from g60portal.common import resealing
from g60portal.common.diagnosis import Level
from g60portal.common.keyring import portal_sealer
from g60portal.common.sealing import KeysUnusable, SealBroken, Sealer
from g60portal.notices.account_mails import compose, write_account_mail
from g60portal.notices.models import Notice
from participants.actions.identities import keep_papers
from participants.actions.import_papers import sealed_values
from participants.actions.imports import preview_import
from participants.models import Nomination, Person, RosterImport, SealedIdentity
from participants.queries.identities import opened_number, seal_name
from participants.queries.import_papers import opened_file, opened_values
from participants.queries.nomination_papers import opened_paper
from participants.rules.papers import Paper
from participants.sealed_rows import KINDS
from tests.factories import CohortFactory, PersonFactory, UserFactory
from tests.participants.nominating import drafted, open_cohort
from tests.participants.people import HEADER, csv_file, enrolled, identity_number
from tests.race import PATIENCE_SECONDS, other_connection


def key(letter: str) -> str:
    return base64.b64encode(letter.encode() * 32).decode()


OLD = f"1:{key('a')}"
BOTH = f"2:{key('b')},{OLD}"
WITHOUT_OLD = f"2:{key('b')},0:{key('a')}"
NEW_INDEX = f"{WITHOUT_OLD},i1:{key('c')}"
ALL_NEW = f"2:{key('b')},i1:{key('c')}"
IDENTITIES = KINDS[0]


@contextlib.contextmanager
def keys(text: str) -> Iterator[None]:
    with override_settings(FIELD_KEYS=text):
        portal_sealer.cache_clear()
        yield
    portal_sealer.cache_clear()


def rotate(**options: Any) -> str:
    out = StringIO()
    call_command("rotate_keys", stdout=out, stderr=out, **options)
    return out.getvalue()


def people(count: int) -> dict[int, str]:
    rows = [PersonFactory() for _number in range(count)]
    numbers = {row.pk: identity_number(number) for number, row in enumerate(rows)}
    keep_papers([(pk, Paper("resident_id", number)) for pk, number in numbers.items()])
    return numbers


def opened() -> dict[int, str]:
    return {row.pk: opened_number(row) for row in SealedIdentity.objects.all()}


def left() -> int:
    return sum(kind.stale(portal_sealer()).count() for kind in resealing.sealed_kinds())


@pytest.mark.django_db
def test_rotation_when_done_then_old_key_may_go_and_everything_reads() -> None:
    with keys(OLD):
        numbers = people(5)
        nomination = drafted(open_cohort(), 1)
        write_account_mail(address="a@example.org", subject="Code", text="Code 1234")
        factor = Authenticator.objects.create(
            user=UserFactory(), type="totp", data={"secret": PortalMFAAdapter().encrypt("S")}
        )
        codes = Authenticator.objects.create(
            user=factor.user, type="recovery_codes",
            data={"migrated_codes": [PortalMFAAdapter().encrypt("C")], "used_mask": 0},
        )  # fmt: skip
        roster = csv_file([HEADER, ["王一", "男", "松江", "示例", "", "", "", identity_number(3)]])
        upload = preview_import(cohort=CohortFactory(), filename="a.csv", data=roster, by=None)
        RosterImport.objects.filter(pk=upload.pk).update(
            picture=sealed_values(upload, "picture", {"a": 1}),
            journal=sealed_values(upload, "journal", {"b": 2}),
        )
        indexes = set(SealedIdentity.objects.values_list("blind_index", flat=True))
    with keys(BOTH):
        assert left() == 5 + 1 + 1 + 2 + 3
        found = [finding.text for finding in resealing.check_keys() if finding.level is Level.WARN]
        assert "identity papers: 5 on an old key: manage.py rotate_keys" in found
        assert "identity papers: 4 of 5" in rotate(batch=2)
        assert left() == 0
        assert "nothing to do" in rotate()
    with keys(WITHOUT_OLD):
        assert opened() == numbers
        nomination.refresh_from_db()
        upload.refresh_from_db()
        assert opened_file(upload) == roster
        kept = [opened_values(upload, kind) for kind in ("picture", "journal")]
        assert kept == [{"a": 1}, {"b": 2}]
        assert opened_paper(nomination) == identity_number(1, birth="19700101")
        [mail] = Notice.objects.filter(kind="account_mail")
        assert "1234" in compose([mail])[mail.pk].text
        factor.refresh_from_db(), codes.refresh_from_db()
        assert PortalMFAAdapter().decrypt(factor.data["secret"]) == "S"
        assert PortalMFAAdapter().decrypt(codes.data["migrated_codes"][0]) == "C"
        assert set(SealedIdentity.objects.values_list("blind_index", flat=True)) == indexes
        assert {found.level for found in resealing.check_keys()} == {Level.OK}


@pytest.mark.django_db
def test_old_key_when_removed_too_early_then_named_and_nothing_is_lost() -> None:
    with keys(OLD):
        numbers = people(3)
    with keys(f"2:{key('b')}"):
        out = StringIO()
        with pytest.raises(SystemExit):
            call_command("rotate_keys", stdout=out, stderr=out)
        assert "3 rows open with none of FIELD_KEYS" in out.getvalue()
        assert Level.FAIL in {found.level for found in resealing.check_keys()}
    with keys(BOTH):
        rotate()
        assert opened() == numbers


@pytest.mark.django_db
def test_index_when_its_key_rotates_then_rebuilt_and_papers_are_recognized() -> None:
    with keys(OLD):
        numbers = people(3)
        before = set(SealedIdentity.objects.values_list("blind_index", flat=True))
        nomination = drafted(open_cohort(), 1)
    with keys(f"{BOTH},i1:{key('c')}"):
        rotate()
        assert left() == 0
    with keys(ALL_NEW):
        assert before.isdisjoint(SealedIdentity.objects.values_list("blind_index", flat=True))
        assert {found.level for found in resealing.check_keys()} == {Level.OK}
        cohort = CohortFactory()
        person_id, number = next(iter(numbers.items()))
        name = Person.objects.get(pk=person_id).name
        again = enrolled(cohort, name, identity=number)
        assert again.person_id == person_id
        was = nomination.blind_index
        nomination.refresh_from_db()
        assert nomination.blind_index != was
        assert opened() == numbers


@pytest.mark.django_db
def test_index_when_its_old_key_was_dropped_without_rotation_then_doctor_fails() -> None:
    with keys(BOTH):
        people(1)
    with keys(f"2:{key('b')}"):
        texts = [found.text for found in resealing.check_keys() if found.level is Level.FAIL]
    assert texts == [
        "identity papers: the search index was made with another key; put that key back as 0:…"
    ]


@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize("locking", [True, False])
def test_paper_when_written_in_the_middle_of_a_batch_then_the_newer_one_stays(
    locking: bool,
) -> None:
    """Without the lock (the control) the batch writes the number of before over the new one."""
    with keys(OLD):
        [pk] = people(1)
    newer = identity_number(901)
    with keys(BOTH), other_connection() as elsewhere:
        with transaction.atomic():
            if locking:
                resealing.reseal_batch(IDENTITIES, portal_sealer(), after=None, limit=10)
                writing = elsewhere(lambda: keep_papers([(pk, Paper("resident_id", newer))]))
                time.sleep(PATIENCE_SECONDS)
                assert not writing.done()
            else:
                row = SealedIdentity.objects.get(pk=pk)
                writing = elsewhere(lambda: keep_papers([(pk, Paper("resident_id", newer))]))
                writing.result()
                columns = IDENTITIES.resealed(row, portal_sealer())
                SealedIdentity.objects.filter(pk=pk).update(**columns)
        writing.result()
        assert (opened()[pk] == newer) is locking


@pytest.mark.django_db(transaction=True)
def test_rotation_when_a_process_still_seals_with_the_old_key_then_its_rows_follow() -> None:
    with keys(OLD):
        numbers = people(4)
    old = Sealer.from_text(OLD)
    late = PersonFactory()
    with keys(BOTH):
        steps = resealing.reseal_all(IDENTITIES, portal_sealer(), limit=2)
        next(steps)
        # The first ones of what is already done, written again by somebody with the old key.
        first = min(numbers)
        sealed = old.seal(identity_number(77), seal_name(first))
        SealedIdentity.objects.filter(pk=first).update(sealed=sealed.ciphertext, key_version=1)
        sealed = old.seal(identity_number(78), seal_name(late.pk))
        SealedIdentity.objects.create(
            person=late, kind="resident_id", sealed=sealed.ciphertext, key_version=1,
            blind_index="x", masked="",
        )  # fmt: skip
        for _step in steps:
            pass
        assert left() == 0
    with keys(WITHOUT_OLD):
        assert opened() == numbers | {first: identity_number(77), late.pk: identity_number(78)}


def _command(text: str) -> "subprocess.Popen[str]":
    facts = connection.settings_dict
    host = facts["HOST"].replace("/", "%2F")
    password = f":{facts['PASSWORD']}" if facts["PASSWORD"] else ""
    port = f"&port={facts['PORT']}" if facts["PORT"] else ""
    url = f"postgres://{facts['USER']}{password}@/{facts['NAME']}?host={host}{port}"
    return subprocess.Popen(
        [sys.executable, "manage.py", "rotate_keys", "--batch", "3", "--pause", "0.2"],
        cwd=portal_settings.BASE_DIR,
        env={
            **os.environ,
            "DATABASE_URL": url,
            "FIELD_KEYS": text,
            "DJANGO_SETTINGS_MODULE": "g60portal.settings.dev",
        },
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
    )


@pytest.mark.django_db(transaction=True)
def test_rotation_when_killed_and_started_again_then_it_goes_on_where_it_was() -> None:
    with keys(OLD):
        numbers = people(30)
    with keys(BOTH):
        with _command(BOTH) as running:
            assert running.stdout is not None
            for line in running.stdout:
                if re.search(r"identity papers: 6 of", line):
                    running.send_signal(signal.SIGKILL)
                    break
        rest = IDENTITIES.stale(portal_sealer()).count()
        assert 0 < rest <= 24
        assert opened() == numbers  # readable in the middle
        assert f"identity papers: {rest} of {rest}" in rotate(batch=rest)
        assert opened() == numbers
    with keys(WITHOUT_OLD):
        assert opened() == numbers


@pytest.mark.parametrize("text", ["i1:x", f"1:{key('a')},i0:{key('b')}", f"i1:{key('a')}"])
def test_keys_when_index_keys_are_odd_then_refused(text: str) -> None:
    with pytest.raises(KeysUnusable):
        Sealer.from_text(text)


def test_index_when_it_has_a_key_of_its_own_then_sealing_keys_do_not_matter() -> None:
    one, other = (Sealer.from_text(f"{n}:{key(c)},i3:{key('c')}") for n, c in ((1, "a"), (2, "b")))
    assert one.blind_index("x", "paper") == other.blind_index("x", "paper")
    assert (one.index_version, Sealer.from_text(OLD).index_version) == (3, 0)
    with pytest.raises(SealBroken):
        other.unseal(one.seal("x", "r").ciphertext, 1, "r")


def test_kinds_when_listed_then_second_factors_and_every_sealed_column_are_there() -> None:
    """A model with a sealed column and no kind would be left behind by a rotation."""
    sealed = {
        model
        for model in apps.get_models()
        if any(isinstance(field, BinaryField) for field in model._meta.get_fields())
    }
    known = {kind.stale(portal_sealer()).model for kind in resealing.sealed_kinds()}
    # What the API answered to a call with a key is kept as it was sent.
    assert sealed - {IdempotentCall} <= known
    assert SECOND_FACTORS in resealing.sealed_kinds()
    assert Nomination in known
