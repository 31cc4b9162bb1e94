"""The portal on one machine for trying out and developing: embedded servers, demo allowed.

Keys are made once and kept under `var/`, so that what was encrypted yesterday opens today.
"""

from g60portal.settings import local_keys
from g60portal.settings.base import *  # noqa: F403
from g60portal.settings.base import VAR_DIR
from g60portal.settings.env import flag

DEBUG = flag("DEBUG")
DEMO = flag("DEMO", default=True)
ALLOWED_HOSTS = [*ALLOWED_HOSTS, "testserver"]

_keys = local_keys.load(VAR_DIR / "keys.json")
SECRET_KEY = _keys["SECRET_KEY"]
FIELD_KEYS = _keys["FIELD_KEYS"]
CERTIFICATE_KEY = _keys["CERTIFICATE_KEY"]
