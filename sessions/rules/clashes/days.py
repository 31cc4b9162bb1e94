"""What a day asks of people: time for meals, and breaks between lectures."""

from collections import defaultdict
from collections.abc import Iterator, Sequence

from cohorts.rules.thresholds import Thresholds, clock_time
from sessions.choices import ClashCode, SessionKind
from sessions.rules.clashes import texts
from sessions.rules.clashes.facts import (
    DAY,
    HOUR,
    MINUTE,
    Clash,
    Concerned,
    Placed,
    Plan,
    clash,
    date_of,
)

FREE_KINDS = frozenset({SessionKind.MEAL, SessionKind.SELF_STUDY})
# Name of the meal, first and last second of its window within the day, as text.
Window = tuple[str, int, int, str]


def meal_clashes(plan: Plan) -> Iterator[Clash]:
    windows = _windows(plan.thresholds)
    needed = plan.thresholds.meal_minutes
    found: dict[tuple[int, Window, tuple[Placed, ...]], tuple[int, Concerned]] = {}
    for sequence in plan.sequences:
        for day, rows in _busy_days(sequence.sessions).items():
            for window in windows:
                start, end = day * DAY + window[1], day * DAY + window[2]
                touching = [row for row in rows if row.starts < end and row.ends > start]
                if not touching:
                    continue
                free = longest_free(touching, start, end)
                if free < needed * MINUTE:
                    key = (day, window, tuple(touching))
                    found.setdefault(key, (free // MINUTE, Concerned()))[1].add(sequence)
    for (day, window, touched), (free, concerned) in found.items():
        meal, _start, _end, text = window
        yield clash(
            ClashCode.MEAL,
            [row.id for row in touched],
            texts.meal_short(
                plan,
                dinner=meal == "dinner",
                window=text,
                free=free,
                needed=needed,
                groups=texts.concerned_text(plan, concerned),
            ),
            about=(meal, day),
            timed=touched,
            meal=meal,
            day=date_of(day).isoformat(),
            window=text,
            free_minutes=free,
            needed_minutes=needed,
            **concerned.facts(),
        )


def longest_free(rows: Sequence[Placed], start: int, end: int) -> int:
    """The longest stretch of the window without any of the rows, which come in order of time."""
    longest, reached = 0, start
    for row in rows:
        longest = max(longest, min(row.starts, end) - reached)
        reached = max(reached, row.ends)
    return max(longest, end - reached)


def lecture_clashes(plan: Plan) -> Iterator[Clash]:
    limit, pause = plan.thresholds.lecture_minutes, plan.thresholds.break_minutes
    found: dict[tuple[Placed, ...], Concerned] = {}
    for sequence in plan.sequences:
        lectures = [row for row in sequence.sessions if row.kind == SessionKind.LECTURE]
        for run in _runs(lectures, pause * MINUTE):
            if _length(run) > limit * MINUTE:
                found.setdefault(tuple(run), Concerned()).add(sequence)
    for rows, concerned in found.items():
        minutes = _length(rows) // MINUTE
        yield clash(
            ClashCode.LECTURE_LENGTH,
            [row.id for row in rows],
            texts.lectures_long(plan, minutes, limit, pause),
            timed=rows,
            minutes=minutes,
            limit_minutes=limit,
            break_minutes=pause,
            **concerned.facts(),
        )


def _length(run: Sequence[Placed]) -> int:
    """Seconds from the first start to the last end."""
    return max(row.ends for row in run) - run[0].starts


def _runs(lectures: Sequence[Placed], pause: int) -> Iterator[list[Placed]]:
    run: list[Placed] = []
    until = 0
    for row in lectures:
        if run and row.starts - until >= pause:
            yield run
            run = []
        until = max(until, row.ends) if run else row.ends
        run.append(row)
    if run:
        yield run


def _busy_days(rows: Sequence[Placed]) -> dict[int, list[Placed]]:
    days: dict[int, list[Placed]] = defaultdict(list)
    for row in rows:
        if row.kind not in FREE_KINDS:
            for day in range(row.day, row.last_day + 1):
                days[day].append(row)
    return days


def _windows(thresholds: Thresholds) -> tuple[Window, Window]:
    return (
        _window("lunch", thresholds.lunch_from, thresholds.lunch_until),
        _window("dinner", thresholds.dinner_from, thresholds.dinner_until),
    )


def _window(meal: str, start: str, end: str) -> Window:
    return meal, _second(start), _second(end), f"{start}–{end}"


def _second(text: str) -> int:
    time = clock_time(text)
    return time.hour * HOUR + time.minute * MINUTE
