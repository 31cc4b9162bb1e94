"""The timetable board: columns of cards, the tray, and what stands around them.

One DOM for all looks: the whole cohort, a leg with its days as columns, a day with the leg's venues
as columns, and the list. A constant number of queries whatever the number of sessions. What the
script gets of it stands in `sessions.views.board_script`.
"""

import datetime as dt
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from itertools import pairwise
from typing import Any

from django.db.models import F, Q, QuerySet
from django.urls import reverse
from django.utils.formats import date_format
from django.utils.translation import get_language, ngettext, pgettext
from django.utils.translation import gettext as _

from cohorts.models import Cohort, Leg
from cohorts.permissions import may_edit_leg
from cohorts.queries.standing import Standing
from g60portal.common import clock
from participants.models import Group
from sessions.choices import ClashCode, SessionKind, SessionState
from sessions.models import CityTravel, Speaker, TrainingSession, Venue
from sessions.queries.board_standing import confirmation_labels, confirmations_of
from sessions.queries.clashes import by_session, clashes_of
from sessions.queries.session_changes import last_change_id
from sessions.queries.timetable import sessions_found
from sessions.rules.clashes import Clash
from sessions.rules.passages import Stay, passage_between
from sessions.rules.placing import usual_minutes

COHORT_VIEW, LEG_VIEW, DAY_VIEW, LIST_VIEW = "cohort", "leg", "day", "list"
# The axis of time unless sessions reach beyond it.
FIRST_HOUR, LAST_HOUR = 8, 21
_COLUMNS = (
    "id", "kind", "title", "title_en", "leg_id", "venue_id", "starts_at", "ends_at", "hours",
    "state", "cancel_reason", "version",
)  # fmt: skip


@dataclass(frozen=True)
class Mark:
    """A clash on a card: its word and its message. Accepted ones are muted, not hidden."""

    code: str
    hard: bool
    label: str
    message: str
    accepted: bool


@dataclass(frozen=True)
class Card:
    """A session on the board, as texts. Minutes count from midnight; None = in the tray."""

    row: TrainingSession
    key: str
    look: str
    title: str
    kind: str
    day: dt.date | None
    start: int | None
    end: int | None
    time: str
    venue: str
    speakers: str
    audience: str
    marks: Sequence[Mark]
    hard: bool
    soft: bool
    state: str
    state_label: str
    cancelled: bool
    editable: bool
    url: str


@dataclass(frozen=True)
class Column:
    """A day of the leg, or a venue. `key` is the date or the venue's id, empty for no venue."""

    key: str
    label: str
    detail: str
    today: bool
    cards: Sequence[Card]


@dataclass(frozen=True)
class Passage:
    """How people come to a leg from the one before. `short`: less time than the journey takes."""

    text: str
    session_id: int | None = None
    short: bool = False


@dataclass(frozen=True)
class Band:
    """The columns of a leg. `gap` says how many days lie between it and the leg before."""

    leg: Leg
    columns: Sequence[Column]
    editable: bool
    passage: Passage | None = None
    gap: str = ""


@dataclass(frozen=True)
class Tray:
    """The unplaced sessions of a kind."""

    label: str
    cards: Sequence[Card]


@dataclass(frozen=True)
class Names:
    """The rows that cards name, read once."""

    venues: Mapping[int, Venue]
    speakers: Mapping[int, str]
    groups: Mapping[int, str]

    def of(self, known: Mapping[int, str], keys: Iterable[int]) -> str:
        return pgettext("between names", ", ").join(known[key] for key in keys if key in known)


@dataclass(frozen=True)
class Board:
    cohort: Cohort
    leg: Leg
    view: str
    day: dt.date | None
    bands: Sequence[Band]
    trays: Sequence[Tray]
    cards: Sequence[Card]
    clashes: Sequence[Clash]
    slots: Mapping[int, str]
    days: Sequence[dt.date]
    days_of_leg: Sequence[dt.date]
    names: Names
    first_hour: int
    last_hour: int
    since: int
    now: dt.datetime
    blank: Card
    hours: Sequence[int] = field(default_factory=list)

    @property
    def columns(self) -> list[Column]:
        return [column for band in self.bands for column in band.columns]

    @property
    def overview(self) -> bool:
        return self.view == COHORT_VIEW

    @property
    def editable(self) -> bool:
        return any(band.editable for band in self.bands)

    @property
    def hard_count(self) -> int:
        return sum(card.hard for card in self.cards)

    @property
    def soft_count(self) -> int:
        """Sessions with warnings only."""
        return sum(card.soft for card in self.cards)

    @property
    def session_count(self) -> int:
        return sum(not card.cancelled for card in self.cards)

    @property
    def cancelled_count(self) -> int:
        return len(self.cards) - self.session_count


