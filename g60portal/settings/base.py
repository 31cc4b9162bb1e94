"""What is the same in every environment. Secrets and addresses come from the environment."""

import os
from pathlib import Path
from typing import Any

import django_stubs_ext
from celery.schedules import crontab
from csp.constants import NONE, SELF
from django.utils.translation import gettext_lazy as _

from g60portal.embedded.urls import database_url, redis_url
from g60portal.settings import env

# Lets `ModelAdmin[City]` and its like, which the type checker needs, run.
django_stubs_ext.monkeypatch()

BASE_DIR = Path(__file__).resolve().parent.parent.parent
VAR_DIR = Path(os.environ.get("VAR_DIR", BASE_DIR / "var"))

DEBUG = False
ALLOWED_HOSTS = env.words("ALLOWED_HOSTS", "localhost,127.0.0.1,[::1]")
PORTAL_URL = os.environ.get(
    "PORTAL_URL", f"http://localhost:{os.environ.get('PORT', '8000')}"
).rstrip("/")
DEMO = env.flag("DEMO")

INSTALLED_APPS = [
    "django.contrib.admin",
    "django.contrib.auth",
    "django.contrib.contenttypes",
    "django.contrib.sessions",
    "django.contrib.messages",
    "django.contrib.staticfiles",
    "django.forms",
    "django.contrib.humanize",
    "django.contrib.postgres",
    "django_htmx",
    "rest_framework",
    "knox",
    "drf_spectacular",
    "allauth",
    "allauth.account",
    "allauth.mfa",
    "axes",
    "csp",
    "pgtrigger",
    "django_celery_beat",
    "django_structlog",
    "g60portal.common",
    "g60portal.audit",
    "g60portal.accounts",
    "g60portal.notices",
    "cohorts",
    "participants",
    "sessions.apps.TrainingSessionsConfig",
    "g60portal.web",
    "g60portal.api",
]

MIDDLEWARE = [
    "django.middleware.security.SecurityMiddleware",
    "g60portal.accounts.middleware.SecondWallMiddleware",
    "g60portal.common.policy.ContentPolicyMiddleware",
    "whitenoise.middleware.WhiteNoiseMiddleware",
    "django.contrib.sessions.middleware.SessionMiddleware",
    "django.middleware.locale.LocaleMiddleware",
    "g60portal.api.problems.ProblemMiddleware",
    "django.middleware.common.CommonMiddleware",
    "django.middleware.csrf.CsrfViewMiddleware",
    "django.contrib.auth.middleware.AuthenticationMiddleware",
    "django.contrib.messages.middleware.MessageMiddleware",
    "django.middleware.clickjacking.XFrameOptionsMiddleware",
    "django_structlog.middlewares.RequestMiddleware",
    "django_htmx.middleware.HtmxMiddleware",
    "allauth.account.middleware.AccountMiddleware",
    "g60portal.accounts.middleware.PersonalPagesMiddleware",
    "g60portal.accounts.middleware.SecondFactorMiddleware",
    "g60portal.web.kept_pages.KeptPagesMiddleware",
    "g60portal.api.idempotency.IdempotencyMiddleware",
    "axes.middleware.AxesMiddleware",
]

ROOT_URLCONF = "g60portal.urls"
WSGI_APPLICATION = "g60portal.wsgi.application"
DEFAULT_AUTO_FIELD = "django.db.models.BigAutoField"
FORM_RENDERER = "g60portal.web.renderers.ComponentRenderer"

TEMPLATES: list[dict[str, Any]] = [
    {
        "BACKEND": "django.template.backends.django.DjangoTemplates",
        "DIRS": [BASE_DIR / "templates"],
        "APP_DIRS": True,
        "OPTIONS": {
            "context_processors": [
                "django.template.context_processors.request",
                "django.contrib.auth.context_processors.auth",
                "django.contrib.messages.context_processors.messages",
                "django.template.context_processors.i18n",
                "g60portal.web.context.portal",
            ],
        },
    },
]

# --- Data -----------------------------------------------------------------------------------
DATABASES = {
    "default": {
        **env.database(os.environ.get("DATABASE_URL") or database_url()),
        "CONN_MAX_AGE": 600,
        "CONN_HEALTH_CHECKS": True,
    }
}
REDIS_URL = os.environ.get("REDIS_URL") or redis_url()
CACHES = {
    "default": {
        "BACKEND": "g60portal.common.cache.ForgivingRedisCache",
        "LOCATION": REDIS_URL,
        "KEY_PREFIX": "g60",
        "TIMEOUT": 600,
        "OPTIONS": {"socket_connect_timeout": 1, "socket_timeout": 1},
    }
}
SESSION_ENGINE = "django.contrib.sessions.backends.cached_db"

