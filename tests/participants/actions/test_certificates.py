"""Certificates: numbers, frozen facts, rendering, the mail, revoking."""

import datetime as dt
import hashlib
import io
from collections.abc import Callable
from decimal import Decimal
from pathlib import Path

import pytest
import zxingcpp
from django.core.files.storage import default_storage
from PIL import Image
from pypdf import PdfReader

from cohorts.refusals import ReasonMissing
from g60portal.audit.models import AuditEvent
from g60portal.notices.actions import NoAddress, retry_notice
from g60portal.notices.choices import NoticeState
from g60portal.notices.kinds import kind_named
from g60portal.notices.models import Notice
from participants.actions.certificates import (
    CertificateEntry,
    issue_certificates,
    new_verify_code,
    render_certificate,
    revoke_certificate,
)
from participants.documents.fonts import FontsMissing, font_set
from participants.models import Certificate, CertificateCounter
from participants.refusals import (
    CertificateInForce,
    CertificateNotInForce,
    NotInCohort,
    NumbersTaken,
)
from participants.rules.certificates import code_from_typed
from participants.tasks import render_waiting_certificates
from tests.factories import EnrollmentFactory, PersonFactory, user_with
from tests.factories.studies import AFTERWARDS, Study, studied_cohort

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def _media(settings, tmp_path: Path) -> None:
    settings.MEDIA_ROOT = tmp_path


@pytest.fixture
def fonts() -> None:
    try:
        font_set()
    except FontsMissing as missing:
        pytest.skip(str(missing))


@pytest.fixture
def study(frozen_clock: Callable[[dt.datetime], dt.datetime]) -> Study:
    frozen_clock(AFTERWARDS)
    return studied_cohort(edition=1, certificate_prefix="G60研字")


def entries(study: Study) -> list[CertificateEntry]:
    return [CertificateEntry(row.pk, Decimal("8.0")) for row in study.enrollments]


def issued(study: Study) -> list[Certificate]:
    return issue_certificates(cohort=study.cohort, entries=entries(study), by=None)


def test_issue_when_done_then_numbered_by_strokes_frozen_and_audited(study: Study) -> None:
    user = user_with("lead", cohort=study.cohort)
    rows = issue_certificates(cohort=study.cohort, entries=entries(study), by=user)
    by_strokes = sorted(study.enrollments, key=lambda row: row.person.stroke_key)
    assert [row.enrollment_id for row in rows] == [row.pk for row in by_strokes]
    assert [row.number for row in rows] == [
        "G60研字〔2026〕01-0001号",
        "G60研字〔2026〕01-0002号",
        "G60研字〔2026〕01-0003号",
    ]
    facts = rows[0].facts
    assert facts["title"] == study.cohort.title
    assert facts["legs"] == ["songjiang", "hefei"]
    assert facts["hours"] == "8"
    assert facts["issued_on"] == "2026-06-14"
    assert facts["verify_url"] == f"http://testserver/verify/{rows[0].verify_code}/"
    assert AuditEvent.objects.filter(verb="certificate.issued", actor=user).count() == 3


def test_issue_when_somebody_holds_one_then_refused_and_no_number_is_lost(study: Study) -> None:
    issued(study)
    with pytest.raises(CertificateInForce):
        issued(study)
    assert CertificateCounter.objects.get(cohort=study.cohort).last_serial == 3


def test_issue_when_somebody_is_of_another_cohort_then_refused(study: Study) -> None:
    stranger = EnrollmentFactory()
    with pytest.raises(NotInCohort):
        issue_certificates(
            cohort=study.cohort, entries=[CertificateEntry(stranger.pk, Decimal(8))], by=None
        )


def test_issue_when_another_cohort_numbers_alike_then_refused_with_the_way_out(
    study: Study,
) -> None:
    issued(study)
    other = studied_cohort(1, edition=1, certificate_prefix="G60研字")
    with pytest.raises(NumbersTaken):
        issued(other)
    assert not other.cohort.certificates.exists()
    other.cohort.certificate_prefix = "G60培字"
    other.cohort.save(update_fields=["certificate_prefix"])
    assert issued(other)[0].number == "G60培字〔2026〕01-0001号"


def test_verify_code_when_made_then_has_eighty_bits_and_reads_back() -> None:
    codes = {new_verify_code() for _ in range(200)}
    assert len(codes) == 200
    assert all(code_from_typed(code.lower()) == code for code in codes)
    assert {len(code) for code in codes} == {19}


def test_render_when_done_then_file_lies_under_its_hash_and_one_mail_waits(
    study: Study, fonts: None
) -> None:
    certificate = issued(study)[0]
    row = render_certificate(certificate=certificate)
    content = default_storage.open(row.file.name).read()
    assert row.sha256 == hashlib.sha256(content).hexdigest()
    assert row.file.name == f"certificates/{row.sha256[:2]}/{row.sha256}.pdf"
    notice = Notice.objects.get()
    assert (notice.kind, notice.address) == ("certificate_ready", row.enrollment.person.email)
    message = kind_named(notice.kind).compose([notice])[notice.pk]
    (attachment,) = message.attachments
    assert attachment.content == content
    assert row.facts["verify_url"] in message.text
    assert row.number in message.html