def legs_of_timetable(cohort: Cohort) -> QuerySet[Leg]:
    return Leg.objects.filter(cohort=cohort).select_related("city").order_by("position")


def leg_shown(legs: Sequence[Leg], asked: str, day: dt.date | None) -> Leg | None:
    """The leg asked for, else that of the day, else that of today, else the first."""
    for leg in legs:
        if str(leg.pk) == asked:
            return leg
    for wanted in (day, clock.today()):
        for leg in legs:
            if wanted is not None and leg.starts_on <= wanted <= leg.ends_on:
                return leg
    return legs[0] if legs else None


def board_of(
    leg: Leg,
    *,
    view: str,
    day: dt.date | None,
    legs: Sequence[Leg],
    standing: Standing,
    cohort: Cohort,
) -> Board:
    """The sessions of one leg, or of the whole cohort, with their marks."""
    since = last_change_id(cohort)
    scope = list(legs) if view == COHORT_VIEW else [leg]
    clashes = clashes_of(cohort)
    rows: list[Any] = list(
        sessions_found(cohort, leg=None if view == COHORT_VIEW else leg.pk)
        .only(*_COLUMNS)
        .order_by("starts_at", "pk")
    )
    names = _names_for(cohort, rows, legs)
    slots = confirmations_of(cohort)
    make = _CardMaker(names, by_session(clashes), slots, standing)
    cards = [make.card(row) for row in rows]
    days = {band.pk: _days(band, cards) for band in scope}
    shown_day = _day_shown(day, days[leg.pk]) if view == DAY_VIEW else None
    first, last = _hours(cards)
    return Board(
        cohort=cohort,
        leg=leg,
        view=view,
        day=shown_day,
        bands=_bands(scope, days, shown_day, cards, names, standing),
        trays=_trays(cards),
        cards=cards,
        clashes=clashes,
        slots=slots,
        days=_days_to_choose(cohort, days),
        days_of_leg=days[leg.pk],
        names=names,
        first_hour=first,
        last_hour=last,
        since=since,
        now=clock.now(),
        blank=make.card(_blank(leg)),
        hours=range(first, last),
    )


def day_label(day: dt.date) -> str:
    return date_format(day, "MONTH_DAY_FORMAT")


def time_text(start: int, end: int) -> str:
    return f"{start // 60:02}:{start % 60:02}–{end // 60:02}:{end % 60:02}"


def length_text(minutes: int) -> str:
    return ngettext("%(n)d min", "%(n)d min", minutes) % {"n": minutes}


def groups_of(cohort: Cohort) -> QuerySet[Group]:
    return Group.objects.filter(cohort=cohort).order_by("position")


def lectures_of(cohort: Cohort) -> QuerySet[TrainingSession]:
    """What may prepare a visit."""
    return (
        TrainingSession.objects.filter(cohort=cohort, kind=SessionKind.LECTURE)
        .exclude(state=SessionState.CANCELLED)
        .order_by(F("starts_at").asc(nulls_last=True), "pk")
    )


