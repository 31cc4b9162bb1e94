"""Regular files: each occasion once, rights looked up again, gone after a week."""

import datetime as dt
import os
from pathlib import Path

import pytest
from django.db import transaction
from django.urls import reverse

from cohorts.choices import Role
from cohorts.models import CohortRole
from g60portal.audit.models import AuditEvent
from g60portal.common import clock
from g60portal.common.clock import SHANGHAI
from g60portal.common.refusals import Running
from g60portal.notices.models import Notice
from participants.actions import scheduled_exports as actions
from participants.actions.saved_views import delete_view, save_view
from participants.actions.scheduled_exports import (
    clear_files,
    delete_export,
    make_file,
    order_due_files,
    order_export,
    pause_export,
    resume_export,
    send_now,
)
from participants.models import ExportFile, ScheduledExport
from participants.notices.roster_export_ready import compose
from participants.queries.scheduled_exports import export_bytes
from participants.refusals import ScheduleEnded, ScheduleUnusable
from participants.rules.export_rhythm import Rhythm
from tests.factories import CohortFactory, LegFactory, user_with
from tests.participants.people import enrolled
from tests.race import other_connection

# A stream has a connection of its own and sees only what is committed.
pytestmark = pytest.mark.django_db(transaction=True)
DAILY = Rhythm("daily", dt.time(8))
MONDAY = dt.datetime(2026, 11, 23, 7, 0, tzinfo=SHANGHAI)


@pytest.fixture(autouse=True)
def _own_folder(settings, tmp_path):
    settings.MEDIA_ROOT = tmp_path


@pytest.fixture
def cohort():
    row = CohortFactory(seats=10)
    enrolled(row, "王一", phone="13800000001", email="a@example.org")
    return row


@pytest.fixture
def lead(cohort):
    return user_with(Role.LEAD, cohort=cohort)


@pytest.fixture
def schedule(cohort, lead, frozen_clock):
    frozen_clock(MONDAY)
    return ordered(cohort, lead)


def ordered(cohort, user, *, kind="csv", rhythm=DAILY, **params):
    view = save_view(cohort=cohort, name="周报", params=params, shared=False, by=user)
    return order_export(cohort=cohort, view=view, format=kind, rhythm=rhythm, by=user)


def made(schedule) -> ExportFile:
    [file] = ExportFile.objects.filter(schedule=schedule, state="waiting")
    return make_file(file=file)


def test_file_when_due_then_made_once_and_told_by_a_link(schedule, frozen_clock, lead):
    assert order_due_files() == 0
    frozen_clock(MONDAY + dt.timedelta(hours=1))
    assert (order_due_files(), order_due_files()) == (1, 0)
    file = made(schedule)
    make_file(file=file)
    content = export_bytes(file)
    assert "13800000001" in content.decode()
    [notice] = Notice.objects.filter(kind="roster_export_ready")
    assert (notice.user_id, notice.address) == (lead.pk, lead.email)
    message = compose([notice])[notice.pk]
    assert message.attachments == ()
    assert "13800000001" not in message.text + str(notice.context)
    schedule.refresh_from_db()
    assert schedule.next_at == MONDAY + dt.timedelta(days=1, hours=1)
    [event] = AuditEvent.objects.filter(verb="roster.exported")
    assert event.after["format"] == "csv"


def test_occasions_when_nothing_ran_for_days_then_one_is_made(schedule, frozen_clock):
    frozen_clock(MONDAY + dt.timedelta(days=5, hours=2))
    assert order_due_files() == 1
    made(schedule)
    assert order_due_files() == 0
    schedule.refresh_from_db()
    assert schedule.next_at == MONDAY + dt.timedelta(days=6, hours=1)


def test_beats_when_two_at_once_then_one_file(schedule, frozen_clock):
    frozen_clock(MONDAY + dt.timedelta(hours=2))
    with transaction.atomic(), other_connection() as start:
        assert actions._order_file(schedule.pk)
        assert start(lambda: actions._order_file(schedule.pk)).result(timeout=10) is False
    assert ExportFile.objects.count() == 1


