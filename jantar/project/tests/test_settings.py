"""What the settings make on a fresh machine."""

import stat
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import pytest
from django.core.files.base import ContentFile
from django.core.files.storage import FileSystemStorage

from jantar.project import settings


def mode(path: Path) -> int:
    return stat.S_IMODE(path.stat().st_mode)


def test_processes_that_start_together_share_one_secret_key(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("JANTAR_SECRET_KEY", raising=False)
    for number in range(20):
        folder = tmp_path / str(number)
        monkeypatch.setattr(settings, "DATA_DIR", folder)
        with ThreadPoolExecutor(8) as pool:
            [key] = set(pool.map(lambda _: settings._secret_key(), range(8)))
        assert len(key) >= 50
        assert [path.name for path in folder.iterdir()] == ["secret_key"]
        assert mode(folder / "secret_key") == 0o600


def test_uploads_are_closed_to_other_users_of_the_machine(tmp_path: Path) -> None:
    default: Any = settings.STORAGES["default"]
    options = default["OPTIONS"]
    storage = FileSystemStorage(**{**options, "location": tmp_path / "files"})
    path = tmp_path / "files" / storage.save("private/2026/11/a", ContentFile(b"x"))
    assert [mode(place) for place in (path, path.parent, tmp_path / "files")] == [0o600, 0o700, 0o700]
