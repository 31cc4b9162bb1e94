"""The certificate is ready: told once to its holder, with the document attached.

A certificate revoked before the mail went out is not sent any more.
"""

from collections.abc import Iterable, Mapping, Sequence

from django.conf import settings
from django.template.loader import render_to_string
from django.urls import reverse
from django.utils import translation
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from g60portal.notices.kinds import Attachment, Kind, Message
from g60portal.notices.models import Notice
from g60portal.notices.outbox import NoticeDraft
from participants.choices import CertificateState
from participants.documents.certificate import render_certificate as printed
from participants.models import Certificate, Person
from participants.queries.certificates import (
    document_bytes,
    document_facts,
    document_filename,
)

NAME = "certificate_ready"


def certificate_ready(certificates: Iterable[Certificate]) -> list[NoticeDraft]:
    """One draft a certificate; holders without an e-mail address find it on their page."""
    drafts = []
    for certificate in certificates:
        person = certificate.enrollment.person
        if person.email:
            drafts.append(_draft(certificate, person))
    return drafts


def _draft(certificate: Certificate, person: Person) -> NoticeDraft:
    with translation.override(person.language):
        subject = _("Your certificate %(number)s") % {"number": certificate.number}
    return NoticeDraft(
        kind=NAME,
        dedupe_key=f"{NAME}:{certificate.pk}",
        recipient=person.name,
        address=person.email,
        language=person.language,
        subject=subject,
        context={"certificate": certificate.pk},
        scope=certificate.facts["code"],
        user_id=person.user_id,
    )


def compose(notices: Sequence[Notice]) -> Mapping[int, Message]:
    """One query a slice. Documents come from the store; one that it lost is printed again, with the
    same bytes."""
    ids = [notice.context["certificate"] for notice in notices]
    certificates = Certificate.objects.filter(state=CertificateState.ISSUED).in_bulk(ids)
    messages = {}
    for notice in notices:
        certificate = certificates.get(notice.context["certificate"])
        if certificate:
            document = document_bytes(certificate) or printed(document_facts(certificate))
            messages[notice.pk] = _message(notice, certificate, document)
    return messages


def _message(notice: Notice, certificate: Certificate, document: bytes) -> Message:
    with translation.override(notice.language):
        english = notice.language.startswith("en")
        context = {
            "certificate": certificate,
            "recipient": notice.recipient,
            "title": certificate.facts["title_en" if english else "title"],
            "page_url": settings.PORTAL_URL + reverse("my-certificate"),
            "verify_url": certificate.facts["verify_url"],
            "subject": notice.subject,
            "language": notice.language,
        }
        return Message(
            text=render_to_string("participants/certificate_mail.txt", context),
            html=render_to_string("participants/certificate_mail.html", context),
            attachments=(Attachment(document_filename(certificate), document, "application/pdf"),),
        )


def present_address(notice: Notice) -> str:
    """The holder's address of today, for a notice that is tried again by hand."""
    rows = Certificate.objects.select_related("enrollment__person")
    certificate = rows.filter(pk=notice.context["certificate"]).first()
    return certificate.enrollment.person.email if certificate else ""


CERTIFICATE_READY = Kind(
    name=NAME,
    label=gettext_lazy("Certificate ready"),
    compose=compose,
    address_of=present_address,
)
