"""Answers of unsafe calls, kept so that a retry with the same key gets the same answer."""

from django.conf import settings
from django.db import models

from g60portal.common import clock


class IdempotentCall(models.Model):
    """Written in the transaction of the call itself: either both happened or neither."""

    user = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="+")
    key = models.CharField(max_length=200)
    fingerprint = models.CharField(max_length=64)
    status = models.PositiveSmallIntegerField(default=0)
    content_type = models.CharField(max_length=100, blank=True)
    body = models.BinaryField(default=bytes)
    created_at = models.DateTimeField(default=clock.now, db_index=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["user", "key"], name="idempotent_call_unique")
        ]

    def __str__(self) -> str:
        return self.key
