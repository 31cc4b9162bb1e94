"""Views of the roster that organizers keep under a name, and which one each of them begins with."""

from django.conf import settings
from django.db import models
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from cohorts.models import Cohort
from g60portal.common import clock

NAME_LENGTH = 60


class SavedView(models.Model):
    """Parameters of the roster's address under a name. What they show, the reader's role decides.

    `shared` ones are for all organizers of the cohort; only the owner changes them.
    """

    cohort = models.ForeignKey(
        Cohort, on_delete=models.CASCADE, related_name="saved_views", verbose_name=_("cohort")
    )
    owner = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        on_delete=models.CASCADE,
        related_name="+",
        verbose_name=_("owner"),
    )
    name = models.CharField(pgettext_lazy("view", "name"), max_length=NAME_LENGTH)
    shared = models.BooleanField(_("shared"), default=False)
    params = models.JSONField(default=dict)
    created_at = models.DateTimeField(_("created"), default=clock.now)

    class Meta:
        verbose_name = _("saved view")
        verbose_name_plural = _("saved views")
        ordering = ["name", "pk"]
        constraints = [
            models.UniqueConstraint(
                fields=["cohort", "owner", "name"], name="saved_view_name_unique"
            )
        ]

    def __str__(self) -> str:
        return self.name


class DefaultView(models.Model):
    """What the roster's page shows to this user when nothing is asked for."""

    cohort = models.ForeignKey(Cohort, on_delete=models.CASCADE, related_name="+")
    user = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="+")
    view = models.ForeignKey(SavedView, on_delete=models.CASCADE, related_name="defaults")

    class Meta:
        verbose_name = _("default view")
        verbose_name_plural = _("default views")
        constraints = [
            models.UniqueConstraint(fields=["cohort", "user"], name="default_view_unique")
        ]

    def __str__(self) -> str:
        return f"{self.user_id} {self.view_id}"
