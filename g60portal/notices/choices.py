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
    INBOX = "inbox", _("inbox of the portal")
    SMS = "sms", _("text message")
    WECOM = "wecom", _("WeCom robot")
    DINGTALK = "dingtalk", _("DingTalk robot")
    FEISHU = "feishu", _("Feishu robot")
    OTHER = "other", _("other service")


# These need no account: e-mail has its server from the environment, the inbox needs nobody.
ALWAYS_ON = (Channel.EMAIL, Channel.INBOX)
ROBOT_CHANNELS = (Channel.WECOM, Channel.DINGTALK, Channel.FEISHU, Channel.OTHER)
# What a person may add to e-mail, with an address of their own there.
PERSONAL_CHANNELS = (Channel.SMS, *ROBOT_CHANNELS)
