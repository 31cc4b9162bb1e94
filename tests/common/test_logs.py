"""Log lines: readable, with the traceback, without personal numbers."""

import io
import logging

import pytest
import structlog
from structlog.stdlib import ProcessorFormatter

from g60portal.common.logs import renderer


@pytest.fixture
def lines():
    stream = io.StringIO()
    handler = logging.StreamHandler(stream)
    handler.setFormatter(ProcessorFormatter(processor=renderer))
    logger = logging.getLogger("tests.logs")
    logger.addHandler(handler)
    logger.propagate = False
    yield stream
    logger.removeHandler(handler)
    logger.propagate = True


def test_line_when_it_holds_personal_numbers_then_they_are_blotted(lines):
    structlog.get_logger("tests.logs").error("refused", phone="13812345678", seat=7)
    assert lines.getvalue().startswith("event='refused' phone='▮' seat=7")


def test_line_when_digits_are_part_of_a_longer_number_then_they_stay(lines):
    logging.getLogger("tests.logs").error("receipt 913812345678901234567")
    assert "913812345678901234567" in lines.getvalue()


@pytest.mark.parametrize("get_logger", [logging.getLogger, structlog.get_logger])
def test_exception_when_logged_then_traceback_follows_and_is_blotted_too(lines, get_logger):
    try:
        int("taken: 11010519491231002X")
    except ValueError:
        get_logger("tests.logs").exception("failed")
    first, *rest = lines.getvalue().splitlines()
    assert first.startswith("event='failed'")
    assert rest[0] == "Traceback (most recent call last):"
    assert rest[-1] == "ValueError: invalid literal for int() with base 10: 'taken: ▮'"


@pytest.mark.parametrize("page", ["slots", "calendar", "nominate", "nominee"])
def test_line_when_it_names_a_private_address_then_the_token_is_blotted(lines, page):
    token = "Ab_-" * 10
    logging.getLogger("tests.logs").error("Not Found: /%s/%s/open/?lang=en", page, token)
    structlog.get_logger("tests.logs").error("failed", request=f"GET /{page}/{token}.ics")
    assert token not in lines.getvalue()
    assert f"Not Found: /{page}/▮/open/?lang=en" in lines.getvalue()


def test_line_when_it_names_a_row_of_the_api_then_it_stays(lines):
    logging.getLogger("tests.logs").error("Not Found: /api/v1/slots/439/")
    assert "/api/v1/slots/439/" in lines.getvalue()
