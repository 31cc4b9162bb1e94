"""Merging two organizations, former names that imports find, and taking it back exactly."""

import datetime as dt
import threading
from itertools import chain, combinations

import pytest
from django.apps import apps
from django.db import transaction
from rest_framework.test import APIClient

from cohorts.actions.merges import (
    keep_organizations_apart,
    merge_organizations,
    undo_organization_merge,
)
from cohorts.actions.organizations import create_organizations
from cohorts.models import Organization, OrganizationMerge
from cohorts.queries.merges import (
    FIELDS,
    organization_pointers,
    suspected_organizations,
)
from cohorts.queries.organizations import organizations_found
from cohorts.refusals import (
    OrganizationMergeContradicted,
    OrganizationMerged,
    OrganizationUndoEnded,
    SameOrganization,
)
from g60portal.common.clock import SHANGHAI
from g60portal.common.merging import plain_columns
from tests.factories import LegFactory, OrganizationFactory, city, user_with
from tests.factories.sessions import SpeakerFactory, VenueFactory
from tests.race import PATIENCE_SECONDS, other_connection

pytestmark = pytest.mark.django_db
CODE = "91310117MA1J1ABC0X"


def everything() -> list[dict]:
    models = {Organization, *(one.model for one in organization_pointers())}
    return [
        plain_columns(row)
        for model in sorted(models, key=str)
        for row in model._base_manager.order_by("pk")
    ]


def two(**more) -> tuple[Organization, Organization]:
    kept = OrganizationFactory(name="示例科技有限公司", name_en="", short_name="")
    gone = OrganizationFactory(
        name="上海示例科技有限责任公司", credit_code=CODE, chain="人工智能", **more
    )
    LegFactory(host=gone)
    VenueFactory(organization=gone)
    SpeakerFactory(organization=gone)
    return kept, gone


def test_merge_when_rows_of_all_apps_refer_then_they_move_and_no_table_is_forgotten() -> None:
    by_hand = {
        (model._meta.label, column.name)
        for model in apps.get_models(include_auto_created=True)
        for column in model._meta.concrete_fields
        if column.remote_field and column.remote_field.model is Organization
    }
    listed = {(one.label, one.field.name) for one in organization_pointers()}
    own = {name for name in by_hand if name[0].startswith(("cohorts.OrganizationM", "cohorts.Not"))}
    assert listed == by_hand - own
    kept, gone = two()
    merge = merge_organizations(kept=kept, gone=gone, taken=["credit_code", "chain"], by=None)
    assert merge.summary["moved"] == {
        "cohorts.Leg": 1,
        "training_sessions.Speaker": 1,
        "training_sessions.Venue": 1,
    }
    kept.refresh_from_db()
    assert (kept.credit_code, kept.chain) == (CODE, "人工智能")
    assert not Organization.objects.filter(pk=gone.pk).exists()


def test_import_when_it_says_a_former_name_then_the_survivor_is_found() -> None:
    kept, gone = two()
    merge_organizations(kept=kept, gone=gone, taken=["name"], by=None)
    kept.refresh_from_db()
    assert kept.name == "上海示例科技有限责任公司"
    draft = Organization(name="示例科技有限公司", city=kept.city, kind="enterprise")
    assert create_organizations(drafts=[draft], by=None) == [kept]
    assert list(organizations_found(q="示例科技有限公司")) == [kept]


@pytest.mark.parametrize(
    "taken", [*chain(*(combinations(FIELDS, size) for size in (0, 1))), FIELDS]
)
def test_undo_when_anything_was_taken_then_every_row_is_as_before(taken) -> None:
    kept, gone = two(short_name="示例", kind="university", city=city("hefei"), segment="upstream")
    before = everything()
    merge = merge_organizations(kept=kept, gone=gone, taken=taken, by=None)
    assert everything() != before
    undo_organization_merge(merge=merge, by=None)
    assert everything() == before


def test_merge_when_names_are_equal_in_two_cities_then_the_city_can_be_taken() -> None:
    kept = OrganizationFactory(name="示例科技有限公司")
    gone = OrganizationFactory(name="示例科技有限公司", city=city("hefei"))
    merge_organizations(kept=kept, gone=gone, taken=["city"], by=None)
    assert Organization.objects.get(pk=kept.pk).city == city("hefei")


def test_undo_when_changed_since_or_too_late_then_refused(frozen_clock) -> None:
    frozen_clock(dt.datetime(2026, 6, 1, tzinfo=SHANGHAI))
    kept, gone = two()
    merge = merge_organizations(kept=kept, gone=gone, taken=["chain"], by=None)
    Organization.objects.filter(pk=kept.pk).update(chain="新材料")
    with pytest.raises(OrganizationMergeContradicted) as caught, transaction.atomic():
        undo_organization_merge(merge=merge, by=None)
    assert [one["field"] for one in caught.value.facts["changed"]] == ["chain"]
    frozen_clock(dt.datetime(2026, 7, 2, tzinfo=SHANGHAI))
    with pytest.raises(OrganizationUndoEnded), transaction.atomic():
        undo_organization_merge(merge=merge, by=None)


def test_merge_when_the_same_or_merged_already_then_refused() -> None:
    kept, gone = two()
    with pytest.raises(SameOrganization):
        merge_organizations(kept=kept, gone=kept, by=None)
    merge_organizations(kept=kept, gone=gone, by=None)
    with pytest.raises(OrganizationMerged), transaction.atomic():
        merge_organizations(kept=OrganizationFactory(), gone=gone, by=None)


def test_list_when_kept_apart_then_hidden_until_a_name_changes(django_assert_num_queries) -> None:
    kept, gone = two()
    with django_assert_num_queries(3):
        assert [one.suspicion.pair for one in suspected_organizations().pairs] == [
            (kept.pk, gone.pk)
        ]
    keep_organizations_apart(one=gone, other=kept, reason="两家", by=None)
    assert suspected_organizations().count == 0
    Organization.objects.filter(pk=kept.pk).update(short_name="示例")
    assert suspected_organizations().count == 1


@pytest.mark.django_db(transaction=True)
def test_merges_when_two_at_once_then_the_second_is_told() -> None:
    kept, gone, third = OrganizationFactory(), OrganizationFactory(), OrganizationFactory()

    def second() -> str:
        try:
            merge_organizations(kept=third, gone=gone, by=None)
        except OrganizationMerged as refusal:
            return refusal.code
        return "done"

    with other_connection() as start:
        with transaction.atomic():
            merge_organizations(kept=kept, gone=gone, by=None)
            waiting = start(second)
            threading.Event().wait(PATIENCE_SECONDS)
            assert not waiting.done()
        assert waiting.result(timeout=10) == "organization_merged"
    OrganizationMerge.objects.all().delete()


def test_api_when_merged_and_undone_then_old_addresses_lead_to_the_survivor() -> None:
    kept, gone = two()
    api = APIClient()
    api.force_authenticate(user_with("administrator"))
    assert api.get("/api/v1/organizations/duplicates/").json()["count"] == 1
    body = {"kept": kept.pk, "gone": gone.pk, "taken": ["credit_code"]}
    made = api.post("/api/v1/organizations/merges/", body, format="json")
    assert made.status_code == 201
    assert api.get(f"/api/v1/organizations/{gone.pk}/").json()["id"] == kept.pk
    again = api.post("/api/v1/organizations/merges/", body, format="json")
    assert (again.status_code, again.json()["code"]) == (409, "organization_merged")
    url = f"/api/v1/organizations/merges/{made.json()['id']}/"
    assert api.post(f"{url}undo/").json()["undo_until"] is None
