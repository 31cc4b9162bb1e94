"""The states of a notice and its channels."""

from django.db import models
from django.utils.translation import gettext_lazy as _


class NoticeState(models.TextChoices):
    DRAFT = "draft", _("draft")
    HELD = "held", _("held")
    QUEUED = "queued", _("queued")
    SENDING = "sending", _("sending")
    SENT = "sent", _("sent")
    RETRYING = "retrying", _("retrying")
    FAILED = "failed", _("failed")
    BOUNCED = "bounced", _("bounced")
    CANCELLED = "cancelled", _("cancelled")
    NEEDS_PERSON = "needs_person", _("needs a person")


OPEN_STATES = (NoticeState.QUEUED, NoticeState.SENDING, NoticeState.RETRYING)
RETRYABLE_STATES = (
    NoticeState.FAILED,
    NoticeState.BOUNCED,
    NoticeState.NEEDS_PERSON,
    NoticeState.CANCELLED,
)
NEED_PERSON_STATES = (NoticeState.NEEDS_PERSON, NoticeState.FAILED, NoticeState.BOUNCED)


class Channel(models.TextChoices):
    EMAIL = "email", _("e-mail")
