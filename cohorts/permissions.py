"""Predicates over a standing: who may do what in a cohort. Everything not named here is denied."""

from collections.abc import Collection, Iterable

from cohorts.queries.standing import Standing


def may_see_cohort(standing: Standing) -> bool:
    return standing.staff


def may_edit_cohort(standing: Standing) -> bool:
    """Dates, legs, quotas, roles, state."""
    return standing.administrator or standing.lead


def may_see_timetable(standing: Standing) -> bool:
    return standing.staff


def may_edit_leg(standing: Standing, leg_id: int | None) -> bool:
    """Sessions of a leg: the lead, or the organizers of that very leg."""
    return may_edit_cohort(standing) or leg_id in standing.leg_ids


def may_edit_any_leg(standing: Standing) -> bool:
    return standing.organizer


def may_accept_clash(standing: Standing, leg_ids: Iterable[int]) -> bool:
    """Whoever may edit the leg of one of its sessions may also decide to live with the clash."""
    return may_edit_cohort(standing) or not standing.leg_ids.isdisjoint(leg_ids)


def may_see_proposals(standing: Standing) -> bool:
    """What hosts ask of each other stays between organizers."""
    return standing.organizer


def may_see_vehicles(standing: Standing) -> bool:
    """Boarding lists name everybody: not for coordinators."""
    return standing.organizer or standing.desk or standing.reader


def may_count_heads(standing: Standing) -> bool:
    return standing.organizer or standing.desk


def may_release(standing: Standing) -> bool:
    return may_edit_cohort(standing)


def may_preview_release(standing: Standing) -> bool:
    """What each person would be told: names everybody, for those who release or consent."""
    return standing.organizer


def may_answer_for_leg(standing: Standing, leg_id: int, *, hosted: bool) -> bool:
    """Consent to a release: the organizers of that very leg; the lead for a leg without any."""
    return leg_id in standing.leg_ids or (not hosted and may_edit_cohort(standing))


def may_see_people(standing: Standing) -> bool:
    """Coordinators see their own city only: filter by `people_city_ids`."""
    return standing.staff


def may_edit_people(standing: Standing) -> bool:
    return may_edit_cohort(standing)


def may_keep_views(standing: Standing) -> bool:
    """Views of the roster under a name, own and shared, and files of them at set times."""
    return standing.organizer


def may_see_contacts(standing: Standing) -> bool:
    """Phone and e-mail in clear; everybody else sees them masked or not at all."""
    return may_edit_cohort(standing)


def may_reveal_identity(standing: Standing) -> bool:
    """Identity numbers in clear, with a reason, audited."""
    return may_edit_cohort(standing)


def people_city_ids(standing: Standing) -> frozenset[int] | None:
    """The cities whose people may be seen; None = all."""
    if standing.organizer or standing.desk or standing.reader:
        return None
    return standing.city_ids


def may_see_everybody(standing: Standing) -> bool:
    """Documents that are of use only with all people in them."""
    return standing.organizer or standing.desk or standing.reader


def may_see_attendance(standing: Standing) -> bool:
    """Coordinators follow their own people elsewhere; the roll names everybody."""
    return standing.organizer or standing.desk or standing.reader


def may_mark_attendance(standing: Standing) -> bool:
    return standing.organizer or standing.desk


def may_see_notices(standing: Standing) -> bool:
    return standing.organizer


def may_retry_notices(standing: Standing) -> bool:
    return may_edit_cohort(standing)


def may_complete(standing: Standing) -> bool:
    """Run completion, issue and revoke certificates."""
    return may_edit_cohort(standing)


def may_see_certificates(standing: Standing) -> bool:
    return standing.organizer or standing.desk or standing.reader


def may_see_slots(standing: Standing) -> bool:
    """What speakers and hosts of sites were asked and answered. Coordinators need none of it."""
    return standing.organizer or standing.desk or standing.reader


def may_see_nominations(standing: Standing) -> bool:
    """The committee, the overseeing roles and the coordinators; filter by `nomination_city_ids`."""
    return standing.organizer or standing.reader or bool(standing.city_ids)


def may_nominate(standing: Standing) -> bool:
    """Draft, hand in, check, replace: of which cities, `nomination_city_ids` says."""
    return may_edit_cohort(standing) or bool(standing.city_ids)


def may_admit(standing: Standing) -> bool:
    """The committee: admit, wait-list, decline, give seats to cities, act after a deadline."""
    return may_edit_cohort(standing)


def nomination_city_ids(standing: Standing) -> frozenset[int] | None:
    """The cities whose nominations may be seen; None = all. A coordinator who only oversees
    otherwise sees the own city."""
    if may_edit_cohort(standing):
        return None
    if standing.city_ids:
        return standing.city_ids
    return None if standing.organizer or standing.reader else frozenset()


def may_hold_slot_link(standing: Standing, leg_ids: Collection[int]) -> bool:
    """A private link is about all sessions of its reader: for the lead, and for the organizers of
    any leg that has one of them."""
    return may_edit_cohort(standing) or not standing.leg_ids.isdisjoint(leg_ids)


def may_see_logistics(standing: Standing) -> bool:
    """Who has filled in the form; coordinators see their own people's: filter by
    `people_city_ids`."""
    return standing.staff


def may_run_leg_logistics(standing: Standing, leg_id: int, *, in_window: bool) -> bool:
    """Forms, rooms and lists of a leg: the lead at any time, its host while the leg is near."""
    return may_edit_cohort(standing) or (in_window and leg_id in standing.leg_ids)


def may_see_rooms(standing: Standing, leg_id: int, *, in_window: bool) -> bool:
    """Who sleeps where: those who assign rooms, and the desk that hands out the keys."""
    return standing.desk or may_run_leg_logistics(standing, leg_id, in_window=in_window)


def may_ask_for_logistics(standing: Standing) -> bool:
    """Lists of legs: of which, the two predicates above say leg by leg."""
    return standing.organizer or standing.desk


def may_merge_people(led: frozenset[int] | None, cohort_ids: Collection[int]) -> bool:
    """`led` are the cohorts that somebody leads, None = administrator. A lead merges people of the
    own cohorts alone: in any other one they are somebody else's."""
    return led is None or (bool(cohort_ids) and led.issuperset(cohort_ids))
