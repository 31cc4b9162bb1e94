"""What people ask about their own data, how long data are kept, and the proof of what went."""

import uuid

import pgtrigger
from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from cohorts.models import Cohort
from g60portal.common import clock
from participants.choices import (
    OPEN_REQUESTS,
    ConsentChannel,
    FieldGroup,
    RequestKind,
    RequestState,
)
from participants.models.person import Person, not_merged

TEXT_LENGTH = 1000


class PrivacyRequest(models.Model):
    """One request of a person about its own data. `answer` is what the person is told: what was
    done, why not, or until when it is held."""

    person = models.ForeignKey(
        Person, on_delete=models.PROTECT, related_name="requests", verbose_name=_("person")
    )
    kind = models.CharField(_("kind"), max_length=20, choices=RequestKind.choices)
    state = models.CharField(
        _("state"), max_length=20, choices=RequestState.choices, default=RequestState.RECEIVED
    )
    wish = models.CharField(_("wish"), max_length=TEXT_LENGTH, blank=True)
    answer = models.CharField(_("answer"), max_length=TEXT_LENGTH, blank=True)
    channel = models.CharField(_("way"), max_length=20, choices=ConsentChannel.choices)
    received_at = models.DateTimeField(_("received"), default=clock.now)
    due_on = models.DateField(_("due"))
    held_until = models.DateField(_("held until"), null=True, blank=True)
    ended_at = models.DateTimeField(_("ended"), null=True, blank=True)
    by = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, on_delete=models.SET_NULL, related_name="+"
    )

    class Meta:
        verbose_name = _("request about own data")
        verbose_name_plural = _("requests about own data")
        ordering = ["-pk"]
        constraints = [
            models.CheckConstraint(
                condition=Q(state__in=RequestState.values), name="privacy_request_state_known"
            ),
            models.UniqueConstraint(
                fields=["person", "kind"],
                condition=Q(state__in=OPEN_REQUESTS),
                name="privacy_request_one_open",
            ),
        ]
        triggers = [not_merged()]

    def __str__(self) -> str:
        return f"{self.get_kind_display()} {self.pk}"


class DataCopy(models.Model):
    """The copy of a person's data as a ZIP, sealed, until it expires."""

    request = models.OneToOneField(PrivacyRequest, on_delete=models.CASCADE, related_name="copy")
    sealed = models.BinaryField(editable=False, null=True)
    made_at = models.DateTimeField(_("made"), default=clock.now)
    expires_at = models.DateTimeField(_("expires"))
    fetched_at = models.DateTimeField(_("fetched"), null=True, blank=True)

    class Meta:
        verbose_name = _("copy of own data")
        verbose_name_plural = _("copies of own data")

    def __str__(self) -> str:
        return f"{self.pk}"


class RetentionTerm(models.Model):
    """How many days after its end a cohort keeps a group of fields, where not the default."""

    cohort = models.ForeignKey(Cohort, on_delete=models.CASCADE, related_name="retention_terms")
    group = models.CharField(_("data"), max_length=20, choices=FieldGroup.choices)
    days = models.PositiveSmallIntegerField(_("days"))

    class Meta:
        verbose_name = _("retention term")
        verbose_name_plural = _("retention terms")
        constraints = [
            models.UniqueConstraint(fields=["cohort", "group"], name="retention_term_unique")
        ]

    def __str__(self) -> str:
        return f"{self.group} {self.days}"


class RetentionHold(models.Model):
    """A person whose data must stay for now: a dispute, an accident, an inspection."""

    person = models.ForeignKey(
        Person, on_delete=models.CASCADE, related_name="holds", verbose_name=_("person")
    )
    reason = models.CharField(_("reason"), max_length=500)
    placed_at = models.DateTimeField(_("placed"), default=clock.now)
    lifted_at = models.DateTimeField(_("lifted"), null=True, blank=True)
    by = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, on_delete=models.SET_NULL, related_name="+"
    )

    class Meta:
        verbose_name = _("hold")
        verbose_name_plural = _("holds")
        constraints = [
            models.UniqueConstraint(
                fields=["person"],
                condition=Q(lifted_at__isnull=True),
                name="retention_hold_one_in_force",
            )
        ]
        triggers = [not_merged()]

    def __str__(self) -> str:
        return f"{self.person_id}"


class PurgeEntry(models.Model):
    """Proof that rows were emptied: how many, of which kind, and a hash of their ids; no personal
    data. Append-only, each entry chained to the one before by its hash."""

    uid = models.UUIDField(default=uuid.uuid4, unique=True, editable=False)
    at = models.DateTimeField(_("at"), default=clock.now)
    group = models.CharField(_("data"), max_length=20, choices=FieldGroup.choices)
    holding = models.CharField(_("rows"), max_length=60)
    scope = models.CharField(_("cohort"), max_length=40, blank=True, db_index=True)
    count = models.PositiveIntegerField(_("count"))
    ids_hash = models.CharField(max_length=64)
    cause = models.CharField(_("cause"), max_length=20)
    chain_hash = models.CharField(max_length=64)

    class Meta:
        verbose_name = _("purge")
        verbose_name_plural = _("purges")
        ordering = ["-pk"]
        triggers = [
            pgtrigger.Protect(
                name="purge_append_only", operation=pgtrigger.Update | pgtrigger.Delete
            )
        ]

    def __str__(self) -> str:
        return f"{self.holding} {self.count}"
