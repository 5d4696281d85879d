"""Keeping files that are uploaded for fields, and deleting them."""

import shutil
import subprocess
import sys
from datetime import timedelta
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import IO

from django.db import connection, transaction
from django.db.models import Exists, OuterRef, Q
from django.utils import timezone
from django.utils.translation import gettext as _

from jantar.engine.fields.errors import Invalid
from jantar.engine.fields.files.drawing import MOST_PIXELS, TOO_LARGE
from jantar.engine.fields.files.fields import FileValue
from jantar.engine.fields.files.models import HeldFile, Holder
from jantar.engine.fields.files.sniffing import kind_of
from jantar.engine.fields.files.taking import measured, said_when_unreachable
from jantar.platform.files.models import StoredFile
from jantar.platform.files.pages import SHOWN_TYPES
from jantar.platform.files.services import clean_name, delete_file, store_file

PURPOSE = "fields.file"
#: So long an upload waits for the record it is meant for.
UNCLAIMED = timedelta(days=2)
SECONDS = 30
PICTURES = ("small", "large")


def keep_upload(file: IO[bytes], name: str, *, is_image: bool, owner_id: int | None) -> HeldFile:
    """The file, checked and stored; of an image with its pictures. Raises Invalid, naming `file`."""
    name = clean_name(name)
    _digest, size = measured(file, name)
    _kind, media_type = kind_of(file, name)
    if is_image and media_type not in SHOWN_TYPES:
        raise said(_("“%(name)s” is not an image. Choose a PNG, JPEG, GIF or WebP file."), name)
    with TemporaryDirectory(prefix="jantar-draw-") as folder, said_when_unreachable(name), transaction.atomic():
        if is_image:
            draw(file, name, Path(folder))
        held = HeldFile(name=name, media_type=media_type, size=size, owner_id=owner_id)
        held.file = store_file(file, name=name, purpose=PURPOSE)
        for picture in PICTURES if is_image else ():
            with (Path(folder) / f"{picture}.webp").open("rb") as drawn:
                setattr(held, picture, store_file(drawn, name=f"{picture}.webp", purpose=PURPOSE))
        held.save()
    return held


def draw(file: IO[bytes], name: str, folder: Path) -> None:
    """Puts the pictures into the folder. Raises Invalid for what is no whole image, and for one that is too large.

    One at a time, until the transaction ends: drawing may take a gigabyte of memory.
    """
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_advisory_xact_lock(hashtext('jantar.draw'))")
    source = folder / "source"
    file.seek(0)
    with source.open("wb") as target:
        shutil.copyfileobj(file, target)
    command = [sys.executable, "-m", "jantar.engine.fields.files.drawing", str(source), str(folder)]
    try:
        code = subprocess.run(command, capture_output=True, timeout=SECONDS, check=False).returncode
    except subprocess.TimeoutExpired:
        code = TOO_LARGE
    if code == TOO_LARGE:
        text = _("“%(name)s” has too many pixels: at most %(limit)d million can be shown.")
        raise said(text, name, limit=MOST_PIXELS // 1_000_000)
    if code:
        raise said(_("“%(name)s” is damaged: it can't be shown."), name)


def said(message: str, name: str, **words: object) -> Invalid:
    return Invalid({"file": [message % {"name": name, **words}]})


def value_of(held: HeldFile) -> FileValue:
    return FileValue(held.key, held.name, held.size, held.media_type)


def is_fresh(held: HeldFile) -> bool:
    return held.uploaded_at > timezone.now() - UNCLAIMED


def delete_unheld() -> int:
    """Delete files that no record holds and nobody is about to give one; return how many. To be called every night."""
    late = HeldFile.objects.filter(holders=None, uploaded_at__lt=timezone.now() - UNCLAIMED)
    number = 0
    for pk in late.values_list("pk", flat=True):
        with transaction.atomic():
            held = HeldFile.objects.select_for_update().get(pk=pk)
            if Holder.objects.filter(file=held).exists():
                continue
            stored = [one for one in (held.file_id, held.small_id, held.large_id) if one]
            held.delete()
            for file in unused(stored):
                delete_file(file)
            number += 1
    return number


def unused(ids: list[int]) -> list[StoredFile]:
    """Those that no other file has: of an archive, equal contents come in once."""
    using = Q(file=OuterRef("pk")) | Q(small=OuterRef("pk")) | Q(large=OuterRef("pk"))
    return list(StoredFile.objects.filter(~Exists(HeldFile.objects.filter(using)), pk__in=ids))
