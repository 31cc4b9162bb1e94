"""Callers of the API for the tests of training sessions."""

import pytest
from rest_framework.test import APIClient


@pytest.fixture
def api_as():
    """`api_as(user)` is an API client in English that is signed in as the user."""

    def make(user):
        client = APIClient(headers={"accept-language": "en"})
        client.force_authenticate(user)
        return client

    return make
