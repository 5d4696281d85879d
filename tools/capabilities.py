"""Writes docs/capabilities.md: the state of every capability, from the markers of the tests that show it.

    python tools/capabilities.py            writes the page
    python tools/capabilities.py --check    fails when the page is not what the tests say

A test names what it shows with `@pytest.mark.capability("C15")`, a file with `pytestmark` for all its tests. A row
"works" when a test that goes the whole way of a user (in the browser or through the API) says so with `whole=True`,
is "partly" there when tests show parts of it, and "not yet" otherwise.
"""

import ast
import csv
import sys
from collections import defaultdict
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]
ROWS = ROOT / "docs" / "capabilities.csv"
PAGE = ROOT / "docs" / "capabilities.md"


@dataclass(frozen=True)
class Shown:
    number: str
    whole: bool
    file: str
    test: str


def markers() -> Iterator[Shown]:
    """The capability markers of all tests; each may name several rows."""
    for folder in ("jantar", "tests"):
        for path in sorted((ROOT / folder).rglob("test_*.py")):
            file = str(path.relative_to(ROOT))
            for node in ast.walk(ast.parse(path.read_text())):
                if isinstance(node, ast.FunctionDef | ast.ClassDef):
                    for call in node.decorator_list:
                        yield from shown_by(call, file, node.name)
                elif isinstance(node, ast.Assign) and ast.unparse(node.targets[0]) == "pytestmark":
                    for call in node.value.elts if isinstance(node.value, ast.List) else [node.value]:
                        yield from shown_by(call, file, path.name)


def shown_by(call: ast.expr, file: str, test: str) -> Iterator[Shown]:
    if not isinstance(call, ast.Call) or ast.unparse(call.func) != "pytest.mark.capability":
        return
    whole = any(keyword.arg == "whole" and ast.literal_eval(keyword.value) for keyword in call.keywords)
    for argument in call.args:
        yield Shown(ast.literal_eval(argument), whole, file, test)


def page() -> str:
    found: dict[str, list[Shown]] = defaultdict(list)
    for shown in markers():
        found[shown.number].append(shown)
    with ROWS.open(newline="") as file:
        rows = list(csv.DictReader(file))
    known = {row["number"] for row in rows}
    if unknown := found.keys() - known:
        raise SystemExit(f"Tests name rows that do not exist: {', '.join(sorted(unknown))}")
    states = {number: state_of(found[number]) for number in known}
    lines = [
        "# What works",
        "",
        "Written by `python tools/capabilities.py` from the markers of the tests; do not edit.",
        "",
        f"{count(states, 'works')} work, {count(states, 'partly')} partly, {count(states, 'not yet')} not yet.",
    ]
    section = ""
    for row in rows:
        if row["section"] != section:
            section = row["section"]
            lines += ["", f"## {section}", "", "| # | capability | state | shown by |", "|---|---|---|---|"]
        tests = ", ".join(sorted({f"`{shown.test}`" for shown in found[row["number"]]})[:4])
        lines.append(f"| {row['number']} | {row['capability']} | {states[row['number']]} | {tests} |")
    return "\n".join(lines) + "\n"


def state_of(shown: list[Shown]) -> str:
    if any(one.whole for one in shown):
        return "works"
    return "partly" if shown else "not yet"


def count(states: dict[str, str], state: str) -> int:
    return sum(one == state for one in states.values())


def main() -> int:
    text = page()
    if "--check" in sys.argv[1:]:
        if not PAGE.exists() or PAGE.read_text() != text:
            print("docs/capabilities.md is not what the tests say: run python tools/capabilities.py")
            return 1
        return 0
    PAGE.write_text(text)
    return 0


if __name__ == "__main__":
    sys.exit(main())
