"""Forms of a leg as participants, organizers and lists read them; what is sealed stays sealed."""

import datetime as dt
from collections import Counter
from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass

from django.db.models import Prefetch

from cohorts.models import Cohort, Leg
from cohorts.permissions import may_run_leg_logistics, may_see_rooms
from cohorts.queries.standing import Standing
from cohorts.rules.states import CLOSED_STATES
from g60portal.common import clock
from participants.choices import ConsentPurpose, Diet, ShirtSize
from participants.consent_texts import text_version
from participants.models import Consent, Enrollment, LegLogistics, LogisticsForm
from participants.rules.logistics import (
    FormState,
    LegDays,
    MealCount,
    Presence,
    form_state,
    meal_counts,
)

# Whoever has not filled in the form is reminded so long before the deadline.
REMIND_BEFORE = dt.timedelta(days=2)


@dataclass(frozen=True)
class LegState:
    """A leg with its deadline."""

    leg: Leg
    due_at: dt.datetime | None

    @property
    def days(self) -> LegDays:
        return LegDays(self.leg.starts_on, self.leg.ends_on)

    @property
    def over(self) -> bool:
        return self.due_at is not None and self.due_at < clock.now()

    @property
    def in_window(self) -> bool:
        return self.days.in_window(clock.today())


@dataclass(frozen=True)
class FormRow:
    """Somebody who holds a seat, with the form of a leg, or without."""

    enrollment: Enrollment
    form: LogisticsForm | None

    @property
    def state(self) -> FormState:
        late = self.form.late_fields if self.form else ()
        return form_state(filled=self.form is not None, late_fields=late)


@dataclass(frozen=True)
class Figures:
    """What a leg has to prepare. `arrivals` and `departures` are (day, hour, people, to be met)."""

    people: int
    filled: int
    late: int
    diets: Sequence[tuple[str, int]]
    special: int
    sizes: Sequence[tuple[str, int]]
    arrivals: Sequence[tuple[dt.datetime, int, int]]
    departures: Sequence[tuple[dt.datetime, int, int]]
    nights: Sequence[tuple[dt.date, int]]

    @property
    def missing(self) -> int:
        return self.people - self.filled


def legs_with_logistics(cohort: Cohort) -> list[LegState]:
    """In their order; one query."""
    legs = cohort.legs.select_related("city", "host", "logistics", "cohort").order_by("position")
    return [LegState(leg, _due_at(leg)) for leg in legs]


def leg_with_logistics(cohort: Cohort, leg_id: int) -> LegState | None:
    return next((one for one in legs_with_logistics(cohort) if one.leg.pk == leg_id), None)


def legs_in_reach(standing: Standing, cohort: Cohort, *, rooms: bool = False) -> list[LegState]:
    """Those whose logistics the standing runs; with `rooms` those whose rooms it may see."""
    allowed = may_see_rooms if rooms else may_run_leg_logistics
    return [
        state
        for state in legs_with_logistics(cohort)
        if allowed(standing, state.leg.pk, in_window=state.in_window)
    ]


def legs_to_remind() -> list[LegState]:
    """Whose deadline comes within `REMIND_BEFORE`."""
    now = clock.now()
    legs = Leg.objects.filter(
        logistics__due_at__gt=now, logistics__due_at__lte=now + REMIND_BEFORE
    ).exclude(cohort__state__in=CLOSED_STATES)
    rows = legs.select_related("city", "host", "logistics", "cohort").order_by("pk")
    return [LegState(leg, _due_at(leg)) for leg in rows]


def forms_of_leg(leg: Leg, city_ids: Collection[int] | None = None) -> list[FormRow]:
    """Everybody who holds a seat, by seat; of these cities, or of all (None). Two queries."""
    mine = Prefetch(
        "logistics", queryset=LogisticsForm.objects.filter(leg=leg), to_attr="forms_here"
    )
    rows = (
        Enrollment.objects.filter(cohort_id=leg.cohort_id)
        .active()
        .select_related("person", "city", "group")
        .prefetch_related(mine)
        .order_by("seat")
    )
    if city_ids is not None:
        rows = rows.filter(city_id__in=city_ids)
    return [FormRow(one, next(iter(getattr(one, "forms_here", ())), None)) for one in rows]


