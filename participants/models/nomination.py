"""The nomination of a person by a city, the steps it went, and the private links to it."""

import uuid

import pgtrigger
from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from cohorts.models import City, Cohort, Organization
from g60portal.common import clock
from participants.choices import (
    ACTIVE_NOMINATIONS,
    ConsentPurpose,
    Gender,
    LinkKind,
    NominationState,
    PaperKind,
    told,
)
from participants.models.enrollment import Enrollment
from participants.models.person import organization_survives

REASON_LENGTH = 500

# Keeps `cohorts_quota.admitted`, whose check constraint is the wall: never more than the seats.
# The update takes the row lock of the quota, so that it holds where the action forgot its own.
_COUNT_ADMITTED = """
    IF TG_OP <> 'INSERT' AND OLD.state = 'admitted' THEN
        UPDATE cohorts_quota SET admitted = admitted - 1
         WHERE cohort_id = OLD.cohort_id AND city_id = OLD.city_id;
    END IF;
    IF TG_OP <> 'DELETE' AND NEW.state = 'admitted' THEN
        UPDATE cohorts_quota SET admitted = admitted + 1
         WHERE cohort_id = NEW.cohort_id AND city_id = NEW.city_id;
        IF NOT FOUND THEN
            RAISE EXCEPTION 'nobody is admitted without a quota of the city'
            USING ERRCODE = 'check_violation', CONSTRAINT = 'quota_admitted_within_seats';
        END IF;
    END IF;
    RETURN NULL;
"""


class NominationQuerySet(models.QuerySet["Nomination"]):
    def active(self) -> "NominationQuerySet":
        """Handed in and not ended."""
        return self.filter(state__in=ACTIVE_NOMINATIONS)

    def waiting(self) -> "NominationQuerySet":
        """The waiting list in its order: priority, then the order of the commits."""
        return self.filter(state=NominationState.WAITLISTED).order_by("priority", "waitlist_number")


