import re
from pathlib import Path

import pytest

from jantar.project import environment

ROOT = Path(__file__).resolve().parents[3]
NAMES = {variable.name for variable in environment.VARIABLES}


def test_an_empty_environment_is_fine() -> None:
    assert environment.problems({"PATH": "/bin"}) == []


@pytest.mark.parametrize(
    ("name", "value", "problem"),
    [
        ("JANTAR_DEBUG", "yes", "JANTAR_DEBUG must be 1 (on) or 0 (off)."),
        ("JANTAR_MAIL_PORT", "smtp", "JANTAR_MAIL_PORT must be a whole number from 1 to 65535."),
        ("JANTAR_MAIL_PORT", "70000", "JANTAR_MAIL_PORT must be a whole number from 1 to 65535."),
        ("DATABASE_URL", "mysql://x/y", "DATABASE_URL must look like postgresql://user:password@host:5432/name."),
        (
            "DATABASE_URL",
            "postgresql://h:x/y",
            "DATABASE_URL must look like postgresql://user:password@host:5432/name.",
        ),
        ("JANTAR_SECRET_KEY", "short", "JANTAR_SECRET_KEY must have at least 32 characters."),
        (
            "JANTAR_ORIGINS",
            "https://a.example,crm.example.com",
            "JANTAR_ORIGINS must list addresses such as https://crm.example.com, not crm.example.com.",
        ),
        ("JANTAR_LOG_FORMAT", "xml", "JANTAR_LOG_FORMAT must be one of text, json."),
        ("JANTAR_MAIL_PROT", "25", "JANTAR_MAIL_PROT is not known. Is JANTAR_MAIL_PORT meant?"),
    ],
)
def test_a_wrong_value_is_told_with_its_name(name: str, value: str, problem: str) -> None:
    assert environment.problems({name: value}) == [problem]


def test_every_variable_that_is_read_is_in_the_table_and_in_the_documentation() -> None:
    read: set[str] = set()
    for path in (ROOT / "jantar").rglob("*.py"):
        if "tests" not in path.parts and "testing" not in path.parts:
            read |= set(re.findall(r"""environ(?:\.get\(|\[)"((?:JANTAR|DATABASE)_\w+)""", path.read_text()))
    operations = (ROOT / "docs" / "operations.md").read_text()
    documented = set(re.findall(r"^\| `((?:JANTAR|DATABASE)_\w+)`", operations, re.MULTILINE))

    assert read <= NAMES
    assert documented == NAMES
