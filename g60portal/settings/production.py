"""Production: refuses to start without its secrets, serves over TLS only."""

import os

from g60portal.settings.base import *  # noqa: F403
from g60portal.settings.env import flag, required

DEBUG = False
_HOW = "See docs/deployment.md, “Secrets”."
SECRET_KEY = required("SECRET_KEY", _HOW)
FIELD_KEYS = required("FIELD_KEYS", _HOW)
CERTIFICATE_KEY = required("CERTIFICATE_KEY", _HOW)
PORTAL_URL = required("PORTAL_URL", _HOW).rstrip("/")
required("ALLOWED_HOSTS", _HOW)
required("DATABASE_URL", _HOW)
required("REDIS_URL", _HOW)
required("EMAIL_URL", _HOW)

CSRF_TRUSTED_ORIGINS = [PORTAL_URL]
SECURE_SSL_REDIRECT = flag("SECURE_SSL_REDIRECT", default=True)
SECURE_HSTS_SECONDS = 365 * 24 * 3600
SECURE_HSTS_INCLUDE_SUBDOMAINS = True
SECURE_HSTS_PRELOAD = True
SECURE_REDIRECT_EXEMPT = [r"^healthz$", r"^readyz$"]
SESSION_COOKIE_SECURE = True
CSRF_COOKIE_SECURE = True
LANGUAGE_COOKIE_SECURE = True
ADMIN_SECOND_FACTOR = flag("ADMIN_SECOND_FACTOR", default=True)
if int(os.environ.get("PROXY_COUNT", "0")):
    SECURE_PROXY_SSL_HEADER = ("HTTP_X_FORWARDED_PROTO", "https")
