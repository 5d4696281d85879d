"""What roles allow. A user has the widest scope that any of the user's roles grants."""

from django.conf import settings
from django.db import models
from django.utils.translation import gettext_lazy as _

NAME_LENGTH = 100


class Action(models.TextChoices):
    SEE = "see", _("See")
    CREATE = "create", _("Create")
    EDIT = "edit", _("Edit")
    DELETE = "delete", _("Delete")
    IMPORT = "import", _("Import")
    EXPORT = "export", _("Export")
    BULK = "bulk", _("Change many at once")


class Scope(models.IntegerChoices):
    """Whose records a grant is about, from narrow to wide."""

    NONE = 0, _("None")
    OWN = 1, _("Own")
    TEAM = 2, _("Own team")
    BELOW = 3, _("Own team and below")
    ALL = 4, _("All")


class Role(models.Model):
    name = models.CharField(_("name"), max_length=NAME_LENGTH, unique=True)
    key = models.CharField(_("key"), max_length=50, unique=True, null=True, blank=True)
    users: "models.ManyToManyField[models.Model, models.Model]" = models.ManyToManyField(
        settings.AUTH_USER_MODEL, related_name="roles", blank=True, verbose_name=_("users")
    )

    class Meta:
        verbose_name = _("role")
        verbose_name_plural = _("roles")

    def __str__(self) -> str:
        return self.name


class Grant(models.Model):
    """A role may do `action` with the records of one type (or of every type: "*") that are in `scope`."""

    role = models.ForeignKey(Role, on_delete=models.CASCADE, related_name="grants")
    record_type = models.CharField(_("record type"), max_length=50)
    action = models.CharField(_("action"), max_length=10, choices=Action.choices)
    scope = models.PositiveSmallIntegerField(_("scope"), choices=Scope.choices)

    class Meta:
        verbose_name = _("right")
        verbose_name_plural = _("rights")
        constraints = [models.UniqueConstraint(fields=["role", "record_type", "action"], name="permissions_grant_once")]
