"""Keys of a machine without any: made once, private, agreed on, and yielding to the environment."""

import json
import stat
import subprocess
import sys
from pathlib import Path

import pytest

from g60portal.embedded.layout import ROOT
from g60portal.settings import local_keys

NAMES = ("SECRET_KEY", "FIELD_KEYS", "CERTIFICATE_KEY")
LOAD = """
import json, pathlib, sys
from g60portal.settings import local_keys
sys.stdin.readline()
print(json.dumps(local_keys.load(pathlib.Path(sys.argv[1]))))
"""


@pytest.fixture(autouse=True)
def _no_keys_in_the_environment(monkeypatch) -> None:
    for name in NAMES:
        monkeypatch.delenv(name, raising=False)


def test_load_when_two_processes_start_at_once_then_they_agree(tmp_path: Path) -> None:
    path = tmp_path / "var" / "keys.json"
    started = [
        subprocess.Popen(
            [sys.executable, "-c", LOAD, str(path)],
            cwd=ROOT,
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
        )
        for _ in range(4)
    ]
    for process in started:  # all are waiting for a line
        assert process.stdin is not None
        process.stdin.write("\n")
        process.stdin.flush()
    answers = [json.loads(process.communicate(timeout=30)[0]) for process in started]
    assert answers == [answers[0]] * 4
    assert answers[0] == local_keys.load(path)
    assert [kept.name for kept in path.parent.iterdir()] == ["keys.json"]


def test_load_when_made_then_only_the_owner_may_read(tmp_path: Path) -> None:
    path = tmp_path / "keys.json"
    local_keys.load(path)
    assert stat.S_IMODE(path.stat().st_mode) == 0o600


def test_load_when_two_folders_then_different_keys(tmp_path: Path) -> None:
    one, two = (local_keys.load(tmp_path / name / "keys.json") for name in ("one", "two"))
    assert all(one[name] != two[name] for name in NAMES)


def test_load_when_environment_has_a_key_then_it_wins_and_is_not_kept(
    tmp_path: Path, monkeypatch
) -> None:
    path = tmp_path / "keys.json"
    made = local_keys.load(path)
    monkeypatch.setenv("SECRET_KEY", "from-the-environment")
    assert local_keys.load(path) == made | {"SECRET_KEY": "from-the-environment"}
    assert "from-the-environment" not in path.read_text()


def test_load_when_a_key_is_new_then_added_and_the_others_stay(tmp_path: Path) -> None:
    path = tmp_path / "keys.json"
    made = local_keys.load(path)
    path.write_text(json.dumps({name: made[name] for name in NAMES[:2]}))
    again = local_keys.load(path)
    assert {name: again[name] for name in NAMES[:2]} == {name: made[name] for name in NAMES[:2]}
    assert again["CERTIFICATE_KEY"]
    assert stat.S_IMODE(path.stat().st_mode) == 0o600
