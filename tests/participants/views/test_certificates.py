"""A participant's own certificates, and nobody else's."""

import datetime as dt
from collections.abc import Callable
from decimal import Decimal
from pathlib import Path

import pytest
from django.test import Client

from participants.actions.certificates import (
    CertificateEntry,
    issue_certificates,
    render_certificate,
    revoke_certificate,
)
from participants.documents.fonts import FontsMissing, font_set
from participants.models import Certificate
from tests.factories import UserFactory, user_with
from tests.factories.studies import AFTERWARDS, studied_cohort

pytestmark = pytest.mark.django_db


@pytest.fixture
def certificate(
    frozen_clock: Callable[[dt.datetime], dt.datetime], settings, tmp_path: Path
) -> Certificate:
    try:
        font_set()
    except FontsMissing as missing:
        pytest.skip(str(missing))
    settings.MEDIA_ROOT = tmp_path
    frozen_clock(AFTERWARDS)
    study = studied_cohort(2)
    for enrollment in study.enrollments:
        enrollment.person.user = UserFactory(language="en")
        enrollment.person.save(update_fields=["user"])
    entries = [CertificateEntry(row.pk, Decimal(8)) for row in study.enrollments]
    rows = issue_certificates(cohort=study.cohort, entries=entries, by=None)
    return render_certificate(certificate=rows[0])


@pytest.fixture
def holder(client: Client, certificate: Certificate) -> Client:
    client.force_login(certificate.enrollment.person.user)
    return client


def document(certificate: Certificate) -> str:
    return f"/my/certificate/{certificate.verify_code}/document/"


def test_page_when_mine_then_shows_only_mine(holder: Client, certificate: Certificate) -> None:
    page = holder.get("/my/certificate/").content.decode()
    other = Certificate.objects.exclude(pk=certificate.pk).get()
    assert certificate.number in page
    assert document(certificate) in page
    assert other.number not in page


def test_page_when_there_is_none_then_says_what_comes(client: Client) -> None:
    client.force_login(UserFactory())
    response = client.get("/my/certificate/", headers={"accept-language": "en"})
    assert "No certificate yet" in response.content.decode()


def test_document_when_mine_then_downloads_and_cannot_run(
    holder: Client, certificate: Certificate
) -> None:
    response = holder.get(document(certificate))
    assert response.status_code == 200
    assert response.content.startswith(b"%PDF")
    assert response["Content-Disposition"].startswith("attachment;")
    assert response["Content-Security-Policy"] == "sandbox; default-src 'none'"
    assert response["X-Content-Type-Options"] == "nosniff"
    assert response["Cache-Control"] == "private, no-store"


def test_document_when_somebody_elses_then_404(client: Client, certificate: Certificate) -> None:
    other = Certificate.objects.exclude(pk=certificate.pk).get()
    client.force_login(other.enrollment.person.user)
    assert client.get(document(certificate)).status_code == 404
    client.force_login(user_with("lead", cohort=certificate.cohort))
    assert client.get(document(certificate)).status_code == 404


def test_document_when_not_signed_in_then_asks_for_it(
    client: Client, certificate: Certificate
) -> None:
    response = client.get(document(certificate))
    assert response.status_code == 302
    assert response["Location"].startswith("/accounts/login/")


def test_document_when_revoked_then_not_handed_out(
    holder: Client, certificate: Certificate
) -> None:
    revoke_certificate(certificate=certificate, reason="姓名有误", by=None)
    assert holder.get(document(certificate)).status_code == 404
    assert document(certificate) not in holder.get("/my/certificate/").content.decode()


def test_document_when_still_unprinted_then_404(client: Client, certificate: Certificate) -> None:
    other = Certificate.objects.exclude(pk=certificate.pk).get()
    client.force_login(other.enrollment.person.user)
    assert client.get(document(other)).status_code == 404