class NominationLink(models.Model):
    """A private address: for an enterprise, to draft its people for a city; for a nominee, to
    complete the own form. Only the hash of the token is kept; a closed or expired one is dead."""

    kind = models.CharField(_("kind"), max_length=20, choices=LinkKind.choices)
    cohort = models.ForeignKey(
        Cohort, on_delete=models.CASCADE, related_name="nomination_links", verbose_name=_("cohort")
    )
    city = models.ForeignKey(
        City, on_delete=models.PROTECT, related_name="nomination_links", verbose_name=_("city")
    )
    nomination = models.ForeignKey(
        "Nomination", null=True, on_delete=models.CASCADE, related_name="links"
    )
    organization_name = models.CharField(_("organization"), max_length=200, blank=True)
    email = models.EmailField(_("e-mail"), blank=True)
    language = models.CharField(_("language"), max_length=10, default="zh-hans")
    nonce = models.CharField(max_length=64, editable=False)
    token_hash = models.CharField(max_length=64, unique=True, editable=False)
    by = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, on_delete=models.SET_NULL, related_name="+"
    )
    made_at = models.DateTimeField(_("made"), default=clock.now)
    expires_at = models.DateTimeField(_("expires"))
    used_at = models.DateTimeField(_("last used"), null=True)
    closed_at = models.DateTimeField(_("closed"), null=True)

    class Meta:
        verbose_name = _("private link to nominations")
        verbose_name_plural = _("private links to nominations")
        ordering = ["-pk"]
        constraints = [
            models.CheckConstraint(
                condition=Q(kind=LinkKind.NOMINEE, nomination__isnull=False)
                | Q(kind=LinkKind.ENTERPRISE, nomination__isnull=True),
                name="nomination_link_of_one_party",
            ),
            models.UniqueConstraint(
                fields=["nomination"],
                condition=Q(closed_at__isnull=True),
                name="nomination_link_one_open",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.get_kind_display()} {self.pk}"


class Nomination(models.Model):
    """What a city says about somebody it puts forward, until the person is an enrollment.

    `rank` is the city's own order, `priority` and `waitlist_number` the order of the waiting list.
    `state_reason` is told to the city, `reviewer_notes` stay with the committee. The identity
    paper is sealed for `uid`; its blind index equals that of the person's own.
    """

    uid = models.UUIDField(default=uuid.uuid4, unique=True, editable=False)
    cohort = models.ForeignKey(
        Cohort, on_delete=models.PROTECT, related_name="nominations", verbose_name=_("cohort")
    )
    city = models.ForeignKey(
        City, on_delete=models.PROTECT, related_name="nominations", verbose_name=_("city")
    )
    name = models.CharField(pgettext_lazy("person", "name"), max_length=120)
    gender = models.CharField(
        _("gender"), max_length=1, choices=Gender.choices, default=Gender.UNKNOWN
    )
    organization = models.ForeignKey(
        Organization,
        null=True,
        blank=True,
        on_delete=models.SET_NULL,
        related_name="nominations",
        verbose_name=_("organization"),
    )
    organization_name = models.CharField(_("organization"), max_length=200, blank=True)
    title = models.CharField(_("post and title"), max_length=120, blank=True)
    phone = models.CharField(_("mobile phone"), max_length=20, blank=True)
    email = models.EmailField(_("e-mail"), blank=True)
    language = models.CharField(_("language"), max_length=10, default="zh-hans")
    paper_kind = models.CharField(
        _("kind of paper"), max_length=30, choices=PaperKind.choices, blank=True
    )
    sealed = models.BinaryField(editable=False, null=True)
    key_version = models.PositiveSmallIntegerField(editable=False, default=0)
    blind_index = models.CharField(max_length=64, editable=False, blank=True)
    index_version = models.PositiveSmallIntegerField(editable=False, default=0, db_default=0)
    masked = models.CharField(_("number"), max_length=40, blank=True)
    reason = models.CharField(_("reason of the nomination"), max_length=REASON_LENGTH, blank=True)
    conditions = models.CharField(_("conditions"), max_length=REASON_LENGTH, blank=True)
    reviewer_notes = models.CharField(_("notes of the committee"), max_length=1000, blank=True)
    rank = models.PositiveSmallIntegerField(_("rank"), null=True, blank=True)
    state = models.CharField(
        _("state"),
        max_length=20,
        choices=NominationState.choices,
        default=NominationState.DRAFT,
    )
    state_reason = models.CharField(_("reason"), max_length=REASON_LENGTH, blank=True)
    priority = models.PositiveIntegerField(_("priority"), null=True, blank=True)
    waitlist_number = models.PositiveIntegerField(null=True, blank=True, editable=False)
    enrollment = models.ForeignKey(
        Enrollment,
        null=True,
        blank=True,
        on_delete=models.PROTECT,
        related_name="nominations",
        verbose_name=_("enrollment"),
    )
    replaced_by = models.OneToOneField(
        "self",
        null=True,
        blank=True,
        on_delete=models.PROTECT,
        related_name="replaces",
        verbose_name=_("replaced by"),
    )
    link = models.ForeignKey(
        NominationLink,
        null=True,
        blank=True,
        on_delete=models.SET_NULL,
        related_name="drafts",
        verbose_name=_("private link"),
    )
    photo = models.FileField(_("photo"), upload_to="nominations/", max_length=120, blank=True)
    created_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, on_delete=models.SET_NULL, related_name="+"
    )
    created_at = models.DateTimeField(_("created"), default=clock.now)
    submitted_at = models.DateTimeField(_("handed in"), null=True, blank=True)
    confirmed_at = models.DateTimeField(_("confirmed by the nominee"), null=True, blank=True)

    objects = NominationQuerySet.as_manager()

    class Meta:
        verbose_name = _("nomination")
        verbose_name_plural = _("nominations")
        ordering = ["cohort", "city__position", "rank", "pk"]
        constraints = [
            models.CheckConstraint(condition=~Q(name=""), name="nomination_name_given"),
            models.CheckConstraint(
                condition=Q(state__in=NominationState.values), name="nomination_state_known"
            ),
            models.UniqueConstraint(
                fields=["cohort", "paper_kind", "blind_index"],
                condition=Q(state__in=ACTIVE_NOMINATIONS) & ~Q(blind_index=""),
                name="nomination_one_active",
            ),
            models.CheckConstraint(
                condition=~Q(state__in=ACTIVE_NOMINATIONS) | ~Q(blind_index=""),
                name="nomination_handed_in_has_paper",
            ),
            models.CheckConstraint(
                condition=~Q(state=NominationState.ADMITTED) | Q(enrollment__isnull=False),
                name="nomination_admitted_has_enrollment",
            ),
            models.CheckConstraint(
                condition=~Q(state=NominationState.REPLACED) | Q(replaced_by__isnull=False),
                name="nomination_replaced_has_heir",
            ),
            models.CheckConstraint(
                condition=~Q(state=NominationState.WAITLISTED)
                | Q(waitlist_number__isnull=False, priority__isnull=False),
                name="nomination_waiting_has_place",
            ),
            models.UniqueConstraint(
                fields=["cohort", "waitlist_number"], name="nomination_waitlist_number_unique"
            ),
            models.UniqueConstraint(
                fields=["enrollment"],
                condition=Q(state=NominationState.ADMITTED),
                name="nomination_enrollment_unique",
            ),
        ]
        indexes = [
            models.Index(fields=["cohort", "city", "state"], name="nomination_city_state"),
        ]
        triggers = [
            pgtrigger.Trigger(
                name="nomination_count_admitted",
                level=pgtrigger.Row,
                when=pgtrigger.After,
                operation=pgtrigger.Insert
                | pgtrigger.UpdateOf("state", "city_id", "cohort_id")  # type: ignore[no-untyped-call]
                | pgtrigger.Delete,
                func=_COUNT_ADMITTED,
            ),
            organization_survives(),
        ]

    def __str__(self) -> str:
        return self.name

    @property
    def told_reason(self) -> str:
        """Why it is in its state, as the city reads it."""
        return told(self.state_reason)