def test_beats_when_the_second_does_not_look_at_the_lock_then_the_file_is_still_one(
    schedule, frozen_clock
):
    """The control: what the lock keeps apart, the constraint would refuse."""
    frozen_clock(MONDAY + dt.timedelta(hours=2))
    order_due_files()
    ScheduledExport.objects.update(next_at=MONDAY + dt.timedelta(hours=1))
    assert order_due_files() == 0
    assert ExportFile.objects.count() == 1


def test_workers_when_two_have_the_same_task_then_one_makes_it(schedule):
    file = send_now(schedule=schedule, by=schedule.owner)
    assert actions._claimed(file) is not None
    assert actions._claimed(file) is None
    make_file(file=file)
    file.refresh_from_db()
    assert file.state == "working"


def test_worker_when_dead_then_another_begins_until_given_up(schedule, frozen_clock):
    file = send_now(schedule=schedule, by=schedule.owner)
    for number in range(actions.MOST_ATTEMPTS):
        assert actions._claimed(file) is not None
        frozen_clock(MONDAY + (number + 1) * actions.LEASE * 1.1)
        clear_files()
    file.refresh_from_db()
    assert file.state == "failed"


def test_worker_when_its_lease_passed_on_then_what_it_made_is_not_kept(schedule, frozen_clock):
    slow = actions._claimed(send_now(schedule=schedule, by=schedule.owner))
    frozen_clock(MONDAY + actions.LEASE * 1.1)
    actions._claimed(slow)
    actions._kept(slow, b"late", {})
    assert not Notice.objects.filter(kind="roster_export_ready").exists()


def lost_role(schedule):
    CohortRole.objects.filter(user=schedule.owner).delete()


def closed_account(schedule):
    schedule.owner.is_active = False
    schedule.owner.save()


def deleted_view(schedule):
    delete_view(view=schedule.view, by=schedule.owner)


def closed_cohort(schedule):
    schedule.cohort.state = "archived"
    schedule.cohort.save()


@pytest.mark.parametrize(
    ("change", "reason"),
    [
        (lost_role, "role"),
        (closed_account, "role"),
        (deleted_view, "view"),
        (closed_cohort, "closed"),
    ],
)
def test_file_when_the_ground_is_gone_then_nothing_is_made_and_the_schedule_stops(
    schedule, change, reason
):
    send_now(schedule=schedule, by=schedule.owner)
    change(schedule)
    assert made(schedule).state == "failed"
    schedule.refresh_from_db()
    assert (schedule.state, schedule.stop_reason) == ("stopped", reason)
    assert not Notice.objects.filter(kind="roster_export_ready").exists()
    assert not AuditEvent.objects.filter(verb="roster.exported").exists()


def test_file_when_the_group_is_gone_then_the_schedule_stops(cohort, lead, frozen_clock):
    frozen_clock(MONDAY)
    schedule = ordered(cohort, lead, group="987654")
    send_now(schedule=schedule, by=lead)
    made(schedule)
    schedule.refresh_from_db()
    assert (schedule.state, schedule.stop_reason) == ("stopped", "filter")


def test_download_when_the_role_has_less_now_then_not_there(schedule, client, cohort):
    send_now(schedule=schedule, by=schedule.owner)
    file = made(schedule)
    address = reverse("scheduled-export-file", args=[cohort.code, file.pk])
    assert client.get(address).status_code == 302
    client.force_login(schedule.owner)
    response = client.get(address)
    assert b"13800000001" in response.content
    assert response["Cache-Control"] == "private, no-store"
    # Another lead has no part in it.
    client.force_login(user_with(Role.LEAD, cohort=cohort))
    assert client.get(address).status_code == 404
    # The host of a leg sees phones masked, so the old file is not for it any more.
    CohortRole.objects.filter(user=schedule.owner).update(
        role=Role.LEG, leg=LegFactory(cohort=cohort)
    )
    client.force_login(schedule.owner)
    assert client.get(address).status_code == 404