class _CardMaker:
    """Makes the cards of one board; what is the same for all of them is worked out once."""

    def __init__(
        self,
        names: Names,
        clashes: Mapping[int, Sequence[Clash]],
        slots: Mapping[int, str],
        standing: Standing,
    ) -> None:
        self.names, self.clashes, self.slots, self.standing = names, clashes, slots, standing
        self.kinds = {kind.value: str(kind.label) for kind in SessionKind}
        self.codes = {code.value: str(code.label) for code in ClashCode}
        self.states = confirmation_labels()
        self.address = reverse("session-edit", args=[0])
        self.english = (get_language() or "").startswith("en")

    def card(self, row: Any) -> Card:
        day, start, end = _placed(row)
        venue = self.names.venues.get(row.venue_id)
        state = self.slots.get(row.pk, "")
        marks = [self._mark(clash) for clash in self.clashes.get(row.pk, ())]
        hard = any(mark.hard and not mark.accepted for mark in marks)
        soft = not hard and any(not mark.accepted for mark in marks)
        cancelled = row.state == SessionState.CANCELLED
        looks = {"is-hard": hard, "is-soft": soft, "is-cancelled": cancelled}
        return Card(
            row=row,
            key=str(row.pk or 0),
            look=" ".join([f"slot kind-{row.kind}", *(look for look, on in looks.items() if on)]),
            title=(row.title_en if self.english else "") or row.title,
            kind=self.kinds[row.kind],
            day=day,
            start=start,
            end=end,
            time=_time_of(row, start, end),
            venue=venue.local_name if venue else "",
            speakers=self.names.of(self.names.speakers, row.speaker_ids),
            audience=self.names.of(self.names.groups, row.group_ids),
            marks=marks,
            hard=hard,
            soft=soft,
            state=state,
            state_label=self.states.get(state, ""),
            cancelled=cancelled,
            editable=may_edit_leg(self.standing, row.leg_id) and not cancelled,
            url=self.address.replace("/0/", f"/{row.pk or 0}/"),
        )

    def _mark(self, clash: Clash) -> Mark:
        return Mark(clash.code, clash.hard, self.codes[clash.code], clash.message, clash.accepted)


def _placed(row: TrainingSession) -> tuple[dt.date | None, int | None, int | None]:
    if row.starts_at is None or row.ends_at is None:
        return None, None, None
    starts = clock.local(row.starts_at)
    start = starts.hour * 60 + starts.minute
    return starts.date(), start, start + int((row.ends_at - row.starts_at).total_seconds()) // 60


def _time_of(row: TrainingSession, start: int | None, end: int | None) -> str:
    if start is None or end is None:
        return length_text(usual_minutes(row.kind, row.hours))
    return time_text(start, end)


def _blank(leg: Leg) -> Any:
    """A card without a session: what the script fills in for sessions that are new."""
    row: Any = TrainingSession(leg=leg, kind=SessionKind.LECTURE)
    row.speaker_ids, row.group_ids = [], []
    return row


def _names_for(cohort: Cohort, rows: Sequence[TrainingSession], legs: Sequence[Leg]) -> Names:
    used = {row.venue_id for row in rows if row.venue_id is not None}
    cities = {leg.city_id for leg in legs}
    venues = Venue.objects.filter(Q(city__in=cities) | Q(pk__in=used)).order_by("name", "pk")
    english = (get_language() or "").startswith("en")
    speakers = Speaker.objects.order_by("name", "pk").values_list("pk", "name", "name_en")
    return Names(
        venues={venue.pk: venue for venue in venues},
        speakers={pk: (name_en if english else "") or name for pk, name, name_en in speakers},
        groups=dict(groups_of(cohort).values_list("pk", "name")),
    )


def _days(leg: Leg, cards: Sequence[Card]) -> list[dt.date]:
    """The leg's days, and days beyond it on which its sessions lie."""
    length = (leg.ends_on - leg.starts_on).days + 1
    days = {leg.starts_on + dt.timedelta(days=number) for number in range(length)}
    own = (card for card in cards if card.row.leg_id == leg.pk and not card.cancelled)
    return sorted(days | {card.day for card in own if card.day})


def _days_to_choose(cohort: Cohort, days: Mapping[int, Sequence[dt.date]]) -> list[dt.date]:
    """Every day of the cohort and of what is shown."""
    length = (cohort.ends_on - cohort.starts_on).days + 1
    known = {cohort.starts_on + dt.timedelta(days=number) for number in range(length)}
    return sorted(known.union(*days.values()))


def _day_shown(asked: dt.date | None, days: Sequence[dt.date]) -> dt.date:
    """The day asked for, else today, else the first."""
    for day in (asked, clock.today()):
        if day is not None and day in days:
            return day
    return days[0]


def _bands(
    legs: Sequence[Leg],
    days: Mapping[int, Sequence[dt.date]],
    shown_day: dt.date | None,
    cards: Sequence[Card],
    names: Names,
    standing: Standing,
) -> list[Band]:
    ways = _passages(legs, cards, names) if len(legs) > 1 else {}
    before = {later.pk: earlier for earlier, later in pairwise(legs)}
    return [
        Band(
            leg=leg,
            columns=_venue_columns(shown_day, leg, names, cards)
            if shown_day
            else _day_columns(days[leg.pk], [card for card in cards if card.row.leg_id == leg.pk]),
            editable=may_edit_leg(standing, leg.pk),
            passage=ways.get(leg.pk),
            gap=_gap(before[leg.pk], leg) if leg.pk in before else "",
        )
        for leg in legs
    ]


