"""What counts as a clash between training sessions: the definitions, and nothing else.

`clashes_between(plan)` answers with every clash of a plan, each once. How the plan is read from
the database stands in `sessions.queries.clashes`; that hard clashes cannot be saved, in the
constraints.
"""

from sessions.rules.clashes.facts import (
    Clash,
    GroupFacts,
    Plan,
    SessionFacts,
    SpeakerFacts,
    VenueFacts,
)
from sessions.rules.clashes.verdict import clashes_between, hard_clashes_between

__all__ = [
    "Clash",
    "GroupFacts",
    "Plan",
    "SessionFacts",
    "SpeakerFacts",
    "VenueFacts",
    "clashes_between",
    "hard_clashes_between",
]
