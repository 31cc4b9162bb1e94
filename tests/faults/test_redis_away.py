"""Without Redis a change is saved all the same, soon, and its notice waits in the table."""

import subprocess
import sys
from pathlib import Path

import pytest

from g60portal.notices.claims import waiting
from g60portal.notices.models import Notice
from tests.faults.workers import ROOT, environment

pytestmark = pytest.mark.django_db(transaction=True)


def test_write_when_redis_cannot_be_reached_then_saved_within_two_seconds(tmp_path: Path):
    nowhere = {"REDIS_URL": f"unix://{tmp_path}/nowhere.sock?db=0"}
    done = subprocess.run(
        [sys.executable, "-m", "tests.faults.writing"],
        cwd=ROOT,
        env=environment(mail_port=1, var=tmp_path) | nowhere,
        capture_output=True,
        text=True,
        timeout=60,
        check=True,
    )
    assert float(done.stdout.splitlines()[-1]) < 2
    assert Notice.objects.get().state == "queued"
    assert waiting().count() == 1
