"""What strangers learn from a certificate's code."""

import datetime as dt
from collections.abc import Callable
from decimal import Decimal

import pytest
from django.test import Client

from participants.actions.certificates import (
    CertificateEntry,
    issue_certificates,
    revoke_certificate,
)
from participants.models import Certificate
from participants.views.verification import WRONG_CODES_A_MINUTE
from tests.factories.studies import AFTERWARDS, studied_cohort

pytestmark = pytest.mark.django_db

WRONG = "0000-0000-0000-0000"


@pytest.fixture
def certificate(frozen_clock: Callable[[dt.datetime], dt.datetime]) -> Certificate:
    frozen_clock(AFTERWARDS)
    study = studied_cohort(1)
    entry = CertificateEntry(study.enrollments[0].pk, Decimal("36.5"))
    return issue_certificates(cohort=study.cohort, entries=[entry], by=None)[0]


def path(certificate: Certificate) -> str:
    return f"/verify/{certificate.verify_code}/"


def test_page_when_genuine_then_says_so_with_the_name_masked(
    client: Client, certificate: Certificate
) -> None:
    response = client.get(path(certificate), headers={"accept-language": "en"})
    page = response.content.decode()
    assert response.status_code == 200
    assert "This certificate is genuine" in page
    assert certificate.number in page
    assert "欧阳*" in page
    assert "欧阳娜" not in page
    assert "36.5" in page
    assert "Songjiang, Shanghai → Hefei" in page
    assert response["X-Robots-Tag"] == "noindex, nofollow"
    assert response["Cache-Control"] == "no-store"


def test_page_when_opened_then_one_query(
    client: Client, certificate: Certificate, django_assert_max_num_queries
) -> None:
    with django_assert_max_num_queries(1):
        client.get(path(certificate))


def test_page_when_revoked_then_tells_date_and_kind_but_not_the_reason(
    client: Client, certificate: Certificate
) -> None:
    revoke_certificate(certificate=certificate, reason="内部说明", kind="error", by=None)
    page = client.get(path(certificate), headers={"accept-language": "en"}).content.decode()
    assert "This certificate was revoked" in page
    assert "issued in error" in page
    assert "内部说明" not in page
    assert "This certificate is genuine" not in page


@pytest.mark.parametrize("code", [WRONG, "7K3M", "<script>alert(1)</script>", "王小明"])
def test_page_when_the_code_is_wrong_then_404_in_plain_words(client: Client, code: str) -> None:
    response = client.get(
        "/verify/", {"code": code}, follow=True, headers={"accept-language": "en"}
    )
    assert response.status_code == 404
    page = response.content.decode()
    assert "No certificate has this code" in page
    assert "<script>alert" not in page


@pytest.mark.parametrize(
    "typed", ["{lower}", "{bare}", " {code} ", "http://testserver/verify/{code}/"]
)
def test_form_when_the_code_is_typed_in_another_way_then_leads_to_the_page(
    client: Client, certificate: Certificate, typed: str
) -> None:
    code = certificate.verify_code
    text = typed.format(code=code, lower=code.lower(), bare=code.replace("-", ""))
    response = client.get("/verify/", {"code": text})
    assert response.status_code == 302
    assert response["Location"] == path(certificate)


def test_page_when_too_many_codes_were_wrong_then_429_yet_right_ones_work(
    client: Client, certificate: Certificate
) -> None:
    statuses = [
        client.get(f"/verify/{WRONG}/").status_code for _ in range(WRONG_CODES_A_MINUTE + 1)
    ]
    assert statuses == [404] * WRONG_CODES_A_MINUTE + [429]
    assert client.get(path(certificate)).status_code == 200


def test_page_when_the_cohort_changed_since_then_shows_what_was_certified(
    client: Client, certificate: Certificate
) -> None:
    certificate.cohort.title_en = "Something else"
    certificate.cohort.save(update_fields=["title_en"])
    page = client.get(path(certificate), headers={"accept-language": "en"}).content.decode()
    assert "Something else" not in page
    assert certificate.facts["title_en"] in page