MEDIA_ROOT = Path(os.environ.get("MEDIA_ROOT", VAR_DIR / "media"))
MEDIA_URL = "/media/"
STATIC_URL = "/static/"
STATIC_ROOT = VAR_DIR / "static"
STATICFILES_DIRS = [BASE_DIR / "static"]
VENDOR_DIR = BASE_DIR / "node_modules"
if (VENDOR_DIR / "jsqr" / "dist").is_dir():
    STATICFILES_DIRS.append(("vendor/jsqr", VENDOR_DIR / "jsqr" / "dist"))  # type: ignore[arg-type]
STORAGES = {
    "default": {"BACKEND": "django.core.files.storage.FileSystemStorage"},
    "staticfiles": {"BACKEND": "g60portal.common.staticfiles.ManifestStaticFilesStorage"},
}
WHITENOISE_KEEP_ONLY_HASHED_FILES = True
DATA_UPLOAD_MAX_MEMORY_SIZE = 6 * 1024 * 1024
FILE_UPLOAD_MAX_MEMORY_SIZE = 6 * 1024 * 1024
DATA_UPLOAD_MAX_NUMBER_FIELDS = 6000

# --- Language and time ----------------------------------------------------------------------
LANGUAGE_CODE = "zh-hans"
LANGUAGES = [("zh-hans", _("Simplified Chinese")), ("en", _("English"))]
LOCALE_PATHS = [BASE_DIR / "locale"]
LANGUAGE_COOKIE_SAMESITE = "Lax"
LANGUAGE_COOKIE_AGE = 365 * 24 * 3600
USE_I18N = True
USE_TZ = True
TIME_ZONE = "Asia/Shanghai"
FORMAT_MODULE_PATH = ["g60portal.common.formats"]

# --- People who sign in ---------------------------------------------------------------------
AUTH_USER_MODEL = "accounts.User"
AUTHENTICATION_BACKENDS = [
    "axes.backends.AxesStandaloneBackend",
    "g60portal.accounts.backends.PortalBackend",
]
PASSWORD_HASHERS = [
    "django.contrib.auth.hashers.Argon2PasswordHasher",
    "django.contrib.auth.hashers.PBKDF2PasswordHasher",
]
AUTH_PASSWORD_VALIDATORS = [
    {"NAME": "django.contrib.auth.password_validation.UserAttributeSimilarityValidator"},
    {
        "NAME": "django.contrib.auth.password_validation.MinimumLengthValidator",
        "OPTIONS": {"min_length": 10},
    },
    {"NAME": "django.contrib.auth.password_validation.CommonPasswordValidator"},
    {"NAME": "django.contrib.auth.password_validation.NumericPasswordValidator"},
]
LOGIN_URL = "account_login"
LOGIN_REDIRECT_URL = "own-place"
ACCOUNT_LOGIN_METHODS = {"email"}
ACCOUNT_SIGNUP_FIELDS = ["email*", "password1*"]
ACCOUNT_USER_MODEL_USERNAME_FIELD = None
ACCOUNT_UNIQUE_EMAIL = True
ACCOUNT_EMAIL_VERIFICATION = "none"
ACCOUNT_ADAPTER = "g60portal.notices.account_mails.PortalAccountAdapter"
ACCOUNT_LOGIN_BY_CODE_ENABLED = True
ACCOUNT_LOGIN_BY_CODE_SUPPORTS_RESEND = True
ACCOUNT_LOGIN_BY_CODE_MAX_ATTEMPTS = 5
ACCOUNT_LOGIN_BY_CODE_TIMEOUT = 600
ACCOUNT_PREVENT_ENUMERATION = True
ACCOUNT_LOGOUT_ON_GET = False
ACCOUNT_REAUTHENTICATION_TIMEOUT = 900
# A hall of participants signs in from one address; what guards an account is the lock-out below.
ACCOUNT_RATE_LIMITS = {
    "login": "120/m/ip",
    "login_failed": "60/m/ip",
    "request_login_code": "120/m/ip,3/m/key",
    "reset_password": "60/m/ip,5/m/key",
    "reset_password_from_key": "60/m/ip",
}
ACCOUNT_FORMS = {
    "login": "g60portal.accounts.forms.SignInForm",
    "request_login_code": "g60portal.accounts.forms.CodeRequestForm",
    "confirm_login_code": "g60portal.accounts.forms.CodeForm",
    "change_password": "g60portal.accounts.forms.PasswordChangeForm",
    "set_password": "g60portal.accounts.forms.PasswordSetForm",
    "reset_password": "g60portal.accounts.forms.ResetRequestForm",
    "reset_password_from_key": "g60portal.accounts.forms.ResetForm",
    "reauthenticate": "g60portal.accounts.forms.PasswordAgainForm",
}
ACCOUNT_SESSION_REMEMBER = False
MFA_SUPPORTED_TYPES = ["totp", "recovery_codes"]
MFA_TOTP_ISSUER = "G60 Portal"
MFA_ADAPTER = "g60portal.accounts.second_factor.PortalMFAAdapter"
MFA_FORMS = {
    "authenticate": "g60portal.accounts.forms.SecondFactorForm",
    "reauthenticate": "g60portal.accounts.forms.SecondFactorAgainForm",
    "activate_totp": "g60portal.accounts.forms.SecondFactorSetUpForm",
}
ADMIN_SECOND_FACTOR = env.flag("ADMIN_SECOND_FACTOR")

