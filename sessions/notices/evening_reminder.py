"""On the evening before: tomorrow's own timetable, as it is released at that moment.

Nothing for a day on which the person has nothing any more, and nothing once that day has begun.
"""

import datetime as dt
from collections.abc import Mapping, Sequence

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
from sessions.models import ReminderRound
from sessions.notices.people import active_enrollments, address_of
from sessions.queries.itinerary_rows import day_label, itinerary_days
from sessions.queries.reminders import concerned, newest_slots
from sessions.rules.release_diff import Slot
from sessions.rules.reminder_rounds import day_start

NAME = "reminder_evening"


def evening_reminders(row: ReminderRound, slots: Sequence[Slot]) -> list[NoticeDraft]:
    """One draft for each person who has something on that day."""
    of_day = [slot for slot in slots if slot.takes_place and _is_on(slot, row.happens_at)]
    day = clock.local(row.happens_at).date()
    return [_draft(enrollment, day) for enrollment in concerned(row.cohort, of_day)]


def _draft(enrollment: Enrollment, day: dt.date) -> NoticeDraft:
    person = enrollment.person
    language = language_or_default(person.language)
    with override(language):
        subject = _("Tomorrow, %(day)s: %(cohort)s") % {
            "day": day_label(day),
            "cohort": enrollment.cohort.local_title,
        }
    return NoticeDraft(
        kind=NAME,
        dedupe_key=f"{NAME}:{enrollment.pk}:{day.isoformat()}",
        recipient=one_line(plain(person.name)),
        address=person.email,
        language=language,
        subject=one_line(subject),
        context={"enrollment": enrollment.pk, "day": day.isoformat()},
        scope=enrollment.cohort.code,
        user_id=person.user_id,
    )


def compose(notices: Sequence[Notice]) -> Mapping[int, Message]:
    """Four queries a slice."""
    people = active_enrollments(notices)
    slots = newest_slots({enrollment.cohort_id for enrollment in people.values()})
    messages = {}
    for notice in notices:
        enrollment = people.get(notice.context["enrollment"])
        start = _start(notice.context["day"])
        if enrollment is None or clock.now() >= start:
            continue
        own = [
            slot
            for slot in slots.get(enrollment.cohort_id, ())
            if slot.takes_place and slot.is_for(enrollment.group_id) and _is_on(slot, start)
        ]
        if own:
            with override(language_or_default(notice.language)):
                messages[notice.pk] = _letter(enrollment, own).to(notice)
    return messages


def _letter(enrollment: Enrollment, own: Sequence[Slot]) -> Letter:
    days = itinerary_days(own)
    return Letter(
        title=enrollment.cohort.local_title,
        intro=_("this is your day tomorrow, %(day)s:") % {"day": days[0].label},
        lines=[
            Line(f"{line.times} {line.title}", line.place) for day in days for line in day.lines
        ],
        url=settings.PORTAL_URL + reverse("my-home"),
        button=_("Open my itinerary"),
        note=_("All times are Beijing time (UTC+8)."),
    )


def _start(day: str) -> dt.datetime:
    return dt.datetime.combine(dt.date.fromisoformat(day), dt.time(), tzinfo=clock.SHANGHAI)


def _is_on(slot: Slot, start: dt.datetime) -> bool:
    return day_start(slot.starts_at) == start


KIND = Kind(
    name=NAME,
    label=gettext_lazy("Reminder on the evening before"),
    compose=compose,
    address_of=address_of,
)
