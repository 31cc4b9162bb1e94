"""Keeping the API's own table small."""

import datetime as dt

from celery import shared_task

from g60portal.api.models import IdempotentCall
from g60portal.common import clock

KEPT_FOR = dt.timedelta(days=2)


@shared_task  # type: ignore[untyped-decorator]  # celery is untyped
def forget_old_calls() -> None:
    IdempotentCall.objects.filter(created_at__lt=clock.now() - KEPT_FOR).delete()
