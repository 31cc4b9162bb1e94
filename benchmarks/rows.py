"""Many rows in a few statements: people, a cohort with its timetable. Names are invented."""

import datetime as dt

from django.db import connection

from cohorts.models import City, Cohort, Leg, Organization
from g60portal.common import clock
from participants.models import Group
from sessions.models import SessionAudience, SessionSpeaker, Speaker, TrainingSession, Venue

GROUPS = 5
_DAY_HOURS = (9, 11, 13, 15, 17)

_PEOPLE = """
    INSERT INTO participants_person (name, latin_name, initials, pinyin_key, stroke_key, gender,
           nationality, phone, email, language, title, created_at)
    SELECT '欧阳' || chr(19968 + i %% 20000), 'Ouyang ' || i, 'oy' || i %% 26,
           lpad(i::text, 8, '0'),
           lpad((i * 7919 %% 1000003)::text, 8, '0'), (1 + i %% 2)::text, 'CN',
           '138' || lpad(i::text, 8, '0'), 'person' || i || '@example.org',
           CASE WHEN i %% 4 = 0 THEN 'en' ELSE 'zh-hans' END, '', now()
      FROM generate_series(1, %(count)s) i
"""
_ENROLLMENTS = """
    INSERT INTO participants_enrollment (cohort_id, person_id, seat, city_id, organization_name,
           title, group_id, state, feed_generation, created_at)
    SELECT %(cohort)s, p.id, row_number() OVER (ORDER BY p.id),
           (%(cities)s::bigint[])[1 + p.id %% array_length(%(cities)s::bigint[], 1)],
           '示例科技有限公司' || p.id %% 500, '总经理',
           (%(groups)s::bigint[])[1 + p.id %% array_length(%(groups)s::bigint[], 1)],
           'confirmed', 1, now()
      FROM participants_person p
     WHERE NOT EXISTS (SELECT 1 FROM participants_enrollment e WHERE e.person_id = p.id)
"""


def cohort_of(count: int, code: str, starts_on: dt.date) -> Cohort:
    """A cohort of a week in one city with five groups and that many new people."""
    cohort = Cohort.objects.create(
        code=code,
        edition=1,
        title="长三角G60科创走廊九城市高层次人才研修班",
        title_en="G60 Corridor Training for Leading Talents",
        seats=count,
        starts_on=starts_on,
        ends_on=starts_on + dt.timedelta(days=11),
        state="running",
    )
    city = City.objects.get(code="songjiang")
    host, _made = Organization.objects.get_or_create(
        name="松江区人才工作局", city=city, kind="host"
    )
    Leg.objects.create(
        cohort=cohort, city=city, host=host, position=1,
        starts_on=cohort.starts_on, ends_on=cohort.ends_on,
    )  # fmt: skip
    groups = Group.objects.bulk_create(
        Group(cohort=cohort, name=f"第{number}组", position=number)
        for number in range(1, GROUPS + 1)
    )
    _people(cohort, count, [group.pk for group in groups])
    return cohort


def timetable_for(cohort: Cohort, count: int) -> None:
    """That many sessions for everyone from the first day on, five a day."""
    leg = cohort.legs.get()
    hall = Venue.objects.create(
        city=leg.city, name=f"大学城讲堂 {cohort.code}", name_en=f"Hall {cohort.code}",
        address="上海市松江区文汇路1000号", latitude=31.05, longitude=121.21, capacity=60,
    )  # fmt: skip
    speaker = Speaker.objects.create(name="周教授", name_en="Professor Zhou", title="研究员")
    sessions = TrainingSession.objects.bulk_create(
        TrainingSession(
            cohort=cohort, leg=leg, kind="lecture", title=f"科技创新政策专题第{number}讲",
            title_en=f"Policy for innovation, part {number}", venue=hall, hours=2,
            starts_at=_starts_at(cohort, number),
            ends_at=_starts_at(cohort, number) + dt.timedelta(minutes=90),
        )
        for number in range(count)
    )  # fmt: skip
    SessionSpeaker.objects.bulk_create(
        SessionSpeaker(training_session=session, speaker=speaker) for session in sessions
    )
    SessionAudience.objects.bulk_create(
        SessionAudience(training_session=session, cohort=cohort) for session in sessions
    )


def _starts_at(cohort: Cohort, number: int) -> dt.datetime:
    days, slot = divmod(number, len(_DAY_HOURS))
    day = cohort.starts_on + dt.timedelta(days=days)
    return dt.datetime.combine(day, dt.time(_DAY_HOURS[slot]), tzinfo=clock.SHANGHAI)


def _people(cohort: Cohort, count: int, group_ids: list[int]) -> None:
    cities = list(City.objects.values_list("pk", flat=True))
    with connection.cursor() as cursor:
        cursor.execute(_PEOPLE, {"count": count})
        cursor.execute("ANALYZE participants_person")
        facts = {"cohort": cohort.pk, "cities": cities, "groups": group_ids}
        cursor.execute(_ENROLLMENTS, facts)
        cursor.execute("ANALYZE")
