"""What is stored about people, in the shape that `rules.person_changes` compares."""

from collections.abc import Iterable

from django.db.models import Exists, OuterRef, QuerySet

from cohorts.models import Cohort
from participants.choices import ConsentPurpose
from participants.models import Consent, Enrollment, Person
from participants.rules.person_changes import PresentFacts


def enrollments_with_facts(cohort: Cohort) -> QuerySet[Enrollment]:
    """Enrollments with everything that `present_facts` reads, in one query."""
    return (
        Enrollment.objects.filter(cohort=cohort)
        .select_related("person", "person__identity", "person__user", "group", "city")
        .annotate(listed=_listed("person_id"))
    )


def enrollments_of_people(cohort: Cohort, person_ids: Iterable[int]) -> dict[int, Enrollment]:
    """By person."""
    rows = enrollments_with_facts(cohort).filter(person_id__in=list(person_ids))
    return {row.person_id: row for row in rows}


def present_facts(enrollment: Enrollment) -> PresentFacts:
    """Of a row of `enrollments_with_facts`."""
    return _facts(
        enrollment.person,
        directory_consent=bool(getattr(enrollment, "listed", False)),
        city_id=enrollment.city_id,
        organization_name=enrollment.organization_name,
        title=enrollment.title,
        group_name=enrollment.group.name if enrollment.group else "",
    )


def facts_of_person(person: Person) -> PresentFacts:
    """Of somebody known who is not enrolled here yet."""
    listed = Consent.objects.filter(
        person=person, purpose=ConsentPurpose.DIRECTORY, withdrawn_at__isnull=True
    )
    return _facts(person, directory_consent=listed.exists())


def facts_of_people(people: Iterable[Person]) -> dict[int, PresentFacts]:
    """As `facts_of_person` for many, whose identities are loaded; one query."""
    rows = {person.pk: person for person in people}
    listed = set(
        Consent.objects.filter(
            person_id__in=rows, purpose=ConsentPurpose.DIRECTORY, withdrawn_at__isnull=True
        ).values_list("person_id", flat=True)
    )
    return {pk: _facts(person, directory_consent=pk in listed) for pk, person in rows.items()}


def _listed(reference: str) -> Exists:
    return Exists(
        Consent.objects.filter(
            person_id=OuterRef(reference),
            purpose=ConsentPurpose.DIRECTORY,
            withdrawn_at__isnull=True,
        )
    )


def _facts(person: Person, **facts: object) -> PresentFacts:
    identity = getattr(person, "identity", None)
    return PresentFacts(
        name=person.name,
        latin_name=person.latin_name,
        gender=person.gender,
        birth_on=person.birth_on,
        language=person.language,
        phone=person.phone,
        email=person.email,
        paper_index=identity.blind_index if identity else "",
        masked_identity=identity.masked if identity else "",
        **facts,  # type: ignore[arg-type]
    )
