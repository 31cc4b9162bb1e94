"""The person, the sealed identity paper, and consents."""

import pgtrigger
from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from cohorts.models import Organization
from g60portal.common import clock
from participants.choices import ConsentChannel, ConsentPurpose, Gender, PaperKind, PastKind
from participants.models.roster_history import FORGET_CONTACTS, past_triggers

# Columns that are computed from the person are computed again when they are touched.
_TO_ENROLLMENTS = """
    IF (NEW.stroke_key, NEW.pinyin_key) IS DISTINCT FROM (OLD.stroke_key, OLD.pinyin_key) THEN
        UPDATE participants_enrollment SET stroke_key = '' WHERE person_id = NEW.id;
    END IF;
    IF (NEW.name, NEW.latin_name, NEW.initials, NEW.phone)
       IS DISTINCT FROM (OLD.name, OLD.latin_name, OLD.initials, OLD.phone) THEN
        UPDATE participants_enrollment SET organization_name = organization_name
         WHERE person_id = NEW.id;
    END IF;
    RETURN NULL;
"""

# Whoever refers to a person says so before the row is looked at, and waits for a merge under way.
_NOT_MERGED = """
    SELECT p.merged_into_id INTO survivor
      FROM participants_person p WHERE p.id = NEW.person_id FOR KEY SHARE;
    IF survivor IS NOT NULL THEN
        RAISE EXCEPTION 'the person was merged into another one'
        USING ERRCODE = 'check_violation', CONSTRAINT = 'person_not_merged';
    END IF;
    RETURN NEW;
"""
# One that was merged hands its people over, those too who are being written right now.
_TO_SURVIVOR = """
    IF NEW.organization_id IS NOT NULL THEN
        SELECT COALESCE(o.merged_into_id, o.id) INTO NEW.organization_id
          FROM cohorts_organization o WHERE o.id = NEW.organization_id FOR KEY SHARE;
    END IF;
    RETURN NEW;
"""


def not_merged() -> pgtrigger.Trigger:
    """For every table that refers to a person: nothing is hung on one that was merged."""
    return pgtrigger.Trigger(
        name="person_not_merged",
        when=pgtrigger.Before,
        operation=pgtrigger.Insert | pgtrigger.UpdateOf("person_id"),  # type: ignore[no-untyped-call]
        declare=[("survivor", "bigint")],
        func=_NOT_MERGED,
    )


def organization_survives() -> pgtrigger.Trigger:
    """For tables whose rows name an organization: a merged one is replaced by its survivor."""
    return pgtrigger.Trigger(
        name="organization_survives",
        when=pgtrigger.Before,
        operation=pgtrigger.Insert | pgtrigger.UpdateOf("organization_id"),  # type: ignore[no-untyped-call]
        func=_TO_SURVIVOR,
    )


class PersonManager(models.Manager["Person"]):
    """Those who were merged into somebody are found by references alone."""

    def get_queryset(self) -> models.QuerySet["Person"]:
        return super().get_queryset().filter(merged_into=None)


