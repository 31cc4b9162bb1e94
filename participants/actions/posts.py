"""Who does what for the class: monitor, deputies, officers, leaders of groups."""

from django.db import IntegrityError, transaction

from cohorts.actions.locking import locked_open
from g60portal.accounts.models import User
from g60portal.audit.record import record
from g60portal.common.constraints import broken_constraint
from g60portal.common.locks import locked
from participants.choices import ACTIVE_STATES, Post
from participants.models import Enrollment
from participants.refusals import LeaderWithoutGroup, NotSeated, PostTaken

_ONE_EACH = {"group_one_leader", "cohort_one_monitor"}


@transaction.atomic
def set_post(*, enrollment: Enrollment, post: str, by: User | None) -> Enrollment:
    """Give a post, or none (""). A group has one leader, a cohort one monitor: constraints. Locks
    the cohort, then the enrollment. Raises NotSeated, LeaderWithoutGroup, PostTaken."""
    cohort = locked_open(enrollment.cohort)
    row = locked(enrollment)
    if row.state not in ACTIVE_STATES:
        raise NotSeated
    if post == Post.LEADER and row.group_id is None:
        raise LeaderWithoutGroup
    before = row.post
    if before == post:
        return row
    row.post = post
    try:
        with transaction.atomic():
            row.save(update_fields=["post"])
    except IntegrityError as error:
        if broken_constraint(error) in _ONE_EACH:
            raise PostTaken from None
        raise
    record(
        "enrollment.post_given",
        row,
        by=by,
        scope=cohort.code,
        before={"post": before},
        after={"post": post},
    )
    return row
