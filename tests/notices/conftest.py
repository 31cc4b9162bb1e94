"""A mail server for each test of delivery, and a kind of notice that needs no other rows."""

from collections.abc import Callable, Iterator, Mapping, Sequence

import pytest
from pytest_django.fixtures import Settings

from g60portal.notices import kinds
from g60portal.notices.kinds import Kind, Message
from g60portal.notices.models import Notice
from g60portal.notices.outbox import NoticeDraft, write_notices
from tests.notices.mailserver import Mailbox, mail_server


def compose(notices: Sequence[Notice]) -> Mapping[int, Message]:
    """Says its number; breaks or is unwanted when the context says so."""
    if any(notice.context.get("poison") for notice in notices):
        raise RuntimeError("cannot be composed")
    return {
        notice.pk: Message(text=f"number {notice.pk}", html=f"<p>number {notice.pk}</p>")
        for notice in notices
        if not notice.context.get("unwanted")
    }


@pytest.fixture(autouse=True)
def _plain_kind() -> Iterator[None]:
    known = dict(kinds._kinds)
    kinds.register(Kind(name="plain", label="plain", compose=compose))
    kinds.register(Kind(name="urgent", label="urgent", compose=compose, urgent=True))
    yield
    kinds._kinds.clear()
    kinds._kinds.update(known)


@pytest.fixture
def mailbox(settings: Settings) -> Iterator[Mailbox]:
    """A server that takes everything, unless the test tells it otherwise."""
    box = Mailbox()
    with mail_server(box) as port:
        settings.EMAIL_BACKEND = "django.core.mail.backends.smtp.EmailBackend"
        settings.EMAIL_HOST = "127.0.0.1"
        settings.EMAIL_PORT = port
        settings.EMAIL_TIMEOUT = 2
        yield box


@pytest.fixture
def written() -> Callable[..., list[Notice]]:
    """Writes notices to `a0@example.org`, `a1@…`; answers the rows."""

    def write(
        count: int = 1, kind: str = "plain", **contexts: Mapping[str, object]
    ) -> list[Notice]:
        drafts = [
            NoticeDraft(
                kind=kind,
                dedupe_key=f"{kind}:{number}",
                recipient=f"人{number}",
                address=f"a{number}@example.org",
                language="zh-hans",
                subject=f"通知 {number}",
                context=contexts.get(f"a{number}", {}),
                scope="G60-2026-01",
            )
            for number in range(count)
        ]
        write_notices(drafts)
        return list(Notice.objects.filter(kind=kind).order_by("pk"))

    return write
