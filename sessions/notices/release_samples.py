"""The mail that a release would send to one person, composed from the draft to be looked at.

By the same functions as the real one; nothing is written and nothing sent.
"""

from collections.abc import Sequence
from dataclasses import dataclass

from django.conf import settings
from django.utils.translation import override

from cohorts.models import Cohort, Leg
from g60portal.common import clock
from g60portal.notices.models import Notice
from participants.models import Enrollment
from sessions.models import Release
from sessions.notices.change_digest import digest_letter, is_on
from sessions.notices.itinerary_released import whole_letter
from sessions.notices.release_news import subject_of
from sessions.notices.released_facts import Addressee, calendar_names
from sessions.queries.audience import CHANGE_DIGEST, ITINERARY_RELEASED, Move
from sessions.queries.release_preview import Preview
from sessions.queries.releases import Picture
from sessions.rules.release_diff import Change


@dataclass(frozen=True)
class Sample:
    """A mail as it would read in one language; `files` are the names of its attachments."""

    language: str
    language_name: str
    kind: str
    subject: str
    text: str
    html: str
    files: Sequence[str]


def samples_of(
    cohort: Cohort, preview: Preview, enrollment: Enrollment, comment: str = ""
) -> list[Sample]:
    """In every language, the person's own first; none for somebody who would get no mail."""
    move = preview.audience.move_of(enrollment.pk)
    if not preview.concerns(move):
        return []
    release = Release(
        cohort=cohort, number=preview.number, comment=comment, released_at=clock.now()
    )
    legs = list(Leg.objects.filter(cohort=cohort).select_related("city").order_by("position"))
    own = enrollment.person.language
    languages = sorted(settings.LANGUAGES, key=lambda language: language[0] != own)
    return [
        _sample(
            _addressee(preview, release, enrollment, move, code), preview, move, legs, str(name)
        )
        for code, name in languages
    ]


def _addressee(
    preview: Preview, release: Release, enrollment: Enrollment, move: Move, language: str
) -> Addressee:
    kind = ITINERARY_RELEASED if move.newcomer else CHANGE_DIGEST
    notice = Notice(
        kind=kind,
        recipient=enrollment.person.name,
        language=language,
        subject=subject_of(kind, release, language),
        context={"group": move.group_now},
    )
    past = Picture() if move.base is None else preview.pasts[move.base]
    group_name = enrollment.group.name if enrollment.group else ""
    now = Picture(release=release, slots=preview.slots)
    return Addressee(notice, enrollment, now, past, move.group_then, group_name)


def _sample(
    addressee: Addressee, preview: Preview, move: Move, legs: Sequence[Leg], language_name: str
) -> Sample:
    changes = preview.affected.get(move, ())
    with override(addressee.language):
        if move.newcomer:
            letter, files = whole_letter(addressee, legs), ["itinerary.ics"]
        else:
            letter, files = digest_letter(addressee, changes, legs), _files(changes)
    message = letter.shown_to_others(addressee.enrollment)
    return Sample(
        language=addressee.language,
        language_name=language_name,
        kind=addressee.notice.kind,
        subject=addressee.notice.subject,
        text=message.text,
        html=message.html,
        files=files,
    )


def _files(changes: Sequence[Change]) -> list[str]:
    on = sum(map(is_on, changes))
    return calendar_names("changes", on) + calendar_names("cancelled", len(changes) - on)
