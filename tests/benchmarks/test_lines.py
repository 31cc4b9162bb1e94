"""The shape of a measured line, and how candidates take turns."""

import json
import subprocess
import sys
from itertools import count

from benchmarks.__main__ import NAMES
from benchmarks.line import Line
from benchmarks.rosters import _unchunked
from benchmarks.rounds import in_turns


def test_line_as_json_then_ratio_of_value_to_limit_and_only_fields_that_apply():
    line = Line(
        name="x", value=50.0, unit="rows/s", limit=200.0, limit_name="COPY", n=10, runs=3, sql=4
    )
    assert json.loads(line.as_json()) == {
        "name": "x",
        "value": 50.0,
        "unit": "rows/s",
        "limit": 200.0,
        "limit_name": "COPY",
        "ratio": 0.25,
        "sql": 4,
        "n": 10,
        "runs": 3,
    }


def test_in_turns_then_each_once_a_round_and_medians_without_the_warm_up():
    order: list[str] = []
    numbers = count(1)

    def candidate(name: str) -> float:
        order.append(name)
        return next(numbers)

    figures = in_turns({"a": lambda: candidate("a"), "b": lambda: candidate("b")}, rounds=3)
    assert order == ["a", "b"] * 4
    assert figures == {"a": 5, "b": 6}


def test_unchunked_then_the_body_alone():
    assert _unchunked(b"HTTP/1.1 200 OK\r\n\r\n5\r\nhello\r\n3\r\n, x\r\n0\r\n\r\n") == b"hello, x"


def test_benchmarks_when_name_is_unknown_then_says_which_there_are():
    command = [sys.executable, "-m", "benchmarks", "ONLY=nothing"]
    answer = subprocess.run(command, capture_output=True, text=True, check=False)
    assert answer.returncode == 2
    assert answer.stdout == ""
    for name in NAMES:
        assert name in answer.stderr
