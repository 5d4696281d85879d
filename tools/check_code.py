"""Rules that need a look into the syntax tree: sizes, scoped queries, no business words in the engine.

Prints the ten largest files and functions and fails when a rule is broken.
"""

import argparse
import ast
import subprocess
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]
FILE_LINES = 500
FUNCTION_LINES = 40
TEMPLATE_LINES = 80
# Files where every query has to begin at `visible_to` (or `in_bin_for`).
SCOPED = ("pages", "api", "handlers", "views")
# Files among them that answer nobody: what follows from an operation is done for the views of all users.
FOR_EVERYBODY = frozenset({Path("jantar/engine/pages/lists/led_filters.py")})
# Tables of the framework and the platform that are no records and have no scope.
UNSCOPED_MODELS = frozenset(
    {
        *("User", "Team", "Membership", "Session", "JobRun", "SentMail", "ApiToken", "KeptAnswer", "Change"),
        *("Role", "Grant", "CustomField", "Workspace", "ExchangeRate", "CalendarFeed", "LedFilter"),
    }
)
SCOPE = frozenset({"visible_to", "in_bin_for", "none"})
BUSINESS = frozenset(
    {
        "company",
        "companies",
        "person",
        "people",
        "deal",
        "deals",
        "activity",
        "activities",
        "task",
        "tasks",
        "invoice",
        "invoices",
        "ticket",
        "tickets",
        "contact",
        "contacts",
        "campaign",
        "campaigns",
    }
)


@dataclass(frozen=True)
class Problem:
    """One broken rule, printed as path:line: message."""

    path: Path
    line: int
    message: str

    def __str__(self) -> str:
        return f"{self.path}:{self.line}: {self.message}"


def main() -> int:
    """Check the files that git knows, or those named."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("paths", nargs="*", type=Path)
    parser.add_argument("--quiet", action="store_true", help="do not print the largest files")
    arguments = parser.parse_args()
    paths = arguments.paths or list(known_files())
    problems = [problem for path in paths for problem in check_file(path)]
    if not arguments.quiet:
        print_largest(paths)
    for problem in problems:
        print(problem, file=sys.stderr)
    return 1 if problems else 0


def known_files() -> Iterator[Path]:
    """Python files and templates of the project, new ones too, without generated ones."""
    command = ["git", "ls-files", "--cached", "--others", "--exclude-standard", "*.py", "*.html"]
    listed = subprocess.run(command, cwd=ROOT, check=True, capture_output=True, text=True).stdout
    for name in listed.splitlines():
        path = Path(name)
        if "migrations" not in path.parts and (ROOT / path).is_file():
            yield path


def check_file(path: Path) -> Iterator[Problem]:
    """Yield the broken rules of one file."""
    source = text(path)
    lines = source.count("\n")
    if path.suffix == ".html":
        if lines > TEMPLATE_LINES:
            yield Problem(path, 1, f"template of {lines} lines, at most {TEMPLATE_LINES}: split it into components")
        return
    if lines > FILE_LINES:
        yield Problem(path, 1, f"file of {lines} lines, at most {FILE_LINES}: split it by subject")
    tree = ast.parse(source, str(path))
    is_test = "tests" in path.parts
    for node in ast.walk(tree):
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef) and not is_test and length(node) > FUNCTION_LINES:
            message = f"function {node.name} of {length(node)} lines, at most {FUNCTION_LINES}"
            yield Problem(path, node.lineno, message)
    if not is_test and is_scoped(path):
        yield from unscoped_queries(path, tree)
    if path.parts[:2] == ("jantar", "engine") and not is_test and "testing" not in path.parts:
        yield from business_words(path, tree)


def length(node: ast.FunctionDef | ast.AsyncFunctionDef) -> int:
    """Lines of a function without its decorators and docstring."""
    start = node.body[0]
    docstring = 0
    if isinstance(start, ast.Expr) and isinstance(start.value, ast.Constant) and isinstance(start.value.value, str):
        docstring = (start.end_lineno or start.lineno) - start.lineno + 1
    return (node.end_lineno or node.lineno) - node.lineno + 1 - docstring


def is_scoped(path: Path) -> bool:
    """Say whether the file answers requests or events and so must not see more than its actor."""
    if path.parts[:2] not in (("jantar", "engine"), ("jantar", "modules")) or path in FOR_EVERYBODY:
        return False
    return path.stem in SCOPED or any(part in SCOPED for part in path.parts[:-1])


def unscoped_queries(path: Path, tree: ast.AST) -> Iterator[Problem]:
    """Find `Model.objects` and `_default_manager` whose next word is not `visible_to`."""
    parents = {child: parent for parent in ast.walk(tree) for child in ast.iter_child_nodes(parent)}
    for node in ast.walk(tree):
        if not isinstance(node, ast.Attribute) or node.attr not in ("objects", "_default_manager", "_base_manager"):
            continue
        if isinstance(node.value, ast.Name) and node.value.id in UNSCOPED_MODELS:
            continue
        parent = parents.get(node)
        if not (isinstance(parent, ast.Attribute) and parent.attr in SCOPE):
            yield Problem(path, node.lineno, f"`.{node.attr}` without visible_to(actor)")


def business_words(path: Path, tree: ast.AST) -> Iterator[Problem]:
    """Find comparisons, cases and keys in the engine that name a type of business record."""
    for node in ast.walk(tree):
        if isinstance(node, ast.Compare):
            candidates = [node.left, *node.comparators]
        elif isinstance(node, ast.MatchValue):
            candidates = [node.value]
        elif isinstance(node, ast.Subscript):
            candidates = [node.slice]
        else:
            continue
        for word in (word for candidate in candidates for word in strings(candidate)):
            if word.lower() in BUSINESS:
                yield Problem(path, node.lineno, f"the engine names the business type {word!r}: add a hook instead")


def strings(node: ast.AST) -> Iterator[str]:
    """Texts in an expression, in tuples and lists too."""
    if isinstance(node, ast.Constant) and isinstance(node.value, str):
        yield node.value
    elif isinstance(node, ast.Tuple | ast.List | ast.Set):
        for element in node.elts:
            yield from strings(element)


def print_largest(paths: list[Path]) -> None:
    """Print the ten largest files and functions, so that growth is seen early."""
    files = sorted(((text(path).count("\n"), str(path)) for path in paths), reverse=True)[:10]
    functions = sorted(
        (
            (length(node), f"{path}:{node.lineno} {node.name}")
            for path in paths
            if path.suffix == ".py" and "tests" not in path.parts
            for node in ast.walk(ast.parse(text(path)))
            if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef)
        ),
        reverse=True,
    )[:10]
    for title, rows in (("Largest files", files), ("Largest functions", functions)):
        print(title)
        for lines, name in rows:
            print(f"{lines:6} {name}")


def text(path: Path) -> str:
    """Content of a file given by its path in the project."""
    return (ROOT / path).read_text()


if __name__ == "__main__":
    sys.exit(main())
