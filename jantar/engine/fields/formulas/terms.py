"""The parts of a formula with their types, and what functions and operators make of them in SQL.

Nothing raises in the database: dividing by zero, values beyond all measure and empty operands give no value. Whether
something is true is always known; a comparison with an empty value is not.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field, replace
from typing import Any

from django.db.models import BooleanField, DateField, DecimalField, TextField
from django.db.models.expressions import Combinable
from django.utils.translation import gettext as _

from jantar.engine.fields.formulas.errors import FormulaError
from jantar.engine.fields.formulas.syntax import Call
from jantar.engine.fields.sql import Sql

NUMBER, INTEGER, MONEY, TEXT, DATE, BOOLEAN = "number", "integer", "money", "text", "date", "boolean"
OUTPUT: dict[str, Any] = {
    **dict.fromkeys((NUMBER, INTEGER, MONEY), DecimalField(max_digits=30, decimal_places=10)),
    TEXT: TextField(),
    DATE: DateField(),
    BOOLEAN: BooleanField(),
}
#: Numbers of this size and days of this many are nobody's; they give no value.
WITHIN = "nullif(nullif(least(greatest({0}, -1e20), 1e20), 1e20), -1e20)"
DAYS = "nullif(nullif(least(greatest(round({1}), -100001), 100001), 100001), -100001)::integer"
#: Years that everybody can read.
READABLE = "nullif(nullif(least(greatest({0}, '0001-01-01'::date), '9999-12-31'::date), '0001-01-01'), '9999-12-31')"
FINAL = {
    NUMBER: f"round({WITHIN}, 2)",
    MONEY: f"round({WITHIN}, 2)",
    INTEGER: f"round({WITHIN})",
    TEXT: "left({0}, 1000)",
    DATE: READABLE,
    BOOLEAN: "{0}",
}


@dataclass(frozen=True)
class Term:
    """A part of a formula: its type, its SQL, and whether that depends on nothing but the row (`is_fixed`)."""

    type: str
    sql: Combinable
    is_fixed: bool = True
    #: Of a field with a list of values: the values and their labels.
    choices: tuple[tuple[str, str], ...] = ()
    #: The text of a literal.
    literal: str | None = None
    #: The place in the formula.
    start: int = field(default=0, compare=False)
    end: int = field(default=0, compare=False)

    def refuse(self, message: str) -> FormulaError:
        return FormulaError(message, self.start, self.end)

    @property
    def is_number(self) -> bool:
        return self.type in (NUMBER, INTEGER)


def made(type: str, pattern: str, *terms: Term, is_fixed: bool = True) -> Term:
    sql = Sql(pattern, *(term.sql for term in terms), output_field=OUTPUT[type])
    return Term(type, sql, is_fixed and all(term.is_fixed for term in terms))


def final(term: Term) -> Term:
    """The value as it is shown and compared: rounded, within bounds."""
    return made(term.type, FINAL[term.type], term)


def type_words(type: str) -> str:
    return {
        NUMBER: _("a number"),
        INTEGER: _("a number"),
        MONEY: _("an amount of money"),
        TEXT: _("text"),
        DATE: _("a date"),
        BOOLEAN: _("yes or no"),
    }[type]


def expect(term: Term, *types: str) -> Term:
    if term.type in types or (term.type == INTEGER and NUMBER in types):
        return term
    words = {"expected": type_words(types[0]), "found": type_words(term.type)}
    raise term.refuse(_("Here %(expected)s is expected, not %(found)s.") % words)


def common(terms: Sequence[Term]) -> str:
    """The type of all of them."""
    first = terms[0]
    for other in terms[1:]:
        if not (other.type == first.type or (other.is_number and first.is_number)):
            expect(other, first.type)
    return NUMBER if any(term.type == NUMBER for term in terms) else first.type


def plus(sign: str, left: Term, right: Term) -> Term:
    if left.type == DATE:
        if sign == "-" and right.type == DATE:
            return made(INTEGER, "({0} - {1})::numeric", left, right)
        expect(right, NUMBER)
        return made(DATE, READABLE.replace("{0}", f"({{0}} {sign} {DAYS})"), left, right)
    expect(left, NUMBER, MONEY)
    if left.type == MONEY or right.type == MONEY:
        for term in (left, right):
            if term.type != MONEY:
                expect(term, NUMBER)
                raise term.refuse(_("An amount of money and a number can't be added up; write money(…)."))
    expect(right, NUMBER, MONEY)
    return made(common([left, right]), f"({{0}} {sign} {{1}})", left, right)


def times(left: Term, right: Term) -> Term:
    expect(left, NUMBER, MONEY)
    expect(right, NUMBER, MONEY)
    if left.type == right.type == MONEY:
        raise right.refuse(_("Two amounts of money can't be multiplied."))
    kind = MONEY if MONEY in (left.type, right.type) else common([left, right])
    return made(kind, "({0} * {1})", left, right)


def divided(left: Term, right: Term) -> Term:
    expect(left, NUMBER, MONEY)
    expect(right, NUMBER, MONEY)
    if right.type == MONEY and left.type != MONEY:
        raise right.refuse(_("A number can't be divided by an amount of money."))
    kind = MONEY if left.type == MONEY and right.type != MONEY else NUMBER
    return made(kind, "({0} / nullif({1}, 0))", left, right)


def compared(sign: str, left: Term, right: Term) -> Term:
    if sign in ("=", "<>"):
        for term, other in ((left, right), (right, left)):
            if term.literal == "" and other.type == TEXT:
                return made(BOOLEAN, f"({{0}} IS {'NOT ' if sign == '<>' else ''}NULL)", other)
    if left.type == BOOLEAN and right.type == BOOLEAN and sign not in ("=", "<>"):
        raise right.refuse(_("Yes and no have no order."))
    if {left.type, right.type} <= {NUMBER, INTEGER, MONEY}:
        return made(BOOLEAN, f"(({{0}} {sign} {{1}}) IS TRUE)", left, right)
    if common([left, right]) == TEXT:
        return made(BOOLEAN, f"((jantar_fold({{0}}) {sign} jantar_fold({{1}})) IS TRUE)", left, right)
    return made(BOOLEAN, f"(({{0}} {sign} {{1}}) IS TRUE)", left, right)


def as_text(term: Term) -> Term:
    if term.is_number or term.type == MONEY:
        return made(TEXT, "trim_scale({0})::text", term)
    if term.type == DATE:  # how dates are written is a setting of the session
        return made(TEXT, "to_char({0}, 'YYYY-MM-DD')", term, is_fixed=False)
    if term.type == BOOLEAN:
        expect(term, TEXT)
    return term


def joined(*terms: Term) -> Term:
    texts = [as_text(term) for term in terms]
    parts = " || ".join(f"coalesce({{{number}}}, '')" for number in range(len(texts)))
    return made(TEXT, f"nullif({parts}, '')", *texts)


def chosen(condition: Term, then: Term, otherwise: Term | None = None) -> Term:
    expect(condition, BOOLEAN)
    if otherwise is None:
        return made(then.type, "CASE WHEN {0} THEN {1} END", condition, then)
    kind = common([then, otherwise])
    return made(kind, "CASE WHEN {0} THEN {1} ELSE {2} END", condition, then, otherwise)


def is_empty(term: Term) -> Term:
    return made(BOOLEAN, "({0} IS NULL)", term)


def of_all(function: str) -> Callable[..., Term]:
    def make(*terms: Term) -> Term:
        places = ", ".join(f"{{{number}}}" for number in range(len(terms)))
        if function != "coalesce":
            expect(terms[0], NUMBER, MONEY, DATE)
        return made(common(terms), f"{function}({places})", *terms)

    return make


def rounded(term: Term, places: Term | None = None) -> Term:
    expect(term, NUMBER, MONEY)
    if places is None:
        return made(INTEGER if term.is_number else term.type, "round({0})", term)
    if places.literal not in ("0", "1", "2"):
        raise places.refuse(_("0, 1 or 2 decimal places can be kept."))
    kind = INTEGER if term.is_number and places.literal == "0" else term.type
    return made(kind, f"round({{0}}, {places.literal})", term)


def whole(function: str) -> Callable[[Term], Term]:
    def make(term: Term) -> Term:
        expect(term, NUMBER, MONEY)
        return made(INTEGER if term.is_number else MONEY, f"{function}({{0}})", term)

    return make


def size(term: Term) -> Term:
    expect(term, NUMBER, MONEY)
    return made(term.type, "abs({0})", term)


def negative(term: Term) -> Term:
    expect(term, NUMBER, MONEY)
    return made(term.type, "(- {0})", term)


def truth(pattern: str) -> Callable[..., Term]:
    def make(*terms: Term) -> Term:
        return made(BOOLEAN, pattern, *(expect(term, BOOLEAN) for term in terms))

    return make


def of_dates(kind: str, pattern: str) -> Callable[..., Term]:
    def make(*terms: Term) -> Term:
        return made(kind, pattern, *(expect(term, DATE) for term in terms))

    return make


def of_texts(kind: str, pattern: str) -> Callable[..., Term]:
    def make(*terms: Term) -> Term:
        return made(kind, pattern, *(expect(term, TEXT) for term in terms))

    return make


def converted(kind: str, taken: str) -> Callable[[Term], Term]:
    def make(term: Term) -> Term:
        return replace(expect(term, taken, kind), type=kind, literal=None)

    return make


AGE = "age({1}::timestamp, {0}::timestamp)"


@dataclass(frozen=True)
class Function:
    """`most` arguments at most, None for any number."""

    make: Callable[..., Term]
    least: int = 1
    most: int | None = 1


OPERATORS: dict[str, Callable[..., Term]] = {
    "+": lambda left, right: plus("+", left, right),
    "-": lambda left, right: plus("-", left, right),
    "*": times,
    "/": divided,
    "&": joined,
    "or": truth("({0} OR {1})"),
    "and": truth("({0} AND {1})"),
    "not": truth("(NOT {0})"),
    "negative": negative,
}

FUNCTIONS: dict[str, Function] = {
    "if": Function(chosen, 2, 3),
    "empty": Function(is_empty),
    "coalesce": Function(of_all("coalesce"), 1, None),
    "round": Function(rounded, 1, 2),
    "floor": Function(whole("floor")),
    "ceiling": Function(whole("ceiling")),
    "abs": Function(size),
    "min": Function(of_all("least"), 1, None),
    "max": Function(of_all("greatest"), 1, None),
    "money": Function(converted(MONEY, NUMBER)),
    "number": Function(converted(NUMBER, MONEY)),
    "concat": Function(joined, 1, None),
    "length": Function(of_texts(INTEGER, "length({0})::numeric")),
    "contains": Function(
        of_texts(BOOLEAN, "((strpos(jantar_fold({0}), jantar_fold({1})) > 0) IS TRUE)"), 2, 2
    ),
    "days": Function(of_dates(INTEGER, "({1} - {0})::numeric"), 2, 2),
    "months": Function(
        of_dates(INTEGER, f"(extract(year FROM {AGE}) * 12 + extract(month FROM {AGE}))"), 2, 2
    ),
    "years": Function(of_dates(INTEGER, f"extract(year FROM {AGE})"), 2, 2),
    "year": Function(of_dates(INTEGER, "extract(year FROM {0})")),
    "month": Function(of_dates(INTEGER, "extract(month FROM {0})")),
    "day": Function(of_dates(INTEGER, "extract(day FROM {0})")),
}  # fmt: skip


def applied(call: Call, terms: Sequence[Term]) -> Term:
    """What the operator or function makes of its arguments. Raises FormulaError."""
    if call.function in ("=", "<>", "<", "<=", ">", ">="):
        return compared(call.function, *terms)
    if call.function in OPERATORS:
        return OPERATORS[call.function](*terms)
    function = FUNCTIONS.get(call.function)
    if function is None:
        words = _("There is no function “%(name)s”.") % {"name": call.function[:50]}
        raise FormulaError(words, call.start, call.start + len(call.function))
    if len(terms) < function.least or (function.most is not None and len(terms) > function.most):
        words = _("“%(name)s” takes another number of values.") % {"name": call.function}
        raise FormulaError(words, call.start, call.end)
    return function.make(*terms)
