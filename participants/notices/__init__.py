"""The kinds of notices that participants sends, one module a kind."""

from g60portal.notices.kinds import Kind
from participants.notices import (
    logistics_due,
    nomination_deadline,
    nomination_news,
    nominee_news,
    private_link,
    roster_export_ready,
)
from participants.notices.certificate_ready import CERTIFICATE_READY

KINDS: tuple[Kind, ...] = (
    CERTIFICATE_READY,
    nomination_news.KIND,
    nominee_news.KIND,
    nomination_deadline.KIND,
    private_link.KIND,
    roster_export_ready.KIND,
    logistics_due.KIND,
)
