"""Who boards which vehicle: groups stay together, nobody has two seats, no vehicle is overfull.

Groups are placed largest first, each on the first vehicle with room; where that leads nowhere, the
search steps back. Only when no arrangement keeps every group whole, as few of them as possible are
divided, the largest first. The same people and vehicles always give the same answer.
"""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field


@dataclass(frozen=True, slots=True)
class Bus:
    """A vehicle. `taken` are the seats that stay as they are: number → person."""

    id: int
    seats: int
    taken: Mapping[int, int] = field(default_factory=dict)

    @property
    def free(self) -> int:
        return self.seats - len(self.taken)


@dataclass(frozen=True, slots=True)
class Party:
    """People who should travel together; those without a group are a party each."""

    people: tuple[int, ...]


MOST_STATES = 100_000

# person → (vehicle, seat number)
Seating = dict[int, tuple[int, int]]


@dataclass(frozen=True, slots=True)
class Boarding:
    """The seats given, or (`missing` > 0) by how many people the seats fall short."""

    seating: Seating
    divided: tuple[Party, ...] = ()
    missing: int = 0


def board(buses: Sequence[Bus], parties: Iterable[Party]) -> Boarding:
    """Seats for everybody in `parties`, on what is free; nobody gets one when not all do.

    People of a party who have a seat already (`taken`) keep it, and the rest of their party joins
    them where there is room.
    """
    seated = {person for bus in buses for person in bus.taken.values()}
    waiting = [_Waiting.of(number, party, seated) for number, party in enumerate(parties)]
    waiting = [one for one in waiting if one.people]
    missing = sum(len(one.people) for one in waiting) - sum(bus.free for bus in buses)
    if missing > 0:
        return Boarding({}, missing=missing)
    plan = _Plan([bus.free for bus in buses])
    joined = [one for one in waiting if plan.join(one, buses)]
    left = [one for one in waiting if one not in joined]
    divided = plan.place(left)
    parties_divided = tuple(one.party for one in divided if len(one.people) > 1)
    return Boarding(_numbered(buses, plan.aboard), parties_divided)


@dataclass(frozen=True, slots=True)
class _Waiting:
    """The people of a party without a seat, and those who have one."""

    number: int
    party: Party
    people: tuple[int, ...]
    seated: frozenset[int]

    @classmethod
    def of(cls, number: int, party: Party, seated: set[int]) -> "_Waiting":
        people = tuple(dict.fromkeys(person for person in party.people if person not in seated))
        return cls(number, party, people, frozenset(party.people) & seated)


class _Plan:
    """Free seats by vehicle, and who has been put aboard."""

    def __init__(self, free: list[int]) -> None:
        self.free = free
        self.aboard: dict[int, list[tuple[int, int]]] = {index: [] for index in range(len(free))}

    def join(self, one: _Waiting, buses: Sequence[Bus]) -> bool:
        """Put the rest of a party where most of it sits, if they all fit."""
        shares = [len(one.seated & set(bus.taken.values())) for bus in buses]
        if not any(shares):
            return False
        index = shares.index(max(shares))
        if self.free[index] < len(one.people):
            return False
        self._put(one, one.people, index)
        return True

    def place(self, waiting: Sequence[_Waiting]) -> list[_Waiting]:
        """Place everybody; answers the parties that had to be divided."""
        ordered = sorted(waiting, key=lambda one: (-len(one.people), one.number))
        divided, places = _least_divided(ordered, self.free)
        for one, index in places:
            self._put(one, one.people, index)
        for one in divided:
            self._spread(one)
        return divided

    def _spread(self, one: _Waiting) -> None:
        """On as few vehicles as possible: always the one with the most room next."""
        people = list(one.people)
        while people:
            index = max(range(len(self.free)), key=lambda at: (self.free[at], -at))
            count = min(self.free[index], len(people))
            self._put(one, people[:count], index)
            people = people[count:]

    def _put(self, one: _Waiting, people: Sequence[int], index: int) -> None:
        self.free[index] -= len(people)
        self.aboard[index] += [(one.number, person) for person in people]


def _least_divided(
    ordered: Sequence[_Waiting], free: Sequence[int]
) -> tuple[list[_Waiting], list[tuple[_Waiting, int]]]:
    """The smallest set of parties to divide so that all others find a vehicle whole, and where.

    People on their own divide nothing, so they come last of all. With as many seats as people
    there is an answer with fewer divided parties than vehicles.
    """
    parties = [one for one in ordered if len(one.people) > 1]
    single = [one for one in ordered if len(one.people) == 1]
    for divided in _choices([len(one.people) for one in parties]):
        whole = [one for index, one in enumerate(parties) if index not in divided]
        places = _packed([len(one.people) for one in whole], list(free))
        if places is not None:
            chosen = [parties[index] for index in divided]
            return [*chosen, *single], list(zip(whole, places, strict=True))
    raise AssertionError("Nobody is left to be placed whole.")


def _choices(sizes: Sequence[int]) -> Iterator[tuple[int, ...]]:
    """Which parties to divide, as indices into `sizes` (largest first): none, one, two, …. Parties
    of equal size are alike, so only how many of each size matters."""
    runs = [(list(sizes).index(size), sizes.count(size)) for size in dict.fromkeys(sizes)]

    def chosen(runs: Sequence[tuple[int, int]], count: int) -> Iterator[tuple[int, ...]]:
        if count == 0:
            yield ()
            return
        if not runs:
            return
        (start, most), *rest = runs
        for taken in range(min(most, count), -1, -1):
            for others in chosen(rest, count - taken):
                yield (*range(start, start + taken), *others)

    for count in range(len(sizes) + 1):
        yield from chosen(runs, count)


def _packed(sizes: Sequence[int], free: list[int]) -> list[int] | None:
    """For each size, largest first, the vehicle it fits in; None when they cannot all be placed.

    Depth first with a memory of hopeless states: which sizes are left depends on the depth alone,
    and vehicles with equal room are alike. Gives up after `MOST_STATES` of them, far more than
    groups and buses of any cohort need.
    """
    hopeless: set[tuple[int, tuple[int, ...]]] = set()
    places: list[int] = []

    def search(depth: int) -> bool:
        if depth == len(sizes):
            return True
        state = (depth, tuple(sorted(free)))
        if state in hopeless or len(hopeless) >= MOST_STATES:
            return False
        for index, room in enumerate(free):
            if room < sizes[depth] or room in free[:index]:
                continue
            free[index] -= sizes[depth]
            places.append(index)
            if search(depth + 1):
                return True
            places.pop()
            free[index] += sizes[depth]
        hopeless.add(state)
        return False

    return places if sum(sizes) <= sum(free) and search(0) else None


def _numbered(buses: Sequence[Bus], aboard: Mapping[int, Iterable[tuple[int, int]]]) -> Seating:
    """Seat numbers from the front, party by party in their order, around those that are taken."""
    seating: Seating = {}
    for index, bus in enumerate(buses):
        numbers = (number for number in range(1, bus.seats + 1) if number not in bus.taken)
        for (_party, person), number in zip(sorted_by_party(aboard[index]), numbers, strict=False):
            seating[person] = (bus.id, number)
    return seating


def sorted_by_party(people: Iterable[tuple[int, int]]) -> list[tuple[int, int]]:
    """By party; within one as they came."""
    return sorted(people, key=lambda pair: pair[0])