AXES_FAILURE_LIMIT = 5
AXES_COOLOFF_TIME = 0.5  # hours
AXES_LOCKOUT_PARAMETERS = ["username"]
AXES_USERNAME_CALLABLE = "g60portal.accounts.lockout.account_name"
AXES_RESET_ON_SUCCESS = True
AXES_LOCKOUT_CALLABLE = "g60portal.accounts.lockout.locked_out"
AXES_IPWARE_PROXY_COUNT = int(os.environ.get("PROXY_COUNT", "0"))
ALLAUTH_TRUSTED_PROXY_COUNT = AXES_IPWARE_PROXY_COUNT
AXES_ENABLE_ACCESS_FAILURE_LOG = False
AXES_VERBOSE = False
# By account alone: a hall full of participants shares one address, and must not be locked together.
SILENCED_SYSTEM_CHECKS = ["axes.W006"]

SESSION_COOKIE_HTTPONLY = True
SESSION_COOKIE_SAMESITE = "Lax"
SESSION_COOKIE_AGE = 12 * 3600
CSRF_COOKIE_SAMESITE = "Lax"
CSRF_FAILURE_VIEW = "g60portal.web.views.errors.csrf_refused"

# --- What the browser may do ----------------------------------------------------------------
X_FRAME_OPTIONS = "DENY"
SECURE_CONTENT_TYPE_NOSNIFF = True
SECURE_REFERRER_POLICY = "same-origin"
SECURE_CROSS_ORIGIN_OPENER_POLICY = "same-origin"
CONTENT_SECURITY_POLICY = {
    "DIRECTIVES": {
        "default-src": [NONE],
        "script-src": [SELF],
        "style-src": [SELF],
        "img-src": [SELF, "data:"],
        "font-src": [SELF],
        "connect-src": [SELF],
        "manifest-src": [SELF],
        "worker-src": [SELF],
        "media-src": [SELF],
        "form-action": [SELF],
        "base-uri": [NONE],
        "frame-ancestors": [NONE],
        "object-src": [NONE],
    }
}

