"""Going back to an older release: the draft becomes what it was then, as one act to undo.

People notice nothing of it before the draft is released.
"""

from django.db import transaction
from django.utils.translation import gettext_lazy as _

from cohorts.actions.locking import locked_open
from g60portal.accounts.models import User
from g60portal.audit.record import record
from g60portal.common.refusals import Refusal
from sessions.actions.acts import Act
from sessions.actions.session_writing import hold, step_of, write
from sessions.models import Release
from sessions.queries.restoration import Restoration, restoration_of


class NothingToRestore(Refusal):
    code = "nothing_to_restore"
    text = _("The draft is like this release already.")


@transaction.atomic
def restore_release(*, release: Release, by: User | None) -> Restoration:
    """Give every session of the draft the facts of that release; answers what was done.

    What came later is cancelled (people know of it) or goes to the tray (they do not). Locks the
    cohort and the sessions. Clash when a venue or a speaker is taken by another cohort meanwhile.
    """
    cohort = locked_open(release.cohort)
    plan = restoration_of(cohort, release)
    goals = {goal.training_session.pk: goal for goal in plan.goals}
    held = hold(cohort, {pk: goal.training_session.version for pk, goal in goals.items()})
    steps = []
    for each in held:
        goal = goals[each.row.pk]
        steps.append(step_of(each, goal.facts, goal.speakers, goal.groups, reason=goal.reason))
    changed = sum(bool(step.differing) for step in steps)
    if not changed:
        raise NothingToRestore
    write(cohort, steps, by=by, act=Act.fresh())
    after = {"release": release.number, "sessions": changed, "missing": len(plan.missing)}
    record("release_restored", release, by=by, scope=cohort.code, after=after)
    return plan
