"""Files to attach, and a store of their own for each test."""

import io
import zipfile
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from pytest_django import Settings

from jantar.engine.documents import services
from jantar.engine.permissions.actor import Actor
from jantar.engine.records import write
from jantar.engine.records.links import key_of
from jantar.engine.testing.actors import make_actor
from jantar.engine.testing.fake.records import shelves

PNG = bytes.fromhex(
    "89504e470d0a1a0a0000000d4948445200000001000000010802000000907753de0000000c4944415408d763f8cfc00000030101"
    "0018dd8db00000000049454e44ae426082"
)


@pytest.fixture(autouse=True)
def storage(settings: Settings, tmp_path: Path) -> Path:
    location = {"BACKEND": "django.core.files.storage.FileSystemStorage", "OPTIONS": {"location": tmp_path}}
    settings.STORAGES = {**settings.STORAGES, "default": location}
    return tmp_path


@pytest.fixture
def ada(db: None) -> Actor:
    """An administrator."""
    return make_actor("Ada", admin=True)


@pytest.fixture
def attic(ada: Actor) -> Any:
    return write.create(shelves, {"name": "Attic", "city": "Łódź"}, actor=ada)


@pytest.fixture
def attach(ada: Actor) -> Callable[..., Any]:
    """attach(name, bytes, on=record, by=actor, **values)"""

    def make(name: str, content: bytes = b"Hello", on: Any = None, by: Actor | None = None, **values: Any) -> Any:
        about = key_of(on) if on else None
        return services.attach(io.BytesIO(content), name, actor=by or ada, about=about, **values)

    return make


def zipped(entries: dict[str, bytes]) -> bytes:
    """An archive of these files."""
    target = io.BytesIO()
    with zipfile.ZipFile(target, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, content in entries.items():
            archive.writestr(name, content)
    return target.getvalue()


def damaged(compression: int) -> bytes:
    """An archive with a whole table of contents, whose first part can't be unpacked."""
    file = io.BytesIO()
    with zipfile.ZipFile(file, "w", compression) as archive:
        archive.writestr("mimetype", "application/vnd.oasis.opendocument.text")
    content = bytearray(file.getvalue())
    begin = content.find(b"mimetype") + len(b"mimetype")
    content[begin + 4 : begin + 14] = b"\xff" * 10
    return bytes(content)


def bomb() -> bytes:
    """A small archive that unpacks to 60 MB of zeros."""
    return zipped({f"{number}.txt": bytes(6_000_000) for number in range(10)})
