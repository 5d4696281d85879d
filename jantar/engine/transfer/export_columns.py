"""What of a record stands in the columns of an export: SQL expressions, so that the database writes the file.

A field gives one column (an amount gives two). Each is an expression of a plain type; `as_text` makes of it the
text that stands in CSV. Text that a spreadsheet would calculate gets an apostrophe in front, as in `sheets.write`.
"""

import json
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

from django.conf import settings
from django.contrib.postgres.expressions import ArraySubquery
from django.contrib.postgres.fields import ArrayField
from django.db.models import BigIntegerField, BooleanField, F, OuterRef, Q, Subquery, TextField, Value
from django.db.models.expressions import Combinable
from django.db.models.fields.json import KeyTextTransform, KeyTransform
from django.db.models.functions import Cast, Coalesce
from django.utils.text import capfirst
from django.utils.translation import gettext as _

from jantar.engine.fields.base import Field
from jantar.engine.fields.custom_kinds import RecordOf, RecordsOf
from jantar.engine.fields.files.fields import File
from jantar.engine.fields.formatted import RichText
from jantar.engine.fields.numbers import MoneyKind
from jantar.engine.fields.references import Reference, title_column_of
from jantar.engine.fields.sources import CUSTOM
from jantar.engine.fields.sql import Sql
from jantar.engine.permissions.actor import Actor
from jantar.engine.records.further import Further
from jantar.engine.records.links import FirstLinked, seen_links
from jantar.engine.records.listing import STEP
from jantar.engine.records.models import Record
from jantar.engine.records.references import pointer_of, reference_of
from jantar.engine.records.registry import registry
from jantar.engine.transfer.sheets import FORMULA_STARTS
from jantar.engine.transfer.targets import CURRENCY

#: How days are written for people, by language; the reader of sheets understands all of them.
DAYS = {
    "cs": "FMDD. FMMM. YYYY",
    "sk": "FMDD. FMMM. YYYY",
    "hu": "YYYY. MM. DD.",
    "pl": "DD.MM.YYYY",
    "en": "DD/MM/YYYY",
}


#: Where a file is for whoever is signed in, and how the column with that is called for programs.
FILES, ADDRESS = "/field-files/", ".address"
#: An international phone number in groups: what `_phone_text` leaves without an apostrophe.
WRITTEN_PHONE = r"^\+[0-9]{1,3}( [0-9]{1,8})+$"


@dataclass(frozen=True)
class Style:
    """`for_people`: labels, dates and decimal signs of their language; else keys and ISO dates, to be read again.

    `time_zone` is that of written moments.
    """

    for_people: bool = True
    language: str = "en"
    decimal_comma: bool = False
    time_zone: str = "UTC"


@dataclass(frozen=True)
class ExportColumn:
    """`kind` is text, phone, number, boolean, date or datetime: the type of the expression's values."""

    header: str
    expression: Combinable
    kind: str = "text"


def columns_of(fields: Sequence[Field], style: Style, actor: Actor) -> list[ExportColumn]:
    """The columns of an export of these fields; of records the actor may not see they hold nothing."""
    return [column for field in fields for column in _of_field(field, style, actor)]


def _of_field(field: Field, style: Style, actor: Actor) -> Iterator[ExportColumn]:
    header = capfirst(str(field.label)) if style.for_people else field.name
    if isinstance(field, MoneyKind):
        yield ExportColumn(header, field.amount(), "number")
        second = capfirst(_("%(field)s: currency") % {"field": field.label})
        yield ExportColumn(second if style.for_people else f"{field.name}{CURRENCY}", field.currency())
        return
    if field.pieces:
        for piece in field.pieces.values():
            for column in _of_field(piece, style, actor):
                named = capfirst(f"{field.label}: {piece.short}") if style.for_people else piece.name
                yield replace(column, header=named)
        return
    if isinstance(field, File):
        yield ExportColumn(header, field.file_name())
        second = capfirst(_("%(field)s: address") % {"field": field.label})
        address = Sql("{0} || ({1}) || '/'", Value(f"{settings.ADDRESS}{FILES}"), field.key())
        yield ExportColumn(second if style.for_people else f"{field.name}{ADDRESS}", address)
        return
    if isinstance(field, Further):
        yield from _further(field, style, actor)
        return
    if isinstance(field, RecordOf):
        yield ExportColumn(header, _own_title(field, actor))
        return
    if isinstance(field, RecordsOf):
        yield ExportColumn(header, _own_titles(field, actor))
        return
    if isinstance(field, FirstLinked):
        yield ExportColumn(header, _first_linked(field, actor))
        return
    make = MAKERS.get(field.kind)
    if make:
        yield ExportColumn(header, *make(field, style))
    elif isinstance(field, Reference):
        yield ExportColumn(header, _title(field, actor))
    else:
        yield ExportColumn(header, Sql("{0}::text", field.expression()))


