"""Reading certificates: what a new one will say, what a frozen one says, whose they are.

Giving numbers, rendering and revoking are actions.
"""

import dataclasses
import datetime as dt
from collections.abc import Mapping
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from django.conf import settings
from django.core.files.storage import default_storage
from django.db.models import F, QuerySet
from django.db.models.fields.json import KT

from cohorts.models import City, Cohort
from cohorts.queries.standing import Viewer
from participants.documents.certificate import CertificateFacts
from participants.models import Certificate, Enrollment
from participants.rules.names import latin_name


def shared_facts(cohort: Cohort, issued_on: dt.date) -> dict[str, Any]:
    """What all certificates of one issue say alike, as JSON values to be frozen."""
    legs = list(cohort.legs.select_related("city", "host").order_by("position"))
    hosts = dict.fromkeys((leg.host.name, leg.host.name_en) for leg in legs)
    return {
        "code": cohort.code,
        "title": cohort.title,
        "title_en": cohort.title_en or cohort.title,
        "edition": cohort.edition,
        "hosts": [list(host) for host in hosts],
        "starts_on": cohort.starts_on.isoformat(),
        "ends_on": cohort.ends_on.isoformat(),
        "issued_on": issued_on.isoformat(),
        "cities": [dataclasses.asdict(city) for city in frozen_cities()],
        "legs": list(dict.fromkeys(leg.city.code for leg in legs)),
        "sample_seal": settings.DEMO,
    }


@dataclass(frozen=True)
class FrozenCity:
    """A city as it stood when the certificate was issued; enough to draw the corridor."""

    code: str
    name: str
    name_en: str
    province: str
    latitude: float | None


def frozen_cities() -> list[FrozenCity]:
    """The corridor of today, in its official order."""
    names = [field.name for field in dataclasses.fields(FrozenCity)]
    return [FrozenCity(*row) for row in City.objects.values_list(*names)]


def cities_then(certificate: Certificate) -> list[FrozenCity]:
    """The corridor of the day of issue."""
    return [FrozenCity(**facts) for facts in certificate.facts["cities"]]


def personal_facts(enrollment: Enrollment, hours: Decimal) -> dict[str, Any]:
    """What a certificate says of one person. The enrollment comes with its person."""
    person = enrollment.person
    return {
        "name": person.name,
        "name_latin": person.latin_name or latin_name(person.name),
        "hours": plain_hours(hours),
    }


def plain_hours(hours: Decimal) -> str:
    """`36` for 36.0, `36.5` as it is."""
    return f"{hours.normalize():f}"


def document_facts(certificate: Certificate) -> CertificateFacts:
    """The frozen facts in the form that the document takes."""
    facts: Mapping[str, Any] = certificate.facts
    cities, lit = cities_then(certificate), set(facts["legs"])
    return CertificateFacts(
        number=certificate.number,
        name=facts["name"],
        name_latin=facts["name_latin"],
        cohort_title=facts["title"],
        cohort_title_en=facts["title_en"],
        edition=facts["edition"],
        hosts=tuple((name, name_en) for name, name_en in facts["hosts"]),
        starts_on=dt.date.fromisoformat(facts["starts_on"]),
        ends_on=dt.date.fromisoformat(facts["ends_on"]),
        hours=facts["hours"],
        issued_on=dt.date.fromisoformat(facts["issued_on"]),
        verify_url=facts["verify_url"],
        legs=tuple(city.name for city in cities if city.code in lit),
        cities=tuple((city.name, city.name_en) for city in cities),
        sample_seal=facts["sample_seal"],
    )


def certificate_list(cohort: Cohort) -> QuerySet[Certificate]:
    """All certificates of a cohort in the order of their numbers; of the frozen facts only the
    address, as `verify_url`, beside the `code` of the cohort."""
    rows = cohort.certificates.annotate(verify_url=KT("facts__verify_url"), code=F("cohort__code"))
    return rows.defer("facts").order_by("serial")


def certificates_of(user: Viewer) -> QuerySet[Certificate]:
    """The certificates of the person behind an account, newest first."""
    return (
        Certificate.objects.filter(enrollment__person__user=user.pk or 0)
        .select_related("cohort")
        .order_by("-issued_on", "-pk")
    )


def certificate_by_code(code: str) -> Certificate | None:
    """All that a page shows of it stands in its frozen facts."""
    return Certificate.objects.filter(verify_code=code).first()


def document_bytes(certificate: Certificate) -> bytes | None:
    """The rendered file, or None while there is none (not rendered yet, or the store lost it)."""
    name = certificate.file.name
    if not name or not default_storage.exists(name):
        return None
    with default_storage.open(name) as stored:
        return bytes(stored.read())


def document_filename(certificate: Certificate) -> str:
    """Plain ASCII, without a personal name: it travels in headers and lies in download folders."""
    return f"{certificate.facts['code']}-{certificate.serial:04}.pdf"
