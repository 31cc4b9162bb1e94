"""The difference of two releases: complete for the whole, exact for one person."""

import datetime as dt
from dataclasses import replace
from decimal import Decimal

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from sessions.rules.release_diff import (
    SLOT_FIELDS,
    ChangeKind,
    ReleaseDiff,
    ReleasedSpeaker,
    Slot,
    SlotChange,
    applied,
    changes_between,
    changes_for,
    diff_of,
    timetable,
)
from sessions.rules.release_fingerprint import fingerprint_of

START = dt.datetime(2026, 6, 8, 9, tzinfo=dt.UTC)
A, B = 1, 2

hours = st.integers(0, 30)
# Every field of a slot, so that the laws hold for whole pictures.
slots = st.builds(
    Slot,
    session_id=st.integers(1, 6),
    starts_at=hours.map(lambda n: START + dt.timedelta(hours=n)),
    ends_at=hours.map(lambda n: START + dt.timedelta(hours=n + 1)),
    state=st.sampled_from(["planned", "cancelled"]),
    cancel_reason=st.sampled_from(["", "ill"]),
    title=st.sampled_from(["one", "two"]),
    venue_id=st.sampled_from([None, 1, 2]),
    venue_name=st.sampled_from(["", "hall"]),
    speakers=st.sampled_from([(), (ReleasedSpeaker(1, "Wang"),), (ReleasedSpeaker(2, "Li"),)]),
    group_ids=st.sets(st.sampled_from([A, B]), max_size=2).map(frozenset),
    hours=st.sampled_from([Decimal(1), Decimal(2)]),
    compulsory=st.booleans(),
    kind=st.sampled_from(["lecture", "site_visit"]),
    title_en=st.sampled_from(["", "One"]),
    description=st.sampled_from(["", "long"]),
    leg_id=st.sampled_from([1, 2]),
    city_code=st.sampled_from(["songjiang", "hefei"]),
    venue_name_en=st.sampled_from(["", "Hall"]),
    venue_address=st.sampled_from(["", "road 1"]),
    venue_address_en=st.sampled_from(["", "Road 1"]),
    latitude=st.sampled_from([None, 31.05]),
    longitude=st.sampled_from([None, 121.21]),
)
timetables = st.lists(slots, max_size=6).map(timetable)


def slot(**facts: object) -> Slot:
    return Slot(session_id=1, starts_at=START, ends_at=START + dt.timedelta(hours=2), **facts)


@settings(max_examples=300, deadline=None)
@given(timetables, timetables)
def test_applied_when_given_any_two_timetables_then_old_becomes_new(old, new):
    assert applied(diff_of(old, new), old) == new


# --- Merging: what one message says is what two in a row would have said -----------------------

Values = dict[str, tuple[object, object]]


def in_a_row(first: ReleaseDiff, second: ReleaseDiff) -> ReleaseDiff:
    """The two differences as one, worked out from them alone: the reference for a merged one."""
    added = {one.session_id: one for one in first.added}
    removed = {one.session_id: one for one in first.removed}
    changed: dict[int, Values] = {one.session_id: values_of(one) for one in first.changed}
    for one in second.changed:
        if one.session_id in added:
            values = {name: new for name, (_old, new) in values_of(one).items()}
            added[one.session_id] = replace(added[one.session_id], **values)
        else:
            changed[one.session_id] = joined(changed.get(one.session_id, {}), values_of(one))
    for one in second.removed:
        if added.pop(one.session_id, None) is None:
            before = {name: old for name, (old, _new) in changed.pop(one.session_id, {}).items()}
            removed[one.session_id] = replace(one, **before)
    for one in second.added:
        if one.session_id in removed:
            was = removed.pop(one.session_id)
            pairs = {name: (getattr(was, name), getattr(one, name)) for name in SLOT_FIELDS}
            changed[one.session_id] = joined({}, pairs)
        else:
            added[one.session_id] = one
    return ReleaseDiff(
        added=tuple(added[key] for key in sorted(added)),
        removed=tuple(removed[key] for key in sorted(removed)),
        changed=tuple(
            SlotChange(
                key,
                tuple((name, *changed[key][name]) for name in SLOT_FIELDS if name in changed[key]),
            )
            for key in sorted(changed)
            if changed[key]
        ),
    )


def values_of(change: SlotChange) -> Values:
    return {name: (old, new) for name, old, new in change.values}


def joined(first: Values, second: Values) -> Values:
    """What was before both, what is after both; nothing where these are the same."""
    both = {
        name: (first.get(name, second.get(name))[0], second.get(name, first.get(name))[1])
        for name in {*first, *second}
    }
    return {name: pair for name, pair in both.items() if pair[0] != pair[1]}


@settings(max_examples=300, deadline=None)
@given(timetables, timetables, timetables)
def test_diff_when_a_release_is_skipped_then_as_both_differences_in_a_row(first, second, third):
    skipped = diff_of(first, third)
    assert skipped == in_a_row(diff_of(first, second), diff_of(second, third))
    assert applied(skipped, first) == third