# --- API ------------------------------------------------------------------------------------
REST_FRAMEWORK = {
    "DEFAULT_AUTHENTICATION_CLASSES": [
        "knox.auth.TokenAuthentication",
        "rest_framework.authentication.SessionAuthentication",
    ],
    "DEFAULT_PERMISSION_CLASSES": ["rest_framework.permissions.IsAuthenticated"],
    "DEFAULT_RENDERER_CLASSES": ["rest_framework.renderers.JSONRenderer"],
    "DEFAULT_CONTENT_NEGOTIATION_CLASS": "g60portal.api.negotiation.JsonAnyway",
    "DEFAULT_PARSER_CLASSES": ["rest_framework.parsers.JSONParser"],
    "DEFAULT_SCHEMA_CLASS": "g60portal.api.description.PortalSchema",
    "DEFAULT_FILTER_BACKENDS": [],
    "DEFAULT_PAGINATION_CLASS": None,
    "EXCEPTION_HANDLER": "g60portal.api.problems.problem_response",
    "DEFAULT_THROTTLE_CLASSES": ["rest_framework.throttling.UserRateThrottle"],
    "DEFAULT_THROTTLE_RATES": {"user": "1200/min"},
    # `format` is a parameter of our own (roster exports), not DRF's.
    "URL_FORMAT_OVERRIDE": None,
    "UNAUTHENTICATED_USER": "django.contrib.auth.models.AnonymousUser",
}
REST_KNOX = {
    "SECURE_HASH_ALGORITHM": "hashlib.sha512",
    "TOKEN_TTL": None,
    "AUTH_HEADER_PREFIX": "Token",
    "TOKEN_MODEL": "knox.AuthToken",
}
SPECTACULAR_SETTINGS = {
    "TITLE": "G60 Portal API",
    "VERSION": "1",
    "OAS_VERSION": "3.1.1",
    "SERVE_INCLUDE_SCHEMA": False,
    "COMPONENT_SPLIT_REQUEST": True,
    "SCHEMA_PATH_PREFIX": "/api/v1",
    "ENUM_NAME_OVERRIDES": {
        "OrganizationKind": "cohorts.choices.OrganizationKind",
        "CohortState": "cohorts.choices.CohortState",
        "EnrollmentState": "participants.choices.EnrollmentState",
        "CertificateState": "participants.choices.CertificateState",
        "ImportState": "participants.choices.ImportState",
        "NominationState": "participants.choices.NominationState",
        "PaperKind": "participants.choices.PaperKind",
        "TravelMode": "participants.choices.TravelMode",
        "LogisticsFormState": ["open", "filled", "late"],
        "ExportFileState": "participants.choices.ExportFileState",
        "ScheduleState": "participants.choices.ScheduleState",
        "SettableScheduleState": ["active", "paused"],
        "RosterChange": "participants.choices.Change",
        "ItineraryChange": ["added", "moved", "cancelled", "removed"],
        "SessionKind": "sessions.choices.SessionKind",
        "SessionState": "sessions.choices.SessionState",
        "VenueKind": "sessions.choices.VenueKind",
        "AttendanceState": "sessions.choices.AttendanceState",
        "ClashCode": "sessions.choices.ClashCode",
        "RepairKind": "sessions.choices.RepairKind",
        "ProposalState": "sessions.choices.ProposalState",
        "SlotState": "sessions.choices.SlotState",
        "SlotStanding": "sessions.choices.SlotStanding",
        "NoticeState": "g60portal.notices.choices.NoticeState",
        "ReleaseMailKind": ["itinerary_released", "change_digest"],
    },
}

# --- Work outside requests ------------------------------------------------------------------
CELERY_BROKER_URL = env.redis_broker(REDIS_URL)
CELERY_BROKER_CONNECTION_RETRY_ON_STARTUP = True
CELERY_BROKER_TRANSPORT_OPTIONS = {
    "visibility_timeout": 300,
    "unacked_restore_interval": 10,
    "unacked_restore_throttle": 1,
    "socket_connect_timeout": 2,
    "socket_timeout": 30,
    "max_retries": 1,
    "interval_start": 0.05,
    "interval_step": 0.05,
    "interval_max": 0.1,
}
CELERY_BROKER_POOL_LIMIT = 4
CELERY_TASK_ACKS_LATE = True
CELERY_TASK_REJECT_ON_WORKER_LOST = True
CELERY_WORKER_PREFETCH_MULTIPLIER = 1
CELERY_WORKER_CANCEL_LONG_RUNNING_TASKS_ON_CONNECTION_LOSS = False
CELERY_TASK_IGNORE_RESULT = True
CELERY_TASK_TIME_LIMIT = 240
CELERY_TASK_SOFT_TIME_LIMIT = 220
CELERY_TASK_SERIALIZER = "json"
CELERY_ACCEPT_CONTENT = ["json"]
CELERY_TIMEZONE = TIME_ZONE
CELERY_TASK_DEFAULT_QUEUE = "default"
CELERY_TASK_ROUTES = {
    "g60portal.notices.tasks.deliver": {"queue": "notices"},
    "g60portal.notices.tasks.deliver_channel": {"queue": "channels"},
    "g60portal.notices.tasks.read_bounce_mailbox": {"queue": "channels"},
    "g60portal.notices.tasks.*": {"queue": "urgent"},
    "participants.tasks.render_*": {"queue": "documents"},
    "sessions.tasks.make_document_bundle": {"queue": "documents"},
    "participants.tasks.make_roster_export": {"queue": "documents"},
}
CELERY_WORKER_HIJACK_ROOT_LOGGER = False
CELERY_BEAT_SCHEDULER = "django_celery_beat.schedulers:DatabaseScheduler"
CELERY_BEAT_SCHEDULE = {
    "notices-sweep": {"task": "g60portal.notices.tasks.sweep", "schedule": 15.0},
    "notices-bounces": {
        "task": "g60portal.notices.tasks.read_bounce_mailbox",
        "schedule": 180.0,
    },
    "certificates-sweep": {
        "task": "participants.tasks.render_waiting_certificates",
        "schedule": 30.0,
    },
    "document-bundles-sweep": {
        "task": "sessions.tasks.clear_document_bundles",
        "schedule": 60.0,
    },
    "messages-due": {"task": "sessions.tasks.send_due_messages", "schedule": 30.0},
    "imports-sweep": {"task": "participants.tasks.sweep_imports", "schedule": 20.0},
    "nomination-deadlines": {
        "task": "participants.tasks.remind_of_deadlines",
        "schedule": 1800.0,
    },
    "logistics-deadlines": {
        "task": "participants.tasks.remind_of_logistics",
        "schedule": 1800.0,
    },
    "privacy-purge": {
        "task": "participants.tasks.purge_due",
        "schedule": crontab(hour=3, minute=40),
    },
    "roster-exports": {"task": "participants.tasks.sweep_roster_exports", "schedule": 60.0},
    "privacy-copies": {"task": "participants.tasks.make_waiting_copies", "schedule": 120.0},
    "api-forget": {"task": "g60portal.api.tasks.forget_old_calls", "schedule": 3600.0},
}

