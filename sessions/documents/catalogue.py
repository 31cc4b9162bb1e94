"""The documents of a cohort: what each is, who may have it, and how it is printed.

One more document is one more entry of `DOCUMENTS`. What it says comes from the queries, how it
looks from its module; nothing here writes.
"""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from functools import cached_property

from django.utils import translation
from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, pgettext_lazy

from cohorts.models import Cohort
from cohorts.permissions import (
    may_ask_for_logistics,
    may_edit_any_leg,
    may_reveal_identity,
    may_see_cohort,
    may_see_contacts,
    may_see_everybody,
    may_see_nominations,
    may_see_people,
    may_see_timetable,
)
from cohorts.queries.standing import Standing
from participants.documents import name_signs, nominations, rosters
from participants.documents.certificate import GlyphsMissing
from participants.documents.facts import PrintedCohort, PrintedPerson
from participants.documents.fonts import FontsMissing
from participants.documents.logistics import LISTS, ListKind, list_sheet
from participants.documents.printing import unprintable
from participants.documents.sheets import Sheet, print_sheet
from participants.queries.logistics import legs_in_reach, legs_with_logistics
from participants.queries.logistics_lists import printed_hotels, printed_list
from participants.queries.nominations import sight_of
from participants.queries.printed import (
    group_names,
    listed_enrollments,
    printed_cohort,
    printed_nominations,
    printed_people,
    printed_quotas,
)
from participants.queries.roster import Ordering
from participants.refusals import NoLegInReach
from sessions.documents import handbook, sign_in, timetables
from sessions.documents.facts import PrintedRelease
from sessions.queries.check_in_codes import check_in_codes_of
from sessions.queries.printed import printed_contacts, printed_release
from sessions.refusals import CharactersUnprintable, FontsAway, SeatsTooFew

PHONES = ("phone",)
CONTACTS = ("phone", "email")
MOST_COLUMNS, MOST_ROWS = 20, 40
USUAL_COLUMNS = 9
# So many are named in a refusal; the page of documents names all.
_NAMED = 5


@dataclass(frozen=True)
class Wish:
    """How a document is asked for. `rows` 0 means as many as it takes; `reason` is why papers are
    to be shown in clear."""

    ordering: Ordering = "seat"
    rows: int = 0
    columns: int = USUAL_COLUMNS
    reason: str = ""


@dataclass(frozen=True)
class Ground:
    """The cohort as somebody sees it; each part is read once, when a document needs it."""

    cohort: Cohort
    standing: Standing
    viewer: str
    wish: Wish

    @cached_property
    def head(self) -> PrintedCohort:
        return printed_cohort(self.cohort)

    @cached_property
    def people(self) -> list[PrintedPerson]:
        return printed_people(self.cohort, self.standing, self.wish.ordering)

    @cached_property
    def reachable_people(self) -> list[PrintedPerson]:
        """With phone and e-mail address."""
        return printed_people(self.cohort, self.standing, self.wish.ordering, contacts=True)

    @cached_property
    def groups(self) -> list[str]:
        return group_names(self.cohort)

    @cached_property
    def release(self) -> PrintedRelease:
        return printed_release(self.cohort)


def nobody_reached(_standing: Standing) -> tuple[str, ...]:
    return ()


@dataclass(frozen=True)
class Document:
    """`personal` names the contact columns that it carries for a standing: those are written down.
    `ordered` documents follow the order asked for; `released` ones need a release; those that
    `reveals` show papers in clear to whoever gives a reason."""

    name: str
    title: str | Promise
    note: str | Promise
    permission: Callable[[Standing], bool]
    make: Callable[[Ground], bytes | Sheet]
    personal: Callable[[Standing], tuple[str, ...]] = nobody_reached
    ordered: bool = True
    released: bool = False
    reveals: bool = False


def documents_for(standing: Standing) -> list[Document]:
    return [document for document in DOCUMENTS if document.permission(standing)]


def document_named(name: str, standing: Standing) -> Document | None:
    """None for a document that is not there and for one that the standing may not have."""
    return next((one for one in documents_for(standing) if one.name == name), None)


def printed(document: Document, ground: Ground, language: str) -> bytes:
    """The PDF. Raises CharactersUnprintable, FontsAway, NothingReleased, SeatsTooFew."""
    with translation.override(language), _refusing(ground):
        made = document.make(ground)
        return made if isinstance(made, bytes) else print_sheet(made)


def unprintable_names(cohort: Cohort, standing: Standing) -> dict[str, list[str]]:
    """Who of those seen cannot be printed for lack of a glyph, with the characters. One query."""
    return _unprintable(printed_people(cohort, standing, "seat"))


