"""Catalogues of translations: `update`, `compile`, `check`, `missing LANGUAGE`, `fill LANGUAGE FILE`.

One catalogue per package and language: jantar/<layer>/<package>/locale/<language>/LC_MESSAGES/django.po.
English is the language of the source and has none. Needs Babel and Django, no GNU gettext.
"""

import argparse
import ast
import io
import json
import re
import sys
import tomllib
from collections import defaultdict
from collections.abc import Iterator
from pathlib import Path

from babel.messages.catalog import Catalog, Message
from babel.messages.extract import extract
from babel.messages.mofile import write_mo
from babel.messages.pofile import read_po, write_po
from django.conf import settings
from django.utils.translation.template import templatize

ROOT = Path(__file__).resolve().parents[1]
LANGUAGES = ("cs", "hu", "pl", "sk")
# As in CLDR and in Django's own catalogues; Babel knows one form only.
PLURAL_FORMS = {"hu": "nplurals=2; plural=(n != 1);"}
LAYERS_WITH_PACKAGES = ("platform", "engine", "modules", "localisation", "integrations")
LAYERS = ("kit", "ui", "project")
# Name of the function -> whether the first argument is a context, how many texts follow.
CALLS = {
    "_": (False, 1),
    "gettext": (False, 1),
    "gettext_lazy": (False, 1),
    "gettext_noop": (False, 1),
    "ngettext": (False, 2),
    "ngettext_lazy": (False, 2),
    "pgettext": (True, 1),
    "pgettext_lazy": (True, 1),
    "npgettext": (True, 2),
    "npgettext_lazy": (True, 2),
}
# The same for Babel, as Django writes the texts of a template.
KEYWORDS: dict[str, tuple[int | tuple[int, str], ...] | None] = {
    "_": None,
    "gettext": None,
    "ngettext": (1, 2),
    "pgettext": ((1, "c"), 2),
    "npgettext": ((1, "c"), 2, 3),
}
PLACEHOLDER = re.compile(r"%\((\w+)\)[sd]|\{(\w*)\}")
# A component's attribute that is an expression: <c-button :label="_('Save')">
COTTON_EXPRESSION = re.compile(r""":[\w-]+=("[^"]*_\([^"]*"|'[^']*_\([^']*')""")

Key = tuple[str | None, str]
Text = tuple[str | None, tuple[str, ...]]  # context, texts


def main() -> int:
    """Run one of the commands."""
    parser = argparse.ArgumentParser(description=__doc__)
    commands = parser.add_subparsers(dest="command", required=True)
    commands.add_parser("update", help="put new texts into the catalogues, take unused ones out")
    commands.add_parser("compile", help="write the .mo files that Django reads")
    commands.add_parser("check", help="count missing, fuzzy and wrong translations")
    missing = commands.add_parser("missing", help="print what is not translated as JSON")
    missing.add_argument("language", choices=LANGUAGES)
    fill = commands.add_parser("fill", help="put in translations from the JSON that `missing` prints")
    fill.add_argument("language", choices=LANGUAGES)
    fill.add_argument("file", type=argparse.FileType(encoding="utf-8"))
    arguments = parser.parse_args()
    settings.configure()
    if arguments.command == "missing":
        return print_missing(arguments.language)
    if arguments.command == "fill":
        return fill_in(arguments.language, json.load(arguments.file))
    return {"update": update, "compile": compile_all, "check": check}[arguments.command]()


def update() -> int:
    """Bring all catalogues up to date with the source."""
    for package in packages():
        template = extract_package(package)
        for language in LANGUAGES:
            path = catalogue_path(package, language)
            if not len(template):
                path.unlink(missing_ok=True)
                continue
            catalogue = load(path, language)
            catalogue.update(template, no_fuzzy_matching=True, update_creation_date=False)
            save(path, catalogue)
    return 0


def compile_all() -> int:
    """Write a .mo beside each .po, only when it would change."""
    for path in ROOT.glob("jantar/**/locale/*/LC_MESSAGES/django.po"):
        buffer = io.BytesIO()
        write_mo(buffer, load(path, path.parents[1].name))
        compiled = path.with_suffix(".mo")
        if not compiled.exists() or compiled.read_bytes() != buffer.getvalue():
            compiled.write_bytes(buffer.getvalue())
    return 0


