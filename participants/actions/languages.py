"""The language in which a person is written to."""

from django.db import transaction

from g60portal.accounts.models import User
from g60portal.audit.record import record
from g60portal.common.locks import locked_rows
from participants.models import Person


@transaction.atomic
def follow_language(*, user: User, language: str) -> None:
    """The persons who sign in with this account are written to in the language it chose."""
    for person in locked_rows(Person.objects.filter(user=user).exclude(language=language)):
        before, person.language = person.language, language
        person.save(update_fields=["language"])
        record(
            "person.language_chosen",
            person,
            by=user,
            before={"language": before},
            after={"language": language},
        )