class Person(models.Model):
    """One full-name field is the truth; the Latin name can be corrected by hand.

    Sort keys and initials are computed by `participants.rules.derived_names` when the name is
    written; the keys compare bytewise. Contact data is not unique: two people may share a phone.
    One that was `merged_into` another keeps the name and nothing else.
    """

    name = models.CharField(pgettext_lazy("person", "name"), max_length=120)
    latin_name = models.CharField(_("name in Latin letters"), max_length=160, blank=True)
    pinyin_key = models.CharField(max_length=400, blank=True, db_collation="C", editable=False)
    stroke_key = models.CharField(max_length=800, blank=True, db_collation="C", editable=False)
    initials = models.CharField(max_length=60, blank=True, editable=False)
    gender = models.CharField(
        _("gender"), max_length=1, choices=Gender.choices, default=Gender.UNKNOWN
    )
    birth_on = models.DateField(_("date of birth"), null=True, blank=True)
    nationality = models.CharField(_("nationality"), max_length=2, default="CN")
    phone = models.CharField(_("mobile phone"), max_length=20, blank=True)
    email = models.EmailField(_("e-mail"), blank=True)
    language = models.CharField(_("language"), max_length=10, default="zh-hans")
    organization = models.ForeignKey(
        Organization,
        null=True,
        blank=True,
        on_delete=models.PROTECT,
        related_name="people",
        verbose_name=_("organization"),
    )
    title = models.CharField(_("post and title"), max_length=120, blank=True)
    user = models.OneToOneField(
        settings.AUTH_USER_MODEL,
        null=True,
        blank=True,
        on_delete=models.SET_NULL,
        related_name="person",
        verbose_name=_("account"),
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
    created_at = models.DateTimeField(_("created"), default=clock.now)

    objects = PersonManager()

    class Meta:
        verbose_name = _("person")
        verbose_name_plural = _("persons")
        ordering = ["pinyin_key", "pk"]
        constraints = [models.CheckConstraint(condition=~Q(name=""), name="person_name_given")]
        indexes = [models.Index(fields=["name"], name="person_name")]
        triggers = [
            pgtrigger.Trigger(
                name="person_to_enrollments",
                when=pgtrigger.After,
                operation=pgtrigger.Update,
                func=_TO_ENROLLMENTS,
            ),
            organization_survives(),
            *past_triggers(
                PastKind.PERSON,
                ("name", "latin_name", "gender", "phone", "email", "language"),
                last=FORGET_CONTACTS,
            ),
        ]

    def __str__(self) -> str:
        return self.name


class SealedIdentity(models.Model):
    """The identity paper of a person: ciphertext bound to the person's id, a blind index for
    equality, and the masked text in clear. The common export never needs the ciphertext."""

    person = models.OneToOneField(
        Person,
        primary_key=True,
        on_delete=models.CASCADE,
        related_name="identity",
        verbose_name=_("person"),
    )
    kind = models.CharField(_("kind of paper"), max_length=30, choices=PaperKind.choices)
    sealed = models.BinaryField(editable=False)
    key_version = models.PositiveSmallIntegerField(editable=False)
    blind_index = models.CharField(max_length=64, editable=False)
    index_version = models.PositiveSmallIntegerField(editable=False, default=0, db_default=0)
    masked = models.CharField(_("number"), max_length=40)

    class Meta:
        verbose_name = _("identity paper")
        verbose_name_plural = _("identity papers")
        constraints = [
            models.UniqueConstraint(
                fields=["kind", "blind_index"], name="identity_blind_index_unique"
            )
        ]
        triggers = [
            not_merged(),
            *past_triggers(PastKind.IDENTITY, ("masked",), key="person_id"),
        ]

    def __str__(self) -> str:
        return self.masked


class Consent(models.Model):
    """What a person agreed to, with the version of the text; withdrawn consents stay as rows."""

    person = models.ForeignKey(
        Person, on_delete=models.CASCADE, related_name="consents", verbose_name=_("person")
    )
    purpose = models.CharField(_("purpose"), max_length=30, choices=ConsentPurpose.choices)
    text_version = models.CharField(_("version of the text"), max_length=20, default="1")
    language = models.CharField(_("language"), max_length=10, blank=True)
    channel = models.CharField(
        _("way"), max_length=20, choices=ConsentChannel.choices, default=ConsentChannel.ROSTER
    )
    given_at = models.DateTimeField(_("given"), default=clock.now)
    withdrawn_at = models.DateTimeField(_("withdrawn"), null=True, blank=True)
    withdrawn_channel = models.CharField(
        _("way of the withdrawal"), max_length=20, choices=ConsentChannel.choices, blank=True
    )

    class Meta:
        verbose_name = _("consent")
        verbose_name_plural = _("consents")
        constraints = [
            models.UniqueConstraint(
                fields=["person", "purpose"],
                condition=Q(withdrawn_at__isnull=True),
                name="consent_one_in_force",
            )
        ]
        triggers = [not_merged()]

    def __str__(self) -> str:
        return f"{self.person_id} {self.purpose}"
