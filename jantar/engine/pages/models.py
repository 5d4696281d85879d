"""Saved views: what a list shows, kept under a name."""

from django.conf import settings
from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from jantar.engine.history.models import Operation
from jantar.engine.permissions.actor import Actor


class Audience(models.TextChoices):
    PRIVATE = "private", _("Only me")
    TEAM = "team", _("My team")
    EVERYONE = "everyone", _("Everyone")


class SavedViewQuerySet(models.QuerySet["SavedView"]):
    def visible_to(self, actor: Actor) -> "SavedViewQuerySet":
        """The actor's own views, those of the actor's teams and those of everyone."""
        return self.filter(
            Q(owner_id=actor.user_id)
            | Q(audience=Audience.EVERYONE)
            | Q(audience=Audience.TEAM, team_id__in=actor.teams)
        )


class SavedView(models.Model):
    """A filter, search, order, groups and columns of one record type under a name.

    The one without a name is a user's own layout: the columns chosen for the plain list, how wide they are drawn
    in it and in each view, and which view the list opens with.
    """

    record_type = models.CharField(_("record type"), max_length=50)
    owner = models.ForeignKey(settings.AUTH_USER_MODEL, verbose_name=_("owner"), on_delete=models.CASCADE)
    name = models.CharField(_("name"), max_length=60, blank=True)
    audience = models.CharField(_("who sees it"), max_length=10, choices=Audience.choices, default=Audience.PRIVATE)
    team = models.ForeignKey("accounts.Team", verbose_name=_("team"), null=True, on_delete=models.CASCADE)
    filter = models.JSONField(_("filter"), default=dict)
    search = models.CharField(_("search"), max_length=200, blank=True)
    sort = models.CharField(_("sorted by"), max_length=200, blank=True)
    columns: "models.Field[list[str], list[str]]" = ArrayField(
        models.CharField(max_length=60), verbose_name=_("columns"), default=list
    )
    #: The fields added up at the foot, and the one by whose values the list is grouped.
    sums: "models.Field[list[str], list[str]]" = ArrayField(models.CharField(max_length=60), default=list)
    grouped_by = models.CharField(max_length=60, blank=True, default="")
    #: Of a user's own layout: widths of columns in CSS pixels by view ("" for none) and column.
    widths: "models.Field[dict[str, dict[str, int]], dict[str, dict[str, int]]]" = models.JSONField(default=dict)
    #: Whether the list opens with it for everyone who chose nothing else; one per type, set by an administrator.
    is_default = models.BooleanField(default=False)
    opens_with = models.ForeignKey("self", null=True, on_delete=models.SET_NULL, related_name="+")
    #: The name of a ready-made view, or "all" for everything although the type opens with one.
    opens_with_ready = models.CharField(max_length=60, blank=True, default="")

    objects = models.Manager.from_queryset(SavedViewQuerySet)()

    class Meta:
        verbose_name = _("saved view")
        verbose_name_plural = _("saved views")
        indexes = [models.Index(fields=["record_type", "owner"], name="pages_view_by_type")]
        constraints = [
            models.UniqueConstraint(
                fields=["record_type", "owner", "name"], name="pages_view_name_once",
                violation_error_message=_("You already have a view with this name."),
            ),
            models.UniqueConstraint(
                fields=["record_type"], condition=Q(is_default=True), name="pages_view_default_once"
            ),
        ]  # fmt: skip

    def __str__(self) -> str:
        return self.name

    def may_change(self, actor: Actor) -> bool:
        return self.owner_id == actor.user_id or actor.is_admin


class CalendarFeed(models.Model):
    """The secret address at which other programs read the calendar of a user; only the digest of its key is kept."""

    user = models.OneToOneField(settings.AUTH_USER_MODEL, primary_key=True, on_delete=models.CASCADE, related_name="+")
    digest = models.CharField(max_length=64, unique=True)
    created_at = models.DateTimeField(_("created"))
    last_used_at = models.DateTimeField(_("last used"), null=True)

    class Meta:
        verbose_name = _("address of a calendar")
        verbose_name_plural = _("addresses of calendars")

    def __str__(self) -> str:
        return str(self.pk)


class LedFilter(models.Model):
    """That the filter of a view named a record that was merged, and names the one kept since; for undo."""

    operation = models.ForeignKey(Operation, on_delete=models.CASCADE, related_name="+")
    view = models.ForeignKey(SavedView, on_delete=models.CASCADE, related_name="+")
    before = models.JSONField()
    after = models.JSONField()

    class Meta:
        verbose_name = _("filter after a merge")
        verbose_name_plural = _("filters after merges")

    def __str__(self) -> str:
        return str(self.view_id)
