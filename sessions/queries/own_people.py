"""Who else is in the cohort, as a participant may see it: those who agreed to be listed."""

from collections.abc import Sequence
from dataclasses import dataclass

from django.db.models import F, Func, Q, Value
from django.db.models.functions import Lower, Replace
from django.utils.translation import get_language

from cohorts.models import Cohort
from participants.choices import ConsentPurpose
from participants.models import Consent, Person
from participants.queries.directory import listed_people
from participants.rules.names import normalize_name

_LETTERS_ONLY = Func(
    Replace(Lower(F("person__latin_name")), Value("ü"), Value("v")),
    Value("[^a-z]"),
    Value(""),
    Value("g"),
    function="regexp_replace",
)


@dataclass(frozen=True)
class ListedPerson:
    name: str
    latin_name: str
    organization: str
    title: str
    city: str
    group: str | None


def people_listed(cohort_id: int, q: str) -> Sequence[ListedPerson]:
    """By strokes. `q`: characters of name or employer, pinyin from its beginning, or initials."""
    city = "city__name_en" if (get_language() or "").startswith("en") else "city__name"
    found = (
        listed_people(Cohort(pk=cohort_id))
        .select_related(None)
        .alias(spelled=_LETTERS_ONLY)
        .filter(_matches(q))
    )
    rows = found.values_list(
        "person__name", "person__latin_name", "organization_name", "title", city, "group__name"
    )
    return [ListedPerson(*row) for row in rows]


def person_of(user_id: int) -> Person:
    """The person behind a user; Person.DoesNotExist for users who take part in nothing."""
    return Person.objects.get(user_id=user_id)


def is_listed(user_id: int) -> bool:
    return Consent.objects.filter(
        person__user_id=user_id, purpose=ConsentPurpose.DIRECTORY, withdrawn_at__isnull=True
    ).exists()


def _matches(q: str) -> Q:
    wanted = normalize_name(q)
    if not wanted:
        return Q()
    matches = Q(person__name__icontains=wanted) | Q(organization_name__icontains=wanted)
    letters = "".join(c for c in wanted.lower().replace("ü", "v") if c not in " '’.-")
    if letters.isascii() and letters.isalpha():
        matches |= Q(spelled__startswith=letters) | Q(person__initials__startswith=letters)
    return matches
