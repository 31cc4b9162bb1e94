"""Adding cities behind the nine, and correcting their names and places. Code and order stay."""

from collections.abc import Mapping
from typing import Any

from django.db import IntegrityError, transaction
from django.db.models import Max

from cohorts.models import City
from cohorts.refusals import CityCodeTaken
from g60portal.accounts.models import User
from g60portal.audit.record import changes, record
from g60portal.common.locks import advisory_lock, locked

CHANGEABLE = frozenset({"area_code", "name", "name_en", "province", "latitude", "longitude"})


@transaction.atomic
def create_city(*, code: str, name: str, name_en: str, by: User | None, **facts: Any) -> City:
    """A city at the end of the official order. One at a time: the order has no gaps."""
    advisory_lock("cities")
    last = City.objects.aggregate(last=Max("position"))["last"] or 0
    given = {"name": name, "name_en": name_en, **facts}
    _demand_known(given)
    city = City(code=code, position=last + 1, **given)
    try:
        with transaction.atomic():
            city.save(force_insert=True)
    except IntegrityError:
        if City.objects.filter(code=code).exists():
            raise CityCodeTaken(fields={"code": CityCodeTaken.text}) from None
        raise
    record("city.created", city, by=by, after={"code": code, **given})
    return city


@transaction.atomic
def change_city(*, city: City, facts: Mapping[str, Any], by: User | None) -> City:
    """Change any of `CHANGEABLE`. Locks the city."""
    _demand_known(facts)
    row = locked(city)
    before, after = changes(row, facts)
    if not after:
        return row
    for name, value in after.items():
        setattr(row, name, value)
    row.save(update_fields=list(after))
    record("city.changed", row, by=by, before=before, after=after)
    return row


def _demand_known(facts: Mapping[str, Any]) -> None:
    unknown = set(facts) - CHANGEABLE
    if unknown:
        raise TypeError(f"A city has no facts {sorted(unknown)}.")
