"""Reminding coordinators of deadlines that come near while seats are open."""

from django.db import transaction

from g60portal.notices.outbox import write_notices
from participants.notices.nomination_deadline import deadline_reminders
from participants.queries.quota_board import quotas_to_remind


@transaction.atomic
def remind_of_deadlines() -> int:
    """Write the reminders that are due; answers how many were new. The keys of the rows see to it
    that nobody is reminded twice, whoever else is writing."""
    return write_notices(deadline_reminders(quotas_to_remind()))