def test_document_when_read_then_names_the_person_and_its_code_leads_to_the_page(
    study: Study, fonts: None
) -> None:
    row = render_certificate(certificate=issued(study)[0])
    reader = PdfReader(io.BytesIO(default_storage.open(row.file.name).read()))
    text = "".join(reader.pages[0].extract_text().split())
    assert row.name in text
    assert row.number in text
    printed = rendered_picture(default_storage.path(row.file.name))
    assert [found.text for found in zxingcpp.read_barcodes(printed)] == [row.facts["verify_url"]]


def rendered_picture(path: str) -> Image.Image:
    """The first page as a picture, by poppler where there is one."""
    import shutil
    import subprocess

    program = shutil.which("pdftoppm")
    if not program:
        pytest.skip("no pdftoppm on this machine")
    command = [program, "-r", "150", "-png", "-singlefile", path]
    png = subprocess.run(command, check=True, capture_output=True).stdout
    return Image.open(io.BytesIO(png))


def test_render_when_repeated_then_same_bytes_and_no_second_mail(study: Study, fonts: None) -> None:
    certificate = issued(study)[0]
    first = render_certificate(certificate=certificate)
    content = default_storage.open(first.file.name).read()
    default_storage.delete(first.file.name)
    again = render_certificate(certificate=certificate)
    assert default_storage.open(again.file.name).read() == content
    assert (again.sha256, again.rendered_at) == (first.sha256, first.rendered_at)
    render_certificate(certificate=certificate)
    assert Notice.objects.count() == 1


def test_render_when_the_cohort_was_renamed_since_then_the_document_stays(
    study: Study, fonts: None
) -> None:
    certificate = issued(study)[0]
    first = render_certificate(certificate=certificate)
    study.cohort.title = "别的名称"
    study.cohort.save(update_fields=["title"])
    default_storage.delete(first.file.name)
    assert render_certificate(certificate=certificate).sha256 == first.sha256


def test_render_when_a_crash_left_half_a_file_then_it_is_replaced(
    study: Study, fonts: None
) -> None:
    certificate = issued(study)[0]
    first = render_certificate(certificate=certificate)
    path = Path(default_storage.path(first.file.name))
    whole = path.read_bytes()
    path.write_bytes(whole[:100])
    Certificate.objects.filter(pk=first.pk).update(rendered_at=None, file="")
    render_certificate(certificate=certificate)
    assert path.read_bytes() == whole


def test_render_when_a_character_cannot_be_printed_then_noted_and_swept_again(
    study: Study, fonts: None
) -> None:
    odd = EnrollmentFactory(
        cohort=study.cohort, seat=99, person=PersonFactory(name="王\ue123", stroke_key="0")
    )
    issue_certificates(
        cohort=study.cohort,
        entries=[CertificateEntry(odd.pk, Decimal(8)), *entries(study)],
        by=None,
    )
    render_waiting_certificates()
    row = Certificate.objects.get(enrollment=odd)
    assert (row.render_problem, row.render_problem_detail) == ("glyphs", "\ue123")
    assert row.rendered_at is None
    others = Certificate.objects.exclude(pk=row.pk)
    assert all(other.rendered_at and not other.render_problem for other in others)


def test_mail_when_revoked_before_it_went_out_then_is_not_wanted_any_more(
    study: Study, fonts: None
) -> None:
    certificate = render_certificate(certificate=issued(study)[0])
    revoke_certificate(certificate=certificate, reason="姓名有误", by=None)
    notice = Notice.objects.get()
    assert kind_named(notice.kind).compose([notice]) == {}


def test_mail_when_tried_again_then_to_the_address_of_today(study: Study, fonts: None) -> None:
    certificate = render_certificate(certificate=issued(study)[0])
    person = certificate.enrollment.person
    person.email = "moved@example.org"
    person.save(update_fields=["email"])
    Notice.objects.update(state=NoticeState.NEEDS_PERSON)
    retried = retry_notice(notice=Notice.objects.get(), by=None)
    assert (retried.state, retried.address) == ("queued", "moved@example.org")
    person.email = ""
    person.save(update_fields=["email"])
    Notice.objects.update(state=NoticeState.FAILED)
    with pytest.raises(NoAddress):
        retry_notice(notice=Notice.objects.get(), by=None)


def test_mail_when_the_person_reads_english_then_is_english(study: Study, fonts: None) -> None:
    person = study.enrollments[0].person
    person.language = "en"
    person.save(update_fields=["language"])
    (certificate,) = issue_certificates(cohort=study.cohort, entries=entries(study)[:1], by=None)
    render_certificate(certificate=certificate)
    notice = Notice.objects.get()
    assert notice.subject == f"Your certificate {certificate.number}"
    assert study.cohort.title_en in kind_named(notice.kind).compose([notice])[notice.pk].text


def test_revoke_when_in_force_then_state_time_kind_and_audit(study: Study) -> None:
    certificate = issued(study)[0]
    row = revoke_certificate(certificate=certificate, reason="姓名有误", kind="error", by=None)
    assert (row.state, row.revoke_kind, row.revoked_at) == ("revoked", "error", AFTERWARDS)
    event = AuditEvent.objects.get(verb="certificate.revoked")
    assert event.reason == "姓名有误"
    with pytest.raises(CertificateNotInForce):
        revoke_certificate(certificate=certificate, reason="again", by=None)


def test_revoke_when_no_reason_is_given_then_refused(study: Study) -> None:
    certificate = issued(study)[0]
    with pytest.raises(ReasonMissing):
        revoke_certificate(certificate=certificate, reason="  ", by=None)
