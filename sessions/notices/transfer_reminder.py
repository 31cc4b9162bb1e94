"""Shortly before a transfer: when and where it leaves, and on which vehicle.

Nothing when it was cancelled or moved since, when the person does not ride along, or once it left.
"""

import datetime as dt
from collections.abc import Iterable, Mapping, Sequence

from django.conf import settings
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, override

from g60portal.common import clock
from g60portal.notices.kinds import Kind, Message
from g60portal.notices.models import Notice
from g60portal.notices.outbox import NoticeDraft, language_or_default, one_line
from g60portal.notices.template_text import plain
from participants.models import Enrollment
from participants.notices.letters import Letter, Line
from sessions.models import ReminderRound, VehicleSeat
from sessions.notices.people import active_enrollments, address_of
from sessions.queries.itinerary_rows import place_of, title_of, when_of
from sessions.queries.reminders import concerned, newest_slots
from sessions.rules.release_diff import Slot

NAME = "reminder_transfer"


def transfer_reminders(row: ReminderRound, slots: Sequence[Slot]) -> list[NoticeDraft]:
    """One draft for each person who rides along."""
    own = [
        slot
        for slot in slots
        if slot.session_id == row.training_session_id
        and slot.takes_place
        and slot.starts_at == row.happens_at
    ]
    return [
        _draft(enrollment, slot) for slot in own for enrollment in concerned(row.cohort, [slot])
    ]


def _draft(enrollment: Enrollment, slot: Slot) -> NoticeDraft:
    person = enrollment.person
    language = language_or_default(person.language)
    starts_at = clock.local(slot.starts_at)
    with override(language):
        subject = _("Departure at %(time)s: %(title)s") % {
            "time": f"{starts_at:%H:%M}",
            "title": title_of(slot),
        }
    return NoticeDraft(
        kind=NAME,
        dedupe_key=f"{NAME}:{slot.session_id}:{int(starts_at.timestamp())}:{enrollment.pk}",
        recipient=one_line(plain(person.name)),
        address=person.email,
        language=language,
        subject=one_line(subject),
        context={
            "enrollment": enrollment.pk,
            "session": slot.session_id,
            "starts_at": starts_at.isoformat(),
        },
        scope=enrollment.cohort.code,
        user_id=person.user_id,
        urgent=True,
    )


def compose(notices: Sequence[Notice]) -> Mapping[int, Message]:
    """Five queries a slice."""
    people = active_enrollments(notices)
    slots = newest_slots({enrollment.cohort_id for enrollment in people.values()})
    vehicles = _vehicles(notices)
    messages = {}
    for notice in notices:
        enrollment = people.get(notice.context["enrollment"])
        slot = (
            _slot(notice, enrollment, slots.get(enrollment.cohort_id, ())) if enrollment else None
        )
        if enrollment and slot and clock.now() < slot.starts_at:
            vehicle = vehicles.get((slot.session_id, enrollment.pk), "")
            with override(language_or_default(notice.language)):
                messages[notice.pk] = _letter(enrollment, slot, vehicle).to(notice)
    return messages


def _slot(notice: Notice, enrollment: Enrollment, slots: Iterable[Slot]) -> Slot | None:
    """The transfer as it was told, when it still takes place so for this person."""
    starts_at = dt.datetime.fromisoformat(notice.context["starts_at"])
    for slot in slots:
        if slot.session_id == notice.context["session"] and slot.starts_at == starts_at:
            return slot if slot.takes_place and slot.is_for(enrollment.group_id) else None
    return None


def _vehicles(notices: Sequence[Notice]) -> dict[tuple[int, int], str]:
    """By transfer and person: the name and the plate of the vehicle."""
    rows = VehicleSeat.objects.filter(
        enrollment__in=[notice.context["enrollment"] for notice in notices],
        vehicle__training_session__in={notice.context["session"] for notice in notices},
    )
    facts = rows.values_list(
        "vehicle__training_session_id", "enrollment_id", "vehicle__name", "vehicle__plate"
    )
    return {(transfer, pk): " ".join(filter(None, words)) for transfer, pk, *words in facts}


def _letter(enrollment: Enrollment, slot: Slot, vehicle: str) -> Letter:
    lines = [Line(_("Departure"), when_of(slot)), Line(_("Place"), place_of(slot))]
    if vehicle:
        lines.append(Line(_("Vehicle"), vehicle))
    return Letter(
        title=enrollment.cohort.local_title,
        intro=_("your transfer leaves soon: %(title)s") % {"title": title_of(slot)},
        lines=[line for line in lines if line.detail],
        url=settings.PORTAL_URL + reverse("my-home"),
        button=_("Open my itinerary"),
        note=_("All times are Beijing time (UTC+8)."),
    )


KIND = Kind(
    name=NAME,
    label=gettext_lazy("Reminder of a transfer"),
    compose=compose,
    address_of=address_of,
)
