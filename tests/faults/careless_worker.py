"""A worker as it must not be, for the control: marks the whole slice as sent, then sends."""

import django

django.setup()

from g60portal.notices.channels.email import Post  # noqa: E402
from g60portal.notices.claims import claim_slice, mark_sent  # noqa: E402 -- after setup
from g60portal.notices.delivery import composed  # noqa: E402


def main() -> None:
    rows = claim_slice()
    messages = composed(rows)
    for row in rows:
        mark_sent(row)
    post = Post()
    for row in rows:
        post.send(row, messages[row.pk])


if __name__ == "__main__":
    main()
