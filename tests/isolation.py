"""Loaded before Django's settings (`-p` in pyproject.toml): each test process has its own Redis
database, as pytest-django gives each its own Postgres database. A flushed cache then harms nobody.
"""

import os
import re

from g60portal.embedded.urls import redis_url

WORKER = os.environ.get("PYTEST_XDIST_WORKER", "")
DATABASES = 15  # of the sixteen a Redis server has; 0 belongs to whoever runs without workers

if found := re.fullmatch(r"gw(\d+)", WORKER):
    number = 1 + int(found[1]) % DATABASES
    base = os.environ.get("REDIS_URL") or redis_url()
    if base.startswith("unix://"):
        os.environ["REDIS_URL"] = f"{base.partition('?')[0]}?db={number}"
    else:
        os.environ["REDIS_URL"] = f"{re.sub(r'/[0-9]*$', '', base)}/{number}"
