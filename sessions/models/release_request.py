"""A release that waits for the consent of the hosts of all legs."""

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from cohorts.models import Cohort, Leg
from g60portal.common import clock
from sessions.choices import RequestState
from sessions.models.release import Release


class ReleaseRequest(models.Model):
    """`fingerprint` is that of the draft to be released: consent is for what was seen, so an edit
    after somebody agreed asks again. At most one request of a cohort is open."""

    cohort = models.ForeignKey(
        Cohort, on_delete=models.CASCADE, related_name="release_requests", verbose_name=_("cohort")
    )
    name = models.CharField(_("name"), max_length=80, blank=True)
    comment = models.CharField(_("comment"), max_length=500, blank=True)
    urgent = models.BooleanField(_("urgent"), default=False, db_default=False)
    fingerprint = models.CharField(max_length=64)
    state = models.CharField(
        _("state"), max_length=20, choices=RequestState.choices, default=RequestState.OPEN
    )
    release = models.OneToOneField(
        Release, null=True, on_delete=models.SET_NULL, related_name="request"
    )
    by = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        null=True,
        on_delete=models.SET_NULL,
        related_name="+",
        verbose_name=_("by"),
    )
    asked_at = models.DateTimeField(_("asked"), default=clock.now)
    closed_at = models.DateTimeField(_("closed"), null=True)

    class Meta:
        verbose_name = _("release waiting for consent")
        verbose_name_plural = _("releases waiting for consent")
        ordering = ["-pk"]
        constraints = [
            models.UniqueConstraint(
                fields=["cohort"], condition=Q(state="open"), name="release_request_one_open"
            ),
            models.CheckConstraint(
                condition=Q(state__in=RequestState.values), name="release_request_state_known"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.cohort_id}: {self.state}"


class ReleaseConsent(models.Model):
    """The answer of one leg's host, for the draft of that fingerprint."""

    request = models.ForeignKey(ReleaseRequest, on_delete=models.CASCADE, related_name="consents")
    leg = models.ForeignKey(Leg, on_delete=models.CASCADE, related_name="+", verbose_name=_("leg"))
    fingerprint = models.CharField(max_length=64)
    agreed = models.BooleanField(_("agreed"))
    note = models.CharField(_("note"), max_length=300, blank=True)
    by = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        null=True,
        on_delete=models.SET_NULL,
        related_name="+",
        verbose_name=_("by"),
    )
    at = models.DateTimeField(_("at"), default=clock.now)

    class Meta:
        verbose_name = _("consent to a release")
        verbose_name_plural = _("consents to releases")
        constraints = [
            models.UniqueConstraint(fields=["request", "leg"], name="release_consent_unique")
        ]

    def __str__(self) -> str:
        return f"{self.request_id}: {self.leg_id} {self.agreed}"
