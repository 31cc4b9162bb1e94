"""All that the draft of a cohort says, read without the code under test: to compare two moments."""

from typing import Any

from cohorts.models import Cohort
from sessions.models import SessionAudience, SessionSpeaker, TrainingSession

_UNCOMPARED = {"version", "changed_at", "created_at"}


def pictures(cohort: Cohort) -> dict[int, dict[str, Any]]:
    """Every session by id, with its speakers in their order and its groups, and the times that
    these rows carry."""
    found = {}
    for row in TrainingSession.objects.filter(cohort=cohort).values():
        speakers = SessionSpeaker.objects.filter(training_session=row["id"]).order_by("position")
        audience = SessionAudience.objects.filter(training_session=row["id"])
        facts = {name: value for name, value in row.items() if name not in _UNCOMPARED}
        found[row["id"]] = facts | {
            "speakers": list(speakers.values_list("speaker", "starts_at", "ends_at", "counts")),
            "audience": set(audience.values_list("group", "starts_at", "ends_at", "counts")),
        }
    return found
