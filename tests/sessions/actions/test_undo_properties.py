"""undo ∘ do = nothing happened; redo ∘ undo ∘ do = do: for random acts of two people, on all that
the draft says.

Each example builds a small cohort and interprets numbers as acts; what the portal refuses has
happened to nobody. Then everything of one person is taken back step by step, and done again.
"""

from dataclasses import dataclass, field
from typing import Any

import pytest
from django.db import transaction
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from cohorts.models import Leg
from g60portal.accounts.models import User
from g60portal.common.refusals import Refusal
from participants.models import Group
from sessions.actions.session_changes import redo_last, undo_last
from sessions.actions.several_sessions import (
    Change,
    Wave,
    change_several,
    copy_training_session,
    split_into_waves,
)
from sessions.actions.training_sessions import (
    cancel_training_session,
    change_training_session,
    create_training_session,
    delete_training_session,
)
from sessions.models import Speaker, TrainingSession, Venue
from tests.factories import (
    GroupFactory,
    SpeakerFactory,
    UserFactory,
    VenueFactory,
    at,
    two_leg_cohort,
)
from tests.sessions.actions.timetable_pictures import pictures

pytestmark = pytest.mark.django_db

NUMBERS = st.integers(0, 11)
KINDS = ("create", "create", "move", "move", "tray", "words", "people", "cancel", "take_up",
         "delete", "copy", "swap", "split", "prepare")  # fmt: skip
ACTS = st.lists(
    st.tuples(st.sampled_from(KINDS), NUMBERS, NUMBERS, NUMBERS), min_size=1, max_size=9
)


@dataclass
class Players:
    leg: Leg
    by: User
    venues: list[Venue]
    speakers: list[Speaker]
    groups: list[Group]
    done: list[dict[int, dict[str, Any]]] = field(default_factory=list)

    @property
    def cohort(self):
        return self.leg.cohort

    def rows(self):
        return list(TrainingSession.objects.filter(cohort=self.cohort).order_by("pk"))

    def times(self, number):
        hour = 8 + number % 6
        return {
            "starts_at": at(8 + number // 6, f"{hour:02}:00"),
            "ends_at": at(8 + number // 6, f"{hour:02}:50"),
        }

    def part(self, rows, number):
        """Some of the rows, in an order that the number says."""
        chosen = [row for place, row in enumerate(rows) if number >> place & 1]
        return chosen[::-1] if number & 1 else chosen


def players():
    cohort, leg, _hefei = two_leg_cohort()
    return Players(
        leg,
        UserFactory(),
        VenueFactory.create_batch(2),
        SpeakerFactory.create_batch(2),
        GroupFactory.create_batch(3, cohort=cohort),
    )


def play(game, kind, a, b, c):
    """One act; what is asked of a timetable without sessions is nothing."""
    rows = game.rows()
    if kind == "create":
        create_training_session(
            leg=game.leg,
            facts={"kind": "lecture", "title": f"讲座{a}", "venue": game.venues[a % 2]}
            | game.times(b),
            speakers=game.part(game.speakers, c),
            groups=game.part(game.groups, a),
            by=game.by,
        )
    elif rows:
        act_upon(game, kind, rows[a % len(rows)], b, c)


def act_upon(game, kind, row, b, c):
    named = {"training_session": row, "version": row.version, "by": game.by}
    if kind == "move":
        change_training_session(**named, facts=game.times(b) | {"venue": game.venues[c % 2]})
    elif kind == "tray":
        change_training_session(**named, facts={"starts_at": None, "ends_at": None})
    elif kind == "words":
        change_training_session(
            **named, facts={"title": f"题{b}", "hours": c, "compulsory": bool(b % 2)}
        )
    elif kind == "people":
        change_training_session(
            **named,
            facts={},
            speakers=game.part(game.speakers, b),
            groups=game.part(game.groups, c),
        )
    elif kind == "cancel":
        cancel_training_session(**named, reason=f"因{b}")
    elif kind == "take_up":
        change_training_session(**named, facts={"state": "planned"})
    elif kind == "delete":
        delete_training_session(**named)
    elif kind == "copy":
        facts = game.times(b) if c % 2 else {}
        copy_training_session(training_session=row, facts=facts, by=game.by)
    elif kind == "split":
        waves = [Wave(game.groups[:1], **game.times(b)), Wave(game.groups[1:], **game.times(c))]
        split_into_waves(**named, waves=waves)
    else:
        act_upon_two(game, kind, row, game.rows()[b % len(game.rows())])


def act_upon_two(game, kind, row, other):
    if kind == "prepare":
        change_training_session(
            training_session=row, version=row.version, facts={"prepared_by": other}, by=game.by
        )
    else:
        changes = [
            Change(
                one,
                one.version,
                {"starts_at": two.starts_at, "ends_at": two.ends_at, "venue": two.venue},
            )
            for one, two in ((row, other), (other, row))
        ]
        change_several(cohort=game.cohort, changes=changes, by=game.by)


@given(acts=ACTS)
@settings(
    max_examples=50,
    deadline=None,
    suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow],
)
def test_undo_when_anything_was_done_then_back_step_by_step_and_forth_again(acts):
    with transaction.atomic():
        game = players()
        moments = [pictures(game.cohort)]
        for act in acts:
            try:
                play(game, *act)
            except Refusal:
                continue
            now = pictures(game.cohort)
            if now != moments[-1]:
                moments.append(now)
        for before in reversed(moments[:-1]):
            undo_last(cohort=game.cohort, by=game.by)
            assert pictures(game.cohort) == before
        for after in moments[1:]:
            redo_last(cohort=game.cohort, by=game.by)
            assert pictures(game.cohort) == after
        transaction.set_rollback(True)


@given(acts=ACTS, theirs=st.lists(st.tuples(NUMBERS, NUMBERS), max_size=3))
@settings(
    max_examples=30,
    deadline=None,
    suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow],
)
def test_undo_when_others_wrote_meanwhile_then_their_facts_stand(acts, theirs):
    """Others give some sessions a description, which no act here touches: everything else is taken
    back around it, or refused as a whole."""
    with transaction.atomic():
        game, other = players(), UserFactory()
        for act in acts:
            try:
                play(game, *act)
            except Refusal:
                continue
        described = {}
        for a, b in theirs:
            rows = [row for row in game.rows() if row.state != "cancelled"]
            if rows:
                row = rows[a % len(rows)]
                change_training_session(
                    training_session=row,
                    version=row.version,
                    facts={"description": f"说明{b}"},
                    by=other,
                )
                described[row.pk] = f"说明{b}"
        for _ in acts:
            before = pictures(game.cohort)
            try:
                undo_last(cohort=game.cohort, by=game.by)
            except Refusal:
                assert pictures(game.cohort) == before
                break
        now = pictures(game.cohort)
        assert {key: now[key]["description"] for key in described} == described
        transaction.set_rollback(True)
