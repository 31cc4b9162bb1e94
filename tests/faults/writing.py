"""Writes one notice as an action would, and says how long the commit kept its caller waiting."""

import time

import django

django.setup()

from django.db import transaction  # noqa: E402 -- after setup

from g60portal.notices.outbox import NoticeDraft, write_notices  # noqa: E402


def main() -> None:
    started = time.monotonic()
    with transaction.atomic():
        write_notices(
            [
                NoticeDraft(
                    kind="itinerary_released",
                    dedupe_key="one",
                    recipient="王",
                    address="wang@example.org",
                    language="en",
                    subject="Hello",
                )
            ]
        )
    print(time.monotonic() - started)  # noqa: T201 -- read by the test


if __name__ == "__main__":
    main()
