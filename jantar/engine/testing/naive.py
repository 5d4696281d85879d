"""What a filter means, written as plainly as Python allows: the model the SQL is compared with."""

from collections.abc import Callable, Mapping
from datetime import date, datetime
from decimal import Decimal
from typing import Any
from zoneinfo import ZoneInfo

from jantar.kit.money import Money
from jantar.kit.periods import parse_relative_date
from jantar.kit.text import fold

Row = Mapping[str, Any]
#: related(row, name) gives the rows of a relation; a reference field's row is the value itself.
Related = Callable[[Row, str], list[Row]]


def says_nothing(tree: Any) -> bool:
    """A node without any condition in it; it is left out of its group."""
    groups = [tree[group] for group in ("all", "any", "none") if group in tree]
    return not tree or (bool(groups) and all(says_nothing(node) for node in groups[0]))


class Naive:
    def __init__(self, today: date, zone: ZoneInfo, me: Any, related: Related) -> None:
        self.today, self.zone, self.me, self.related = today, zone, me, related

    def matches(self, tree: Any, row: Row) -> bool:
        if says_nothing(tree):
            return True
        if "all" in tree:
            return all(self.matches(node, row) for node in tree["all"])
        if "any" in tree:
            return any(self.matches(node, row) for node in tree["any"] if not says_nothing(node))
        if "none" in tree:
            return not any(self.matches(node, row) for node in tree["none"] if not says_nothing(node))
        if "relation" in tree:
            return self.relation(tree, row)
        first, _dot, rest = tree["field"].partition(".")
        if rest:
            return row[first] is not None and self.matches({**tree, "field": rest}, row[first])
        return self.line(row[first], tree["op"], tree.get("value"))

    def relation(self, tree: Any, row: Row) -> bool:
        fitting = [other for other in self.related(row, tree["relation"]) if self.matches(tree.get("where"), other)]
        number = len(fitting)
        match tree["has"]:
            case "any":
                return number > 0
            case "none":
                return number == 0
            case "at_least":
                return number >= int(tree["count"])
            case "at_most":
                return number <= int(tree["count"])
        return self.line(self.measure(tree["has"], fitting, tree["field"]), tree["op"], tree.get("value"))

    def measure(self, kind: str, rows: list[Row], name: str) -> Any:
        values = [row[name] for row in rows if row[name] is not None]
        if kind == "sum":
            return sum(values, start=Decimal(0))
        if not values:
            return None
        if kind == "average":
            return sum(values, start=Decimal(0)) / len(values)
        return min(values) if kind in ("least", "earliest") else max(values)

    def line(self, value: Any, op: str, operand: Any) -> bool:
        if op == "empty":
            return value in (None, "", [])
        if op == "not_empty":
            return value not in (None, "", [])
        if op.startswith("has_"):
            return self.several(value, op, operand)
        if op in ("is_not", "none_of", "not_contains"):
            return not self.line(value, {"is_not": "is", "none_of": "any_of", "not_contains": "contains"}[op], operand)
        if op == "any_of":
            return any(self.line(value, "is", one) for one in operand)
        if op == "between":
            return self.line(value, "gte", operand[0]) and self.line(value, "lte", operand[1])
        if isinstance(value, bool):
            return value is operand
        if isinstance(value, str):
            return self.text(value, op, operand)
        if isinstance(value, Mapping):
            return bool(value["id"] == (self.me if operand == "me" else operand))
        return value is not None and self.order(value, op, operand)

    def several(self, value: list[str], op: str, operand: list[str]) -> bool:
        if op == "has_all":
            return set(operand) <= set(value)
        return bool(set(operand) & set(value)) is (op == "has_any")

    def text(self, value: str, op: str, operand: str) -> bool:
        value, operand = fold(value), fold(operand)
        answers: dict[str, bool] = {
            "is": value == operand,
            "contains": operand in value,
            "starts_with": value.startswith(operand),
            "ends_with": value.endswith(operand),
        }
        return answers[op]

    def order(self, value: Any, op: str, operand: Any) -> bool:
        if isinstance(value, Money):
            raise TypeError("compare the amount in the base currency")
        if isinstance(value, datetime):
            value = value.astimezone(self.zone).date()
        if op == "within":
            return value in parse_relative_date(operand).period(self.today)
        if isinstance(value, date):
            operand = self.today if operand == "today" else date.fromisoformat(operand)
        else:
            operand = type(value)(operand)
        answers: dict[str, bool] = {
            "is": value == operand,
            "lt": value < operand,
            "lte": value <= operand,
            "gt": value > operand,
            "gte": value >= operand,
        }
        return answers[op]
