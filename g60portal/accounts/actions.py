"""Writing accounts: opening them for people whom somebody else has named (by a role, by an
enrollment), and keeping the language that their owner chose."""

import secrets
from collections.abc import Iterable, Mapping

from django.contrib.auth.hashers import UNUSABLE_PASSWORD_PREFIX, UNUSABLE_PASSWORD_SUFFIX_LENGTH
from django.db import IntegrityError, transaction
from django.db.models.functions import Lower

from g60portal.accounts.models import User
from g60portal.audit.record import record
from g60portal.common.locks import locked


def open_account(*, email: str, name: str = "", language: str = "zh-hans") -> tuple[User, bool]:
    """The account of this address, and whether it is new.

    A new account has no password: its owner signs in with a code sent by mail. An account that
    exists is left as it is. Two callers at once end with one account.
    """
    address = email.strip().lower()
    found = User.objects.filter(email__iexact=address).first()
    if found is not None:
        return found, False
    try:
        with transaction.atomic():
            return User.objects.create_user(
                address, None, name=name.strip(), language=language
            ), True
    except IntegrityError:
        return User.objects.get(email__iexact=address), False


def open_accounts(wanted: Mapping[str, tuple[str, str]]) -> dict[str, User]:
    """As `open_account` for many at once: name and language by address, in four statements at most.

    Answers the accounts by address in small letters.
    """
    wishes = {email.strip().lower(): facts for email, facts in wanted.items()}
    found = _by_address(wishes)
    fresh = [
        User(email=email, name=name.strip(), language=language, password=_no_password())
        for email, (name, language) in wishes.items()
        if email not in found
    ]
    if fresh:
        User.objects.bulk_create(fresh, ignore_conflicts=True)
        found |= _by_address(user.email for user in fresh)
    return found


@transaction.atomic
def choose_language(*, user: User, language: str) -> None:
    """Messages follow the language that the owner chose on a page."""
    row = locked(user)
    if row.language == language:
        return
    before, row.language = row.language, language
    row.save(update_fields=["language"])
    record(
        "account.language_chosen",
        row,
        by=row,
        before={"language": before},
        after={"language": language},
    )


def _no_password() -> str:
    """As `make_password(None)`, which takes a random number for each character."""
    suffix = secrets.token_urlsafe(UNUSABLE_PASSWORD_SUFFIX_LENGTH)
    return UNUSABLE_PASSWORD_PREFIX + suffix[:UNUSABLE_PASSWORD_SUFFIX_LENGTH]


def _by_address(addresses: Iterable[str]) -> dict[str, User]:
    rows = User.objects.annotate(address=Lower("email")).filter(address__in=list(addresses))
    return {user.email.lower(): user for user in rows}
