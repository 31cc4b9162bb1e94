"""The columns of the roster, each declared once: for the screen, CSV, XLSX, JSON lines and the API.

A column is an SQL expression over the aliases of `roster_select`: e enrollment, p person, c city,
g group, i sealed identity. What a caller may not see is masked in SQL or not selected at all.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Literal

from django.utils.functional import Promise
from django.utils.translation import get_language
from django.utils.translation import gettext_lazy as _
from psycopg2 import sql

from cohorts.permissions import may_reveal_identity, may_see_contacts
from cohorts.queries.standing import Standing
from participants.choices import EnrollmentState, Gender

Access = Literal["plain", "masked", "hidden"]
# "words" are for people in the language of the request, "codes" for programs.
Spelling = Literal["words", "codes"]


def everybody(_standing: Standing) -> Access:
    return "plain"


def contacts(standing: Standing) -> Access:
    return "plain" if may_see_contacts(standing) else "masked"


def papers(standing: Standing) -> Access:
    """Masked for those who compare papers or answer for their people; readers need none."""
    needed = standing.organizer or standing.desk or bool(standing.city_ids)
    return "masked" if needed or may_reveal_identity(standing) else "hidden"


@dataclass(frozen=True)
class Column:
    """`plain` (and `masked`) are the expressions; `words` replaces `plain` for people.

    `free` marks text that somebody typed: it gets the guard against formulas in CSV.
    """

    name: str
    header: str | Promise
    plain: sql.Composable
    masked: sql.Composable | None = None
    words: Callable[[], sql.Composable] | None = None
    access: Callable[[Standing], Access] = everybody
    free: bool = True
    number: bool = False
    on_request: bool = False

    def expression(self, access: Access, spelling: Spelling) -> sql.Composable:
        if access == "masked" and self.masked is not None:
            return self.masked
        if spelling == "words" and self.words is not None:
            return self.words()
        return self.plain


def _labels(
    expression: str, labels: Sequence[tuple[str, str | Promise]]
) -> Callable[[], sql.Composable]:
    """The words of a fixed list in the language of the moment."""

    def words() -> sql.Composable:
        cases = sql.SQL(" ").join(
            sql.SQL("WHEN {} THEN {}").format(sql.Literal(value), sql.Literal(str(label)))
            for value, label in labels
        )
        return sql.SQL("CASE {} {} ELSE '' END").format(sql.SQL(expression), cases)

    return words


def _city_name() -> sql.Composable:
    english = (get_language() or "").startswith("en")
    return sql.SQL("c.name_en") if english else sql.SQL("c.name")


# 138****5678; of other numbers the country's sign and the last four digits, as `mask_phone`.
_MASKED_PHONE = sql.SQL(
    "CASE WHEN length(p.phone) >= 8"
    " THEN overlay(p.phone PLACING repeat('*', length(p.phone) - 7) FROM 4 FOR length(p.phone) - 7)"
    " ELSE repeat('*', length(p.phone)) END"
)
# a***@example.org, as `mask_email`.
_MASKED_EMAIL = sql.SQL(
    "CASE WHEN p.email = '' THEN ''"
    " ELSE left(p.email, 1) || '***' || substring(p.email FROM position('@' IN p.email)) END"
)

COLUMNS: tuple[Column, ...] = (
    Column("seat", _("Seat number"), sql.SQL("e.seat"), free=False, number=True),
    Column("name", _("Name"), sql.SQL("p.name")),
    Column("name_latin", _("Name in Latin letters"), sql.SQL("p.latin_name")),
    Column(
        "gender",
        _("Gender"),
        sql.SQL("p.gender"),
        words=_labels(
            "p.gender", [(Gender.MALE, Gender.MALE.label), (Gender.FEMALE, Gender.FEMALE.label)]
        ),
        free=False,
    ),
    Column("city", _("City"), sql.SQL("c.code"), words=_city_name, free=False),
    Column("organization", _("Organization"), sql.SQL("e.organization_name")),
    Column("title", _("Post and title"), sql.SQL("e.title")),
    Column("group", _("Group"), sql.SQL("coalesce(g.name, '')")),
    Column(
        "state",
        _("State"),
        sql.SQL("e.state"),
        words=_labels("e.state", EnrollmentState.choices),
        free=False,
    ),
    Column(
        "phone", _("Mobile phone"), sql.SQL("p.phone"), _MASKED_PHONE, access=contacts, free=False
    ),
    Column("email", _("E-mail"), sql.SQL("p.email"), _MASKED_EMAIL, access=contacts),
    Column(
        "identity",
        _("Identity number"),
        sql.SQL("coalesce(i.masked, '')"),
        sql.SQL("coalesce(i.masked, '')"),
        access=papers,
    ),
    Column(
        "enrollment", _("Enrollment"), sql.SQL("e.id"), free=False, number=True, on_request=True
    ),
    Column("language", _("Language"), sql.SQL("p.language"), free=False, on_request=True),
)
BY_NAME: Mapping[str, Column] = {column.name: column for column in COLUMNS}


def columns_for(standing: Standing, names: Sequence[str] = ()) -> list[Column] | None:
    """The columns named, in that order, or all that are not for special request; without those
    hidden from the caller. None when a name is unknown or hidden: both look the same."""
    visible = {column.name: column for column in COLUMNS if column.access(standing) != "hidden"}
    if not names:
        return [column for column in visible.values() if not column.on_request]
    if any(name not in visible for name in names):
        return None
    return [visible[name] for name in dict.fromkeys(names)]


def names_for(standing: Standing) -> list[str]:
    """What a caller may ask for."""
    return [column.name for column in COLUMNS if column.access(standing) != "hidden"]
