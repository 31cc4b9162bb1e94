"""One deed of one person, and its steps. All that is written in it shares a batch and is undone
together.

How the log of acts is read stands in `sessions.queries.session_changes`.
"""

from dataclasses import dataclass, field
from uuid import UUID, uuid4

from sessions.choices import ChangeRole, SessionState
from sessions.models import SessionChange, TrainingSession
from sessions.rules.pictures import Picture, differing

CREATED, CHANGED = "session.created", "session.changed"
CANCELLED, DELETED = "session.cancelled", "session.deleted"


@dataclass(frozen=True, slots=True)
class Act:
    """Give the same act to several actions to make them one step of undo.

    `written` collects what the actions have logged in it, in their order.
    """

    batch: UUID
    role: ChangeRole = ChangeRole.PLAIN
    written: list[SessionChange] = field(default_factory=list, compare=False, repr=False)

    @classmethod
    def fresh(cls) -> "Act":
        """A new deed, which clears what its author could have done again."""
        return cls(uuid4())


@dataclass(frozen=True, slots=True)
class Step:
    """One session of an act. `before` is None for a new one, `after` for one that goes; the row
    already has the values of `after`."""

    row: TrainingSession
    before: Picture | None
    after: Picture | None
    verb: str = CHANGED
    reason: str = ""

    @property
    def differing(self) -> frozenset[str]:
        return differing(self.before or {}, self.after or {})

    @property
    def placed(self) -> bool:
        """Takes a venue, speakers and people for a time."""
        return (
            self.after is not None
            and self.after["starts_at"] is not None
            and self.after["state"] != SessionState.CANCELLED
        )
