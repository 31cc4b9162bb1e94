"""What an address on a channel looks like, and which service it means. Pure functions.

A robot is given by the address that its app shows (the webhook), another service by its apprise
address; what is called is built here from the parts that were recognized, never from the text.
"""

import re

import phonenumbers

from g60portal.notices.choices import Channel

# Services of apprise that are one HTTPS call to a host out there, without a mail or socket of
# their own. Each is an address of the person alone.
OTHER_SERVICES = ("lark", "schan", "pushdeers", "barks", "ntfys")
LONGEST_ADDRESS = 300
_WORD = r"[A-Za-z0-9_-]{8,120}"
_ROBOTS = {
    Channel.WECOM: (
        re.compile(rf"https://qyapi\.weixin\.qq\.com/cgi-bin/webhook/send\?key=({_WORD})"),
        "wecombot://{0}/",
    ),
    Channel.DINGTALK: (
        re.compile(
            rf"https://oapi\.dingtalk\.com/robot/send\?access_token=({_WORD})(?: +({_WORD}))?"
        ),
        "dingtalk://{1}{0}/",
    ),
    Channel.FEISHU: (
        re.compile(rf"https://open\.feishu\.cn/open-apis/bot/v2/hook/({_WORD})/?"),
        "feishu://{0}/",
    ),
}
_OTHER = re.compile(rf"({'|'.join(OTHER_SERVICES)})://[A-Za-z0-9._~:/@%-]+")


def cleaned_address(channel: str, text: str) -> str:
    """The address in its one spelling; nothing when it is none of this channel."""
    text = " ".join(text.split())
    if len(text) > LONGEST_ADDRESS:
        return ""
    if channel == Channel.SMS:
        return _phone(text)
    if channel == Channel.OTHER:
        return text if _OTHER.fullmatch(text) else ""
    robot = _ROBOTS.get(Channel(channel)) if channel in Channel.values else None
    return text if robot and robot[0].fullmatch(text) else ""


def apprise_url(channel: str, address: str) -> str:
    """How apprise spells a cleaned address. ValueError for one that is not clean."""
    if not cleaned_address(channel, address):
        raise ValueError("This is no address of the channel.")
    if channel == Channel.OTHER:
        return address
    pattern, spelling = _ROBOTS[Channel(channel)]
    found = pattern.fullmatch(address)
    parts = found.groups() if found else ()
    secret = f"{parts[1]}@" if len(parts) > 1 and parts[1] else ""
    return spelling.format(parts[0], secret)


def plain_robot_text(channel: str, text: str) -> str:
    """Text in which no sign means anything to the service: Feishu reads `<at …>` in plain text."""
    if channel in (Channel.FEISHU, Channel.OTHER):
        return text.replace("<", "＜").replace(">", "＞")
    return text


def cut_to_bytes(text: str, limit: int) -> str:
    """At most so many bytes of UTF-8, an ellipsis where something was left out."""
    data = text.encode()
    if len(data) <= limit:
        return text
    return data[: limit - 3].decode(errors="ignore") + "…"


def _phone(text: str) -> str:
    """In international spelling; a number without a country is a Chinese one."""
    try:
        number = phonenumbers.parse(text, "CN")
    except phonenumbers.NumberParseException:
        return ""
    if not phonenumbers.is_valid_number(number):
        return ""
    return phonenumbers.format_number(number, phonenumbers.PhoneNumberFormat.E164)
