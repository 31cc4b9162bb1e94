"""Writing notices: once for each occasion, and nothing that could become a header of its own."""

import pytest
from django.db import transaction

from g60portal.notices.models import Notice
from g60portal.notices.outbox import HeaderUnsafe, NoticeDraft, one_line, write_notices

pytestmark = pytest.mark.django_db


def draft(**facts):
    return NoticeDraft(
        **{
            "kind": "plain",
            "dedupe_key": "one",
            "recipient": "王",
            "address": "wang@example.org",
            "language": "en",
            "subject": "Hello",
            **facts,
        }
    )


def test_write_when_the_same_key_comes_again_then_one_row_stays_as_it_was():
    assert write_notices([draft(), draft(dedupe_key="two")]) == 2
    assert write_notices([draft(subject="other"), draft(dedupe_key="three")]) == 1
    assert dict(Notice.objects.values_list("dedupe_key", "subject")) == {
        "one": "Hello",
        "two": "Hello",
        "three": "Hello",
    }


def test_write_when_many_then_one_statement(django_assert_num_queries):
    with django_assert_num_queries(1):
        write_notices(draft(dedupe_key=str(number)) for number in range(500))
    assert Notice.objects.filter(state="queued").count() == 500


def test_write_when_rolled_back_then_nothing_is_left():
    with transaction.atomic():
        write_notices([draft()])
        transaction.set_rollback(True)
    assert not Notice.objects.exists()


@pytest.mark.parametrize("field", ["recipient", "address", "subject"])
@pytest.mark.parametrize("mark", ["\n", "\r", "\r\n", "\u2028", "\x00"])
def test_draft_when_a_header_holds_a_line_break_then_refused(field, mark):
    with pytest.raises(HeaderUnsafe):
        draft(**{field: f"a{mark}Bcc: b@example.org"})


def test_one_line_when_text_has_breaks_then_blanks():
    assert one_line("a\r\n b\tc ") == "a b c"
