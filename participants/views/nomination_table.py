"""Which step of a nomination is offered to whom, and what its button does: one table for the page
of one nomination and for the bulk actions of the list."""

from collections.abc import Callable
from dataclasses import dataclass

from django.http import QueryDict
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from cohorts.permissions import may_admit, may_nominate
from cohorts.queries.standing import Standing
from cohorts.views.rooms import Entry
from participants.actions.admissions import (
    admit_nomination,
    decline_nomination,
    waitlist_nomination,
    withdraw_nomination,
)
from participants.actions.nominations import (
    check_nomination,
    return_nomination,
    submit_nomination,
)
from participants.choices import EXPLAINED_NOMINATIONS, NominationState
from participants.forms.nominations import StepForm
from participants.models import Nomination
from participants.rules.nominations import may_move

S = NominationState


@dataclass(frozen=True)
class Step:
    """What a button does; `asks` shows a field for the reason, `danger` asks before."""

    name: str
    target: str
    label: str | Promise
    permission: Callable[[Standing], bool]
    take: Callable[[Nomination, str, Entry], Nomination]
    asks: bool = False
    danger: bool = False

    def form(self, row: Nomination, data: QueryDict | None = None) -> StepForm:
        """An own draft is taken back without a word; who is wait-listed, sent back, declined or
        withdrawn is told why."""
        explained = self.target in {*EXPLAINED_NOMINATIONS, S.WAITLISTED} and row.state != S.DRAFT
        return StepForm(data, prefix=self.name, explained=explained)

    @property
    def url_name(self) -> str:
        """`nomination-waitlist` is the list itself."""
        return "nomination-put-waiting" if self.name == "waitlist" else f"nomination-{self.name}"


STEPS = (
    Step(
        "submit",
        S.SUBMITTED,
        _("Hand in"),
        may_nominate,
        lambda row, _why, entry: submit_nomination(
            nomination=row, by=entry.by, late=may_admit(entry.standing)
        ),
    ),
    Step(
        "check",
        S.CHECKED,
        _("Approve for the city"),
        may_nominate,
        lambda row, _why, entry: check_nomination(nomination=row, by=entry.by),
    ),
    Step(
        "admit",
        S.ADMITTED,
        _("Admit"),
        may_admit,
        lambda row, why, entry: admit_nomination(nomination=row, reason=why, by=entry.by),
        asks=True,
    ),
    Step(
        "waitlist",
        S.WAITLISTED,
        _("Put on the waiting list"),
        may_admit,
        lambda row, why, entry: waitlist_nomination(nomination=row, reason=why, by=entry.by),
        asks=True,
    ),
    Step(
        "return",
        S.RETURNED,
        _("Send back"),
        may_nominate,
        lambda row, why, entry: return_nomination(nomination=row, reason=why, by=entry.by),
        asks=True,
    ),
    Step(
        "decline",
        S.DECLINED,
        pgettext_lazy("nomination", "Decline"),
        may_admit,
        lambda row, why, entry: decline_nomination(nomination=row, reason=why, by=entry.by),
        asks=True,
        danger=True,
    ),
    Step(
        "withdraw",
        S.WITHDRAWN,
        _("Withdraw"),
        may_nominate,
        lambda row, why, entry: withdraw_nomination(nomination=row, reason=why, by=entry.by),
        asks=True,
        danger=True,
    ),
)
STEP_NAMED = {step.name: step for step in STEPS}


@dataclass(frozen=True)
class Offered:
    step: Step
    form: StepForm


def steps_offered(
    standing: Standing, row: Nomination, form: StepForm | None, asked: str
) -> list[Offered]:
    """The steps that may follow and that this standing may take, with their forms."""
    return [
        Offered(step, form if form and asked == step.name else step.form(row))
        for step in STEPS
        if may_move(row.state, step.target) and step.permission(standing)
    ]
