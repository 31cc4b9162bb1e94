"""The second wall: who is looking decides in Postgres too which rows there are.

docs/decisions/0014-the-second-wall.md. Policies name the whole condition; a viewer only ever reads,
writing is the portal's own (`system`) and the administrator's.
"""

# ruff: noqa: S608 - put together of our own words alone

import re

from django.db import migrations

# Unset is an error and no empty answer: an empty answer would make an empty backup.
_VIEWER = """
CREATE FUNCTION portal_viewer() RETURNS text
LANGUAGE plpgsql STABLE PARALLEL SAFE AS $$
DECLARE
    viewer text := current_setting('portal.viewer', true);
BEGIN
    IF viewer IN ('system', 'nobody') OR viewer ~ '^user:[0-9]{1,18}$' THEN
        RETURN viewer;
    END IF;
    RAISE EXCEPTION 'nobody has said who is looking'
        USING ERRCODE = 'insufficient_privilege',
              HINT = 'SET portal.viewer = ''system'' for work on the database itself.';
END
$$
"""
_USER = """
CREATE FUNCTION portal_user() RETURNS bigint
LANGUAGE sql STABLE PARALLEL SAFE SET search_path FROM CURRENT AS $$
    SELECT CASE WHEN portal_viewer() LIKE 'user:%' THEN substr(portal_viewer(), 6)::bigint END
$$
"""
_SEES_ALL = """
CREATE FUNCTION portal_sees_all() RETURNS boolean
LANGUAGE sql STABLE PARALLEL SAFE SET search_path FROM CURRENT AS $$
    SELECT portal_viewer() = 'system' OR EXISTS (
        SELECT 1 FROM accounts_user u
         WHERE u.id = portal_user() AND u.is_superuser AND u.is_active)
$$
"""
_COHORTS = """
CREATE FUNCTION portal_cohorts(VARIADIC roles text[]) RETURNS bigint[]
LANGUAGE sql STABLE PARALLEL SAFE SET search_path FROM CURRENT AS $$
    SELECT coalesce(array_agg(DISTINCT r.cohort_id), '{}') FROM cohorts_cohortrole r
     WHERE r.user_id = portal_user() AND r.role = ANY(roles) AND r.cohort_id IS NOT NULL
$$
"""
# A coordinator who oversees otherwise sees the own city, as in `nomination_city_ids`. NULL = all.
_OVERSEEN_COHORTS = """
CREATE FUNCTION portal_overseen_cohorts() RETURNS bigint[]
LANGUAGE sql STABLE PARALLEL SAFE SET search_path FROM CURRENT AS $$
    SELECT CASE WHEN portal_viewer() <> 'system' THEN (
        SELECT coalesce(array_agg(DISTINCT r.cohort_id), '{}') FROM cohorts_cohortrole r
         WHERE r.user_id = portal_user() AND r.role IN ('leg', 'reader') AND NOT EXISTS (
               SELECT 1 FROM cohorts_cohortrole own
                WHERE own.user_id = r.user_id AND own.role = 'coordinator'
                  AND (own.cohort_id IS NULL OR own.cohort_id = r.cohort_id))) END
$$
"""
# Row-level security knows no columns. Those who oversee have no row of the table: this hands them
# what they may see of one, everything not named here is NULL. Only a superuser may write such a
# setting into the head of a function; taken back by hand here, and by Postgres after an error.
_OVERSEEN = """
CREATE FUNCTION portal_overseen_nominations(cohorts bigint[])
RETURNS SETOF participants_nomination
LANGUAGE plpgsql SET search_path FROM CURRENT AS $$
DECLARE
    viewer text := portal_viewer();
    kept participants_nomination;
    shown participants_nomination;
BEGIN
    PERFORM set_config('portal.viewer', 'system', true);
    FOR kept IN
        SELECT * FROM participants_nomination n
         WHERE (cohorts IS NULL OR n.cohort_id = ANY(cohorts))
           AND n.state IN ('submitted', 'checked', 'admitted', 'waitlisted')
    LOOP
        shown := NULL;
        shown.id := kept.id;
        shown.uid := kept.uid;
        shown.cohort_id := kept.cohort_id;
        shown.city_id := kept.city_id;
        shown.name := kept.name;
        shown.gender := kept.gender;
        shown.organization_id := kept.organization_id;
        shown.organization_name := kept.organization_name;
        shown.title := kept.title;
        shown.language := kept.language;
        shown.state := kept.state;
        shown.enrollment_id := kept.enrollment_id;
        shown.created_at := kept.created_at;
        shown.submitted_at := kept.submitted_at;
        shown.confirmed_at := kept.confirmed_at;
        shown.phone := CASE WHEN length(kept.phone) >= 8
            THEN overlay(kept.phone PLACING repeat('*', length(kept.phone) - 7)
                         FROM 4 FOR length(kept.phone) - 7)
            ELSE repeat('*', length(kept.phone)) END;
        shown.email := CASE WHEN kept.email = '' THEN ''
            ELSE left(kept.email, 1) || '***' || substring(kept.email FROM position('@' IN kept.email))
            END;
        RETURN NEXT shown;
    END LOOP;
    PERFORM set_config('portal.viewer', viewer, true);
END
$$
"""
_FUNCTIONS = (
    ("portal_viewer()", _VIEWER),
    ("portal_user()", _USER),
    ("portal_sees_all()", _SEES_ALL),
    ("portal_cohorts(VARIADIC text[])", _COHORTS),
    ("portal_overseen_cohorts()", _OVERSEEN_COHORTS),
    ("portal_overseen_nominations(bigint[])", _OVERSEEN),
)

