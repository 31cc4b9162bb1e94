"""Settings of the portal under fire: as on a developer's machine, but with plain static files, and
with short leases and sweeps where the run is short."""

import os

from g60portal.settings.dev import *  # noqa: F403

STORAGES = {
    "default": {"BACKEND": "django.core.files.storage.FileSystemStorage"},
    "staticfiles": {"BACKEND": "django.contrib.staticfiles.storage.StaticFilesStorage"},
}
CELERY_BEAT_SCHEDULE["notices-sweep"]["schedule"] = float(  # noqa: F405
    os.environ.get("SWEEP_SECONDS", "15")
)
if os.environ.get("CARELESS"):
    # The control: what goes wrong with the guards off.
    CELERY_IMPORTS = ["tests.faults.careless"]
    CELERY_TASK_ACKS_LATE = False
    CELERY_TASK_REJECT_ON_WORKER_LOST = False
    del CELERY_BEAT_SCHEDULE["notices-sweep"]  # noqa: F405
# The default is 300 s between looks at the schedule; a beat that was just killed must not wait.
CELERY_BEAT_MAX_LOOP_INTERVAL = 5
