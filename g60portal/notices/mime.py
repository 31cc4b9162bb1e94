"""From a notice and its composed body to one e-mail: plain and HTML, attachments, stable id.

One recipient a message, always. Django refuses line breaks in headers; so does the outbox.
"""

from email import encoders
from email.mime.base import MIMEBase
from email.utils import formataddr

from django.conf import settings
from django.core.mail import EmailMultiAlternatives

from g60portal.notices.kinds import Attachment, Message
from g60portal.notices.models import Notice
from g60portal.notices.outbox import HeaderUnsafe, is_one_line


def mail_of(notice: Notice, message: Message) -> EmailMultiAlternatives:
    """The mail of this very row. HeaderUnsafe when its head holds a line break."""
    if not all(is_one_line(text) for text in (notice.subject, notice.recipient, notice.address)):
        raise HeaderUnsafe
    mail = EmailMultiAlternatives(
        subject=notice.subject,
        body=message.text,
        from_email=return_address(notice),
        to=[formataddr((_shown_name(notice), notice.address))],
        headers={
            "From": settings.DEFAULT_FROM_EMAIL,
            "Message-ID": notice.message_id,
            "Auto-Submitted": "auto-generated",
            "Content-Language": notice.language,
        },
    )
    mail.attach_alternative(message.html, "text/html")
    for attachment in message.attachments:
        if attachment.invites:
            mail.attach_alternative(attachment.content.decode(), _type_of(attachment))
        mail.attach(_part(attachment))
    return mail


def return_address(notice: Notice) -> str:
    """Where a server sends the mail back to: an address of its own for each notice where the
    operator's mail server allows it."""
    address: str = settings.BOUNCE_ADDRESS or settings.DEFAULT_FROM_EMAIL
    return address.replace("{notice}", notice.uid.hex)


def _shown_name(notice: Notice) -> str:
    return "" if notice.recipient == notice.address else notice.recipient


def _type_of(attachment: Attachment) -> str:
    """The type with its parameters but the charset, which Django names itself."""
    pieces = [piece.strip() for piece in attachment.mimetype.split(";")]
    return "; ".join(piece for piece in pieces if not piece.startswith("charset="))


def _part(attachment: Attachment) -> MIMEBase:
    """A part with the parameters of its type kept: mail programs look for a calendar's `method`."""
    main, *parameters = (piece.strip() for piece in attachment.mimetype.split(";"))
    kind, _slash, detail = main.partition("/")
    part = MIMEBase(kind, detail)
    for parameter in parameters:
        name, _equals, value = parameter.partition("=")
        part.set_param(name, value)
    part.set_payload(attachment.content)
    encoders.encode_base64(part)
    part.add_header("Content-Disposition", "attachment", filename=attachment.filename)
    return part