def _gap(earlier: Leg, later: Leg) -> str:
    days = (later.starts_on - earlier.ends_on).days - 1
    if days < 1:
        return ""
    return ngettext("%(n)d day between", "%(n)d days between", days) % {"n": days}


def _passages(legs: Sequence[Leg], cards: Sequence[Card], names: Names) -> dict[int, Passage]:
    """How people come to each leg but the first."""
    journeys = {
        (origin, destination): minutes
        for origin, destination, minutes in CityTravel.objects.filter(
            origin__in=[leg.city_id for leg in legs], destination__in=[leg.city_id for leg in legs]
        ).values_list("origin_id", "destination_id", "minutes")
    }
    found = {}
    for earlier, later in pairwise(legs):
        if earlier.city_id == later.city_id:
            continue
        here, there = earlier.city_id, later.city_id
        journey = journeys.get((here, there), journeys.get((there, here)))
        stays = [
            _stay(card, names)
            for card in cards
            if card.row.leg_id in (earlier.pk, later.pk) and card.start is not None
            if not card.cancelled
        ]
        found[later.pk] = _passage(passage_between(stays, here, there), journey)
    return found


def _stay(card: Card, names: Names) -> Stay:
    day, start, end = card.day or dt.date.min, card.start or 0, card.end or 0
    venue = names.venues.get(card.row.venue_id or 0)
    minute = day.toordinal() * 1440
    return Stay(
        card.row.pk,
        venue.city_id if venue else None,
        minute + start,
        minute + end,
        card.row.kind == SessionKind.TRANSFER,
    )


def _passage(transfers: Sequence[Stay], journey: int | None) -> Passage:
    if not transfers:
        return Passage(_("no transfer planned"), short=True)
    starts, ends = transfers[0].starts, max(stay.ends for stay in transfers)
    text = f"{day_label(dt.date.fromordinal(starts // 1440))} " + time_text(
        starts % 1440, starts % 1440 + ends - starts
    )
    if journey is None:
        return Passage(text, transfers[0].id)
    told = _("%(time)s, the journey takes %(minutes)d min") % {"time": text, "minutes": journey}
    return Passage(told, transfers[0].id, short=ends - starts < journey)


def _day_columns(days: Sequence[dt.date], cards: Sequence[Card]) -> list[Column]:
    today = clock.today()
    return [
        Column(
            day.isoformat(),
            day_label(day),
            date_format(day, "l"),
            day == today,
            [card for card in cards if card.day == day],
        )
        for day in days
    ]


def _venue_columns(day: dt.date, leg: Leg, names: Names, cards: Sequence[Card]) -> list[Column]:
    """The leg's venues, those used most in front, others in use on the day, and a column for what
    has no venue."""
    uses = Counter(card.row.venue_id for card in cards if card.day)
    of_day = [card for card in cards if card.day == day]
    used = {card.row.venue_id for card in of_day}
    shown = [
        venue for venue in names.venues.values() if venue.city_id == leg.city_id or venue.pk in used
    ]
    columns = [
        Column(
            str(venue.pk),
            venue.local_name,
            _("up to %(capacity)d") % {"capacity": venue.capacity} if venue.capacity else "",
            False,
            [card for card in of_day if card.row.venue_id == venue.pk],
        )
        for venue in sorted(shown, key=lambda venue: -uses[venue.pk])
    ]
    loose = [card for card in of_day if card.row.venue_id is None]
    return [*columns, Column("", _("No venue"), "", False, loose)]


def _trays(cards: Sequence[Card]) -> list[Tray]:
    loose = [card for card in cards if card.day is None and not card.cancelled]
    return [
        Tray(str(kind.label), [card for card in loose if card.row.kind == kind])
        for kind in SessionKind
        if any(card.row.kind == kind for card in loose)
    ]


def _hours(cards: Sequence[Card]) -> tuple[int, int]:
    placed = [card for card in cards if card.start is not None and card.end is not None]
    first = min([FIRST_HOUR, *((card.start or 0) // 60 for card in placed)])
    last = max([LAST_HOUR, *(-(-(card.end or 0) // 60) for card in placed)])
    return first, last
