"""What formulas mean on a record type: its fields by key or label, fields of the records it refers to, their rights.

A formula reads a referenced record only where whoever looks may see it; elsewhere its fields are empty. So a formula
tells nobody more than they could look up. All amounts are taken in the base currency.
"""

from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import date
from functools import cached_property

from django.db.models import BigIntegerField, OuterRef, Subquery, Value
from django.db.models.expressions import Combinable
from django.db.models.fields.json import KeyTextTransform
from django.db.models.functions import Cast
from django.utils.text import capfirst
from django.utils.translation import gettext as _

from jantar.engine.fields.base import Field
from jantar.engine.fields.choices import Choice
from jantar.engine.fields.custom_kinds import RecordOf, RecordsOf
from jantar.engine.fields.errors import FieldError
from jantar.engine.fields.formulas.compiled import Compiled, Key, Operand, compile_formula
from jantar.engine.fields.formulas.terms import BOOLEAN, DATE, INTEGER, MONEY, NUMBER, OUTPUT, TEXT, Term
from jantar.engine.fields.references import Reference
from jantar.engine.fields.sources import CUSTOM
from jantar.engine.fields.sql import Sql
from jantar.engine.permissions.actor import Actor
from jantar.engine.records.checking import visible_rows
from jantar.engine.records.computed import term_of
from jantar.engine.records.record_type import RecordType
from jantar.engine.records.references import reference_of
from jantar.engine.records.registry import registry
from jantar.kit.text import fold

#: What fields are in a formula, by their kind.
TYPES = {
    **dict.fromkeys(("number", "percent"), NUMBER),
    **dict.fromkeys(("integer", "duration"), INTEGER),
    **dict.fromkeys(("text", "long_text", "rich_text", "email", "phone", "web", "choice", "country", "address"), TEXT),
    "money": MONEY,
    "boolean": BOOLEAN,
    **dict.fromkeys(("date", "datetime"), DATE),
}
#: A day kept as ISO text, as a date whatever the session's style of dates: so indexes can hold it.
ISO_DAY = "make_date(left({0}, 4)::integer, substr({0}, 6, 2)::integer, substr({0}, 9, 2)::integer)"
SEPARATORS = ("›", ".")


