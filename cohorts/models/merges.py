"""Two rows that were one organization, and which were said to be two."""

from django.conf import settings
from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from cohorts.models.organization import Organization
from g60portal.common import clock


class OrganizationMerge(models.Model):
    """`gone` stays as a row that points to `kept`: its names and its credit code are former ones,
    by which imports find the survivor. `picture` is all that was written, while it can be undone.
    """

    kept = models.ForeignKey(
        Organization,
        on_delete=models.PROTECT,
        related_name="merges",
        verbose_name=_("organization"),
    )
    gone = models.ForeignKey(
        Organization,
        on_delete=models.PROTECT,
        related_name="+",
        verbose_name=_("merged organization"),
    )
    picture = models.JSONField(null=True)
    summary = models.JSONField(default=dict)
    by = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, on_delete=models.SET_NULL, related_name="+"
    )
    made_at = models.DateTimeField(_("merged"), default=clock.now)
    undone_at = models.DateTimeField(_("undone"), null=True, blank=True)

    class Meta:
        verbose_name = _("merge of organizations")
        verbose_name_plural = _("merges of organizations")
        ordering = ["-pk"]
        constraints = [
            models.UniqueConstraint(
                fields=["gone"],
                condition=Q(undone_at__isnull=True),
                name="organization_merge_one_in_force",
            ),
            models.CheckConstraint(condition=~Q(kept=F("gone")), name="organization_merge_of_two"),
        ]

    def __str__(self) -> str:
        return f"{self.gone_id} → {self.kept_id}"


class NotSameOrganization(models.Model):
    """Two that look alike and are not the same, until one of their names or codes changes:
    `fingerprint` is that of the facts at the time."""

    one = models.ForeignKey(Organization, on_delete=models.CASCADE, related_name="+")
    other = models.ForeignKey(Organization, on_delete=models.CASCADE, related_name="+")
    reason = models.CharField(_("reason"), max_length=300)
    fingerprint = models.CharField(max_length=64)
    by = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, on_delete=models.SET_NULL, related_name="+"
    )
    at = models.DateTimeField(_("at"), default=clock.now)

    class Meta:
        verbose_name = _("decision that two organizations differ")
        verbose_name_plural = _("decisions that two organizations differ")
        constraints = [
            models.UniqueConstraint(fields=["one", "other"], name="not_same_organization_unique"),
            models.CheckConstraint(
                condition=Q(one__lt=F("other")), name="not_same_organization_ordered"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.one_id} ≠ {self.other_id}"
