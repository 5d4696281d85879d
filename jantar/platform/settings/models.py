"""What holds for the whole company: its base currency and the exchange rates against it."""

from datetime import date
from decimal import Decimal

from django.db import models
from django.utils.translation import gettext_lazy as _


class Workspace(models.Model):
    """The one row of company-wide settings."""

    name = models.CharField(_("company name"), max_length=150, default="Jantar")
    base_currency = models.CharField(_("base currency"), max_length=3, default="EUR")
    history_months = models.PositiveSmallIntegerField(
        _("keep the history for"), null=True, blank=True,
        choices=[(12, _("1 year")), (24, _("2 years")), (36, _("3 years")), (60, _("5 years")), (120, _("10 years"))],
    )  # fmt: skip
    history_since = models.DateTimeField(_("history is whole since"), null=True, editable=False)
    #: Keys of the modules that are switched off.
    modules_off = models.JSONField(default=list, editable=False)

    class Meta:
        verbose_name = _("company settings")
        constraints = [models.CheckConstraint(condition=models.Q(pk=1), name="settings_workspace_one_row")]

    def __str__(self) -> str:
        return self.name

    @classmethod
    def get(cls) -> "Workspace":
        return cls.objects.get_or_create(pk=1)[0]


class ExchangeRate(models.Model):
    """One unit of `currency` was worth `rate` units of the base currency from `valid_from` on."""

    currency = models.CharField(_("currency"), max_length=3)
    valid_from = models.DateField(_("valid from"))
    rate = models.DecimalField(_("rate"), max_digits=18, decimal_places=8)

    class Meta:
        verbose_name = _("exchange rate")
        verbose_name_plural = _("exchange rates")
        constraints = [models.UniqueConstraint(fields=["currency", "valid_from"], name="settings_rate_once_a_day")]

    def __str__(self) -> str:
        return f"{self.currency} {self.valid_from:%Y-%m-%d}"


def rate_to_base(currency: str, day: date) -> Decimal | None:
    """Units of the base currency for one unit of `currency` on `day`; None when no rate is known by then."""
    if currency == Workspace.get().base_currency:
        return Decimal(1)
    newest = ExchangeRate.objects.filter(currency=currency, valid_from__lte=day).order_by("-valid_from").first()
    return newest.rate if newest else None
