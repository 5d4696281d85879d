"""Deals on their way through the stages of a pipeline."""

from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from jantar.engine.fields.model_fields import MoneyField, PercentField, TagsField
from jantar.engine.fields.sql import Fold
from jantar.engine.records.models import Record

ALIVE = Q(deleted_at=None)


class Status(models.TextChoices):
    OPEN = "open", pgettext_lazy("deal", "Open")
    WON = "won", pgettext_lazy("deal", "Won")
    LOST = "lost", pgettext_lazy("deal", "Lost")


class LossReason(models.TextChoices):
    PRICE = "price", _("Price")
    COMPETITOR = "competitor", _("Chose a competitor")
    NO_BUDGET = "no_budget", _("No budget")
    NO_DECISION = "no_decision", _("No decision")
    TIMING = "timing", _("Bad timing")
    NOT_FITTING = "not_fitting", _("Our offer did not fit")
    NO_CONTACT = "no_contact", _("No contact any more")
    OTHER = "other", _("Other")


class ContactRole(models.TextChoices):
    DECISION_MAKER = "decision_maker", _("Decision maker")
    CHAMPION = "champion", _("Champion")
    INFLUENCER = "influencer", _("Influencer")
    USER = "user", pgettext_lazy("buyer", "User")
    PURCHASING = "purchasing", _("Purchasing")
    OPPONENT = "opponent", _("Opponent")


class Pipeline(models.Model):
    """A way of selling with stages of its own, such as new business or renewals."""

    name = models.CharField(_("name"), max_length=100, unique=True)
    position = models.PositiveSmallIntegerField(_("position"), default=0)

    class Meta:
        verbose_name = _("pipeline")
        verbose_name_plural = _("pipelines")
        ordering = ["position", "id"]

    def __str__(self) -> str:
        return self.name


class Tone(models.TextChoices):
    BLUE = "blue", pgettext_lazy("colour", "Blue")
    TEAL = "teal", pgettext_lazy("colour", "Teal")
    VIOLET = "violet", pgettext_lazy("colour", "Violet")
    ORANGE = "orange", pgettext_lazy("colour", "Orange")
    PINK = "pink", pgettext_lazy("colour", "Pink")
    AMBER = "amber", pgettext_lazy("colour", "Amber")
    GREEN = "green", pgettext_lazy("colour", "Green")
    RED = "red", pgettext_lazy("colour", "Red")


#: The colours of open stages in turn, where none was chosen.
IN_TURN = (Tone.BLUE, Tone.TEAL, Tone.VIOLET, Tone.ORANGE, Tone.PINK, Tone.AMBER)


class StagesInUse(models.Manager["Stage"]):
    """Retired stages are offered nowhere; deals and their history still name them."""

    def get_queryset(self) -> "models.QuerySet[Stage]":
        return super().get_queryset().filter(retired_at=None)


class Stage(models.Model):
    """A step of a pipeline. `status` is what becomes of the deals in it, `tone` its colour, "" for the usual one."""

    pipeline = models.ForeignKey(Pipeline, on_delete=models.CASCADE, related_name="stages")
    name = models.CharField(_("name"), max_length=100)
    position = models.PositiveSmallIntegerField(_("position"), default=0)
    status = models.CharField(_("state of deals here"), max_length=5, choices=Status, default=Status.OPEN)
    probability = PercentField(_("probability (%)"), default=0)
    tone = models.CharField(_("colour"), max_length=10, choices=Tone, blank=True, default="")
    retired_at = models.DateTimeField(null=True, editable=False)

    objects = StagesInUse()
    with_retired = models.Manager()  # noqa: DJ012 - a manager, though its name does not say so

    class Meta:
        verbose_name = _("stage")
        verbose_name_plural = _("stages")
        ordering = ["pipeline__position", "pipeline", "position", "id"]
        constraints = [
            models.UniqueConstraint(fields=["pipeline", "name"], name="sales_stage_name"),
            models.CheckConstraint(
                condition=Q(probability__gte=0, probability__lte=100), name="sales_stage_probability"
            ),
        ]

    def __str__(self) -> str:
        return self.name

    @property
    def shown_tone(self) -> str:
        """The colour it is shown in everywhere."""
        usual = {Status.WON: Tone.GREEN, Status.LOST: Tone.RED}.get(Status(self.status))
        return self.tone or usual or IN_TURN[self.position % len(IN_TURN)]