@dataclass(frozen=True)
class FieldNames:
    """The names a formula can use on records of a type."""

    record_type: RecordType
    actor: Actor
    prefix: str = ""

    @property
    def today(self) -> date:
        return self.actor.today

    @cached_property
    def fields(self) -> dict[str, Field]:
        return self.record_type.fields(self.actor)

    def find(self, path: str) -> Operand:
        """Raises FieldError."""
        if field := named(self.fields, path):
            return self.own(field)
        for separator in SEPARATORS:
            first, found, rest = path.partition(separator)
            if found and (field := named(self.fields, first)):
                return self.further(field, rest.strip())
        raise FieldError(_("There is no field “%(name)s”.") % {"name": path[:100]})

    def own(self, field: Field) -> Operand:
        key = (self.record_type.name, field.name)
        needs = frozenset([key]) if field.is_custom or field.is_computed else frozenset()
        return Operand(self.term(field, key), field.name, shown_name(field, self.fields), needs)

    def term(self, field: Field, key: Key) -> Term:
        reference = reference_of(field)
        if reference is not None:
            return self.title(field, reference)
        if field.kind not in TYPES:
            raise FieldError(_("“%(name)s” can't be used in a formula.") % {"name": field.label})
        if field.is_computed:
            found = term_of(field, self.record_type, self.actor, self.prefix)
            sql, is_fixed = found.sql, found.is_fixed
        else:
            sql, is_fixed = field.expression(self.prefix), field.kind != "datetime"
        kind = TYPES[field.kind]
        choices = tuple((str(k), str(label)) for k, label in field.choices) if isinstance(field, Choice) else ()
        return Term(kind, self.typed(field, kind, sql), is_fixed, choices)

    def typed(self, field: Field, kind: str, sql: Combinable) -> Combinable:
        """The value of the field as formulas calculate with it: empty text is no value, a moment is its day."""
        output = OUTPUT[kind]
        if field.kind == "datetime":
            zone = Value(self.actor.time_zone)
            return Sql("({0}::timestamptz AT TIME ZONE {1})::date", sql, zone, output_field=output)
        if field.kind == "date":
            return Sql(ISO_DAY if field.is_custom else "{0}", sql, output_field=output)
        if kind == TEXT:
            return Sql("nullif({0}::text, '')", sql, output_field=output)
        if kind == BOOLEAN:
            return Sql("coalesce({0}, false)", sql, output_field=output)
        return Sql("{0}::numeric", sql, output_field=output)

    def title(self, field: Field, reference: Reference) -> Term:
        """A colleague, a team, a row of a short table: by its name. Of a record a field has to be named."""
        if registry.types_of(reference.target):
            words = _("“%(name)s” is a record; name one of its fields, as in [%(name)s › …].")
            raise FieldError(words % {"name": field.label})
        if not reference.title_column:
            raise FieldError(_("“%(name)s” can't be used in a formula.") % {"name": field.label})
        rows = reference.target._default_manager.filter(pk=self.pointer(field)).order_by()
        sql = Sql("nullif({0}, '')", Subquery(rows.values(reference.title_column)[:1]), output_field=OUTPUT[TEXT])
        return Term(TEXT, sql, is_fixed=False)

    def pointer(self, field: Field) -> Combinable:
        """The id of the row that the field refers to, seen from a subquery."""
        if isinstance(field, RecordOf):
            document = OuterRef(f"{self.prefix}__{CUSTOM}" if self.prefix else CUSTOM)
            return Cast(KeyTextTransform(field.name, document), BigIntegerField())
        assert isinstance(field, Reference)
        return OuterRef(f"{self.prefix}__{field.id_name}" if self.prefix else field.id_name)

    def further(self, field: Field, rest: str) -> Operand:
        """A piece of a value, or a field of the record that a reference leads to, for those who may see it."""
        if field.pieces:
            return self.piece(field, rest)
        target = target_of(field)
        if target is None:
            raise FieldError(_("“%(name)s” refers to no record.") % {"name": field.label})
        names = FieldNames(target, self.actor)
        inner = named(names.fields, rest)
        if inner is None:
            raise FieldError(_("There is no field “%(name)s”.") % {"name": rest[:100]})
        found = names.own(inner)
        rows = visible_rows(target.model, self.actor).filter(**target.defaults, pk=self.pointer(field)).order_by()
        value = Subquery(rows.annotate(needed=found.term.sql).values("needed")[:1])
        pattern = "coalesce({0}, false)" if found.term.type == BOOLEAN else "{0}"
        term = replace(found.term, sql=Sql(pattern, value, output_field=OUTPUT[found.term.type]), is_fixed=False)
        own = frozenset([(self.record_type.name, field.name)]) if field.is_custom else frozenset()
        path, shown = f"{field.name}.{found.path}", f"{shown_name(field, self.fields)} › {found.shown}"
        return Operand(term, path, shown, found.needs | own)

    def piece(self, field: Field, name: str) -> Operand:
        wanted, key = fold(name), (self.record_type.name, field.name)
        for short, one in field.pieces.items():
            if wanted in (short, fold(str(one.short))):
                shown = f"{shown_name(field, self.fields)} › {capfirst(str(one.short))}"
                return Operand(self.term(one, key), one.name, shown, frozenset([key]))
        raise FieldError(_("There is no field “%(name)s”.") % {"name": name[:100]})


def named(fields: dict[str, Field], name: str) -> Field | None:
    """By its key, or by its label in any case and without accents."""
    name = name.strip()
    if name in fields:
        return fields[name]
    wanted = fold(name)
    return next((one for one in fields.values() if fold(str(one.label)) == wanted), None) if wanted else None


def shown_name(field: Field, fields: dict[str, Field]) -> str:
    """The label; the key where a label would be read otherwise."""
    label = capfirst(str(field.label))
    clear = named(fields, label) is field and not any(sign in label for sign in (*SEPARATORS, "[", "]"))
    return label if clear else field.name


def target_of(field: Field) -> RecordType | None:
    """The record type whose fields a reference to one record leads to."""
    return None if isinstance(field, RecordsOf) else next(iter(registry.led_to(field)), None)


def compiled(record_type: RecordType, text: str, actor: Actor, prefix: str = "") -> Compiled:
    """Raises FormulaError."""
    return compile_formula(text, FieldNames(record_type, actor, prefix))


def usable(record_type: RecordType, actor: Actor, without: str = "") -> Iterator[tuple[str, list[str]]]:
    """What a formula can name, by heading: the type's own fields (""), and those of each record it refers to."""
    fields = record_type.fields(actor)
    own = {name: one for name, one in fields.items() if name != without}
    yield "", plain_names(own)
    for one in own.values():
        target = target_of(one)
        if target is not None and actor.may("see", target.name):
            name = shown_name(one, fields)
            yield name, [f"{name} › {inner}" for inner in plain_names(target.fields(actor))]


def plain_names(fields: dict[str, Field]) -> list[str]:
    found = [shown_name(one, fields) for one in fields.values() if can_be_named(one)]
    return sorted(found, key=fold)


def can_be_named(field: Field) -> bool:
    reference = reference_of(field)
    if reference is not None:
        return not registry.types_of(reference.target) and bool(reference.title_column)
    return field.kind in TYPES
