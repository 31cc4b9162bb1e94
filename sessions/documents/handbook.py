"""The class handbook, A5: cover, welcome, timetable, roster, groups, lodging, contacts, notes."""

from collections.abc import Sequence

from django.utils.translation import gettext as _
from django.utils.translation import pgettext

from participants.documents.facts import PrintedCohort, PrintedLegLogistics, PrintedPerson
from participants.documents.rosters import group_blocks, roster_blocks
from participants.documents.sheets import (
    Block,
    Break,
    Column,
    Cover,
    Heading,
    Lines,
    Points,
    Sheet,
    Table,
    Text,
)
from participants.documents.words import sheet_of, span_words, title_of
from sessions.documents.facts import PrintedContact, PrintedRelease
from sessions.documents.timetables import running_blocks


def handbook_sheet(
    cohort: PrintedCohort,
    release: PrintedRelease,
    people: Sequence[PrintedPerson],
    groups: Sequence[str],
    contacts: Sequence[PrintedContact],
    lodging: Sequence[PrintedLegLogistics],
    ordering: str,
) -> Sheet:
    text = _("Handbook")
    blocks: list[Block] = [
        _cover(cohort, text),
        *_welcome(cohort, release),
        Break(),
        *running_blocks(cohort, release, _("Timetable")),
        Break(),
        *roster_blocks(cohort, people, ordering, _("Roster"), small=True),
        Break(),
        *group_blocks(cohort, people, groups, pgettext("printed list", "Groups")),
        Break(),
        *_lodging(cohort, lodging),
        Break(),
        *_contacts(cohort, contacts),
        Break(),
        title_of(cohort, _("Notes")),
        Lines(),
    ]
    return sheet_of(cohort, text, blocks, paper="a5")


def _cover(cohort: PrintedCohort, text: str) -> Cover:
    return Cover(
        title=cohort.title,
        over=_("Yangtze River Delta G60 S&T Innovation Corridor"),
        name=text,
        dates=span_words(cohort.starts_on, cohort.ends_on),
        hosts=cohort.hosts,
        cities=cohort.cities,
    )


def _welcome(cohort: PrintedCohort, release: PrintedRelease) -> list[Block]:
    legs = [
        _("%(city)s: %(dates)s, %(host)s")
        % {
            "city": leg.city,
            "dates": span_words(leg.starts_on, leg.ends_on),
            "host": leg.host,
        }
        for leg in release.legs
    ]
    return [
        title_of(cohort, _("Welcome")),
        Text(
            _(
                "Welcome to %(title)s. This handbook goes with you through the days: the "
                "timetable, who else is here, your group, and whom to ask."
            )
            % {"title": cohort.title}
        ),
        Text(
            _(
                "Nine cities share one corridor. Make use of the time between the sessions as "
                "well: ask, offer, and arrange to meet again."
            )
        ),
        Heading(_("Where and when")),
        Points(legs),
        Heading(_("What we ask of you")),
        Points(
            [
                _("Sign in for every half-day yourself, and be in your seat before it begins."),
                _("Ask the class teacher for leave before you go, and report when you are back."),
                _(
                    "On visits keep to the host's rules: photographs, phones and samples only "
                    "where they are allowed."
                ),
                _("Meals are taken together and kept simple; gifts are neither given nor taken."),
                _("What others tell of their companies stays in this circle."),
                _("The timetable may change. The notice of the day prevails."),
            ]
        ),
    ]


def _lodging(cohort: PrintedCohort, legs: Sequence[PrintedLegLogistics]) -> list[Block]:
    """Where one sleeps and eats. Who has which room is told at the desk, not printed for all."""
    blocks: list[Block] = [title_of(cohort, _("Lodging and meals"))]
    for leg in legs:
        blocks.append(Heading(leg.city, span_words(leg.starts_on, leg.ends_on)))
        blocks += [
            Text(" · ".join(part for part in (one.name, one.address, one.phone) if part))
            for one in leg.hotels
        ] or [Text(_("The hotel is told before you arrive."))]
    return [
        *blocks,
        Heading(_("Good to know")),
        Points(
            [
                _("Your room and its number are on the portal, under Logistics, and at the desk."),
                _("Bring the identity paper with which you are enrolled: hotels ask for it."),
                _("Tell the desk at once if you do not need a night or a meal."),
                _("Special diets and needs are prepared for those who told them in their form."),
            ]
        ),
    ]


def _contacts(cohort: PrintedCohort, contacts: Sequence[PrintedContact]) -> list[Block]:
    columns = [
        Column(_("Responsible for"), 30),
        Column(pgettext("person", "Name"), 28, strong=True),
        Column(_("E-mail"), share=1),
    ]
    rows = [[one.role, one.name, one.email] for one in contacts]
    return [title_of(cohort, _("Contacts")), Table(columns, rows)]
