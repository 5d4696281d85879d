"""Model fields that say more than their column type: the field kind follows from the class."""

from typing import TYPE_CHECKING, Any

from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.utils.translation import gettext_lazy as _

from jantar.engine.fields.record_key import RecordKey
from jantar.kit.money import Money

if TYPE_CHECKING:
    from django.db.models import Model


class PhoneField(models.CharField):
    def __init__(self, *args: Any, **options: Any) -> None:
        super().__init__(*args, **{"max_length": 50, "blank": True, "default": "", **options})


class CountryField(models.CharField):
    """An ISO 3166-1 alpha-2 code."""

    def __init__(self, *args: Any, **options: Any) -> None:
        super().__init__(*args, **{"max_length": 2, "blank": True, "default": "", **options})


class PercentField(models.DecimalField):
    def __init__(self, *args: Any, **options: Any) -> None:
        super().__init__(*args, **{"max_digits": 7, "decimal_places": 2, **options})


class MinutesField(models.PositiveIntegerField):
    """A duration in minutes."""


class TagsField(ArrayField):
    """A list of words; with `choices` on the base field, a list of those keys."""

    def __init__(self, *args: Any, **options: Any) -> None:
        options.setdefault("base_field", models.CharField(max_length=60))
        super().__init__(*args, **{"default": list, "blank": True, **options})


class RecurrenceField(models.CharField):
    """The rule by which a record comes again; empty when it comes once."""

    def __init__(self, *args: Any, **options: Any) -> None:
        fixed = {"max_length": 500, "blank": True, "default": "", "db_default": ""}
        super().__init__(*args, **{**fixed, **options})


class MoneyField:
    """An amount with its currency, kept in three columns: NAME_value, NAME_currency and NAME_base.

    `record.NAME` reads and takes `Money` or None. NAME_base is the amount in the base currency of the
    workspace, which is what is summed, compared and sorted.
    """

    def __init__(self, verbose_name: Any, *, help_text: Any = "") -> None:
        self.verbose_name = verbose_name
        self.help_text = help_text
        self.blank = True

    def contribute_to_class(self, model: "type[Model]", name: str) -> None:
        self.name = name
        number: dict[str, Any] = {"max_digits": 18, "decimal_places": 2, "null": True, "blank": True}
        model.add_to_class(f"{name}_value", models.DecimalField(self.verbose_name, **number))
        model.add_to_class(f"{name}_currency", models.CharField(_("currency"), max_length=3, blank=True, default=""))
        model.add_to_class(f"{name}_base", models.DecimalField(_("in base currency"), **number))
        setattr(model, name, self)
        model.money_fields = (*getattr(model, "money_fields", ()), self)  # type: ignore[attr-defined]

    @property
    def columns(self) -> tuple[str, str, str]:
        return f"{self.name}_value", f"{self.name}_currency", f"{self.name}_base"

    def __get__(self, record: "Model | None", owner: "type[Model]") -> Any:
        if record is None:
            return self
        value = getattr(record, f"{self.name}_value")
        return None if value is None else Money(value, getattr(record, f"{self.name}_currency"))

    def __set__(self, record: "Model", money: Money | None) -> None:
        setattr(record, f"{self.name}_value", None if money is None else money.amount)
        setattr(record, f"{self.name}_currency", "" if money is None else money.currency)


class RecordKeyField:
    """Any record of any type, kept in two columns: NAME_type (the record type's name) and NAME_id.

    `record.NAME` reads and takes a `RecordKey` or None. No foreign key can stand behind it: a key may
    outlive its record, so whoever shows it asks for the visible ones. `holds` says that a row is nothing without
    the record (a note on it): undoing the record's creation then leaves the record. Keys that are required do.
    """

    def __init__(
        self, verbose_name: Any, *, help_text: Any = "", blank: bool = True, editable: bool = True,
        holds: bool | None = None,
    ) -> None:  # fmt: skip
        self.verbose_name = verbose_name
        self.help_text = help_text
        self.blank = blank
        self.editable = editable
        self.holds = not blank if holds is None else holds

    def contribute_to_class(self, model: "type[Model]", name: str) -> None:
        self.name = name
        empty: dict[str, Any] = {"blank": True, "default": ""} if self.blank else {}
        model.add_to_class(f"{name}_type", models.CharField(self.verbose_name, max_length=50, **empty))
        model.add_to_class(f"{name}_id", models.BigIntegerField(self.verbose_name, null=self.blank, blank=self.blank))
        setattr(model, name, self)
        model.key_fields = (*getattr(model, "key_fields", ()), self)  # type: ignore[attr-defined]

    @property
    def columns(self) -> tuple[str, str]:
        return f"{self.name}_type", f"{self.name}_id"

    def __get__(self, record: "Model | None", owner: "type[Model]") -> Any:
        if record is None:
            return self
        pk = getattr(record, f"{self.name}_id")
        return None if pk is None else RecordKey(getattr(record, f"{self.name}_type"), pk)

    def __set__(self, record: "Model", key: RecordKey | None) -> None:
        setattr(record, f"{self.name}_type", "" if key is None else key.type)
        setattr(record, f"{self.name}_id", None if key is None else key.id)