def _further(field: Further, style: Style, actor: Actor) -> Iterator[ExportColumn]:
    """The columns of a field of the record referred to, where the actor may see and export that record."""
    ends = [(registry.get(name), [*_of_field(end, style, actor)]) for name, end in field.ends.items()]
    start = f"{capfirst(str(field.at.label))} › " if style.for_people else f"{field.at.name}{STEP}"
    for place, column in enumerate(ends[0][1]):
        found = []
        for record_type, columns in ends:
            rows = record_type.visible_to(actor).filter(record_type.allowed(actor, "export"), pk=field.pointer())
            found.append(Subquery(rows.order_by().annotate(behind=columns[place].expression).values("behind")[:1]))
        yield ExportColumn(start + column.header, Coalesce(*found) if len(found) > 1 else found[0], column.kind)


def _title(field: Reference, actor: Actor) -> Combinable:
    """The name of the record meant, which an import finds again."""
    title, target = field.title_column or title_column_of(field.target), field.target
    if title is None:
        return Sql("{0}::text", field.expression())
    if not issubclass(target, Record) or all(one.allowed(actor, "see") == Q() for one in registry.types_of(target)):
        return F(f"{field.name}__{title}")
    seen = target.objects.visible_to(actor).filter(pk=OuterRef(field.id_name))
    return Subquery(seen.values(title)[:1])


def _first_linked(field: FirstLinked, actor: Actor) -> Combinable:
    """As lists show it: the title of the first linked record that the actor may see."""
    links = seen_links(field.part, actor).filter(**{field.part.parent: OuterRef("pk")})
    return Subquery(links.order_by("pk").values("linked_title")[:1])


def _own_title(field: RecordOf, actor: Actor) -> Combinable:
    """The same of a custom field."""
    reference = reference_of(field)
    if reference is None:
        return Value(None, output_field=TextField())
    stored = Cast(KeyTextTransform(field.name, OuterRef(CUSTOM)), BigIntegerField())
    rows: Any = reference.target._default_manager
    rows = rows.visible_to(actor) if issubclass(reference.target, Record) else rows.all()
    return Subquery(rows.filter(pk=stored).values(reference.title_column)[:1])


def _own_titles(field: RecordsOf, actor: Actor) -> Combinable:
    """Of several the titles of those that the actor may see, in their order, apart by semicolons: names have commas."""
    reference = pointer_of(field)
    if reference is None:
        return Value(None, output_field=TextField())
    number = BigIntegerField()
    ids = Sql(
        "ARRAY(SELECT jsonb_array_elements_text({0})::bigint)", KeyTransform(field.name, OuterRef(CUSTOM)),
        output_field=ArrayField(number),
    )  # fmt: skip
    rows: Any = reference.target._default_manager
    listed = rows.visible_to(actor).filter(Sql("{0} = ANY({1})", F("pk"), ids, output_field=BooleanField()))
    listed = listed.annotate(place=Sql("array_position({0}, {1})", ids, F("pk"), output_field=number))
    titles = ArraySubquery(listed.order_by("place").values(reference.title_column))
    return Sql("nullif(array_to_string({0}, '; '), '')", titles)


def _number(field: Field, style: Style) -> tuple[Combinable, str]:
    return field.expression(), "number"


def _text(field: Field, style: Style) -> tuple[Combinable, str]:
    return field.expression(), "text"


def _formatted(field: Field, style: Style) -> tuple[Combinable, str]:
    """What it says for people; with its formatting to be read again."""
    assert isinstance(field, RichText)
    return field.expression() if style.for_people else field.html(), "text"


def _phone(field: Field, style: Style) -> tuple[Combinable, str]:
    return field.expression(), "phone"


def _date(field: Field, style: Style) -> tuple[Combinable, str]:
    return (Sql("{0}::date", field.expression()) if field.is_custom else field.expression()), "date"


def _moment(field: Field, style: Style) -> tuple[Combinable, str]:
    stored = Sql("{0}::timestamptz", field.expression()) if field.is_custom else field.expression()
    return Sql("{0} AT TIME ZONE {1}", stored, Value(style.time_zone)), "datetime"


