"""Who uses Jantar: users, the teams they work in, and the tokens of their programs."""

import hashlib
import secrets
from datetime import datetime
from typing import Any, ClassVar

from django.conf import settings
from django.contrib.auth.base_user import AbstractBaseUser, BaseUserManager
from django.db import models
from django.db.models.functions import Lower
from django.utils import timezone
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy


class UserManager(BaseUserManager["User"]):
    def create_user(self, email: str, password: str | None = None, **fields: object) -> "User":
        user = self.model(email=email.strip().lower(), **fields)
        user.set_password(password)
        user.save()
        return user

    def get_by_natural_key(self, username: str | None) -> "User":
        return self.get(email=(username or "").strip().lower())


class User(AbstractBaseUser):
    email = models.EmailField(_("e-mail"), unique=True)
    full_name = models.CharField(pgettext_lazy("person", "name"), max_length=150)
    is_active = models.BooleanField(_("active"), default=True)
    is_admin = models.BooleanField(_("administrator"), default=False)
    language = models.CharField(_("language"), max_length=2, choices=settings.LANGUAGES, default="en")
    time_zone = models.CharField(_("time zone"), max_length=50, default="Europe/Prague")
    theme = models.CharField(
        _("theme"),
        max_length=6,
        default="system",
        choices=[("system", _("As the system")), ("light", _("Light")), ("dark", _("Dark"))],
    )
    #: What the user pinned in the navigation: {"view": id, "type": record type, "label": text}, in order.
    pins: "models.JSONField[list[dict[str, Any]], list[dict[str, Any]]]" = models.JSONField(default=list, blank=True)
    created_at = models.DateTimeField(_("created"), auto_now_add=True)
    teams: "models.ManyToManyField[Team, Membership]" = models.ManyToManyField(
        "Team", through="Membership", related_name="members", verbose_name=_("teams")
    )

    objects: ClassVar[UserManager] = UserManager()

    USERNAME_FIELD = "email"
    REQUIRED_FIELDS: ClassVar[list[str]] = ["full_name"]

    class Meta:
        verbose_name = _("user")
        verbose_name_plural = _("users")
        constraints = [models.UniqueConstraint(Lower("email"), name="accounts_user_email_lower")]

    def __str__(self) -> str:
        return self.full_name


class Team(models.Model):
    """A group of users. Teams form a tree; a user can be in several."""

    name = models.CharField(_("name"), max_length=100, unique=True)
    parent = models.ForeignKey(
        "self", verbose_name=_("part of"), null=True, blank=True, on_delete=models.PROTECT, related_name="children"
    )
    region = models.CharField(_("region"), max_length=100, blank=True)

    class Meta:
        verbose_name = _("team")
        verbose_name_plural = _("teams")

    def __str__(self) -> str:
        return self.name


class Membership(models.Model):
    user = models.ForeignKey(User, on_delete=models.CASCADE, related_name="memberships")
    team = models.ForeignKey(Team, on_delete=models.CASCADE, related_name="memberships")
    is_main = models.BooleanField(_("main team"), default=False)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["user", "team"], name="accounts_membership_once"),
            models.UniqueConstraint(
                fields=["user"], condition=models.Q(is_main=True), name="accounts_membership_one_main"
            ),
        ]


class ApiToken(models.Model):
    """Lets a program act as a user. Only the digest is kept; the token is shown once."""

    user = models.ForeignKey(User, on_delete=models.CASCADE, related_name="api_tokens")
    name = models.CharField(_("name"), max_length=100)
    digest = models.CharField(max_length=64, unique=True)
    created_at = models.DateTimeField(_("created"), auto_now_add=True)
    last_used_at = models.DateTimeField(_("last used"), null=True, blank=True)
    expires_at = models.DateTimeField(_("valid until"), null=True, blank=True)

    class Meta:
        verbose_name = _("API token")
        verbose_name_plural = _("API tokens")

    def __str__(self) -> str:
        return self.name

    @staticmethod
    def digest_of(token: str) -> str:
        """Tokens have 256 random bits, so a plain hash is enough to store them."""
        return hashlib.sha256(token.encode()).hexdigest()

    @classmethod
    def issue(cls, user: User, name: str, expires_at: datetime | None = None) -> tuple["ApiToken", str]:
        """Creates a token for the user; the second value is the only copy of its text."""
        text = f"jantar_{secrets.token_urlsafe(32)}"
        return cls.objects.create(user=user, name=name, digest=cls.digest_of(text), expires_at=expires_at), text

    @classmethod
    def user_of(cls, text: str) -> User | None:
        """The active user a token stands for, or None when it is unknown, expired or its owner is disabled."""
        now = timezone.now()
        token = cls.objects.select_related("user").filter(digest=cls.digest_of(text)).first()
        if token is None or not token.user.is_active or (token.expires_at and token.expires_at <= now):
            return None
        if token.last_used_at is None or (now - token.last_used_at).total_seconds() > 60:
            cls.objects.filter(pk=token.pk).update(last_used_at=now)
        return token.user


class FailedSignIn(models.Model):
    """One refused sign-in; what the limit of tries counts. Kept for a day."""

    address = models.GenericIPAddressField(null=True)
    account = models.CharField(max_length=64)
    at = models.DateTimeField(auto_now_add=True)

    class Meta:
        verbose_name = _("failed sign-in")
        verbose_name_plural = _("failed sign-ins")
        indexes = [
            models.Index(fields=["address", "at"], name="accounts_failed_by_address"),
            models.Index(fields=["at"], name="accounts_failed_by_time"),
        ]