def check() -> int:
    """Report the state; fail on wrong placeholders and clashes, on gaps when all must be complete."""
    must_be_complete = complete_wanted()
    errors: list[str] = []
    gaps = 0
    translations: dict[tuple[str, Key], dict[tuple[str, ...], Path]] = defaultdict(dict)
    for package in packages():
        template = extract_package(package)
        for language in LANGUAGES:
            catalogue = load(catalogue_path(package, language), language)
            missing, fuzzy, wrong = examine(template, catalogue)
            gaps += missing + fuzzy
            name = f"{package.relative_to(ROOT)} [{language}]"
            errors += [f"{name}: {message}" for message in wrong]
            if (missing or fuzzy) and must_be_complete:
                errors.append(f"{name}: {missing} missing, {fuzzy} fuzzy of {len(template)}")
            for message in catalogue:
                if message.id and is_translated(message):
                    translations[language, key(message)].setdefault(forms(message), package)
    errors += clashes(translations)
    print(f"Translations: {gaps} missing or fuzzy in {len(LANGUAGES)} languages, {len(errors)} errors")
    for error in errors:
        print(error, file=sys.stderr)
    return 1 if errors else 0


def print_missing(language: str) -> int:
    """Print {package: [{"id", "plural", "context", "where", "translation"}]} for what is missing."""
    result: dict[str, list[dict[str, object]]] = {}
    for package in packages():
        catalogue = load(catalogue_path(package, language), language)
        rows = [
            {**described(message), "translation": [""] * catalogue.num_plurals if message.pluralizable else ""}
            for message in extract_package(package)
            if message.id and not is_translated(find(catalogue, message))
        ]
        if rows:
            result[str(package.relative_to(ROOT))] = rows
    print(json.dumps(result, ensure_ascii=False, indent=1))
    return 0


def fill_in(language: str, data: dict[str, list[dict[str, object]]]) -> int:
    """Put the given translations into the catalogues; texts that are no longer used are skipped."""
    for name, rows in data.items():
        package = ROOT / name
        path = catalogue_path(package, language)
        catalogue = load(path, language)
        catalogue.update(extract_package(package), no_fuzzy_matching=True, update_creation_date=False)
        for row in rows:
            context = row.get("context")
            message = catalogue.get(str(row["id"]), str(context) if context else None)
            translation = row["translation"]
            if message is not None and translation:
                message.string = tuple(translation) if isinstance(translation, list) else str(translation)
                message.flags.discard("fuzzy")
        save(path, catalogue)
    return 0


def packages() -> Iterator[Path]:
    """Packages that have a catalogue of their own."""
    for layer in LAYERS_WITH_PACKAGES:
        for path in sorted((ROOT / "jantar" / layer).glob("*/__init__.py")):
            if path.parent.name not in ("tests", "testing"):
                yield path.parent
    for layer in LAYERS:
        yield ROOT / "jantar" / layer


def extract_package(package: Path) -> Catalog:
    """Collect the texts of the Python files and templates of a package."""
    template = Catalog(charset="utf-8")
    for path in sorted([*package.rglob("*.py"), *package.rglob("*.html"), *package.rglob("*.txt")]):
        relative = path.relative_to(package)
        if "tests" in relative.parts or "migrations" in relative.parts:
            continue
        source = path.read_text()
        found = texts_of_python(source) if path.suffix == ".py" else texts_of_template(source, str(relative))
        where = [(str(path.relative_to(ROOT)), 0)]
        for context, texts in found:
            template.add(texts if len(texts) > 1 else texts[0], locations=where, context=context)
    return template


def texts_of_python(source: str) -> Iterator[Text]:
    """Texts in calls of gettext and its relatives, inside f-strings too."""
    for node in ast.walk(ast.parse(source)):
        if not isinstance(node, ast.Call):
            continue
        name = node.func.attr if isinstance(node.func, ast.Attribute) else getattr(node.func, "id", "")
        if name not in CALLS:
            continue
        has_context, count = CALLS[name]
        values = [arg.value if isinstance(arg, ast.Constant) else None for arg in node.args[: count + has_context]]
        texts = tuple(value for value in values if isinstance(value, str))
        if len(texts) == count + has_context:
            yield (texts[0], texts[1:]) if has_context else (None, texts)


def texts_of_template(source: str, name: str) -> Iterator[Text]:
    """Texts in the tags of a template and in the attributes of its components."""
    stream = io.BytesIO(python_of_template(source, name).encode())
    for _line, found, _comments, context in extract("python", stream, keywords=KEYWORDS):
        texts = tuple(text for text in (found if isinstance(found, tuple) else (found,)) if text)
        yield context, texts


def python_of_template(source: str, name: str) -> str:
    """Turn a template into Python-like text with the calls of gettext in it, line for line."""
    lines = [line.lstrip() for line in templatize(source, origin=name).splitlines()]
    for match in COTTON_EXPRESSION.finditer(source):
        number = source.count("\n", 0, match.start())
        calls = re.findall(r"""\b_\((?:"[^"]*"|'[^']*')\)""", match.group(1))
        lines[number] = " ".join([lines[number], *calls])
    return "\n".join(lines) + "\n"


