"""Two rows that were one person: the merge, who was said to be somebody else, and the contacts
that gave way."""

from django.conf import settings
from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from g60portal.common import clock
from participants.choices import ContactKind
from participants.models.person import Person, not_merged


class PersonMerge(models.Model):
    """`gone` is what remains of the one: a name that points to `kept`. `picture` is all that was
    written, sealed, as long as the merge can be undone; `summary` counts it, without personal data.
    """

    kept = models.ForeignKey(
        Person, on_delete=models.PROTECT, related_name="merges", verbose_name=_("person")
    )
    gone = models.ForeignKey(
        Person, on_delete=models.PROTECT, related_name="+", verbose_name=_("merged person")
    )
    picture = models.BinaryField(editable=False, null=True)
    summary = models.JSONField(default=dict)
    by = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, on_delete=models.SET_NULL, related_name="+"
    )
    made_at = models.DateTimeField(_("merged"), default=clock.now)
    undone_at = models.DateTimeField(_("undone"), null=True, blank=True)

    class Meta:
        verbose_name = _("merge of persons")
        verbose_name_plural = _("merges of persons")
        ordering = ["-pk"]
        constraints = [
            models.UniqueConstraint(
                fields=["gone"],
                condition=Q(undone_at__isnull=True),
                name="person_merge_one_in_force",
            ),
            models.CheckConstraint(condition=~Q(kept=F("gone")), name="person_merge_of_two"),
        ]
        indexes = [
            models.Index(
                fields=["made_at"], condition=Q(picture__isnull=False), name="person_merge_kept"
            )
        ]

    def __str__(self) -> str:
        return f"{self.gone_id} → {self.kept_id}"


class NotSamePerson(models.Model):
    """Two that look alike and are not the same, until the facts behind the suspicion change:
    `fingerprint` is that of the facts at the time, and tells nothing."""

    one = models.ForeignKey(Person, on_delete=models.CASCADE, related_name="+")
    other = models.ForeignKey(Person, on_delete=models.CASCADE, related_name="+")
    reason = models.CharField(_("reason"), max_length=300)
    fingerprint = models.CharField(max_length=64)
    by = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, on_delete=models.SET_NULL, related_name="+"
    )
    at = models.DateTimeField(_("at"), default=clock.now)

    class Meta:
        verbose_name = _("decision that two persons differ")
        verbose_name_plural = _("decisions that two persons differ")
        constraints = [
            models.UniqueConstraint(fields=["one", "other"], name="not_same_person_unique"),
            models.CheckConstraint(condition=Q(one__lt=F("other")), name="not_same_person_ordered"),
        ]

    def __str__(self) -> str:
        return f"{self.one_id} ≠ {self.other_id}"


class FormerContact(models.Model):
    """A phone or an address that gave way to another one in a merge; goes with the present one."""

    person = models.ForeignKey(Person, on_delete=models.CASCADE, related_name="former_contacts")
    kind = models.CharField(_("kind"), max_length=10, choices=ContactKind.choices)
    value = models.CharField(_("value"), max_length=254)
    noted_at = models.DateTimeField(_("at"), default=clock.now)

    class Meta:
        verbose_name = _("former contact")
        verbose_name_plural = _("former contacts")
        ordering = ["pk"]
        triggers = [not_merged()]

    def __str__(self) -> str:
        return f"{self.person_id} {self.kind}"
