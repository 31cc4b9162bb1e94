"""The user: signs in by e-mail address. Roles are rows of `cohorts.CohortRole`, not flags here.

`is_superuser` is the administrator of the portal; `is_staff` opens Django's admin.
"""

from typing import Any, ClassVar

from django.contrib.auth.base_user import AbstractBaseUser, BaseUserManager
from django.contrib.auth.models import PermissionsMixin
from django.db import models
from django.db.models.functions import Lower
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from g60portal.common import clock


class UserManager(BaseUserManager["User"]):
    def create_user(self, email: str, password: str | None = None, **facts: Any) -> "User":
        user = self.model(email=email.strip().lower(), **facts)
        user.set_password(password)
        user.save(using=self._db)
        return user

    def create_superuser(self, email: str, password: str | None = None, **facts: Any) -> "User":
        return self.create_user(
            email, password, **{"is_staff": True, "is_superuser": True, **facts}
        )

    def get_by_natural_key(self, username: str | None) -> "User":
        return self.get(email__iexact=username)


class User(AbstractBaseUser, PermissionsMixin):
    email = models.EmailField(_("e-mail address"), unique=True)
    name = models.CharField(pgettext_lazy("person", "name"), max_length=120, blank=True)
    language = models.CharField(_("language"), max_length=10, default="zh-hans")
    is_active = models.BooleanField(_("active"), default=True)
    is_staff = models.BooleanField(_("may open the admin"), default=False)
    joined_at = models.DateTimeField(_("joined"), default=clock.now)

    objects: ClassVar[UserManager] = UserManager()

    USERNAME_FIELD = "email"
    EMAIL_FIELD = "email"
    REQUIRED_FIELDS: ClassVar[list[str]] = []

    class Meta:
        verbose_name = _("user")
        verbose_name_plural = _("users")
        constraints = [models.UniqueConstraint(Lower("email"), name="user_email_unique")]

    def __str__(self) -> str:
        return self.name or self.email

    def get_full_name(self) -> str:
        return self.name

    def get_short_name(self) -> str:
        return self.name or self.email


class ChannelUse(models.TextChoices):
    """What a person wants to get over a channel besides e-mail."""

    ALL = "all", _("every message")
    URGENT = "urgent", _("only urgent messages that I have not confirmed")


class ChannelChoice(models.Model):
    """A further channel of a person, with the sealed address there (phone, robot).

    Nothing is sent there before `confirmed_at`: the person proves by a code that the address is
    theirs. `channel` is a word of `notices.choices.Channel`. Lower `position` comes first.
    """

    user = models.ForeignKey(User, on_delete=models.CASCADE, related_name="channels")
    channel = models.CharField(_("channel"), max_length=20)
    use = models.CharField(
        _("use"), max_length=10, choices=ChannelUse.choices, default=ChannelUse.URGENT
    )
    position = models.PositiveSmallIntegerField(_("order"), default=0)
    ciphertext = models.BinaryField()
    key_version = models.PositiveSmallIntegerField()
    masked = models.CharField(_("address"), max_length=60)
    code_digest = models.CharField(max_length=64, blank=True)
    code_sent_at = models.DateTimeField(null=True, blank=True)
    code_attempts = models.PositiveSmallIntegerField(default=0)
    confirmed_at = models.DateTimeField(_("confirmed"), null=True, blank=True)

    class Meta:
        verbose_name = _("channel of a person")
        verbose_name_plural = _("channels of persons")
        ordering = ["position", "pk"]
        constraints = [
            models.UniqueConstraint(fields=["user", "channel"], name="channel_choice_once"),
            models.CheckConstraint(
                condition=models.Q(use__in=ChannelUse.values), name="channel_use_known"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.user_id}: {self.channel}"
