"""The Celery application: queues, beat, and discovery of the apps' `tasks` modules.

Messages are hints that carry an id; the truth about work to be done lives in Postgres rows
(`g60portal.notices`, certificates), swept by beat. Settings stand in `settings/base.py`.
"""

import os
from typing import Any

from celery import Celery
from celery.signals import beat_init, celeryd_init

from g60portal.common.row_walls import run_as_system

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "g60portal.settings.dev")

app = Celery("g60portal")
app.config_from_object("django.conf:settings", namespace="CELERY")
app.autodiscover_tasks()


@celeryd_init.connect  # type: ignore[untyped-decorator]  # celery has no types
@beat_init.connect  # type: ignore[untyped-decorator]
def work_as_system(**signal: Any) -> None:
    """Workers do the portal's own work; their children are forked from here."""
    run_as_system()
