"""Where a notice goes on a channel: to the address sealed in it, or to the one its reader chose."""

from g60portal.accounts.models import ChannelChoice
from g60portal.notices.channels.carriers import ProviderRefused, Refused
from g60portal.notices.channels.sealed_addresses import open_choice, open_context
from g60portal.notices.kinds import Message
from g60portal.notices.models import Notice
from g60portal.notices.retry import Fate

ADDRESS_END = "\n"


def address_of(row: Notice) -> str:
    """Refused when there is none any more."""
    if "sealed" in row.context:
        return open_context(row).partition(ADDRESS_END)[0]
    choice = ChannelChoice.objects.filter(
        user=row.user_id, channel=row.channel, confirmed_at__isnull=False
    ).first()
    if choice is None:
        raise Refused(ProviderRefused("no address on this channel", Fate.NEEDS_PERSON))
    return open_choice(choice)


def plain_text(row: Notice, message: Message) -> str:
    """Subject and text as one."""
    return f"{row.subject}\n\n{message.text.strip()}"