# Subqueries without a reference to the row are evaluated once a statement.
_ALL = "(SELECT portal_sees_all())"


def _led(alias: str) -> str:
    return f"{alias}.cohort_id = ANY ((SELECT portal_cohorts('lead'))::bigint[])"


def _coordinated(alias: str) -> str:
    return f"""EXISTS (SELECT 1 FROM cohorts_cohortrole r
        WHERE r.user_id = (SELECT portal_user()) AND r.role = 'coordinator'
          AND r.city_id = {alias}.city_id
          AND (r.cohort_id IS NULL OR r.cohort_id = {alias}.cohort_id))"""


def _nominating(alias: str) -> str:
    """The committee, and the city itself."""
    return f"{_led(alias)} OR {_coordinated(alias)}"


def _of_nomination(table: str) -> str:
    """What stands beside a nomination: notes, reasons, consents."""
    return f"""EXISTS (SELECT 1 FROM participants_nomination n
        WHERE n.id = {table}.nomination_id AND ({_nominating("n")}))"""


def _own_person(person: str) -> str:
    return f"""EXISTS (SELECT 1 FROM participants_person p
        WHERE p.id = {person} AND p.user_id = (SELECT portal_user()))"""


# Whoever compares papers at a door, or answers for the people of a city: as the roster's column.
_IDENTITY = f"""EXISTS (SELECT 1 FROM participants_enrollment e
        WHERE e.person_id = participants_sealedidentity.person_id
          AND (e.cohort_id = ANY ((SELECT portal_cohorts('lead', 'leg', 'desk'))::bigint[])
               OR {_coordinated("e")}))
    OR {_own_person("participants_sealedidentity.person_id")}"""
_REQUEST = f"""EXISTS (SELECT 1 FROM participants_enrollment e
        WHERE e.person_id = participants_privacyrequest.person_id AND {_led("e")})
    OR {_own_person("participants_privacyrequest.person_id")}"""
_COPY = f"""EXISTS (SELECT 1 FROM participants_privacyrequest q
        WHERE q.id = participants_datacopy.request_id AND {_own_person("q.person_id")})"""
# As the rooms of a leg, its meals and its lists: whoever works in the cohort, the own city's
# coordinator, the person.
_FORM = f"""EXISTS (SELECT 1 FROM participants_enrollment e
        WHERE e.id = participants_logisticsform.enrollment_id AND (
              e.cohort_id = ANY ((SELECT portal_cohorts('lead', 'leg', 'desk', 'reader'))::bigint[])
              OR {_coordinated("e")} OR {_own_person("e.person_id")}))"""
# Names and seats of the past are as open as those of today, papers as closed.
_PAST = """participants_rosterpast.kind <> 'identity' OR EXISTS (
        SELECT 1 FROM participants_sealedidentity i
         WHERE i.person_id = participants_rosterpast.row_id)"""

_SEEN = {
    "participants_nomination": _nominating("participants_nomination"),
    "participants_nominationstep": _of_nomination("participants_nominationstep"),
    "participants_nominationconsent": _of_nomination("participants_nominationconsent"),
    "participants_nominationlink": _nominating("participants_nominationlink"),
    "participants_sealedidentity": _IDENTITY,
    "participants_rosterimport": _led("participants_rosterimport"),
    "participants_privacyrequest": _REQUEST,
    "participants_datacopy": _COPY,
}
# Written by triggers of rows that everybody's actions change, or by the person itself.
_READ = {
    "participants_logisticsform": _FORM,
    "participants_rosterpast": _PAST,
}


def _wall(table: str, seen: str, *, writes: str) -> migrations.RunSQL:
    """`writes` are the statements that make the policies for those who write."""
    policies = re.findall(r"CREATE POLICY (\w+)", writes)
    return migrations.RunSQL(
        sql=[
            *writes.format(table=table, all=_ALL).split(";"),
            f"CREATE POLICY portal_reads ON {table} FOR SELECT USING ({_ALL} OR {seen})",
            f"ALTER TABLE {table} ENABLE ROW LEVEL SECURITY, FORCE ROW LEVEL SECURITY",
        ],
        reverse_sql=[
            f"ALTER TABLE {table} NO FORCE ROW LEVEL SECURITY, DISABLE ROW LEVEL SECURITY",
            *(f"DROP POLICY {name} ON {table}" for name in ("portal_reads", *policies)),
        ],
    )


_PORTAL_WRITES = "CREATE POLICY portal_writes ON {table} USING ({all}) WITH CHECK ({all})"
_ANYBODY_WRITES = """CREATE POLICY portal_inserts ON {table} FOR INSERT WITH CHECK (true);
CREATE POLICY portal_updates ON {table} FOR UPDATE USING (true);
CREATE POLICY portal_deletes ON {table} FOR DELETE USING (true)"""


class Migration(migrations.Migration):
    dependencies = [
        ("accounts", "0001_initial"),
        ("cohorts", "0004_quota_admitted_and_moves"),
        ("participants", "0015_merges"),
    ]
    operations = [
        *(
            migrations.RunSQL(sql=[made], reverse_sql=[f"DROP FUNCTION {name}"])
            for name, made in _FUNCTIONS
        ),
        *(_wall(table, seen, writes=_PORTAL_WRITES) for table, seen in _SEEN.items()),
        *(_wall(table, seen, writes=_ANYBODY_WRITES) for table, seen in _READ.items()),
    ]
