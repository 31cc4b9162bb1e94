"""The check-in codes in force, and whose code was given at a door. Codes are never stored."""

from collections.abc import Iterable
from dataclasses import dataclass
from enum import Enum

from django.conf import settings

from cohorts.models import Cohort
from participants.models import Enrollment
from sessions.models import CheckInCodeVersion
from sessions.queries.attendance import EXPECTED_STATES
from sessions.rules.check_in_codes import ReadCode, check_in_code, is_code_of, read_check_in_code

FIRST_VERSION = 1


class CodeVerdict(Enum):
    """What became of a text that was given at a door."""

    GOOD = "good"
    MISTYPED = "mistyped"
    UNKNOWN = "unknown"
    OTHER_COHORT = "other_cohort"
    OLD = "old"
    LEFT = "left"


@dataclass(frozen=True)
class GivenCode:
    """`enrollment` where the portal wrote the code for a seat of this very cohort, whatever the
    verdict; nobody is named to the desk of another cohort."""

    verdict: CodeVerdict
    enrollment: Enrollment | None = None


def check_in_codes_of(cohort_id: int, enrollment_ids: Iterable[int]) -> dict[int, str]:
    """The codes in force by enrollment, for badges and lists. One query."""
    wanted = list(enrollment_ids)
    versions = dict(CheckInCodeVersion.objects.filter(pk__in=wanted).values_list("pk", "version"))
    return {
        pk: check_in_code(
            cohort_id=cohort_id,
            enrollment_id=pk,
            version=versions.get(pk, FIRST_VERSION),
            secret=settings.SECRET_KEY,
        )
        for pk in wanted
    }


def check_in_code_of(cohort_id: int, enrollment_id: int) -> str:
    """The code in force of one participant."""
    return check_in_codes_of(cohort_id, [enrollment_id])[enrollment_id]


def given_code(cohort: Cohort, text: str) -> GivenCode:
    """Whose code it is that was typed or scanned at a door of the cohort, or why it counts for
    nobody. At most two queries."""
    code = read_check_in_code(text)
    if code is None:
        return GivenCode(CodeVerdict.MISTYPED)
    row = (
        Enrollment.objects.filter(pk=code.enrollment_id)
        .select_related("person", "city", "group")
        .first()
    )
    in_force = _in_force(row, code) if row else None
    if row is None or in_force is None:
        return GivenCode(CodeVerdict.UNKNOWN)
    if row.cohort_id != cohort.pk:
        return GivenCode(CodeVerdict.OTHER_COHORT)
    if row.state not in EXPECTED_STATES:
        return GivenCode(CodeVerdict.LEFT, row)
    return GivenCode(CodeVerdict.GOOD if in_force else CodeVerdict.OLD, row)


def _in_force(row: Enrollment, code: ReadCode) -> bool | None:
    """True for the version in force, False for an earlier one, None for no code of ours."""
    found = CheckInCodeVersion.objects.filter(pk=row.pk).first()
    latest = found.version if found else FIRST_VERSION
    for version in range(latest, 0, -1):
        if _is_signed(code, row, version):
            return version == latest
    return None


def _is_signed(code: ReadCode, row: Enrollment, version: int) -> bool:
    keys = (settings.SECRET_KEY, *settings.SECRET_KEY_FALLBACKS)
    return any(
        is_code_of(
            code, cohort_id=row.cohort_id, enrollment_id=row.pk, version=version, secret=str(key)
        )
        for key in keys
    )
