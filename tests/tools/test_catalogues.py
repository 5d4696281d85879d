"""The project's own catalogues."""

import pytest

from tools import messages


@pytest.mark.capability("N20")
def test_every_text_is_translated_into_every_language_with_its_placeholders(capsys: pytest.CaptureFixture[str]) -> None:
    if not messages.complete_wanted():
        pytest.skip("complete-translations in pyproject.toml is off")
    failed = messages.check()
    output = capsys.readouterr()
    assert failed == 0, output.err
    assert "Translations: 0 missing or fuzzy in 4 languages, 0 errors" in output.out


def test_what_is_translated_has_the_placeholders_of_the_source_and_one_translation() -> None:
    wrong = []
    for package in messages.packages():
        template = messages.extract_package(package)
        for language in messages.LANGUAGES:
            catalogue = messages.load(messages.catalogue_path(package, language), language)
            wrong += messages.examine(template, catalogue)[2]
    assert wrong == []
