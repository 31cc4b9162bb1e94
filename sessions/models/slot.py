"""What speakers and hosts of sites are asked, and what they answered, through a private link."""

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from cohorts.models import Cohort
from g60portal.common import clock
from sessions.choices import SlotState
from sessions.models.speaker import Speaker
from sessions.models.training_session import TrainingSession
from sessions.models.venue import Venue

_ONE_PARTY = Q(speaker__isnull=False, venue__isnull=True) | Q(
    speaker__isnull=True, venue__isnull=False
)


class SlotLink(models.Model):
    """The private page of one speaker, or of one site's host, in one cohort.

    Only the hash of the token is kept; the nonce, with the portal's secret, makes the address of
    later mails (`g60portal.common.link_tokens`). A new link takes the place of the old one.
    """

    cohort = models.ForeignKey(
        Cohort, on_delete=models.CASCADE, related_name="slot_links", verbose_name=_("cohort")
    )
    speaker = models.ForeignKey(
        Speaker, null=True, on_delete=models.CASCADE, related_name="slot_links"
    )
    venue = models.ForeignKey(Venue, null=True, on_delete=models.CASCADE, related_name="slot_links")
    contact = models.CharField(_("contact"), max_length=120, blank=True)
    email = models.EmailField(_("e-mail"), blank=True)
    language = models.CharField(_("language"), max_length=10, default="zh-hans")
    token_hash = models.CharField(max_length=64, unique=True)
    nonce = models.CharField(max_length=32, unique=True)
    by = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, on_delete=models.SET_NULL, related_name="+"
    )
    made_at = models.DateTimeField(_("made"), default=clock.now)
    expires_at = models.DateTimeField(_("expires"))
    opened_at = models.DateTimeField(_("opened"), null=True)

    class Meta:
        verbose_name = _("private link")
        verbose_name_plural = _("private links")
        constraints = [
            models.CheckConstraint(condition=_ONE_PARTY, name="slot_link_of_one_party"),
            models.UniqueConstraint(fields=["cohort", "speaker"], name="slot_link_speaker_unique"),
            models.UniqueConstraint(fields=["cohort", "venue"], name="slot_link_venue_unique"),
        ]

    def __str__(self) -> str:
        return f"{self.cohort_id}: {self.speaker_id or self.venue_id}"


class Slot(models.Model):
    """A session that a speaker, or the host of its venue, was asked for.

    `starts_at`, `ends_at` and, for a speaker, `asked_venue` are what was asked: an answer to other
    times, or to another place, no longer counts. `times`: `[{"starts_at", "ends_at"}]` that would
    suit instead.
    """

    training_session = models.ForeignKey(
        TrainingSession, on_delete=models.CASCADE, related_name="slots"
    )
    speaker = models.ForeignKey(Speaker, null=True, on_delete=models.CASCADE, related_name="slots")
    venue = models.ForeignKey(Venue, null=True, on_delete=models.CASCADE, related_name="slots")
    state = models.CharField(
        _("state"), max_length=20, choices=SlotState.choices, default=SlotState.ASKED
    )
    starts_at = models.DateTimeField()
    ends_at = models.DateTimeField()
    asked_venue = models.ForeignKey(
        Venue, null=True, on_delete=models.SET_NULL, related_name="+", db_index=False
    )
    reason = models.CharField(_("reason"), max_length=500, blank=True)
    times = models.JSONField(default=list, blank=True)
    asked_at = models.DateTimeField(_("asked"), default=clock.now)
    answered_at = models.DateTimeField(_("answered"), null=True)

    class Meta:
        verbose_name = _("slot")
        verbose_name_plural = _("slots")
        ordering = ["starts_at", "pk"]
        constraints = [
            models.CheckConstraint(condition=_ONE_PARTY, name="slot_of_one_party"),
            models.CheckConstraint(
                condition=Q(state__in=SlotState.values), name="slot_state_known"
            ),
            models.UniqueConstraint(
                fields=["training_session", "speaker"], name="slot_speaker_unique"
            ),
            models.UniqueConstraint(fields=["training_session", "venue"], name="slot_venue_unique"),
        ]

    def __str__(self) -> str:
        return f"{self.training_session_id}: {self.state}"
