"""Django's entry for notices."""

from functools import partial

from django.apps import AppConfig


class NoticesConfig(AppConfig):
    name = "g60portal.notices"
    label = "notices"

    def ready(self) -> None:
        from g60portal.common import resealing
        from g60portal.notices.account_mails import ACCOUNT_MAIL
        from g60portal.notices.channel_kinds import KINDS
        from g60portal.notices.channels import carriers
        from g60portal.notices.channels.email import Post
        from g60portal.notices.channels.inbox import Inbox
        from g60portal.notices.channels.robots import Robots
        from g60portal.notices.channels.sms import Sms
        from g60portal.notices.choices import ROBOT_CHANNELS, Channel
        from g60portal.notices.kinds import register
        from g60portal.notices.sealed_rows import (
            ACCOUNT_MAILS,
            CHANNEL_ADDRESSES,
            CHANNEL_SECRETS,
        )

        register(ACCOUNT_MAIL)
        carriers.register(Channel.EMAIL, Post)
        for kind in KINDS:
            register(kind)
        carriers.register(Channel.INBOX, Inbox)
        carriers.register(Channel.SMS, Sms)
        for channel in ROBOT_CHANNELS:
            carriers.register(channel, partial(Robots, channel))
        resealing.register(ACCOUNT_MAILS)
        resealing.register(CHANNEL_ADDRESSES)
        resealing.register(CHANNEL_SECRETS)
