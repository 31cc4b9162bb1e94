"""Creating and changing organizations, which all cohorts share."""

from collections.abc import Mapping, Sequence
from typing import Any

from django.db import IntegrityError, transaction

from cohorts.models import City, Organization
from cohorts.refusals import CreditCodeTaken, CreditCodeWrong, OrganizationNameTaken
from cohorts.rules.credit_code import CreditCodeProblem, check_credit_code
from g60portal.accounts.models import User
from g60portal.audit.record import changes, record, record_many
from g60portal.common.constraints import broken_constraint
from g60portal.common.locks import locked

CHANGEABLE = frozenset(
    {"name", "short_name", "name_en", "credit_code", "city", "kind", "chain", "segment"}
)


@transaction.atomic
def create_organization(
    *, name: str, city: City, kind: str, by: User | None, **facts: Any
) -> Organization:
    """A new organization; name and credit code are each taken only once."""
    given = _clean({"name": name, "city": city, "kind": kind, **facts})
    organization = Organization(**given)
    _save(organization, force_insert=True)
    record("organization.created", organization, by=by, after=given)
    return organization


@transaction.atomic
def create_organizations(*, drafts: Sequence[Organization], by: User | None) -> list[Organization]:
    """Many at once, for an import that knows their names; codes have been checked.

    One that somebody else has written in the meantime is taken as it stands there; for a name or a
    code of one that was merged, its survivor.
    """
    keys = [(draft.city_id, draft.name) for draft in drafts]
    Organization.objects.bulk_create(drafts, ignore_conflicts=True, batch_size=1000)
    known = Organization.with_merged.select_related("merged_into")
    rows = {
        (row.city_id, row.name): row.merged_into or row
        for row in known.filter(name__in={name for _city, name in keys})
    }
    codes = {
        row.credit_code: row.merged_into or row
        for row in known.filter(
            credit_code__in={draft.credit_code for draft in drafts if draft.credit_code}
        )
    }
    found = [
        rows.get(key) or codes[draft.credit_code] for key, draft in zip(keys, drafts, strict=True)
    ]
    record_many("organization.created", found, by=by)
    return found


@transaction.atomic
def change_organization(
    *, organization: Organization, facts: Mapping[str, Any], by: User | None
) -> Organization:
    """Change any of `CHANGEABLE`. Locks the organization."""
    row = locked(organization)
    before, after = changes(row, _clean(facts))
    if not after:
        return row
    for name, value in after.items():
        setattr(row, name, value)
    _save(row, update_fields=list(after))
    record("organization.changed", row, by=by, before=before, after=after)
    return row


def _clean(facts: Mapping[str, Any]) -> dict[str, Any]:
    """Single inner spaces, and the credit code in its normal form."""
    unknown = set(facts) - CHANGEABLE
    if unknown:
        raise TypeError(f"An organization has no facts {sorted(unknown)}.")
    clean = {
        name: " ".join(value.split()) if isinstance(value, str) else value
        for name, value in facts.items()
    }
    if clean.get("credit_code"):
        clean["credit_code"] = _checked(clean["credit_code"])
    return clean


def _checked(credit_code: str) -> str:
    try:
        return check_credit_code(credit_code)
    except CreditCodeProblem as problem:
        raise CreditCodeWrong(
            problem.message,
            fields={"credit_code": problem.message},
            facts={"problem": problem.code},
        ) from None


def _save(organization: Organization, **how: Any) -> None:
    try:
        with transaction.atomic():
            organization.save(**how)
    except IntegrityError as error:
        match broken_constraint(error):
            case "organization_credit_code_unique":
                raise CreditCodeTaken(fields={"credit_code": CreditCodeTaken.text}) from None
            case "organization_name_unique_in_city":
                raise OrganizationNameTaken(fields={"name": OrganizationNameTaken.text}) from None
            case _:
                raise
