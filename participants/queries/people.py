"""One person in a cohort, for its page; and the choices of the filters of the list."""

from collections.abc import Iterable

from cohorts.models import City, Cohort
from cohorts.permissions import people_city_ids
from cohorts.queries.standing import Standing
from participants.models import Enrollment, Group, Person
from participants.queries.present_facts import enrollments_with_facts


def enrollment_at(cohort: Cohort, standing: Standing, seat: int) -> Enrollment | None:
    """Whoever has this seat number, when the standing reaches so far; None otherwise."""
    rows = enrollments_with_facts(cohort).filter(seat=seat)
    cities = people_city_ids(standing)
    return (rows if cities is None else rows.filter(city_id__in=cities)).first()


def cities_seen(standing: Standing) -> list[City]:
    """The cities whose people a standing may see, in their official order."""
    cities = people_city_ids(standing)
    rows = City.objects.all()
    return list(rows if cities is None else rows.filter(pk__in=cities))


def group_choices(cohort: Cohort) -> list[Group]:
    return list(Group.objects.filter(cohort=cohort).order_by("position"))


def people_in_words(person_ids: Iterable[int]) -> list[tuple[int, str]]:
    """Name with the newest employer and post: enough to tell namesakes apart."""
    wanted = list(person_ids)
    newest = (
        Enrollment.objects.filter(person_id__in=wanted)
        .order_by("person_id", "-pk")
        .distinct("person_id")
        .values_list("person_id", "organization_name", "title")
    )
    employers = {pk: " ".join(filter(None, texts)) for pk, *texts in newest}
    people = Person.objects.filter(pk__in=wanted).values_list("pk", "name")
    return [(pk, " · ".join(filter(None, (name, employers.get(pk, ""))))) for pk, name in people]
