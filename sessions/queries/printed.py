"""The released timetable and the organizers as printed documents name them. Drafts are not read."""

from collections.abc import Mapping

from django.db.models import Q

from cohorts.choices import Role
from cohorts.models import Cohort, CohortRole
from g60portal.common.clock import local
from participants.documents.words import in_english
from sessions.documents.facts import (
    PrintedContact,
    PrintedLeg,
    PrintedRelease,
    PrintedSession,
)
from sessions.models import ReleasedGroup, ReleasedSession
from sessions.queries.releases import latest_release
from sessions.refusals import NothingReleased
from sessions.rules.release_diff import CANCELLED


def printed_release(cohort: Cohort) -> PrintedRelease:
    """Four queries. Raises NothingReleased."""
    release = latest_release(cohort)
    if release is None:
        raise NothingReleased
    rows = ReleasedSession.objects.filter(release=release).exclude(state=CANCELLED)
    named = ReleasedGroup.objects.filter(release=release, group_id_then__isnull=False)
    names = {pk: name for pk, name in named.values_list("group_id_then", "name") if pk is not None}
    legs = cohort.legs.select_related("city", "host").order_by("position")
    return PrintedRelease(
        number=release.number,
        released_at=local(release.released_at),
        legs=tuple(
            PrintedLeg(leg.pk, leg.city.local_name, leg.host.local_name, leg.starts_on, leg.ends_on)
            for leg in legs
        ),
        sessions=tuple(_session(row, names) for row in rows.order_by("starts_at", "pk")),
    )


def printed_contacts(cohort: Cohort) -> list[PrintedContact]:
    """The organizers of the cohort and of its legs."""
    roles = (
        CohortRole.objects.filter(Q(cohort=cohort), role__in=[Role.LEAD, Role.LEG])
        .select_related("user", "leg__city")
        .order_by("leg__position", "pk")
    )
    contacts = [
        PrintedContact(
            role=role.leg.city.local_name if role.leg else role.get_role_display(),
            name=role.user.get_short_name(),
            email=role.user.email,
        )
        for role in sorted(roles, key=lambda role: role.leg is not None)
    ]
    return list(dict.fromkeys(contacts))


def _session(row: ReleasedSession, names: Mapping[int, str]) -> PrintedSession:
    english = in_english()
    return PrintedSession(
        leg=row.leg_id_then,
        starts_at=local(row.starts_at),
        ends_at=local(row.ends_at),
        kind=row.kind,
        kind_word=row.get_kind_display(),
        title=(row.title_en if english else "") or row.title,
        place=(row.venue_name_en if english else "") or row.venue_name,
        speakers=tuple(_speaker(speaker, english=english) for speaker in row.speakers),
        groups=tuple(names[pk] for pk in row.group_ids if pk in names),
    )


def _speaker(speaker: Mapping[str, str], *, english: bool) -> str:
    name = (speaker["name_en"] if english else "") or speaker["name"]
    title = (speaker["title_en"] if english else "") or speaker["title"]
    comma = ", " if english else "　"
    return f"{name}{comma}{title}" if title else name
