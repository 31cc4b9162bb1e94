"""The sealer with the portal's own keys (`FIELD_KEYS`), made once a process."""

from functools import cache

from django.conf import settings

from g60portal.common.sealing import Sealer


@cache
def portal_sealer() -> Sealer:
    return Sealer.from_text(settings.FIELD_KEYS)
