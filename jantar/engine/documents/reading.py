"""What files say and how they look, found out by a job with bounded time and memory."""

import json
import shutil
import subprocess
import sys
from collections.abc import Iterable
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

from django.db import transaction
from django.utils import timezone

from jantar.engine.documents.contents import UNREAD
from jantar.engine.documents.models import Content, Reading
from jantar.engine.documents.previews import clean
from jantar.engine.search.text import words_of
from jantar.platform.files.models import StoredFile
from jantar.platform.files.services import open_file, store_file

SECONDS = 60
#: The index keeps less than a megabyte for each record.
MOST_WORDS = 700_000
PICTURES = ("small", "large")
#: What a preview takes at most, in bytes; the reader stays far below.
MOST_PREVIEW = 8 * 1024**2


def read_content(content_id: int) -> None:
    """Keeps text, words and pictures of a content; what can't be read is marked and left alone."""
    with transaction.atomic():
        content = Content.objects.select_for_update(of=("self",)).select_related("file").filter(pk=content_id).first()
        if content is None or content.reading != Reading.WAITING:
            return
        with TemporaryDirectory(prefix="jantar-read-") as folder:
            done = extract(content, Path(folder))
            put_results(content, Path(folder), done)


def extract(content: Content, folder: Path) -> bool:
    """Runs the reader on a copy of the content; whether it came to its end."""
    source = folder / "source"
    try:
        with open_file(content.file) as file, source.open("wb") as target:
            shutil.copyfileobj(file, target)
    except FileNotFoundError:
        return False
    command = [sys.executable, "-m", "jantar.engine.documents.extract", content.kind, content.media_type]
    try:
        ended = subprocess.run([*command, str(source), str(folder)], capture_output=True, timeout=SECONDS, check=False)
    except subprocess.TimeoutExpired:
        return ended_early(folder)
    return ended.returncode == 0 or (ended.returncode < 0 and ended_early(folder))


def ended_early(folder: Path) -> bool:
    """The reader was stopped: the file takes more memory or time than there is."""
    (folder / "preview.json").write_text('{"state": "large"}', "utf-8")
    return False


def put_results(content: Content, folder: Path, done: bool) -> None:
    text = folder / "text.txt"
    content.text = text.read_text("utf-8") if text.exists() else ""
    content.words = " ".join(distinct(words_of(content.text)))
    for name in PICTURES:
        picture = folder / f"{name}.webp"
        if picture.exists():
            setattr(content, name, stored_picture(picture))
    content.preview = preview_in(folder)
    content.reading = Reading.DONE if done else Reading.FAILED
    content.save(update_fields=["text", "words", "preview", "reading", *PICTURES])


def preview_in(folder: Path) -> dict[str, Any] | None:
    """What the reader has to show, cleaned: it may have been made by the file that it read."""
    path = folder / "preview.json"
    if not path.exists() or path.stat().st_size > MOST_PREVIEW:
        return None
    try:
        return clean(json.loads(path.read_text("utf-8")))
    except ValueError:
        return {"state": "broken"}


def stored_picture(picture: Path) -> StoredFile:
    with picture.open("rb") as file:
        return store_file(file, name=picture.name, purpose="documents.preview")


def distinct(words: Iterable[str]) -> list[str]:
    """Each word once, as many as the index takes."""
    found: dict[str, None] = {}
    room = MOST_WORDS
    for word in words:
        if word not in found:
            room -= len(word.encode()) + len("documents..")
            if room < 0:
                break
            found[word] = None
    return list(found)


def read_late() -> int:
    """Has contents read whose job came to nothing; return how many. To be called every hour."""
    from jantar.engine.documents.jobs import read_file

    late = Content.objects.filter(reading=Reading.WAITING, created_at__lt=timezone.now() - UNREAD)
    for pk in late.values_list("pk", flat=True):
        read_file.later(content_id=pk)
    return late.count()
