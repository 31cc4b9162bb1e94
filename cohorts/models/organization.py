"""Organizations: host departments, employers, visited sites."""

from django.db import models
from django.db.models import Q
from django.utils.translation import get_language
from django.utils.translation import gettext_lazy as _

from cohorts.choices import ChainSegment, OrganizationKind
from cohorts.models.city import City


class OrganizationManager(models.Manager["Organization"]):
    """Those that were merged into another one are found by references and former names alone."""

    def get_queryset(self) -> models.QuerySet["Organization"]:
        return super().get_queryset().filter(merged_into=None)


class Organization(models.Model):
    """`chain` and `segment` place it on an industry chain; `credit_code` is checked by
    `cohorts.rules.credit_code` and unique when known.

    One that was `merged_into` another keeps its names and its code: former ones of the survivor.
    """

    name = models.CharField(_("full name"), max_length=200)
    short_name = models.CharField(_("short name"), max_length=60, blank=True)
    name_en = models.CharField(_("English name"), max_length=200, blank=True)
    credit_code = models.CharField(_("unified social credit code"), max_length=18, blank=True)
    city = models.ForeignKey(
        City, on_delete=models.PROTECT, related_name="organizations", verbose_name=_("city")
    )
    kind = models.CharField(
        _("kind"),
        max_length=20,
        choices=OrganizationKind.choices,
        default=OrganizationKind.ENTERPRISE,
    )
    chain = models.CharField(_("industry chain"), max_length=60, blank=True)
    segment = models.CharField(
        _("place in the chain"), max_length=20, choices=ChainSegment.choices, blank=True
    )
    merged_into = models.ForeignKey(
        "self",
        null=True,
        blank=True,
        editable=False,
        on_delete=models.PROTECT,
        related_name="merged",
        verbose_name=_("merged into"),
    )

    objects = OrganizationManager()
    with_merged = models.Manager["Organization"]()

    class Meta:
        verbose_name = _("organization")
        verbose_name_plural = _("organizations")
        ordering = ["city__position", "name"]
        constraints = [
            models.UniqueConstraint(
                fields=["credit_code"],
                condition=~Q(credit_code=""),
                name="organization_credit_code_unique",
            ),
            models.UniqueConstraint(
                fields=["city", "name"], name="organization_name_unique_in_city"
            ),
        ]

    def __str__(self) -> str:
        return self.local_name

    @property
    def local_name(self) -> str:
        """The name in the language of the page, Chinese when there is no English one."""
        english = (get_language() or "").startswith("en")
        return (self.name_en if english else "") or self.name
