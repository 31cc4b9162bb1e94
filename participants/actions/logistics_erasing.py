"""Emptying what was said under the consent to diet and health."""

from participants.models import LogisticsForm


def empty_sensitive(person_id: int) -> int:
    """In all cohorts and legs; answers how many forms said something. For the caller's
    transaction."""
    forms = LogisticsForm.objects.filter(enrollment__person_id=person_id)
    said = forms.exclude(diet="", sealed__isnull=True)
    return said.update(diet="", sealed=None)
