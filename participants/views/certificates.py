"""A participant's own certificates and their documents."""

from typing import Any

from django.contrib.auth.decorators import login_required
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_safe

from participants.choices import CertificateState
from participants.queries.certificates import certificates_of
from participants.views.documents import certificate_document
from participants.views.my_tabs import my_tabs


@login_required
@require_safe
def mine(request: HttpRequest) -> HttpResponse:
    context: dict[str, Any] = {
        "certificates": list(certificates_of(request.user)),
        "tabs": my_tabs("certificate"),
    }
    return render(request, "participants/certificate_mine.html", context)


@login_required
@require_safe
def my_document(request: HttpRequest, verify_code: str) -> HttpResponse:
    """The PDF for its holder. Somebody else's certificate does not exist here; one that was
    revoked is not handed out any more."""
    held = certificates_of(request.user).filter(verify_code=verify_code)
    certificate = held.exclude(state=CertificateState.REVOKED).first()
    if certificate is None:
        raise Http404
    return certificate_document(certificate)
