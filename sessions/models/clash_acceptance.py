"""A soft clash that somebody decided to live with."""

from django.conf import settings
from django.db import models
from django.utils.translation import gettext_lazy as _

from cohorts.models import Cohort
from g60portal.common import clock
from sessions.choices import ClashCode


class ClashAcceptance(models.Model):
    """`key` says which clash (code, sessions, whom and which window it is about); `fingerprint`
    what was wrong with it when it was accepted. With other facts the clash is open again."""

    cohort = models.ForeignKey(
        Cohort, on_delete=models.CASCADE, related_name="clash_acceptances", verbose_name=_("cohort")
    )
    code = models.CharField(_("code"), max_length=20, choices=ClashCode.choices)
    key = models.CharField(max_length=64)
    fingerprint = models.CharField(max_length=64)
    reason = models.CharField(_("reason"), max_length=300)
    by = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        null=True,
        on_delete=models.SET_NULL,
        related_name="+",
        verbose_name=_("by"),
    )
    accepted_at = models.DateTimeField(_("accepted"), default=clock.now)

    class Meta:
        verbose_name = _("accepted clash")
        verbose_name_plural = _("accepted clashes")
        constraints = [
            models.UniqueConstraint(fields=["cohort", "key"], name="clash_acceptance_unique"),
            models.CheckConstraint(
                condition=~models.Q(reason=""), name="clash_acceptance_has_reason"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.cohort_id}: {self.code}"
