"""Answering with a document that belongs to a person: always as a download, never run in place."""

from django.http import Http404, HttpResponse
from django.utils.translation import gettext as _

from g60portal.common.queue import enqueue
from participants.actions.certificates import RENDER_TASK
from participants.models import Certificate
from participants.queries.certificates import document_bytes, document_filename

SANDBOX = "sandbox; default-src 'none'"


def certificate_document(certificate: Certificate) -> HttpResponse:
    """The PDF as an attachment. 404 while there is none; printing it is asked for then."""
    content = document_bytes(certificate)
    if content is None:
        enqueue(RENDER_TASK, certificate.pk)
        raise Http404(_("The document is still being printed. Try again in a moment."))
    filename = document_filename(certificate)
    return HttpResponse(
        content,
        content_type="application/pdf",
        headers={
            "Content-Disposition": f'attachment; filename="{filename}"',
            "Content-Security-Policy": SANDBOX,
            "X-Content-Type-Options": "nosniff",
            "Cache-Control": "private, no-store",
        },
    )
