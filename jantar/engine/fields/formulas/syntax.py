"""The text of a formula as a tree. Nothing here knows fields or types.

    or  |  and  |  not  |  = <> < <= > >=  |  + - &  |  * /  |  -x  |  12.5  "text"  [Field]  f(x, y)  (x)

Arguments are separated by commas or semicolons. A field stands in brackets; one of a referenced record is
[Company › City] or [company.city]. A field whose name is one plain word needs no brackets.
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from decimal import Decimal

from django.utils.translation import gettext as _

from jantar.engine.fields.formulas.errors import FormulaError

LONGEST = 2000
MAX_NODES = 200
MAX_DEPTH = 30

TOKEN = re.compile(
    r"""\s*(?:
    (?P<number>\d+(?:\.\d+)?)
    |(?P<text>"(?:[^"]|"")*"|[“„][^“”„"]*[“”"])
    |(?P<field>\[[^\[\]]*\])
    |(?P<word>[^\W\d]\w*(?:\.[^\W\d]\w*)?)
    |(?P<sign><=|>=|<>|!=|≤|≥|≠|[-+*/&=<>(),;−×÷])
    |(?P<wrong>\S)
    )""",
    re.VERBOSE,
)
SAME = {"!=": "<>", "≠": "<>", "≤": "<=", "≥": ">=", "−": "-", "×": "*", "÷": "/", ";": ","}
COMPARISONS = ("=", "<>", "<", "<=", ">", ">=")


@dataclass(frozen=True)
class Token:
    kind: str
    text: str
    start: int
    end: int


@dataclass(frozen=True)
class Node:
    start: int
    end: int


@dataclass(frozen=True)
class Literal(Node):
    value: Decimal | str | bool


@dataclass(frozen=True)
class Name(Node):
    """A field as it was written, without brackets."""

    path: str


@dataclass(frozen=True)
class Call(Node):
    """A function, or an operator by its sign ("+", "not", "negative")."""

    function: str
    arguments: tuple[Node, ...]


def parse(text: str) -> tuple[Node, int]:
    """The tree, and of how many parts it is. Raises FormulaError, which says where."""
    if len(text) > LONGEST:
        raise FormulaError(_("At most %(limit)d characters fit here.") % {"limit": LONGEST}, LONGEST, len(text))
    parser = _Parser(text)
    return parser.whole(), parser.nodes


def tokens_of(text: str) -> Iterator[Token]:
    for found in TOKEN.finditer(text):
        kind = found.lastgroup
        if kind is None:
            continue
        start, end = found.span(kind)
        if kind == "wrong":
            raise FormulaError(_("This sign has no meaning here."), start, end)
        if kind == "sign":
            yield Token(kind, SAME.get(found[kind], found[kind]), start, end)
        else:
            yield Token(kind, found[kind], start, end)


class _Parser:
    def __init__(self, text: str) -> None:
        self.text = text
        self.tokens = list(tokens_of(text))
        self.place = 0
        self.nodes = 0
        self.depth = 0

    def whole(self) -> Node:
        if not self.tokens:
            raise FormulaError(_("Write a formula."))
        node = self.either()
        if (left := self.peek()) is not None:
            raise FormulaError(_("An operator is missing before this, or it is too much."), left.start, left.end)
        return node

    def peek(self) -> Token | None:
        return self.tokens[self.place] if self.place < len(self.tokens) else None

    def take(self, *texts: str) -> Token | None:
        """The next token when it is one of these signs or words."""
        token = self.peek()
        if token and token.kind in ("sign", "word") and token.text.lower() in texts:
            self.place += 1
            return token
        return None

    def call(self, function: str, start: int, end: int, *arguments: Node) -> Call:
        self.nodes += 1
        if self.nodes > MAX_NODES:
            raise FormulaError(_("This formula is too long."), start, end)
        return Call(start, end, function, arguments)

    def either(self) -> Node:
        self.depth += 1
        if self.depth > MAX_DEPTH:
            token = self.tokens[min(self.place, len(self.tokens) - 1)]
            raise FormulaError(_("Too many brackets inside of each other."), token.start, token.end)
        node = self.both()
        while self.take("or"):
            right = self.both()
            node = self.call("or", node.start, right.end, node, right)
        self.depth -= 1
        return node

    def both(self) -> Node:
        node = self.opposite()
        while self.take("and"):
            right = self.opposite()
            node = self.call("and", node.start, right.end, node, right)
        return node

    def opposite(self) -> Node:
        denials = []
        while token := self.take("not"):
            denials.append(token)
        node = self.comparison()
        for token in reversed(denials):
            node = self.call("not", token.start, node.end, node)
        return node

    def comparison(self) -> Node:
        node = self.sum()
        if token := self.take(*COMPARISONS):
            right = self.sum()
            node = self.call(token.text, node.start, right.end, node, right)
            if again := self.take(*COMPARISONS):
                raise FormulaError(_("Only two values can be compared at once."), again.start, again.end)
        return node

    def sum(self) -> Node:
        node = self.product()
        while token := self.take("+", "-", "&"):
            right = self.product()
            node = self.call(token.text, node.start, right.end, node, right)
        return node

    def product(self) -> Node:
        node = self.signed()
        while token := self.take("*", "/"):
            right = self.signed()
            node = self.call(token.text, node.start, right.end, node, right)
        return node

    def signed(self) -> Node:
        signs = []
        while token := self.take("-"):
            signs.append(token)
        node = self.single()
        for token in reversed(signs):
            node = self.call("negative", token.start, node.end, node)
        return node

    def single(self) -> Node:
        token = self.peek()
        if token is None:
            raise FormulaError(_("Something is missing here."), len(self.text), len(self.text))
        self.place += 1
        self.nodes += 1
        match token.kind:
            case "number":
                return Literal(token.start, token.end, Decimal(token.text))
            case "text":
                return Literal(token.start, token.end, token.text[1:-1].replace('""', '"'))
            case "field":
                return Name(token.start, token.end, token.text[1:-1].strip())
            case "word":
                return self.word(token)
        if token.text == "(":
            node = self.either()
            self.close(token)
            return node
        raise FormulaError(_("A value is expected here."), token.start, token.end)

    def word(self, token: Token) -> Node:
        if token.text.lower() in ("true", "false"):
            return Literal(token.start, token.end, token.text.lower() == "true")
        if token.text.lower() in ("and", "or", "not"):
            raise FormulaError(_("A value is expected here."), token.start, token.end)
        opening = self.take("(")
        if opening is None:
            return Name(token.start, token.end, token.text)
        arguments: list[Node] = []
        if closing := self.take(")"):
            return self.call(token.text.lower(), token.start, closing.end)
        arguments.append(self.either())
        while self.take(","):
            arguments.append(self.either())
        return self.call(token.text.lower(), token.start, self.close(opening).end, *arguments)

    def close(self, opening: Token) -> Token:
        if found := self.take(")"):
            return found
        raise FormulaError(_("This bracket is not closed."), opening.start, opening.end)
