"""What was answered to a request with an idempotency key, so that its repetition gets the same answer."""

from django.conf import settings
from django.db import models
from django.db.models.functions import Now


class SpentMinute(models.Model):
    """How many requests a token sent in the minute it was used last. The table is unlogged (see `limits`)."""

    token = models.OneToOneField("accounts.ApiToken", primary_key=True, on_delete=models.CASCADE, related_name="+")
    minute = models.BigIntegerField()
    requests = models.IntegerField()

    def __str__(self) -> str:
        return f"{self.token}: {self.requests}"


class KeptAnswer(models.Model):
    """The answer to the first request with this key of this user. `digest` is of method, path and body."""

    user = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="+")
    key = models.CharField(max_length=255)
    digest = models.CharField(max_length=64)
    status = models.PositiveSmallIntegerField(default=0)
    headers = models.JSONField(default=dict)
    body = models.TextField(default="")
    created_at = models.DateTimeField(db_default=Now(), db_index=True)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["user", "key"], name="api_keptanswer_key")]

    def __str__(self) -> str:
        return self.key
