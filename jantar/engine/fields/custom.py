"""Fields made from the definitions an administrator wrote."""

from typing import TYPE_CHECKING, Any

from jantar.engine.fields import choices, custom_kinds, dates, formatted, numbers, text
from jantar.engine.fields.address import AddressKind
from jantar.engine.fields.base import Field
from jantar.engine.fields.computed_kinds import computed_field
from jantar.engine.fields.files import fields as files
from jantar.engine.fields.sources import CustomValue

if TYPE_CHECKING:
    from jantar.engine.fields.models import CustomField

#: The class of each kind, and what its values are compared as in SQL.
KINDS: dict[str, tuple[type[Field], str]] = {
    "text": (text.Text, "text"),
    "long_text": (text.LongText, "text"),
    "rich_text": (formatted.RichText, "json"),
    "number": (numbers.Number, "number"),
    "integer": (numbers.Integer, "number"),
    "money": (custom_kinds.OwnMoney, "json"),
    "percent": (numbers.Percent, "number"),
    "duration": (numbers.Minutes, "number"),
    "boolean": (choices.Boolean, "boolean"),
    "date": (dates.Date, "text"),
    "datetime": (dates.DateTime, "text"),
    "choice": (choices.Choice, "text"),
    "multi_choice": (choices.MultiChoice, "json"),
    "tags": (choices.Tags, "json"),
    "country": (choices.Country, "text"),
    "address": (AddressKind, "json"),
    "record": (custom_kinds.RecordOf, "number"),
    "records": (custom_kinds.RecordsOf, "json"),
    "user": (custom_kinds.Colleague, "number"),
    "team": (custom_kinds.OwnTeam, "number"),
    "email": (text.Email, "text"),
    "phone": (text.Phone, "text"),
    "web": (text.WebAddress, "text"),
    "file": (files.File, "json"),
    "image": (files.Image, "json"),
}


#: Kinds that hold no value of their own.
COMPUTED = ("formula", "rollup")
#: Kinds that refer to records of a chosen type.
WITH_TARGET = ("record", "records")
#: Kinds whose values are uploaded.
UPLOADED = ("file", "image")


def field_from(definition: "CustomField") -> Field:
    if definition.kind in COMPUTED:
        return computed_field(definition)
    kind, sql_type = KINDS[definition.kind]
    options: dict[str, Any] = {
        "source": CustomValue(definition.key, sql_type),
        "required": definition.required,
        "help": definition.help,
        "unique": definition.unique,
    }
    if definition.kind in ("choice", "multi_choice"):
        options["choices"] = [(value, value) for value in definition.choices]
    if definition.kind in WITH_TARGET:
        options["target_type"] = definition.target
    if definition.kind == "duration":
        options["minimum"] = 0
    found = kind(definition.key, definition.label, **options)
    found.section, found.wanted, found.shown_when = definition.section, definition.wanted, definition.shown_when
    if definition.default is not None:
        found.default = found.restore(definition.default)
    return found
