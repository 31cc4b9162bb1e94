"""The Celery application: queues, beat, and discovery of the apps' `tasks` modules.

Messages are hints that carry an id; the truth about work to be done lives in Postgres rows
(`g60portal.notices`, certificates), swept by beat. Settings stand in `settings/base.py`.
"""

import os

from celery import Celery

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "g60portal.settings.dev")

app = Celery("g60portal")
app.config_from_object("django.conf:settings", namespace="CELERY")
app.autodiscover_tasks()
