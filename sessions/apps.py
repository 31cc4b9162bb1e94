"""Django's entry for training sessions. Django's own sessions own the label `sessions`."""

from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class TrainingSessionsConfig(AppConfig):
    name = "sessions"
    label = "training_sessions"
    verbose_name = _("Training sessions")

    def ready(self) -> None:
        from g60portal.notices.kinds import register
        from sessions.notices import KINDS

        for kind in KINDS:
            register(kind)

        from participants.actions import succession
        from sessions.actions.vehicle_succession import hand_over_places

        succession.register(hand_over_places)

        from participants.queries import own_data
        from sessions.queries.own_attendance import attendance_rows

        own_data.register("attendance", attendance_rows)
