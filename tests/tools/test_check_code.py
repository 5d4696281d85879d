"""The rules of tools/check_code.py, each with code that keeps and code that breaks it."""

from pathlib import Path

import pytest

from tools import check_code


@pytest.fixture
def problems(tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr(check_code, "ROOT", tmp_path)

    def check(name: str, text: str) -> list[str]:
        path = tmp_path / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text)
        return [problem.message for problem in check_code.check_file(Path(name))]

    return check


@pytest.mark.parametrize(
    "name", ["jantar/modules/sales/pages.py", "jantar/engine/pages/lists.py", "jantar/engine/api/x.py"]
)
def test_a_query_without_visible_to_is_refused_where_requests_are_answered(problems, name: str) -> None:
    assert problems(name, "deals = Deal.objects.filter(name='x')\n") == ["`.objects` without visible_to(actor)"]
    assert problems(name, "rows = model._base_manager.all()\n") == ["`._base_manager` without visible_to(actor)"]
    assert problems(name, "deals = Deal.objects.visible_to(actor).filter(name='x')\n") == []
    assert problems(name, "deals = Deal.objects.in_bin_for(actor)\n") == []


def test_queries_elsewhere_are_free(problems) -> None:
    text = "deals = Deal.objects.filter(name='x')\n"
    assert problems("jantar/modules/sales/queries.py", text) == []
    assert problems("jantar/modules/sales/tests/pages.py", text) == []


@pytest.mark.parametrize(
    "line",
    [
        'if kind == "people": pass',
        'x = y in ("deals", "z")',
        'a = table["companies"]',
        "match k:\n    case 'deals': pass",
    ],
)
def test_the_engine_may_not_name_a_type_of_the_business(problems, line: str) -> None:
    (message,) = problems("jantar/engine/records/write.py", line + "\n")
    assert message.startswith("the engine names the business type")
    assert problems("jantar/modules/sales/services.py", line + "\n") == []


def test_sizes_are_held(problems) -> None:
    body = "    x = 1\n"
    assert problems("jantar/kit/a.py", "def f():\n" + body * 39) == []
    assert problems("jantar/kit/a.py", "def f():\n" + body * 40) == ["function f of 41 lines, at most 40"]
    assert problems("jantar/kit/a.py", "def f():\n" + '    """' + "doc\n" * 30 + '    """\n' + body * 39) == []
    assert problems("jantar/kit/a.py", "x = 1\n" * 500) == []
    assert len(problems("jantar/kit/a.py", "x = 1\n" * 501)) == 1
    assert problems("jantar/ui/templates/a.html", "<p>\n" * 80) == []
    assert len(problems("jantar/ui/templates/a.html", "<p>\n" * 81)) == 1
