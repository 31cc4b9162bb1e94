"""The pictures of merges: gone after 30 days and with what they hold, sealed again with new keys,
and in the copy of one's own data."""

import base64
import datetime as dt

import pytest

from g60portal.common import keyring
from g60portal.common.clock import SHANGHAI
from g60portal.common.resealing import reseal_batch, sealed_kinds
from g60portal.common.sealing import Sealer
from participants.actions.erasure import purge_due
from participants.actions.merges import merge_people, undo_merge
from participants.actions.privacy_requests import finish_request, make_request
from participants.models import FormerContact, PersonMerge, SealedIdentity
from participants.queries.identities import opened_number
from participants.queries.own_data import own_data
from tests.factories import CohortFactory, EnrollmentFactory, PersonFactory
from tests.participants.people import enrolled, identity_number

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def _own_folder(settings, tmp_path):
    settings.VAR_DIR = tmp_path


@pytest.fixture
def merged(frozen_clock) -> PersonMerge:
    frozen_clock(dt.datetime(2026, 6, 14, 9, tzinfo=SHANGHAI))
    kept = enrolled(CohortFactory(), "张三", phone="13900000001").person
    gone = enrolled(
        CohortFactory(), "张三", phone="13900000002", identity=identity_number(1)
    ).person
    return merge_people(kept=kept, gone=gone, by=None)


def pictures() -> int:
    return PersonMerge.objects.filter(picture__isnull=False).count()


def test_purge_when_thirty_days_are_over_then_the_picture_goes(merged, frozen_clock) -> None:
    PersonMerge.objects.update(made_at=dt.datetime(2026, 5, 1, 9, tzinfo=SHANGHAI))
    frozen_clock(dt.datetime(2026, 5, 31, 3, tzinfo=SHANGHAI))
    purge_due()
    assert pictures() == 1
    frozen_clock(dt.datetime(2026, 6, 1, 3, tzinfo=SHANGHAI))
    assert purge_due()["merge"] == 1
    assert pictures() == 0


def test_deletion_when_asked_for_then_pictures_and_former_contacts_go_too(merged) -> None:
    assert FormerContact.objects.count() == 1
    asked = make_request(person=merged.kept, kind="deletion", wish="", channel="staff", by=None)
    finish_request(request=asked, answer="", by=None)
    assert pictures() == 0
    assert FormerContact.objects.count() == 0


def test_own_data_when_merged_then_rows_that_stayed_with_the_other_are_told_too(merged) -> None:
    cohort = CohortFactory()
    other = PersonFactory()
    EnrollmentFactory(cohort=cohort, person=merged.kept, state="withdrawn")
    EnrollmentFactory(cohort=cohort, person=other, state="withdrawn")
    merge_people(kept=merged.kept, gone=other, by=None)
    data = own_data(merged.kept)
    assert [row["cohort__code"] for row in data["enrollments"]].count(cohort.code) == 2
    assert len(data["merges"]) == 2
    assert {row["value"] for row in data["former_contacts"]} >= {"13900000002"}


def test_rotation_when_the_old_key_is_removed_then_undo_gives_the_paper_back(
    merged, monkeypatch
) -> None:
    person = merged.gone_id
    new = base64.b64encode(b"n" * 32).decode()
    old = keyring.portal_sealer()
    both = Sealer.from_text(f"{_keys()},{old.newest + 1}:{new}")
    [kind] = [one for one in sealed_kinds() if one.name == "merges of persons"]
    assert reseal_batch(kind, both, after=None, limit=10).done == 1
    monkeypatch.setattr("participants.queries.merges.portal_sealer", lambda: both)
    undo_merge(merge=merged, by=None)
    row = SealedIdentity.objects.get(person=person)
    assert row.key_version == both.newest
    monkeypatch.setattr("participants.queries.identities.portal_sealer", lambda: both)
    assert opened_number(row) == identity_number(1)


def _keys() -> str:
    from django.conf import settings

    return settings.FIELD_KEYS