# --- Mail -----------------------------------------------------------------------------------
DEFAULT_FROM_EMAIL = os.environ.get("MAIL_FROM", "G60 Portal <portal@example.org>")
SERVER_EMAIL = DEFAULT_FROM_EMAIL
# A claimed notice belongs to its worker so long; after that the worker is taken for dead. Longer
# than the slowest single message (five answers of a mail server, each at most its timeout).
NOTICE_LEASE_SECONDS = int(os.environ.get("NOTICE_LEASE_SECONDS", "150"))
# The mailbox that bounces come back to, read every few minutes (imaps://user:password@host/INBOX),
# and the address that they are sent to; "{notice}" in it is replaced, for servers that take
# anything after a plus sign: bounces+{notice}@example.org.
BOUNCE_IMAP_URL = os.environ.get("BOUNCE_IMAP_URL", "")
BOUNCE_ADDRESS = os.environ.get("BOUNCE_ADDRESS", "")
# Inner machines that the portal may call all the same, such as an SMS gateway of the house.
OUTGOING_INNER_HOSTS = env.words("OUTGOING_INNER_HOSTS")
EMAIL_FILE_PATH = VAR_DIR / "mail"
EMAIL_BACKEND = "g60portal.notices.backends.FolderEmailBackend"
if os.environ.get("EMAIL_URL"):
    EMAIL_BACKEND = "django.core.mail.backends.smtp.EmailBackend"
    globals().update(env.email(os.environ["EMAIL_URL"]))

# --- Documents ------------------------------------------------------------------------------
FONT_DIRS = [Path(word) for word in os.environ.get("FONT_DIRS", "").split(os.pathsep) if word]
FIELD_KEYS = os.environ.get("FIELD_KEYS", "")
CERTIFICATE_KEY = os.environ.get("CERTIFICATE_KEY", "")

# --- Logs -----------------------------------------------------------------------------------
# The address of a visitor is personal and finding it costs as much as a query: the web server's
# access log has it, and failed sign-ins are kept with it by axes.
DJANGO_STRUCTLOG_IP_LOGGING_ENABLED = False
LOGGING: dict[str, Any] = {
    "version": 1,
    "disable_existing_loggers": False,
    "formatters": {
        "lines": {
            "()": "structlog.stdlib.ProcessorFormatter",
            "processor": "ext://g60portal.common.logs.renderer",
        },
    },
    "handlers": {"console": {"class": "logging.StreamHandler", "formatter": "lines"}},
    "root": {"handlers": ["console"], "level": os.environ.get("LOG_LEVEL", "INFO")},
    "loggers": {
        "django.server": {"level": "WARNING"},
        "axes": {"level": "WARNING"},
        # Two lines a request would cost more than many a page; failures are errors and stay.
        "django_structlog": {"level": "WARNING"},
        "fontTools": {"level": "WARNING"},
    },
}
