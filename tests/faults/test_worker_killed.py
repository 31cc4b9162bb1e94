"""kill -9 of the worker in the middle of sending a release: nobody is left out."""

import json
from collections import Counter
from collections.abc import Iterator
from pathlib import Path

import pytest
from django.core.cache import cache

from g60portal.notices import tasks
from g60portal.notices.claims import waiting
from g60portal.notices.models import Notice
from sessions.actions.releases import publish_release
from tests.factories import EnrollmentFactory
from tests.factories.timetables import timetabled_cohort
from tests.faults.workers import CELERY, kill, process, until
from tests.notices.mailserver import Mailbox, mail_server

pytestmark = pytest.mark.django_db(transaction=True)
PEOPLE = 45


@pytest.fixture
def slow_server() -> Iterator[tuple[Mailbox, int]]:
    box = Mailbox(seconds=0.06)
    with mail_server(box) as port:
        yield box, port


def release_to(count: int) -> set[str]:
    """Publish release 1 to so many people; answers their addresses."""
    made = timetabled_cohort(wait_seconds=0)
    for seat in range(len(made.people) + 1, count + 1):
        EnrollmentFactory(cohort=made.cohort, seat=seat)
    publish_release(cohort=made.cohort, name="", comment="", by=None)
    addresses = set(Notice.objects.values_list("address", flat=True))
    assert len(addresses) == count
    return addresses


def states() -> Counter[str]:
    return Counter(Notice.objects.values_list("state", flat=True))


def all_sent() -> bool:
    """What beat does every few seconds, here every moment; true when nothing is left."""
    tasks.sweep()
    return set(states()) == {"sent"}


def report(promise: str, box: Mailbox, addresses: set[str]) -> None:
    """One line of JSON for `make faults`."""
    copies = sum(box.message_ids.values()) - len(box.message_ids)
    missing = len(addresses - set(box.addresses))
    print(  # noqa: T201 -- the line is what `make faults` is for
        json.dumps({"promise": promise, "n": len(addresses), "missing": missing, "copies": copies})
    )


def check_everybody_has_it(box: Mailbox, addresses: set[str], kills: int) -> None:
    assert states() == {"sent": len(addresses)}
    assert set(box.addresses) == addresses
    assert len(box.message_ids) == len(addresses)
    # A copy is possible only for the message whose acceptance the killed worker could not note.
    assert sum(box.message_ids.values()) - len(addresses) <= kills


def test_release_when_the_worker_is_killed_while_sending_then_each_has_one_row_and_a_mail(
    slow_server, tmp_path: Path
):
    box, port = slow_server
    addresses = release_to(PEOPLE)
    with process(CELERY, port, tmp_path) as worker:
        box.wait_for(PEOPLE // 3, seconds=30)
        kill(worker)
    assert 0 < states()["sent"] < PEOPLE
    with process(CELERY, port, tmp_path):
        assert until(all_sent, seconds=60, step=0.5), states()
    check_everybody_has_it(box, addresses, kills=1)
    report("worker killed while sending release 1", box, addresses)


def test_release_when_marked_before_sending_then_the_kill_loses_mails(slow_server, tmp_path: Path):
    """The control: a worker that marks first."""
    box, port = slow_server
    addresses = release_to(PEOPLE)
    with process(["-m", "tests.faults.careless_worker"], port, tmp_path) as worker:
        box.wait_for(PEOPLE // 3, seconds=30)
        kill(worker)
    assert states() == {"sent": PEOPLE}
    assert not waiting().exists()
    assert len(addresses - set(box.addresses)) > PEOPLE // 3


@pytest.mark.faults
def test_release_when_the_worker_is_killed_again_and_again_then_each_person_has_it(
    slow_server, tmp_path: Path
):
    box, port = slow_server
    addresses = release_to(300)
    kills = 4
    for number in range(1, kills + 1):
        with process(CELERY, port, tmp_path) as worker:
            tasks.sweep()
            until(lambda goal=number * 50: len(box.raw) >= goal or all_sent(), seconds=60)
            kill(worker)
    with process(CELERY, port, tmp_path):
        assert until(all_sent, seconds=120, step=0.5), states()
    check_everybody_has_it(box, addresses, kills=2 * kills)
    report("worker killed four times while sending", box, addresses)


@pytest.mark.faults
def test_release_when_redis_is_emptied_while_sending_then_each_person_has_it(
    slow_server, tmp_path: Path
):
    box, port = slow_server
    addresses = release_to(250)
    with process(CELERY, port, tmp_path):
        box.wait_for(60, seconds=60)
        cache.clear()
        assert until(all_sent, seconds=120, step=0.5), states()
    check_everybody_has_it(box, addresses, kills=0)
    report("Redis emptied while sending", box, addresses)
