"""Two legs and the organizers of each, for the tests of proposals."""

from dataclasses import dataclass
from typing import Any

from cohorts.choices import Role
from cohorts.models import Cohort, Leg
from g60portal.accounts.models import User
from sessions.actions.proposals import propose_change
from sessions.models import Proposal, TrainingSession
from tests.factories import at, training_session, two_leg_cohort, user_with


@dataclass(frozen=True)
class Hosts:
    """Songjiang 8–10 June, Hefei 11–13 June; `theirs` lies in Hefei, `ours` in Songjiang."""

    cohort: Cohort
    songjiang: Leg
    hefei: Leg
    here: User
    there: User
    lead: User
    ours: TrainingSession
    theirs: TrainingSession

    def propose(
        self, row: TrainingSession | None = None, *, leg: Leg | None = None, **facts: Any
    ) -> Proposal:
        """The host of Songjiang asks that of Hefei; to move `theirs` to the afternoon unless told
        otherwise."""
        asked = row or self.theirs
        return propose_change(
            cohort=self.cohort,
            leg=leg or self.hefei,
            training_session=asked,
            version=asked.version,
            facts=facts or {"starts_at": at(11, "14:00"), "ends_at": at(11, "16:00")},
            note="上午车辆来不及",
            by=self.here,
        )


def two_hosts(**facts: Any) -> Hosts:
    cohort, songjiang, hefei = two_leg_cohort(**facts)
    return Hosts(
        cohort=cohort,
        songjiang=songjiang,
        hefei=hefei,
        here=user_with(Role.LEG, cohort=cohort, leg=songjiang),
        there=user_with(Role.LEG, cohort=cohort, leg=hefei),
        lead=user_with(Role.LEAD, cohort=cohort),
        ours=training_session(songjiang, 8, "09:00", "11:00", title="我方讲座"),
        theirs=training_session(hefei, 11, "09:00", "11:00", title="对方讲座"),
    )
