"""Creating and changing organizations; adding cities."""

import pytest

from cohorts.actions.cities import change_city, create_city
from cohorts.actions.organizations import change_organization, create_organization
from cohorts.models import City, Organization
from cohorts.refusals import (
    CityCodeTaken,
    CreditCodeTaken,
    CreditCodeWrong,
    OrganizationNameTaken,
)
from g60portal.audit.models import AuditEvent
from tests.factories import OrganizationFactory, city

pytestmark = pytest.mark.django_db


def created(**facts) -> Organization:
    given = {"name": "示例微电子有限公司", "city": city(), "kind": "enterprise", **facts}
    return create_organization(**given, by=None)


def test_organization_when_created_then_clean_and_audited(valid_credit_code):
    organization = created(name=" 示例  公司 ", credit_code=f" {valid_credit_code.lower()} ")
    organization.refresh_from_db()
    assert (organization.name, organization.credit_code) == ("示例 公司", valid_credit_code)
    assert AuditEvent.objects.get().verb == "organization.created"


def test_organization_when_credit_code_is_wrong_then_refused_at_the_field(valid_credit_code):
    last = "0" if valid_credit_code[-1] != "0" else "1"
    with pytest.raises(CreditCodeWrong) as caught:
        created(credit_code=valid_credit_code[:-1] + last)
    assert list(caught.value.fields) == ["credit_code"]
    assert caught.value.facts == {"problem": "credit_code_check"}
    assert Organization.objects.count() == 0


def test_organization_when_credit_code_is_taken_then_refused(valid_credit_code):
    created(credit_code=valid_credit_code)
    with pytest.raises(CreditCodeTaken):
        created(name="另一公司", credit_code=valid_credit_code)


def test_organization_when_name_is_taken_in_its_city_then_refused():
    created()
    with pytest.raises(OrganizationNameTaken):
        created()
    created(city=city("hefei"))
    assert Organization.objects.count() == 2


def test_organization_when_changed_then_only_the_difference_is_audited():
    organization = OrganizationFactory(name="旧名", kind="enterprise")
    change_organization(
        organization=organization, facts={"name": "新名", "kind": "enterprise"}, by=None
    )
    organization.refresh_from_db()
    assert organization.name == "新名"
    event = AuditEvent.objects.get()
    assert (event.before, event.after) == ({"name": "旧名"}, {"name": "新名"})


def test_city_when_added_then_last_in_the_order():
    city("hefei")
    last = City.objects.latest("position").position
    added = create_city(code="ningbo", name="宁波", name_en="Ningbo", by=None)
    assert added.position == last + 1
    assert AuditEvent.objects.get().verb == "city.created"


def test_city_when_code_is_taken_then_refused():
    with pytest.raises(CityCodeTaken):
        create_city(code=city("hefei").code, name="合肥", name_en="Hefei", by=None)


def test_city_when_changed_then_code_and_order_stay():
    row = change_city(city=city("hefei"), facts={"name_en": "Hefei, Anhui"}, by=None)
    row.refresh_from_db()
    assert (row.code, row.position, row.name_en) == ("hefei", 9, "Hefei, Anhui")
    with pytest.raises(TypeError):
        change_city(city=row, facts={"position": 1}, by=None)