def form_row(leg: Leg, seat: int) -> FormRow | None:
    enrollment = (
        Enrollment.objects.active()
        .filter(cohort_id=leg.cohort_id, seat=seat)
        .select_related("person", "city", "group", "cohort")
        .first()
    )
    if enrollment is None:
        return None
    return FormRow(enrollment, own_form(enrollment, leg))


def own_form(enrollment: Enrollment, leg: Leg) -> LogisticsForm | None:
    return LogisticsForm.objects.filter(enrollment=enrollment, leg=leg).first()


def own_forms(enrollment: Enrollment) -> list[tuple[LegState, LogisticsForm | None]]:
    """The legs of the own cohort with the own forms; two queries."""
    forms = {one.leg_id: one for one in LogisticsForm.objects.filter(enrollment=enrollment)}
    return [(one, forms.get(one.leg.pk)) for one in legs_with_logistics(enrollment.cohort)]


def own_enrollments(user_id: int) -> list[Enrollment]:
    """Where the user holds a seat, the cohort nearest in time first."""
    rows = (
        Enrollment.objects.active()
        .filter(person__user_id=user_id)
        .select_related("cohort", "person", "city", "group")
    )
    today = clock.today()
    return sorted(
        rows, key=lambda one: (one.cohort.ends_on < today, abs(one.cohort.starts_on - today))
    )


def diet_consent_given(person_id: int) -> bool:
    """To the words of today."""
    return Consent.objects.filter(
        person_id=person_id,
        purpose=ConsentPurpose.DIET,
        text_version=text_version(ConsentPurpose.DIET),
        withdrawn_at__isnull=True,
    ).exists()


def figures_of(rows: Sequence[FormRow]) -> Figures:
    forms = [row.form for row in rows if row.form is not None]
    diets = Counter(form.diet for form in forms if form.diet)
    sizes = Counter(form.shirt_size for form in forms if form.shirt_size)
    nights = Counter(night for form in forms for night in form.nights)
    return Figures(
        people=len(rows),
        filled=len(forms),
        late=sum(row.state == "late" for row in rows),
        diets=[(str(diet.label), diets[diet]) for diet in Diet if diets[diet]],
        special=sum(form.sealed is not None for form in forms),
        sizes=[(str(size.label), sizes[size]) for size in ShirtSize if sizes[size]],
        arrivals=_by_hour((form.arrival_at, form.arrival_pickup) for form in forms),
        departures=_by_hour((form.departure_at, form.departure_pickup) for form in forms),
        nights=sorted(nights.items()),
    )


def meals_of(rows: Sequence[FormRow], leg: Leg) -> list[MealCount]:
    """Whoever has said nothing eats with the others all the time."""
    return meal_counts((_presence(row.form) for row in rows), LegDays(leg.starts_on, leg.ends_on))


def _presence(form: LogisticsForm | None) -> Presence:
    if form is None:
        return Presence(None, None)
    return Presence(
        clock.local(form.arrival_at) if form.arrival_at else None,
        clock.local(form.departure_at) if form.departure_at else None,
        form.diet,
        allergic=form.sealed is not None,
    )


def _by_hour(
    times: Iterable[tuple[dt.datetime | None, bool]],
) -> list[tuple[dt.datetime, int, int]]:
    people: Counter[dt.datetime] = Counter()
    met: Counter[dt.datetime] = Counter()
    for at, pickup in times:
        if at is not None:
            hour = clock.local(at).replace(minute=0, second=0, microsecond=0)
            people[hour] += 1
            met[hour] += pickup
    return [(hour, count, met[hour]) for hour, count in sorted(people.items())]


def _due_at(leg: Leg) -> dt.datetime | None:
    try:
        return leg.logistics.due_at
    except LegLogistics.DoesNotExist:
        return None
