"""Two calls at once with one key on two connections: the work happens once. The control, without
the key, shows that both calls really run at the same time."""

import threading
from collections.abc import Callable

import pytest
from django.db import connection
from django.urls import path
from knox.models import AuthToken
from rest_framework.response import Response
from rest_framework.test import APIClient
from rest_framework.views import APIView

from g60portal.accounts.models import User
from tests.factories import UserFactory

together = threading.Barrier(2)


class Meeting(APIView):
    """Waits for a second caller for a moment, so that two callers are inside at once."""

    def post(self, request):
        try:
            together.wait(timeout=1)
        except threading.BrokenBarrierError:
            together.reset()
        user = User.objects.create_user(f"made{threading.get_ident()}@example.org")
        return Response({"id": user.pk}, status=201)


urlpatterns = [path("api/v1/meeting/", Meeting.as_view())]

pytestmark = [
    pytest.mark.django_db(transaction=True),
    pytest.mark.urls("tests.api.test_idempotency_race"),
]


def call_twice(**headers: str) -> list[dict[str, int]]:
    token = AuthToken.objects.create(UserFactory())[1]
    answers: list[dict[str, int]] = []

    def call() -> None:
        try:
            client = APIClient()
            client.credentials(HTTP_AUTHORIZATION=f"Token {token}", **headers)
            answers.append(client.post("/api/v1/meeting/", {}, format="json").json())
        finally:
            connection.close()

    run_together(call, call)
    return answers


def run_together(*jobs: Callable[[], None]) -> None:
    threads = [threading.Thread(target=job) for job in jobs]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(timeout=20)


def test_same_key_when_two_calls_at_once_then_one_row_and_one_answer():
    together.reset()
    first, second = call_twice(HTTP_IDEMPOTENCY_KEY="once")
    assert first == second
    assert User.objects.filter(email__startswith="made").count() == 1


def test_no_key_when_two_calls_at_once_then_two_rows():
    together.reset()
    first, second = call_twice()
    assert first != second
    assert User.objects.filter(email__startswith="made").count() == 2