@settings(max_examples=200, deadline=None)
@given(timetables, timetables)
def test_diff_when_the_second_takes_the_first_back_then_nothing_is_left(old, new):
    assert not in_a_row(diff_of(old, new), diff_of(new, old))
    for group in (None, A, B):
        assert changes_for(old, dict(old), group, group) == []


@settings(max_examples=300, deadline=None)
@given(timetables, timetables, st.integers(1, 9), st.integers(1, 9))
def test_fingerprint_when_two_timetables_are_compared_then_equal_exactly_if_they_are(
    one, other, number, next_number
):
    same = (number, one) == (next_number, other)
    assert (fingerprint_of(number, one) == fingerprint_of(next_number, other)) == same


@given(timetables)
def test_fingerprint_when_read_in_another_zone_or_order_then_the_same(table):
    zone = dt.timezone(dt.timedelta(hours=8))
    moved = {
        key: replace(
            one, starts_at=one.starts_at.astimezone(zone), ends_at=one.ends_at.astimezone(zone)
        )
        for key, one in reversed(list(table.items()))
    }
    assert fingerprint_of(1, table) == fingerprint_of(1, moved)


@settings(max_examples=200, deadline=None)
@given(timetables)
def test_diff_when_nothing_differs_then_it_is_empty_for_everybody(same):
    assert not diff_of(same, dict(same))
    for group in (None, A, B):
        assert changes_for(same, dict(same), group, group) == []


@settings(max_examples=300, deadline=None)
@given(timetables, timetables, st.sampled_from([None, A, B]), st.sampled_from([None, A, B]))
def test_changes_for_when_compared_with_what_the_person_sees_then_told_exactly_if_it_differs(
    old, new, then, now
):
    def seen(table, group):
        """What somebody of that group can see of the sessions that take place."""
        return {
            key: (
                one.starts_at,
                one.ends_at,
                one.venue_id,
                one.venue_name,
                one.venue_address,
                one.title,
                one.kind,
                one.speakers,
                one.compulsory,
            )
            for key, one in table.items()
            if one.state == "planned" and (not one.group_ids or group in one.group_ids)
        }

    before, after = seen(old, then), seen(new, now)
    expected = {key for key in before.keys() | after.keys() if before.get(key) != after.get(key)}
    assert {change.slot.session_id for change in changes_for(old, new, then, now)} == expected


@pytest.mark.parametrize(
    ("old", "new", "kind", "fields"),
    [
        (None, slot(), ChangeKind.ADDED, ()),
        (slot(), None, ChangeKind.REMOVED, ()),
        (slot(), slot(state="cancelled"), ChangeKind.CANCELLED, ()),
        (slot(state="cancelled"), slot(), ChangeKind.ADDED, ()),
        (slot(), slot(venue_id=2), ChangeKind.MOVED, ("venue_id",)),
        (slot(), slot(title="x"), ChangeKind.MOVED, ("title",)),
        (
            slot(),
            slot(speakers=(ReleasedSpeaker(1, "Wang"),)),
            ChangeKind.MOVED,
            ("speakers",),
        ),
    ],
)
def test_changes_for_when_one_session_differs_then_kind_and_fields(old, new, kind, fields):
    (change,) = changes_for(
        timetable([old] if old else []), timetable([new] if new else []), None, None
    )
    assert (change.kind, change.fields) == (kind, fields)


@pytest.mark.parametrize(
    ("old", "new"),
    [
        (None, slot(state="cancelled")),
        (slot(state="cancelled"), None),
        (slot(state="cancelled"), slot(state="cancelled", cancel_reason="other words")),
        (slot(), slot(latitude=31.0)),
        (slot(), slot(hours=Decimal(3))),
        (slot(group_ids=frozenset({A})), slot(group_ids=frozenset({A, B}))),
    ],
)
def test_changes_for_when_the_person_sees_no_difference_then_nothing_is_told(old, new):
    tables = timetable([old] if old else []), timetable([new] if new else [])
    assert changes_for(*tables, A, A) == []


def test_changes_for_when_somebody_changes_groups_then_leaves_and_enters():
    of_a = slot(group_ids=frozenset({A}))
    of_b = replace(of_a, session_id=2, group_ids=frozenset({B}))
    both = timetable([of_a, of_b])
    kinds = {change.slot.session_id: change.kind for change in changes_for(both, both, A, B)}
    assert kinds == {1: ChangeKind.REMOVED, 2: ChangeKind.ADDED}


def test_changes_between_when_only_the_audience_differs_then_organizers_see_it():
    old, new = slot(group_ids=frozenset({A})), slot(group_ids=frozenset({B}))
    (change,) = changes_between(timetable([old]), timetable([new]))
    assert change.fields == ("group_ids",)