def _boolean(field: Field, style: Style) -> tuple[Combinable, str]:
    return field.expression(), "boolean"


def _choice(field: Field, style: Style) -> tuple[Combinable, str]:
    labels = _labels(field) if style.for_people else {}
    if not labels:
        return field.expression(), "text"
    return Sql("coalesce({0}::jsonb ->> {1}, {2})", _json(labels), field.expression(), field.expression()), "text"


def _words(field: Field, style: Style) -> tuple[Combinable, str]:
    """Tags and several choices, one after the other."""
    labels = _labels(field) if style.for_people else {}
    words = "jsonb_array_elements_text({1})" if field.is_custom else "unnest({1})"
    joined = "string_agg(coalesce({0}::jsonb ->> word, word), ', ' ORDER BY place)"
    pattern = f"(SELECT {joined} FROM {words} WITH ORDINALITY listed (word, place))"  # noqa: S608
    return Sql(pattern, _json(labels), field.expression()), "text"


def _record_key(field: Field, style: Style) -> tuple[Combinable, str]:
    kind, number = field.columns
    return Sql("{0} || '/' || {1}", F(kind), F(number)), "text"


def _labels(field: Field) -> dict[str, str]:
    choices = getattr(field, "choices", ())
    return {str(key): str(label) for key, label in choices if str(key) != str(label)}


def _json(labels: Mapping[str, str]) -> Value:
    return Value(json.dumps(labels), output_field=TextField())


MAKERS: dict[str, Callable[[Field, Style], tuple[Combinable, str]]] = {
    **dict.fromkeys(("text", "long_text", "email", "web"), _text),
    "rich_text": _formatted,
    "phone": _phone,
    **dict.fromkeys(("number", "integer", "percent", "duration"), _number),
    "date": _date,
    "datetime": _moment,
    "boolean": _boolean,
    "choice": _choice,
    "country": _choice,
    "tags": _words,
    "multi_choice": _words,
    "record": _record_key,
}


def as_text(column: ExportColumn, style: Style) -> Combinable:
    """The column as it stands in CSV; nothing is NULL, which COPY writes as an empty cell."""
    return TEXTS[column.kind](column.expression, style)


def _guarded(expression: Combinable, style: Style) -> Combinable:
    """As `sheets.write` does it: no cell starts with what a spreadsheet would calculate."""
    starts = Value(list(FORMULA_STARTS), output_field=ArrayField(TextField()))
    case = "CASE WHEN left({0}, 1) = ANY({1}) THEN '''' || {2} ELSE nullif({3}, '') END"
    return Sql(case, expression, starts, expression, expression)


def _phone_text(expression: Combinable, style: Style) -> Combinable:
    """Numbers as people write them stand as they are; anything else in a field of phones is guarded as all text.

    A plus, digits and single spaces hold no operator, name or reference, so nothing can be calculated from them;
    an apostrophe would stand in the cell and go into every dialler and letter made from the file. Without a space
    a spreadsheet takes the number for an amount and drops the plus, so those keep the guard.
    """
    case = "CASE WHEN {0} ~ {1} THEN {2} ELSE {3} END"
    return Sql(case, expression, Value(WRITTEN_PHONE), expression, _guarded(expression, style))


def _number_text(expression: Combinable, style: Style) -> Combinable:
    text = Sql("{0}::text", expression)
    return Sql("replace({0}, '.', ',')", text) if style.for_people and style.decimal_comma else text


def _boolean_text(expression: Combinable, style: Style) -> Combinable:
    yes, no = (_("Yes"), _("No")) if style.for_people else ("true", "false")
    return Sql("CASE {0} WHEN true THEN {1} WHEN false THEN {2} END", expression, Value(yes), Value(no))


def _date_text(expression: Combinable, style: Style) -> Combinable:
    pattern = DAYS.get(style.language, "YYYY-MM-DD") if style.for_people else "YYYY-MM-DD"
    return Sql("to_char({0}, {1})", expression, Value(pattern))


def _moment_text(expression: Combinable, style: Style) -> Combinable:
    day = DAYS.get(style.language, "YYYY-MM-DD") if style.for_people else "YYYY-MM-DD"
    return Sql("to_char({0}, {1})", expression, Value(f"{day} HH24:MI:SS"))


TEXTS: dict[str, Callable[[Combinable, Style], Combinable]] = {
    "text": _guarded,
    "phone": _phone_text,
    "number": _number_text,
    "boolean": _boolean_text,
    "date": _date_text,
    "datetime": _moment_text,
}
