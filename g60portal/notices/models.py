"""The notice = outbox row: one message to one person over one channel, and how far it got."""

import uuid

from django.conf import settings
from django.db import models
from django.utils.translation import gettext_lazy as _

from g60portal.common import clock
from g60portal.notices.choices import OPEN_STATES, Channel, NoticeState


class Notice(models.Model):
    """Written in the transaction of the change it tells of; sent later, exactly by this row.

    `dedupe_key` names the occasion and the person, so that the same thing is never written twice.
    `context` holds ids and small facts for the kind's composer, never personal numbers.
    `superseded_by` in it names what tells the person instead, when that came before the sending.
    `scope` is the code of the cohort (this app lies below cohorts, hence no foreign key).
    `after` is a notice to the same person that may be on its way at this moment: this one is held
    back until that one is settled, and then knows whether it arrived.
    `urgent` goes first and passes quiet hours. One that `needs_acknowledgement` and is not
    acknowledged `escalate_after` minutes after it was sent goes out again over the person's next
    channel; such a row, and every other repetition over a further channel, is a `copy_of` the
    first. `read_at` is when the person opened it in the portal.
    """

    uid = models.UUIDField(default=uuid.uuid4, unique=True, editable=False)
    kind = models.CharField(_("kind"), max_length=60)
    dedupe_key = models.CharField(max_length=200, unique=True)
    scope = models.CharField(max_length=40, blank=True)
    user = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        null=True,
        blank=True,
        on_delete=models.SET_NULL,
        related_name="notices",
    )
    recipient = models.CharField(_("recipient"), max_length=120)
    address = models.CharField(_("address"), max_length=254)
    channel = models.CharField(
        _("channel"), max_length=20, choices=Channel.choices, default=Channel.EMAIL
    )
    language = models.CharField(_("language"), max_length=10)
    subject = models.CharField(_("subject"), max_length=250)
    context = models.JSONField(default=dict)
    state = models.CharField(
        _("state"), max_length=20, choices=NoticeState.choices, default=NoticeState.QUEUED
    )
    attempts = models.PositiveSmallIntegerField(_("attempts"), default=0)
    due_at = models.DateTimeField(_("due"), default=clock.now)
    lease_until = models.DateTimeField(null=True, blank=True)
    created_at = models.DateTimeField(_("written"), default=clock.now)
    sent_at = models.DateTimeField(_("sent"), null=True, blank=True)
    last_error = models.CharField(_("last error"), max_length=500, blank=True)
    after = models.ForeignKey(
        "self", null=True, blank=True, on_delete=models.SET_NULL, related_name="+", db_index=False
    )
    copy_of = models.ForeignKey(
        "self",
        null=True,
        blank=True,
        on_delete=models.CASCADE,
        related_name="copies",
        db_index=False,
    )
    urgent = models.BooleanField(_("urgent"), default=False, db_default=False)
    needs_acknowledgement = models.BooleanField(
        _("asks for an acknowledgement"), default=False, db_default=False
    )
    acknowledged_at = models.DateTimeField(_("acknowledged"), null=True, blank=True)
    escalate_after = models.PositiveSmallIntegerField(
        _("minutes until the next channel"), null=True, blank=True
    )
    read_at = models.DateTimeField(_("read"), null=True, blank=True)
    provider_id = models.CharField(max_length=120, blank=True, default="", db_default="")

    class Meta:
        verbose_name = _("notice")
        verbose_name_plural = _("notices")
        ordering = ["-pk"]
        indexes = [
            models.Index(fields=["scope", "-id"], name="notice_scope"),
            models.Index(
                fields=["channel", "due_at"],
                name="notice_open_channel_due",
                condition=models.Q(state__in=list(OPEN_STATES)),
            ),
            models.Index(
                fields=["after"],
                name="notice_after",
                condition=models.Q(after__isnull=False),
            ),
            models.Index(
                fields=["copy_of"],
                name="notice_copy",
                condition=models.Q(copy_of__isnull=False),
            ),
            models.Index(
                fields=["sent_at"],
                name="notice_unacknowledged",
                condition=models.Q(
                    needs_acknowledgement=True,
                    acknowledged_at__isnull=True,
                    escalate_after__isnull=False,
                ),
            ),
        ]
        constraints = [
            models.CheckConstraint(
                condition=models.Q(state__in=NoticeState.values), name="notice_state_known"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.kind} → {self.recipient}"

    @property
    def is_superseded(self) -> bool:
        """Whether another notice tells this person of the same, and more."""
        return "superseded_by" in self.context

    @property
    def message_id(self) -> str:
        """Stable for the row, so that a second copy can be recognized by any mail system."""
        return f"<{self.uid}@notices.g60portal>"


class Bounce(models.Model):
    """What a mail server reported about a notice that it had accepted before.

    `report_id` is the digest of the report, so that the same one read twice counts once.
    """

    notice = models.ForeignKey(Notice, on_delete=models.CASCADE, related_name="bounces")
    report_id = models.CharField(max_length=64)
    is_hard = models.BooleanField()
    status = models.CharField(max_length=12, blank=True)
    reason = models.CharField(max_length=300)
    received_at = models.DateTimeField(default=clock.now)

    class Meta:
        verbose_name = _("bounce")
        verbose_name_plural = _("bounces")
        constraints = [
            models.UniqueConstraint(fields=["notice", "report_id"], name="bounce_counted_once")
        ]

    def __str__(self) -> str:
        return f"{self.notice_id}: {self.status}"


class BounceMailbox(models.Model):
    """How far a bounce mailbox has been read: UIDs up to `last_uid` of that validity."""

    name = models.CharField(max_length=200, unique=True)
    uid_validity = models.BigIntegerField(default=0)
    last_uid = models.BigIntegerField(default=0)

    class Meta:
        verbose_name = _("bounce mailbox")
        verbose_name_plural = _("bounce mailboxes")

    def __str__(self) -> str:
        return self.name


class ChannelAccount(models.Model):
    """How one channel is used: on or off, its gateway and sealed secret, its pace, quiet hours.

    A channel without a row has no limits; e-mail and the inbox are on without one. `url` is the
    address of the SMS gateway, `templates` its template codes by kind of notice. `allowance` is
    what is left of the pace at `allowance_at`.
    """

    channel = models.CharField(_("channel"), max_length=20, choices=Channel.choices, unique=True)
    is_active = models.BooleanField(_("in use"), default=False)
    url = models.CharField(_("address of the gateway"), max_length=500, blank=True)
    key_id = models.CharField(_("key id"), max_length=120, blank=True)
    ciphertext = models.BinaryField(null=True, blank=True)
    key_version = models.PositiveSmallIntegerField(null=True, blank=True)
    templates = models.JSONField(default=dict, blank=True)
    per_minute = models.PositiveIntegerField(_("at most a minute"), null=True, blank=True)
    quiet_from = models.TimeField(_("quiet from"), null=True, blank=True)
    quiet_until = models.TimeField(_("quiet until"), null=True, blank=True)
    allowance = models.FloatField(default=0)
    allowance_at = models.DateTimeField(default=clock.now)

    class Meta:
        verbose_name = _("channel account")
        verbose_name_plural = _("channel accounts")

    def __str__(self) -> str:
        return self.channel