@contextmanager
def _refusing(ground: Ground) -> Iterator[None]:
    """Missing glyphs and fonts as refusals."""
    try:
        yield
    except FontsMissing as problem:
        raise FontsAway from problem
    except GlyphsMissing as problem:
        names = _unprintable(ground.people)
        shown = [*names][:_NAMED]
        raise CharactersUnprintable(
            _("No font can print %(characters)s. %(names)s")
            % {
                "characters": " ".join(map(character_word, problem.characters)),
                "names": " · ".join(shown),
            },
            facts={"characters": problem.characters, "names": list(names)},
        ) from problem


def character_word(character: str) -> str:
    return f"{character} (U+{ord(character):04X})"


def _unprintable(people: list[PrintedPerson]) -> dict[str, list[str]]:
    texts = {
        "".join((one.name, one.name_latin, one.organization, one.title, one.group)): one.name
        for one in people
    }
    return {texts[text]: found for text, found in unprintable(texts).items()}


# The documents, each from its ground


def _roster(ground: Ground) -> Sheet:
    return rosters.roster_sheet(ground.head, ground.people, ground.wish.ordering)


def _internal_roster(ground: Ground) -> Sheet:
    return rosters.internal_roster_sheet(ground.head, ground.reachable_people, ground.wish.ordering)


def _contacts(ground: Ground) -> Sheet:
    listed = listed_enrollments(ground.cohort)
    people = [one for one in ground.reachable_people if one.enrollment in listed]
    return rosters.contact_sheet(ground.head, people, ground.wish.ordering, ground.viewer)


def _groups(ground: Ground) -> Sheet:
    return rosters.group_sheet(ground.head, ground.people, ground.groups)


def _signing(ground: Ground) -> list[PrintedPerson]:
    return ground.reachable_people if may_see_contacts(ground.standing) else ground.people


def _sign_in_half_days(ground: Ground) -> Sheet:
    return sign_in.half_day_sheets(
        ground.head,
        ground.release,
        _signing(ground),
        ground.wish.ordering,
        phones=may_see_contacts(ground.standing),
    )


def _sign_in_sessions(ground: Ground) -> Sheet:
    return sign_in.session_sheets(
        ground.head,
        ground.release,
        _signing(ground),
        ground.wish.ordering,
        phones=may_see_contacts(ground.standing),
    )


def _badges(ground: Ground) -> bytes:
    codes = check_in_codes_of(ground.cohort.pk, [one.enrollment for one in ground.people])
    return name_signs.badges(ground.head, ground.people, ground.groups, codes)


def _table_cards(ground: Ground) -> bytes:
    return name_signs.table_cards(ground.head, ground.people)


