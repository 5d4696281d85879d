"""A formula compiled: its type, its SQL, the fields it needs, and its text as it is stored and shown."""

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import dataclass, replace
from datetime import date
from typing import Protocol

from django.db.models import TextField, Value
from django.utils.translation import gettext as _

from jantar.engine.fields.errors import FieldError
from jantar.engine.fields.formulas import terms
from jantar.engine.fields.formulas.errors import FormulaError
from jantar.engine.fields.formulas.syntax import Call, Literal, Name, Node, parse
from jantar.engine.fields.formulas.terms import BOOLEAN, DATE, INTEGER, NUMBER, TEXT, Term
from jantar.engine.fields.sql import Sql
from jantar.kit.text import fold

#: A field: the type of its record and its name.
Key = tuple[str, str]


@dataclass(frozen=True)
class Operand:
    """A field a formula names. `path` is how it is stored ("company.x_size"), `shown` how it is read."""

    term: Term
    path: str
    shown: str
    needs: frozenset[Key]


class Names(Protocol):
    """What names of fields mean where a formula stands."""

    @property
    def today(self) -> date: ...

    def find(self, path: str) -> Operand:
        """Raises FieldError for a name that means nothing, or what formulas can't use."""
        ...


@dataclass(frozen=True)
class Compiled:
    term: Term
    needs: frozenset[Key]
    #: The text by the keys of fields, and by their labels.
    stored: str
    shown: str


#: Of so many parts a formula may be with all formulas it uses, each as often as it is used: they become one statement.
MOST_PARTS = 1000
_parts: ContextVar[list[int] | None] = ContextVar("parts", default=None)


@contextmanager
def made_of(number: int) -> Iterator[None]:
    """Around compiling something of so many parts, which others may need for theirs. Raises FormulaError."""
    parts = _parts.get() or [0]
    parts[0] += number
    if parts[0] > MOST_PARTS:
        raise FormulaError(_("This is too long together with the formulas that it uses."))
    token = _parts.set(parts)
    try:
        yield
    finally:
        _parts.reset(token)


def compile_formula(text: str, names: Names) -> Compiled:
    """Raises FormulaError."""
    compiler = _Compiler(text, names)
    node, number = parse(text)
    with made_of(number):
        term = terms.final(compiler.term(node))
    return Compiled(term, frozenset(compiler.needs), compiler.replaced(0), compiler.replaced(1))


class _Compiler:
    def __init__(self, text: str, names: Names) -> None:
        self.text = text
        self.names = names
        self.needs: set[Key] = set()
        #: Places of the text and what stands there, stored and shown.
        self.places: list[tuple[int, int, tuple[str, str]]] = []

    def term(self, node: Node) -> Term:
        match node:
            case Literal():
                found = literal(node)
            case Name():
                found = self.field(node)
            case Call(function="today", arguments=()):
                today = Sql("{0}::date", Value(self.names.today), output_field=terms.OUTPUT[DATE])
                found = Term(DATE, today, is_fixed=False)
            case Call(function="date", arguments=arguments):
                found = day(node, arguments)
            case Call():
                found = self.call(node)
            case _:
                raise TypeError(node)
        return replace(found, start=node.start, end=node.end)

    def field(self, node: Name) -> Term:
        try:
            operand = self.names.find(node.path)
        except FieldError as error:
            raise FormulaError(error.message, node.start, node.end) from error
        self.needs |= operand.needs
        self.places.append((node.start, node.end, (f"[{operand.path}]", f"[{operand.shown}]")))
        return operand.term

    def call(self, node: Call) -> Term:
        found = [self.term(argument) for argument in node.arguments]
        if node.function in ("=", "<>") and len(found) == 2:
            found = [self.chosen(*found), self.chosen(*reversed(found))]
        try:
            return terms.applied(node, found)
        except FormulaError as error:
            raise error if error.end else FormulaError(error.message, node.start, node.end) from error

    def chosen(self, term: Term, other: Term) -> Term:
        """A text that is compared with a field of listed values: the value that is meant, by its key."""
        if not term.literal or not other.choices or term.type != TEXT:
            return term
        wanted = fold(term.literal)
        for key, label in other.choices:
            if wanted in (fold(key), fold(label)):
                stored, shown = (f'"{text.replace(chr(34), chr(34) * 2)}"' for text in (key, label))
                self.places.append((term.start, term.end, (stored, shown)))
                return replace(literal_text(key), start=term.start, end=term.end)
        raise term.refuse(_("“%(value)s” is not one of the listed values.") % {"value": term.literal[:50]})

    def replaced(self, which: int) -> str:
        text, end = self.text, len(self.text)
        parts: list[str] = []
        for start, stop, both in sorted(self.places, reverse=True):
            parts[:0] = [both[which], text[stop:end]]
            end = start
        return "".join([text[:end], *parts])


def literal(node: Literal) -> Term:
    if isinstance(node.value, bool):
        return Term(BOOLEAN, Sql("true" if node.value else "false", output_field=terms.OUTPUT[BOOLEAN]))
    if isinstance(node.value, str):
        return literal_text(node.value)
    kind = INTEGER if node.value == node.value.to_integral_value() else NUMBER
    number = Sql(f"{node.value:f}::numeric", output_field=terms.OUTPUT[NUMBER])
    return Term(kind, number, literal=f"{node.value:f}")


def literal_text(text: str) -> Term:
    value = Value(text, output_field=TextField())
    return Term(TEXT, Sql("nullif({0}::text, '')", value, output_field=TextField()), literal=text)


def day(node: Call, arguments: Sequence[Node]) -> Term:
    """A day that is written as text."""
    if len(arguments) == 1 and isinstance(arguments[0], Literal) and isinstance(arguments[0].value, str):
        try:
            found = date.fromisoformat(arguments[0].value.strip())
        except ValueError:
            pass
        else:
            return Term(DATE, Sql(f"'{found.isoformat()}'::date", output_field=terms.OUTPUT[DATE]))
    raise FormulaError(_('Write a day as date("2026-01-31").'), node.start, node.end)
