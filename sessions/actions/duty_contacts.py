"""The telephones that participants may call: adding and taking away."""

from django.db import IntegrityError, transaction

from cohorts.models import Cohort
from g60portal.accounts.models import User
from g60portal.audit.record import record
from g60portal.common.locks import locked
from sessions.models import DutyContact
from sessions.refusals import ContactListed, TooManyContacts

# More is a directory, and nobody reads one in an emergency.
MOST_CONTACTS = 8


@transaction.atomic
def add_duty_contact(
    *, cohort: Cohort, duty: str, name: str, phone: str, by: User | None
) -> DutyContact:
    """Locks the cohort. Raises ContactListed for a telephone that is on the list already."""
    row = locked(cohort)
    if DutyContact.objects.filter(cohort=row).count() >= MOST_CONTACTS:
        raise TooManyContacts
    try:
        with transaction.atomic():
            contact = DutyContact.objects.create(cohort=row, duty=duty, name=name, phone=phone)
    except IntegrityError as broken:
        raise ContactListed from broken
    record("duty_contact.added", contact, by=by, scope=row.code)
    return contact


@transaction.atomic
def remove_duty_contact(*, contact: DutyContact, by: User | None) -> None:
    """Locks the contact. Who reads the page sees it gone at once."""
    row = locked(contact)
    record("duty_contact.removed", row, by=by, scope=row.cohort.code)
    row.delete()
