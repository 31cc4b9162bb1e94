"""Values that tests of cohorts share."""

import pytest
from stdnum.cn import uscc

from cohorts.models import City
from tests.factories import city

CODES = (
    "songjiang",
    "jiaxing",
    "hangzhou",
    "jinhua",
    "suzhou",
    "huzhou",
    "xuancheng",
    "wuhu",
    "hefei",
)


@pytest.fixture
def valid_credit_code() -> str:
    """Of an area that is not assigned, so that it belongs to nobody."""
    body = "91990000MA1FL0QY5"
    return body + uscc.calc_check_digit(body)


@pytest.fixture
def nine_cities() -> list[City]:
    """The cities in their official order, also where a flushing test has emptied the table."""
    return [city(code) for code in CODES]
