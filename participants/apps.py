"""Django's entry for participants."""

from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class ParticipantsConfig(AppConfig):
    name = "participants"
    verbose_name = _("Participants")

    def ready(self) -> None:
        from g60portal.notices.kinds import register
        from participants.notices import KINDS

        for kind in KINDS:
            register(kind)

        from g60portal.common import resealing
        from participants import sealed_rows

        for sealed in sealed_rows.KINDS:
            resealing.register(sealed)

        from participants.actions import succession
        from participants.actions.lodging import hand_over_beds

        succession.register(hand_over_beds)
