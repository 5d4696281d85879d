"""Draws a picture anew, small and large.

A program of its own (`python -m jantar.engine.fields.files.drawing FILE FOLDER`), because files come from anywhere:
whatever a broken or hostile one does to the library ends with the process, its memory and its time. It writes
small.webp and large.webp into the folder and ends with 0, with TOO_LARGE for too many pixels, or otherwise.
"""

import sys
from contextlib import suppress
from pathlib import Path
from typing import Any

#: What pictures have at most, in pixels; the cameras of telephones stay below.
MOST_PIXELS = 120_000_000
MEMORY = 1024 * 1024**2
SECONDS = 30
SMALL, LARGE = (160, 160), (1600, 1600)
TOO_LARGE = 3
PLAIN = frozenset({"L", "LA", "RGB", "RGBA"})
#: The number by which cameras say how the picture was held.
TURNED = 0x0112


def main(path: Path, folder: Path) -> int:
    limit()
    from PIL import Image

    Image.MAX_IMAGE_PIXELS = None  # asked below, before a pixel is read
    picture = Image.open(path)
    if picture.width * picture.height > MOST_PIXELS:
        return TOO_LARGE
    try:
        put_pictures(picture, folder)
    except MemoryError:
        return TOO_LARGE
    return 0


def limit() -> None:
    with suppress(ImportError, ValueError, OSError):  # a system without these limits has the time limit of the caller
        import resource

        resource.setrlimit(resource.RLIMIT_AS, (MEMORY, MEMORY))
        resource.setrlimit(resource.RLIMIT_CPU, (SECONDS, SECONDS))


def put_pictures(picture: Any, folder: Path) -> None:
    """The picture large and small; nothing of what cameras write beside it is kept."""
    from PIL import Image, ImageOps

    picture.draft("RGB", LARGE)
    turned = picture.getexif().get(TURNED, 1)
    if picture.mode.startswith("I"):  # sixteen bits of grey
        picture = picture.convert("I").point(lambda value: value / 256).convert("L")
    if picture.mode not in PLAIN or "transparency" in picture.info:
        is_clear = "A" in picture.getbands() or "transparency" in picture.info
        picture = picture.convert("RGBA" if is_clear else "RGB")
    # Made small at once, roughly: whatever follows needs the memory of a small one.
    picture = picture.reduce(max(1, min(side // (2 * most) for side, most in zip(picture.size, LARGE, strict=True))))
    picture.getexif()[TURNED] = turned
    picture = ImageOps.exif_transpose(picture)
    picture = picture.convert("RGBA" if "A" in picture.getbands() else "RGB")
    for name, size in (("large", LARGE), ("small", SMALL)):
        picture.thumbnail(size)
        clean = Image.new(picture.mode, picture.size)
        clean.paste(picture)
        clean.save(folder / f"{name}.webp", "WEBP", quality=80)


if __name__ == "__main__":
    sys.exit(main(Path(sys.argv[1]), Path(sys.argv[2])))
