"""Taking turns: every round measures each candidate once, so that noise meets all of them alike."""

from collections.abc import Callable, Mapping
from statistics import median

ROUNDS = 5


def in_turns(
    candidates: Mapping[str, Callable[[], float]], rounds: int = ROUNDS
) -> dict[str, float]:
    """The median figure of each candidate. One round before them warms up and is not counted."""
    figures: dict[str, list[float]] = {name: [] for name in candidates}
    for number in range(rounds + 1):
        for name, measured in candidates.items():
            figure = measured()
            if number:
                figures[name].append(figure)
    return {name: median(found) for name, found in figures.items()}
