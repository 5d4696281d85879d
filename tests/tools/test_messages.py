"""The catalogues: what is found in the source, what is kept, what is refused."""

from pathlib import Path

import pytest
from babel.messages.catalog import Catalog

from tools import messages

TEMPLATE = """{% extends "base.html" %}
{% load i18n %}
      {% if a %}<p>{% translate "Save changes" %}</p>{% endif %}
  {% blocktranslate count n=total %}{{ n }} deal{% plural %}{{ n }} deals{% endblocktranslate %}
<c-button label="{% translate "Add person" %}" :title="_('Choose a file')" :count="total" />
{% translate "Open" context "verb" %}
"""
SOURCE = """
from django.utils.translation import gettext_lazy as _, ngettext, pgettext
NAME = _("Company")
HELP = _(
    "Two "
    "parts"
)
def text(n): return ngettext("%(n)d row", "%(n)d rows", n) % {"n": n}
OPEN = pgettext("state", "Open")
OTHER = f"{_('Inside')}"
"""


@pytest.fixture
def package(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A package with texts, in place of the project."""
    path = tmp_path / "jantar" / "modules" / "shop"
    (path / "templates").mkdir(parents=True)
    (path / "__init__.py").touch()
    (path / "models.py").write_text(SOURCE)
    (path / "templates" / "page.html").write_text(TEMPLATE)
    (path / "tests").mkdir()
    (path / "tests" / "test_it.py").write_text('_("Only in a test")')
    for layer in ("kit", "ui", "project"):
        (tmp_path / "jantar" / layer).mkdir()
    (tmp_path / "pyproject.toml").write_text("[tool.jantar]\ncomplete-translations = true\n")
    monkeypatch.setattr(messages, "ROOT", tmp_path)
    return path


def translate(package: Path, language: str, text: str, translation: str | tuple[str, ...], context: str = "") -> None:
    path = messages.catalogue_path(package, language)
    catalogue = messages.load(path, language)
    found = catalogue.get(text, context or None)
    assert found is not None
    found.string = translation
    messages.save(path, catalogue)


def ids(catalogue: Catalog) -> set[object]:
    return {(message.context, message.id) if message.context else message.id for message in catalogue if message.id}


def test_texts_of_python_and_templates_are_found_and_those_of_tests_are_not(package: Path) -> None:
    assert ids(messages.extract_package(package)) == {
        "Company",
        "Two parts",
        ("%(n)d row", "%(n)d rows"),
        ("state", "Open"),
        "Save changes",
        ("%(n)s deal", "%(n)s deals"),
        "Add person",
        "Choose a file",
        ("verb", "Open"),
        "Inside",
    }


def test_a_new_catalogue_has_the_plural_rule_of_its_language(package: Path) -> None:
    messages.update()

    forms = {
        language: messages.load(messages.catalogue_path(package, language), language).num_plurals
        for language in messages.LANGUAGES
    }
    assert forms == {"cs": 3, "hu": 2, "pl": 3, "sk": 3}
    text = messages.catalogue_path(package, "pl").read_text()
    assert "nplurals=3; plural=(n==1 ? 0 : n%10>=2 && n%10<=4 && (n%100<10 || n%100>=20) ? 1 : 2);" in text
    assert "Date" not in text


def test_an_update_keeps_translations_and_drops_texts_that_are_gone(package: Path) -> None:
    messages.update()
    translate(package, "cs", "Company", "Společnost")
    translate(package, "cs", "Save changes", "Uložit změny")
    (package / "templates" / "page.html").unlink()
    messages.update()

    catalogue = messages.load(messages.catalogue_path(package, "cs"), "cs")
    kept = catalogue.get("Company")
    assert kept is not None
    assert kept.string == "Společnost"
    assert catalogue.get("Save changes") is None
    assert "Uložit" not in messages.catalogue_path(package, "cs").read_text()


def test_an_update_without_changes_writes_the_same_bytes(package: Path) -> None:
    messages.update()
    before = messages.catalogue_path(package, "hu").read_bytes()
    messages.update()
    assert messages.catalogue_path(package, "hu").read_bytes() == before


def test_what_is_missing_fails_the_check_also_before_an_update(
    package: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert messages.check() == 1
    output = capsys.readouterr()
    total = len(ids(messages.extract_package(package)))
    assert f"jantar/modules/shop [cs]: {total} missing, 0 fuzzy of {total}" in output.err


def test_gaps_are_only_counted_while_the_switch_is_off(package: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (messages.ROOT / "pyproject.toml").write_text("[tool.jantar]\ncomplete-translations = false\n")
    assert messages.check() == 0
    assert "missing or fuzzy in 4 languages, 0 errors" in capsys.readouterr().out


@pytest.mark.parametrize(
    ("translation", "right"),
    [
        (("%(n)s obchod", "%(n)s obchody", "%(n)s obchodů"), True),
        (("Jeden obchod", "%(n)s obchody", "%(n)s obchodů"), False),
        (("%(n)s obchod", "%(count)s obchody", "%(n)s obchodů"), False),
    ],
)
def test_placeholders_have_to_be_those_of_the_source(package: Path, translation: tuple[str, ...], right: bool) -> None:
    messages.update()
    translate(package, "cs", "%(n)s deal", translation)
    catalogue = messages.load(messages.catalogue_path(package, "cs"), "cs")
    _missing, _fuzzy, wrong = messages.examine(messages.extract_package(package), catalogue)
    assert (wrong == []) is right


def test_a_singular_without_its_number_is_right_when_the_source_has_none_either() -> None:
    message = Catalog().add(("One deal", "%(n)s deals"))
    assert messages.placeholder_problem(message, "Jeden obchod") is None
    assert messages.placeholder_problem(message, "%(n)s obchodů") is None
    assert messages.placeholder_problem(message, "%(x)s obchodů") is not None


def test_two_translations_of_one_text_are_told(package: Path, capsys: pytest.CaptureFixture[str]) -> None:
    other = package.parent / "store"
    other.mkdir()
    (other / "__init__.py").write_text('_("Company")')
    messages.update()
    translate(package, "cs", "Company", "Společnost")
    translate(other, "cs", "Company", "Firma")

    assert messages.check() == 1
    told = capsys.readouterr().err
    assert "[cs] 'Company' is translated differently: Společnost (shop); Firma (store)." in told.replace(
        "Firma (store); Společnost (shop)", "Společnost (shop); Firma (store)"
    )


def test_missing_texts_go_out_as_json_and_come_back(package: Path, capsys: pytest.CaptureFixture[str]) -> None:
    import json

    messages.print_missing("pl")
    data = json.loads(capsys.readouterr().out)
    for row in data["jantar/modules/shop"]:
        many = isinstance(row["translation"], list)
        row["translation"] = ["%(n)s a" if "%(n)s" in row["id"] else "%(n)d a"] * 3 if many else "tekst"
    assert messages.fill_in("pl", data) == 0

    messages.print_missing("pl")
    assert json.loads(capsys.readouterr().out) == {}


def test_compiled_catalogues_are_read_by_gettext(package: Path) -> None:
    import gettext

    messages.update()
    translate(package, "cs", "%(n)d row", ("%(n)d řádek", "%(n)d řádky", "%(n)d řádků"))
    messages.compile_all()

    with messages.catalogue_path(package, "cs").with_suffix(".mo").open("rb") as file:
        translations = gettext.GNUTranslations(file)
    found = [translations.ngettext("%(n)d row", "%(n)d rows", n) for n in (1, 3, 5)]
    assert found == ["%(n)d řádek", "%(n)d řádky", "%(n)d řádků"]