class Deal(Record):
    """A sale in the making. `status`, `closed_at` follow from the stage."""

    name = models.CharField(_("name"), max_length=200)
    customer = models.ForeignKey(
        "contacts.Party", verbose_name=_("customer"), on_delete=models.PROTECT, related_name="deals"
    )
    pipeline = models.ForeignKey(
        Pipeline, verbose_name=_("pipeline"), blank=True, on_delete=models.PROTECT, related_name="deals"
    )
    stage = models.ForeignKey(
        Stage, verbose_name=_("stage"), blank=True, on_delete=models.PROTECT, related_name="deals"
    )
    status = models.CharField(_("state"), max_length=5, choices=Status, default=Status.OPEN, editable=False)
    amount = MoneyField(_("amount"))
    probability = PercentField(_("probability (%)"), null=True, blank=True)
    expected_close = models.DateField(_("expected close"), null=True, blank=True)
    submission_date = models.DateField(_("quote due on"), null=True, blank=True)
    next_step = models.CharField(_("next step"), max_length=200, blank=True, default="")
    next_step_at = models.DateField(_("next step on"), null=True, blank=True)
    source = models.CharField(_("source"), max_length=100, blank=True, default="")
    tags = TagsField(verbose_name=_("tags"))
    description = models.TextField(_("description"), blank=True, default="")
    loss_reason = models.CharField(_("reason of loss"), max_length=20, choices=LossReason, blank=True, default="")
    closed_at = models.DateTimeField(_("closed"), null=True, editable=False)
    stage_since = models.DateTimeField(_("in this stage since"), null=True, editable=False)

    class Meta:
        verbose_name = _("deal")
        verbose_name_plural = _("deals")
        indexes = [
            models.Index(F("created_at").desc(), F("id").desc(), condition=ALIVE, name="deal_by_created"),
            models.Index(Fold(F("name")), "id", condition=ALIVE, name="deal_by_name"),
            models.Index("stage", F("updated_at").desc(), F("id").desc(), condition=ALIVE, name="deal_by_stage"),
            models.Index("customer", condition=ALIVE, name="deal_by_customer"),
            models.Index("owner", "status", condition=ALIVE, name="deal_by_owner"),
            models.Index("team", "status", condition=ALIVE, name="deal_by_team"),
            models.Index("owner", condition=ALIVE & Q(status="open", next_step=""), name="deal_without_next_step"),
            models.Index("expected_close", "id", condition=ALIVE & Q(status="open"), name="deal_by_expected_close"),
        ]  # fmt: skip

    def __str__(self) -> str:
        return self.name


class DealContact(models.Model):
    """A person with a say in the deal."""

    deal = models.ForeignKey(Deal, on_delete=models.CASCADE, related_name="contacts")
    person = models.ForeignKey("contacts.Person", verbose_name=_("person"), on_delete=models.CASCADE, related_name="+")
    role = models.CharField(_("role"), max_length=20, choices=ContactRole, blank=True, default="")

    class Meta:
        verbose_name = _("contact of the deal")
        verbose_name_plural = _("contacts of the deal")
        constraints = [
            models.UniqueConstraint(
                fields=["deal", "person"], name="sales_dealcontact_once",
                violation_error_message=_("This person is already on the deal."),
            )
        ]  # fmt: skip

    def __str__(self) -> str:
        return str(self.person)


class StageChange(models.Model):
    """A deal came from one stage to another; the first row of a deal has no `from_stage`."""

    deal = models.ForeignKey(Deal, on_delete=models.CASCADE, related_name="stage_changes")
    from_stage = models.ForeignKey(Stage, null=True, on_delete=models.PROTECT, related_name="+")
    to_stage = models.ForeignKey(Stage, on_delete=models.PROTECT, related_name="+")
    at = models.DateTimeField()
    by = models.ForeignKey("accounts.User", null=True, on_delete=models.SET_NULL, related_name="+")

    class Meta:
        verbose_name = _("stage change")
        verbose_name_plural = _("stage changes")
        indexes = [models.Index("deal", F("at").desc(), F("id").desc(), name="stagechange_of_deal")]
