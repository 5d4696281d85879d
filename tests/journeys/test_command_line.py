"""Number 14 of the engine: an operator does by commands, in processes of their own, what others do in the browser."""

import csv
import json
import os
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from django.conf import settings as django_settings

from jantar.modules.contacts.models import Company
from jantar.platform.accounts.models import User

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.parametrize("language", ["pl", "hu"])]
ROOT = Path(__file__).resolve().parents[2]
FILES = {
    "pl": (
        "Nazwa;Miasto;E-mail\nŻubr sp. z o.o.;Łódź;info@zubr.example\nZubr;Lodz;\nBizon;Kraków;brak\n",
        "„brak” nie jest adresem e-mail.",
    ),
    "hu": (
        "Név;Város;E-mail\nBölény Kft.;Győr;info@boleny.example\nBoleny;Gyor;\nHód;Pécs;nincs\n",
        "„nincs” nem e-mail-cím.",
    ),
}


@pytest.fixture
def jantar(boss: User, tmp_path: Path) -> Callable[..., Any]:
    """jantar("undo", 5, code=1): runs the command as a script would; what it printed, read as JSON where it is that."""
    known = django_settings.DATABASES["default"]
    user, password = known["USER"], known["PASSWORD"]
    url = f"postgresql://{user}:{password}@{known['HOST']}:{known['PORT']}/{known['NAME']}"
    environment = {name: value for name, value in os.environ.items() if "JANTAR_" not in name}
    environment |= {"DATABASE_URL": url, "DJANGO_SETTINGS_MODULE": "jantar.project.settings", "PYTHONPATH": str(ROOT)}

    def run(*words: object, code: int = 0) -> Any:
        command = [sys.executable, "-m", "jantar", *map(str, words), "--data-dir", str(tmp_path / "data")]
        done = subprocess.run(command, env=environment, capture_output=True, text=True, cwd=tmp_path, timeout=300)
        assert done.returncode == code, done.stdout + done.stderr
        try:
            return json.loads(done.stdout)
        except ValueError:
            return done.stdout or done.stderr

    return run


@pytest.mark.capability("N19", "C126", "C2")
def test_a_file_goes_in_comes_out_is_cleaned_archived_and_taken_back(
    jantar: Callable[..., Any], language: str, tmp_path: Path
) -> None:
    text, reason = FILES[language]
    (tmp_path / "firms.csv").write_bytes(text.encode("cp1250"))
    tried = jantar("import", "firms.csv", "--type", "companies", "--dry-run", code=3)
    assert (tried["dry_run"], tried["created"], tried["failed"], tried["operation_id"]) == (True, 2, 1, None)
    assert not Company.objects.exists()

    done = jantar("import", "firms.csv", "--type", "companies", code=3)
    assert (done["created"], done["failed"]) == (2, 1)
    assert reason in Path(tmp_path, done["error_file"]).read_text("utf-8-sig")
    again = jantar("import", "firms.csv", "--type", "companies", "--match", "name", code=3)
    assert (again["created"], again["updated"], again["unchanged"], again["failed"]) == (0, 0, 2, 1)

    first = text.splitlines()[1].split(";")
    tree = json.dumps({"field": "city", "op": "is", "value": first[1]})
    jantar("export", "companies", "out.csv", "--filter", tree, "--columns", "name,city")
    lines = (tmp_path / "out.csv").read_text("utf-8-sig").splitlines()
    rows = list(csv.reader(lines, delimiter=";" if ";" in lines[0] else ","))
    assert first[:2] in rows

    [pair] = jantar("duplicates", "companies")["pairs"]
    assert sorted(pair["ids"]) == sorted(Company.objects.values_list("pk", flat=True))
    stored = jantar("export", "--all", "all.zip")
    assert Path(stored["archive"]).name == "all.zip"

    foreseen = jantar("undo", done["operation_id"], "--dry-run")
    assert (foreseen["undone"], foreseen["kept"], Company.objects.count()) == (2, [], 2)
    assert jantar("undo", done["operation_id"])["undone"] == 2
    assert not Company.objects.filter(deleted_at=None).exists()
    assert "already undone" in jantar("undo", done["operation_id"], code=1)

    back = jantar("import", "--all", "all.zip")
    assert back["created"] > 0
    assert sorted(Company.objects.values_list("name", flat=True)) == sorted(
        line.split(";")[0] for line in text.splitlines()[1:3]
    )
