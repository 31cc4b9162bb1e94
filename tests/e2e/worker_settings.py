"""Settings of the worker beside the end-to-end test: those of the tests, but with the mail server,
the files and the address of the very test that runs."""

import os

from g60portal.settings.test import *  # noqa: F403

PORTAL_URL = os.environ["PORTAL_URL"]
MEDIA_ROOT = os.environ["MEDIA_ROOT"]
EMAIL_BACKEND = "django.core.mail.backends.smtp.EmailBackend"