def test_leg_when_it_orders_then_its_file_is_masked(cohort, frozen_clock):
    frozen_clock(MONDAY)
    leg = user_with(Role.LEG, cohort=cohort, leg=LegFactory(cohort=cohort))
    schedule = ordered(cohort, leg, columns="name,phone,identity")
    send_now(schedule=schedule, by=leg)
    text = export_bytes(made(schedule)).decode()
    assert "138****0001" in text
    assert "13800000001" not in text


def test_file_when_a_week_old_then_gone_from_the_disk(
    schedule, frozen_clock, django_capture_on_commit_callbacks
):
    send_now(schedule=schedule, by=schedule.owner)
    file = made(schedule)
    path = Path(file.file.path)
    frozen_clock(MONDAY + dt.timedelta(days=6, hours=23))
    clear_files()
    assert path.exists()
    frozen_clock(MONDAY + dt.timedelta(days=7, hours=1))
    assert export_bytes(file) is None
    clear_files()
    assert not path.exists()
    assert not ExportFile.objects.filter(pk=file.pk).exists()


def test_folder_when_a_worker_died_after_writing_then_its_file_is_swept(schedule):
    send_now(schedule=schedule, by=schedule.owner)
    file = made(schedule)
    orphan = Path(file.file.path).with_name("orphan.csv")
    orphan.write_bytes(b"x")
    old = (clock.now() - 2 * actions.LEASE).timestamp()
    os.utime(orphan, (old, old))
    os.utime(file.file.path, (old, old))
    clear_files()
    assert not orphan.exists()
    assert Path(file.file.path).exists()


def test_schedule_when_deleted_then_its_files_are_too(schedule):
    send_now(schedule=schedule, by=schedule.owner)
    path = Path(made(schedule).file.path)
    delete_export(schedule=schedule, by=schedule.owner)
    delete_export(schedule=schedule, by=schedule.owner)
    assert not path.exists()


def test_schedule_when_paused_then_nothing_is_made_up_for(schedule, frozen_clock):
    pause_export(schedule=schedule, by=schedule.owner)
    frozen_clock(MONDAY + dt.timedelta(days=3))
    assert order_due_files() == 0
    schedule = resume_export(schedule=schedule, by=schedule.owner)
    assert order_due_files() == 0
    assert schedule.next_at == MONDAY + dt.timedelta(days=3, hours=1)


def test_once_when_made_then_done_and_cannot_go_on(cohort, lead, frozen_clock):
    frozen_clock(MONDAY)
    rhythm = Rhythm("once", dt.time(8), None, dt.date(2026, 11, 25), 1)
    schedule = ordered(cohort, lead, rhythm=rhythm, kind="xlsx")
    frozen_clock(dt.datetime(2026, 11, 24, 9, tzinfo=SHANGHAI))
    order_due_files()
    assert export_bytes(made(schedule)).startswith(b"PK")
    schedule.refresh_from_db()
    assert (schedule.state, schedule.next_at) == ("done", None)
    with pytest.raises(ScheduleEnded):
        resume_export(schedule=schedule, by=lead)


def test_order_when_the_day_has_passed_then_refused_at_the_field(cohort, lead, frozen_clock):
    frozen_clock(MONDAY)
    rhythm = Rhythm("once", dt.time(8), None, dt.date(2026, 11, 23), 1)
    with pytest.raises(ScheduleUnusable) as refusal:
        ordered(cohort, lead, rhythm=rhythm)
    assert set(refusal.value.fields) == {"target_on"}


def test_send_now_when_one_is_being_made_then_refused(schedule):
    send_now(schedule=schedule, by=schedule.owner)
    with pytest.raises(Running):
        send_now(schedule=schedule, by=schedule.owner)