class NominationStep(models.Model):
    """One step of a nomination: the state it reached, or a new priority on the waiting list."""

    nomination = models.ForeignKey(Nomination, on_delete=models.CASCADE, related_name="steps")
    state = models.CharField(_("state"), max_length=20, choices=NominationState.choices)
    priority = models.PositiveIntegerField(_("priority"), null=True)
    reason = models.CharField(_("reason"), max_length=REASON_LENGTH, blank=True)
    by = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, on_delete=models.SET_NULL, related_name="+"
    )
    at = models.DateTimeField(_("at"), default=clock.now)

    class Meta:
        verbose_name = _("step of a nomination")
        verbose_name_plural = _("steps of nominations")
        ordering = ["pk"]

    def __str__(self) -> str:
        return f"{self.nomination_id} {self.state}"

    @property
    def told_reason(self) -> str:
        return told(self.reason)


class NominationConsent(models.Model):
    """What a nominee agreed to in the own form; becomes the person's consent at admission."""

    nomination = models.ForeignKey(Nomination, on_delete=models.CASCADE, related_name="consents")
    purpose = models.CharField(_("purpose"), max_length=30, choices=ConsentPurpose.choices)
    text_version = models.CharField(_("version of the text"), max_length=20)
    given_at = models.DateTimeField(_("given"), default=clock.now)

    class Meta:
        verbose_name = _("consent of a nominee")
        verbose_name_plural = _("consents of nominees")
        constraints = [
            models.UniqueConstraint(
                fields=["nomination", "purpose"], name="nomination_consent_unique"
            )
        ]

    def __str__(self) -> str:
        return f"{self.nomination_id} {self.purpose}"