def _seat_plan(ground: Ground) -> bytes:
    people, wish = ground.people, ground.wish
    rows = wish.rows or -(-len(people) // wish.columns)
    if rows * wish.columns < len(people):
        raise SeatsTooFew(facts={"people": len(people), "seats": rows * wish.columns})
    return name_signs.seat_plan(ground.head, people, wish.ordering, rows=rows, columns=wish.columns)


def _timetable(ground: Ground) -> Sheet:
    return timetables.timetable_sheet(ground.head, ground.release)


def _handbook(ground: Ground) -> Sheet:
    return handbook.handbook_sheet(
        ground.head,
        ground.release,
        ground.people,
        ground.groups,
        printed_contacts(ground.cohort),
        [printed_hotels(state.leg) for state in legs_with_logistics(ground.cohort)],
        ground.wish.ordering,
    )


def _quotas(ground: Ground) -> Sheet:
    return nominations.quota_sheet(ground.head, printed_quotas(ground.cohort))


def _nomination_summary(ground: Ground) -> Sheet:
    rows = printed_nominations(ground.cohort, ground.standing)
    return nominations.nomination_summary_sheet(ground.head, rows)


def _nomination_forms(ground: Ground) -> bytes:
    rows = printed_nominations(ground.cohort, ground.standing, photos=True)
    return nominations.nomination_forms(ground.head, rows)


def _list_maker(kind: ListKind) -> Callable[[Ground], Sheet]:
    """A list of all legs in reach."""

    def make(ground: Ground) -> Sheet:
        legs = legs_in_reach(ground.standing, ground.cohort, rooms=kind.for_desk)
        if not legs:
            raise NoLegInReach
        contacts, reveal = may_see_contacts(ground.standing), bool(ground.wish.reason)
        lists = [printed_list(kind, state.leg, contacts=contacts, reveal=reveal) for state in legs]
        return list_sheet(kind, ground.head, lists)

    return make


def _list_document(kind: ListKind) -> Document:
    return Document(
        kind.name,
        kind.title,
        kind.note,
        may_reveal_identity if kind.papers else _permission_of(kind),
        _list_maker(kind),
        personal=lambda standing: kind.personal(contacts=may_see_contacts(standing)),
        ordered=False,
        reveals=kind.papers,
    )


def _permission_of(kind: ListKind) -> Callable[[Standing], bool]:
    return may_ask_for_logistics if kind.for_desk else may_edit_any_leg


def _contacts_of_people(standing: Standing) -> tuple[str, ...]:
    return CONTACTS if may_see_contacts(standing) else ()


def _phones_of_people(standing: Standing) -> tuple[str, ...]:
    return PHONES if may_see_contacts(standing) else ()


def _phones_of_nominees(standing: Standing) -> tuple[str, ...]:
    return PHONES if sight_of(standing).full else ()


def _contacts_of_nominees(standing: Standing) -> tuple[str, ...]:
    return CONTACTS if sight_of(standing).full else ()


DOCUMENTS: tuple[Document, ...] = (
    Document(
        "roster",
        gettext_lazy("Roster"),
        gettext_lazy("Name, gender, city, organization, post and group; no phones."),
        may_see_people,
        _roster,
    ),
    Document(
        "roster-internal",
        gettext_lazy("Internal roster"),
        gettext_lazy("With phones and e-mail addresses, for those who run the cohort."),
        may_see_contacts,
        _internal_roster,
        personal=_contacts_of_people,
    ),
    Document(
        "contacts",
        gettext_lazy("Contact list"),
        gettext_lazy("Only those who agreed to be listed; your name is printed across each page."),
        may_see_contacts,
        _contacts,
        personal=_contacts_of_people,
    ),
    Document(
        "groups",
        pgettext_lazy("printed list", "Groups"),
        gettext_lazy("Each group with its people and room for the leader's name."),
        may_see_people,
        _groups,
    ),
    Document(
        "sign-in",
        gettext_lazy("Sign-in sheets by half-day"),
        gettext_lazy("One for each half-day of the latest release, to be signed."),
        may_see_everybody,
        _sign_in_half_days,
        personal=_phones_of_people,
        released=True,
    ),
    Document(
        "sign-in-sessions",
        gettext_lazy("Sign-in sheets by session"),
        gettext_lazy("One for each session of the latest release, with the people it is for."),
        may_see_everybody,
        _sign_in_sessions,
        personal=_phones_of_people,
        released=True,
    ),
    Document(
        "badges",
        gettext_lazy("Badges"),
        gettext_lazy("90 × 130 mm, four on an A4 page, with the check-in code of each."),
        may_see_everybody,
        _badges,
    ),
    Document(
        "table-cards",
        gettext_lazy("Table cards"),
        gettext_lazy("200 × 100 mm, two-sided, to be folded."),
        may_see_everybody,
        _table_cards,
    ),
    Document(
        "seat-plan",
        gettext_lazy("Seat plan"),
        gettext_lazy("From the middle of the front row, left and right in turn."),
        may_see_everybody,
        _seat_plan,
    ),
    Document(
        "timetable",
        gettext_lazy("Timetable"),
        gettext_lazy("The latest release by half-days, a page for each leg."),
        may_see_timetable,
        _timetable,
        ordered=False,
        released=True,
    ),
    Document(
        "handbook",
        gettext_lazy("Handbook"),
        gettext_lazy("A5: welcome, timetable, roster, groups, lodging, contacts, room for notes."),
        may_see_everybody,
        _handbook,
        released=True,
    ),
    Document(
        "quotas",
        gettext_lazy("Quotas by city"),
        gettext_lazy("Seats, reserve, deadline and coordinator of each city."),
        may_see_cohort,
        _quotas,
        ordered=False,
    ),
    Document(
        "nomination-summary",
        gettext_lazy("Summary of the nominations"),
        gettext_lazy("Those handed in: cities in their order, each by its rank."),
        may_see_nominations,
        _nomination_summary,
        personal=_phones_of_nominees,
        ordered=False,
    ),
    Document(
        "nomination-forms",
        gettext_lazy("Nomination forms"),
        gettext_lazy("A page for each nominee, with room for the seals."),
        may_see_nominations,
        _nomination_forms,
        personal=_contacts_of_nominees,
        ordered=False,
    ),
    *map(_list_document, LISTS),
)
