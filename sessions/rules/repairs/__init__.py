"""How a clash can be repaired: which changes are possible, what each costs, which are the best.

`search(ground, targets)` answers with the best few, different ones first. How the ground is read
from the database stands in `sessions.queries.repair_ground`; nothing here writes.
"""

from sessions.rules.repairs.delays import Delay, delayed
from sessions.rules.repairs.facts import Cost, Ground, Option, Repair, Told
from sessions.rules.repairs.search import (
    Search,
    fallbacks_for,
    free_times_for,
    search,
    search_for,
)

__all__ = [
    "Cost",
    "Delay",
    "Ground",
    "Option",
    "Repair",
    "Search",
    "Told",
    "delayed",
    "fallbacks_for",
    "free_times_for",
    "search",
    "search_for",
]
