"""The certificate and the counter that numbers it."""

from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from cohorts.models import Cohort
from g60portal.common import clock
from participants.choices import CertificateState, RenderProblem, RevokeKind
from participants.models.enrollment import Enrollment


class CertificateCounter(models.Model):
    """The last serial given in a cohort; locked while numbers are given, so none is given twice."""

    cohort = models.OneToOneField(
        Cohort, primary_key=True, on_delete=models.PROTECT, related_name="certificate_counter"
    )
    last_serial = models.PositiveIntegerField(default=0)

    def __str__(self) -> str:
        return f"{self.cohort_id}: {self.last_serial}"


class Certificate(models.Model):
    """A numbered certificate. `facts` is everything the document says, frozen at issue, so that
    rendering again gives the same bytes; `file` and `sha256` are filled by the render task.

    The verify code is random and apart from the number: numbers cannot be enumerated.
    """

    cohort = models.ForeignKey(
        Cohort, on_delete=models.PROTECT, related_name="certificates", verbose_name=_("cohort")
    )
    enrollment = models.ForeignKey(
        Enrollment,
        on_delete=models.PROTECT,
        related_name="certificates",
        verbose_name=_("participant"),
    )
    serial = models.PositiveIntegerField(_("serial"))
    number = models.CharField(_("number"), max_length=80, unique=True)
    name = models.CharField(pgettext_lazy("person", "name"), max_length=120)
    hours = models.DecimalField(_("hours"), max_digits=5, decimal_places=1)
    state = models.CharField(
        _("state"), max_length=20, choices=CertificateState.choices, default=CertificateState.ISSUED
    )
    issued_on = models.DateField(_("issued on"))
    verify_code = models.CharField(_("verification code"), max_length=40, unique=True)
    facts = models.JSONField(default=dict, editable=False)
    file = models.FileField(_("file"), upload_to="certificates/", max_length=200, blank=True)
    sha256 = models.CharField(_("SHA-256"), max_length=64, blank=True)
    rendered_at = models.DateTimeField(_("rendered"), null=True, blank=True)
    render_problem = models.CharField(
        _("kept from rendering by"), max_length=20, choices=RenderProblem.choices, blank=True
    )
    render_problem_detail = models.CharField(max_length=200, blank=True)
    supersedes = models.OneToOneField(
        "self", null=True, blank=True, on_delete=models.PROTECT, related_name="superseded_by"
    )
    revoked_at = models.DateTimeField(_("revoked"), null=True, blank=True)
    revoke_kind = models.CharField(
        _("kind of reason"), max_length=20, choices=RevokeKind.choices, blank=True
    )
    revoke_reason = models.CharField(_("reason"), max_length=300, blank=True)
    created_at = models.DateTimeField(_("created"), default=clock.now)

    class Meta:
        verbose_name = _("certificate")
        verbose_name_plural = _("certificates")
        ordering = ["cohort", "serial"]
        constraints = [
            models.UniqueConstraint(fields=["cohort", "serial"], name="certificate_serial_unique"),
            models.UniqueConstraint(
                fields=["enrollment"],
                condition=Q(state=CertificateState.ISSUED),
                name="certificate_one_in_force",
            ),
            models.CheckConstraint(
                condition=~Q(state=CertificateState.REVOKED) | Q(revoked_at__isnull=False),
                name="certificate_revoked_has_time",
            ),
        ]
        indexes = [
            models.Index(
                fields=["id"], condition=Q(rendered_at__isnull=True), name="certificate_unrendered"
            )
        ]

    def __str__(self) -> str:
        return self.number