def catalogue_path(package: Path, language: str) -> Path:
    """Where the catalogue of a package lies."""
    return package / "locale" / language / "LC_MESSAGES" / "django.po"


def load(path: Path, language: str) -> Catalog:
    """Read a catalogue; a new one has the header and the plural rule of its language."""
    catalogue = Catalog(locale=language, charset="utf-8", fuzzy=False)
    if language in PLURAL_FORMS:
        catalogue.mime_headers = [("Plural-Forms", PLURAL_FORMS[language])]
    if path.exists():
        with path.open("rb") as file:
            read = read_po(file, locale=language, charset="utf-8", abort_invalid=True)
        for message in read:
            if message.id:
                catalogue[message.id] = message
    return catalogue


def save(path: Path, catalogue: Catalog) -> None:
    """Write a catalogue without dates and line numbers, so that only texts make a difference."""
    buffer = io.BytesIO()
    write_po(
        buffer, catalogue, omit_header=True, sort_by_file=True, include_lineno=False, ignore_obsolete=True, width=100
    )
    header = [
        'msgid ""',
        'msgstr ""',
        f'"Language: {catalogue.locale}\\n"',
        f'"Plural-Forms: {catalogue.plural_forms}\\n"',
        '"MIME-Version: 1.0\\n"',
        '"Content-Type: text/plain; charset=utf-8\\n"',
        '"Content-Transfer-Encoding: 8bit\\n"',
    ]
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text("\n".join(header) + "\n\n" + buffer.getvalue().decode().strip() + "\n", encoding="utf-8")


def examine(template: Catalog, catalogue: Catalog) -> tuple[int, int, list[str]]:
    """Count missing and fuzzy texts and list translations with other placeholders than the source."""
    missing = fuzzy = 0
    wrong = []
    for message in template:
        if not message.id:
            continue
        found = find(catalogue, message)
        if not is_translated(found):
            missing += 1
        elif found is not None:
            fuzzy += found.fuzzy
            wrong += [problem for form in forms(found) if (problem := placeholder_problem(message, form))]
    return missing, fuzzy, wrong


def placeholder_problem(message: Message, translation: str) -> str | None:
    """Say what is wrong when a translation has other placeholders than the source."""
    ids = source_texts(message)
    wanted = [placeholders(text) for text in ids]
    found = placeholders(translation)
    # A singular may leave the number out ("one deal"), so anything between both forms is right.
    if set.intersection(*wanted) <= found <= set.union(*wanted):
        return None
    return f"placeholders of {ids[0]!r} differ in {translation!r}"


def placeholders(text: str) -> set[str]:
    """Names in %(name)s and {name}."""
    return {first or second for first, second in PLACEHOLDER.findall(text)}


def clashes(translations: dict[tuple[str, Key], dict[tuple[str, ...], Path]]) -> list[str]:
    """Texts translated differently by two packages: Django would show one of them everywhere."""
    return [
        f"[{language}] {text!r} is translated differently: "
        + "; ".join(f"{' | '.join(words)} ({package.name})" for words, package in found.items())
        + ". Use one translation, or give a context with pgettext."
        for (language, (_context, text)), found in translations.items()
        if len(found) > 1
    ]


def find(catalogue: Catalog, message: Message) -> Message | None:
    """The entry of a catalogue for a text of the source."""
    return catalogue.get(message.id, message.context)


def is_translated(message: Message | None) -> bool:
    """Say whether every form of an entry has a text."""
    return message is not None and all(forms(message))


def forms(message: Message) -> tuple[str, ...]:
    """The translation, one text for each plural form."""
    return tuple(message.string) if isinstance(message.string, list | tuple) else (message.string or "",)


def key(message: Message) -> Key:
    """What Django looks a text up by."""
    return message.context, source_texts(message)[0]


def source_texts(message: Message) -> tuple[str, ...]:
    """The text in the source, and its plural when it has one."""
    return tuple(message.id) if isinstance(message.id, list | tuple) else (message.id,)


def described(message: Message) -> dict[str, object]:
    """What a translator needs to know about a text."""
    ids = (*source_texts(message), None)
    where = sorted({path for path, _line in message.locations})
    row: dict[str, object] = {
        "id": ids[0],
        "plural": ids[1],
        "context": message.context,
    }
    return {name: value for name, value in row.items() if value} | {"where": where}


def complete_wanted() -> bool:
    """The switch in pyproject.toml: may gaps stay for now?"""
    config = tomllib.loads((ROOT / "pyproject.toml").read_text())
    return bool(config["tool"]["jantar"]["complete-translations"])


if __name__ == "__main__":
    sys.exit(main())
