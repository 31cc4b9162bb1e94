"""Tests: real Postgres and Redis, fast password hashing, mails kept in memory, fixed keys."""

import os
import tempfile
from pathlib import Path

from g60portal.settings.base import *  # noqa: F403

SECRET_KEY = "only-for-tests-" + "x" * 40
FIELD_KEYS = "1:" + "A" * 43 + "="
CERTIFICATE_KEY = "B" * 43 + "="
DEMO = True
ALLOWED_HOSTS = ["localhost", "127.0.0.1", "testserver"]
PORTAL_URL = "http://testserver"
PASSWORD_HASHERS = ["django.contrib.auth.hashers.MD5PasswordHasher"]
EMAIL_BACKEND = "django.core.mail.backends.locmem.EmailBackend"
MEDIA_ROOT = Path(tempfile.gettempdir()) / f"g60-test-media-{os.getuid()}-{os.getpid()}"
STORAGES = {
    "default": {"BACKEND": "django.core.files.storage.FileSystemStorage"},
    "staticfiles": {"BACKEND": "django.contrib.staticfiles.storage.StaticFilesStorage"},
}
WHITENOISE_AUTOREFRESH = True
AXES_ENABLED = True
REST_FRAMEWORK = {**REST_FRAMEWORK, "DEFAULT_THROTTLE_RATES": {"user": "100000/min"}}
LOGGING = {**LOGGING, "root": {"handlers": ["console"], "level": "WARNING"}}
