"""Fields made from the columns of a model."""

from collections.abc import Callable
from typing import Any

from django.conf import settings
from django.contrib.postgres.fields import ArrayField
from django.db import models

from jantar.engine.fields import choices, dates, numbers, record_key, recurrence, references, text
from jantar.engine.fields.base import Field
from jantar.engine.fields.model_fields import (
    CountryField,
    MinutesField,
    MoneyField,
    PercentField,
    PhoneField,
    RecordKeyField,
    RecurrenceField,
)


def fields_of(model: type[models.Model], skip: frozenset[str] = frozenset()) -> dict[str, Field]:
    """The fields of a model by name, in the order of its declaration. Raises TypeError for an unknown column type."""
    composites = composites_of(model)
    hidden = {column for field in composites.values() for column in field.columns}
    found: dict[str, Field] = {}
    for column in model._meta.concrete_fields:
        if column.name in composites:
            field = composites[column.name]
            found[field.name] = composite_field(field)
        elif column.name not in hidden and column.name not in skip:
            found[column.name] = field_of(column)
    return {name: field for name, field in found.items() if name not in skip}


def composites_of(model: type[models.Model]) -> dict[str, MoneyField | RecordKeyField]:
    """The fields that are kept in several columns, by the first of them."""
    several = (*getattr(model, "money_fields", ()), *getattr(model, "key_fields", ()))
    return {field.columns[0]: field for field in several}


def composite_field(field: MoneyField | RecordKeyField) -> Field:
    if isinstance(field, MoneyField):
        return numbers.MoneyKind(field.name, field.verbose_name, help=field.help_text)
    return record_key.AnyRecord(
        field.name, field.verbose_name, help=field.help_text, required=not field.blank, read_only=not field.editable
    )


def field_of(column: "models.Field[Any, Any]") -> Field:
    for model_class, make in MAKERS:
        if isinstance(column, model_class):
            return make(column, options_of(column))
    raise TypeError(f"{column} has no field kind: add one for {type(column).__name__} or leave the column out.")


def options_of(column: "models.Field[Any, Any]") -> dict[str, Any]:
    has_default = column.has_default()
    return {
        "name": column.name,
        "label": column.verbose_name,
        "required": not column.blank and not has_default and not column.primary_key,
        "read_only": not column.editable or column.primary_key,
        "unique": column.unique and not column.primary_key,
        "help": column.help_text,
        "default": column.default if has_default else None,
        "nullable": column.null,
    }


def make_text(column: Any, options: dict[str, Any]) -> Field:
    if column.choices:
        return choices.Choice(choices=lambda: column.flatchoices, **options)
    kind = text.NullableText if column.null else text.Text
    return kind(max_length=column.max_length, **options)


def make_number(column: Any, options: dict[str, Any]) -> Field:
    kind = numbers.Percent if isinstance(column, PercentField) else numbers.Number
    places = column.decimal_places
    return kind(places=places, maximum=10 ** (column.max_digits - places) - 1, **options)


def make_integer(column: Any, options: dict[str, Any]) -> Field:
    kind = numbers.Minutes if isinstance(column, MinutesField) else numbers.Integer
    minimum = 0 if isinstance(column, models.PositiveIntegerField | models.PositiveSmallIntegerField) else None
    small = isinstance(column, models.SmallIntegerField | models.PositiveSmallIntegerField)
    maximum = (
        2**63 - 1
        if isinstance(column, models.BigIntegerField | models.BigAutoField)
        else 2**15 - 1
        if small
        else 2**31 - 1
    )
    return kind(minimum=minimum, maximum=maximum, **options)


def make_array(column: Any, options: dict[str, Any]) -> Field:
    if column.base_field.choices:
        return choices.MultiChoice(choices=column.base_field.flatchoices, **options)
    return choices.Tags(**options)


def make_reference(column: Any, options: dict[str, Any]) -> Field:
    target = column.related_model
    if target._meta.label == settings.AUTH_USER_MODEL:
        return references.UserReference(**options)
    if target._meta.label == "accounts.Team":
        return references.TeamReference(**options)
    return references.Reference(target=target, title_column=getattr(target, "title_column", None), **options)


def plain(kind: type[Field]) -> Callable[[Any, dict[str, Any]], Field]:
    return lambda _column, options: kind(**options)


def limited(kind: type[text.Text]) -> Callable[[Any, dict[str, Any]], Field]:
    return lambda column, options: kind(max_length=column.max_length, **options)


#: The first class that fits decides, so subclasses stand before their parents.
MAKERS: list[tuple[type[Any], Callable[[Any, dict[str, Any]], Field]]] = [
    (models.ForeignKey, make_reference),
    (CountryField, plain(choices.Country)),
    (PhoneField, limited(text.Phone)),
    (RecurrenceField, plain(recurrence.Recurrence)),
    (models.EmailField, limited(text.Email)),
    (models.URLField, limited(text.WebAddress)),
    (models.CharField, make_text),
    (models.TextField, lambda column, options: text.LongText(max_length=column.max_length, **options)),
    (models.BooleanField, plain(choices.Boolean)),
    (models.DateTimeField, plain(dates.DateTime)),
    (models.DateField, plain(dates.Date)),
    (models.DecimalField, make_number),
    (models.IntegerField, make_integer),
    (models.AutoField, make_integer),
    (ArrayField, make_array),
]
