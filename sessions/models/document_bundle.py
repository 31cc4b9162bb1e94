"""All documents of a cohort in one file: who asked, how far it is, where it lies, until when."""

import uuid

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from cohorts.models import Cohort
from g60portal.common import clock
from sessions.choices import UNFINISHED_BUNDLES, BundleState


class DocumentBundle(models.Model):
    """For nobody but `by`. `skipped` says which documents could not be printed, and why.

    A worker holds it until `lease_until`; after that it is taken for dead and another one begins
    again. The file is thrown away at `expires_at`.
    """

    uid = models.UUIDField(default=uuid.uuid4, unique=True, editable=False)
    cohort = models.ForeignKey(
        Cohort, on_delete=models.CASCADE, related_name="bundles", verbose_name=_("cohort")
    )
    by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="+", verbose_name=_("by")
    )
    language = models.CharField(_("language"), max_length=10)
    ordering = models.CharField(_("order"), max_length=10)
    names = models.JSONField(default=list)
    state = models.CharField(
        _("state"), max_length=20, choices=BundleState.choices, default=BundleState.WAITING
    )
    done = models.PositiveSmallIntegerField(default=0)
    skipped = models.JSONField(default=dict)
    attempts = models.PositiveSmallIntegerField(default=0)
    lease_until = models.DateTimeField(null=True)
    file = models.FileField(_("file"), upload_to="bundles/", max_length=120, blank=True)
    sha256 = models.CharField(max_length=64, blank=True)
    asked_at = models.DateTimeField(_("asked for"), default=clock.now)
    finished_at = models.DateTimeField(_("finished"), null=True)
    expires_at = models.DateTimeField(_("expires"), null=True)

    class Meta:
        verbose_name = _("file of all documents")
        verbose_name_plural = _("files of all documents")
        ordering = ["-pk"]
        constraints = [
            models.CheckConstraint(
                condition=Q(state__in=BundleState.values), name="bundle_state_known"
            ),
            models.UniqueConstraint(
                fields=["cohort", "by"],
                condition=Q(state__in=UNFINISHED_BUNDLES),
                name="bundle_one_at_a_time",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.cohort_id} {self.pk}"

    @property
    def total(self) -> int:
        return len(self.names)

    @property
    def unfinished(self) -> bool:
        return self.state in UNFINISHED_BUNDLES
