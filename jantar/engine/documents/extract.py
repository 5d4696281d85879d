"""Reads one file: what it says, and how it looks.

A program of its own (`python -m jantar.engine.documents.extract KIND MEDIA_TYPE FILE FOLDER`), because files come from
anywhere: whatever a broken or hostile one does to the libraries ends with the process, its memory and its time. It
writes text.txt, small.webp, large.webp and preview.json into the folder, those it can make.
"""

import codecs
import json
import sys
import zipfile
from collections.abc import Iterable, Iterator
from contextlib import suppress
from pathlib import Path
from typing import Any
from xml.etree.ElementTree import iterparse

from jantar.engine.documents.office import Bounded, is_locked, preview_of
from jantar.engine.fields.files.drawing import LARGE, MOST_PIXELS, limit, put_pictures

MOST_TEXT = 1_000_000
MOST_PAGES = 500
OFFICE = ("words", "sheet", "slides")


def main(kind: str, media_type: str, path: Path, folder: Path) -> None:
    """Raises what the libraries raise; preview.json says then in a word what is the matter."""
    limit()
    try:
        if kind in OFFICE and is_locked(path):
            put_preview(folder, {"state": "locked"})
            return
        if kind in ("pdf", "image"):
            draw(kind, path, folder)
        with suppress(OSError):
            (folder / "text.txt").write_text(shortened(text_of(kind, media_type, path)), "utf-8", errors="replace")
        if kind in OFFICE:
            put_preview(folder, preview_of(kind, media_type, path))
    except MemoryError:
        put_preview(folder, {"state": "large"})
        raise
    except Exception as error:
        put_preview(folder, {"state": "locked" if "password" in str(error).lower() else "broken"})
        raise


def put_preview(folder: Path, preview: dict[str, Any]) -> None:
    (folder / "preview.json").write_text(json.dumps(preview), "utf-8")


def shortened(pieces: Iterable[str]) -> str:
    """The pieces up to the limit."""
    found: list[str] = []
    room = MOST_TEXT
    for piece in pieces:
        found.append(piece[:room])
        room -= len(piece)
        if room <= 0:
            break
    return "".join(found).replace("\0", "")


def text_of(kind: str, media_type: str, path: Path) -> Iterator[str]:
    if kind == "pdf":
        return pdf_text(path)
    if kind == "text":
        return iter([plain_text(path)])
    if kind == "sheet":
        return sheet_text(path)
    if media_type.startswith("application/vnd.oasis"):
        return xml_text(path, ("content.xml",), "text:p text:h")
    if kind == "words":
        return xml_text(path, ("word/document.xml", "word/header", "word/footer", "word/footnotes.xml"), "w:p")
    if kind == "slides":
        return xml_text(path, ("ppt/slides/slide", "ppt/notesSlides/"), "a:p")
    return iter(())


def pdf_text(path: Path) -> Iterator[str]:
    import pypdfium2

    document = pypdfium2.PdfDocument(path)
    for number in range(min(len(document), MOST_PAGES)):
        page = document[number]
        yield page.get_textpage().get_text_bounded()
        yield "\n\n"
        page.close()


def plain_text(path: Path) -> str:
    with path.open("rb") as file:
        data = file.read(4 * MOST_TEXT)
    if data.startswith((codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)):
        return data.decode("utf-16", "replace")
    with suppress(UnicodeDecodeError):
        return data.decode("utf-8-sig")
    import charset_normalizer

    guess = charset_normalizer.from_bytes(data[:100_000]).best()
    return data.decode(guess.encoding if guess else "cp1250", "replace")


def sheet_text(path: Path) -> Iterator[str]:
    from python_calamine import CalamineWorkbook

    book = CalamineWorkbook.from_path(path)
    for name in book.sheet_names:
        yield f"{name}\n"
        for row in book.get_sheet_by_name(name).iter_rows():
            cells = [str(cell) for cell in row if cell not in ("", None)]
            if cells:
                yield "\t".join(cells) + "\n"


def xml_text(path: Path, parts: tuple[str, ...], paragraphs: str) -> Iterator[str]:
    """The text of the parts whose names begin so; a line for each paragraph."""
    ends = {one.partition(":")[2] for one in paragraphs.split()}
    with zipfile.ZipFile(path) as archive:
        for part in parts:
            for name in sorted(one for one in archive.namelist() if one.startswith(part) and one.endswith(".xml")):
                with archive.open(name) as file:
                    yield from paragraphs_of(Bounded(file), ends)


def paragraphs_of(file: Any, ends: set[str]) -> Iterator[str]:
    for _event, element in iterparse(file):  # noqa: S314 - expat stops entities that grow, and this process is bounded
        if element.tag.rpartition("}")[2] in ends:
            yield "".join(element.itertext())
            yield "\n"
            element.clear()


def draw(kind: str, path: Path, folder: Path) -> None:
    """The picture, or the first page, large and small."""
    from PIL import Image

    Image.MAX_IMAGE_PIXELS = MOST_PIXELS
    put_pictures(first_page(path) if kind == "pdf" else Image.open(path), folder)


def first_page(path: Path) -> Any:
    import pypdfium2

    page = pypdfium2.PdfDocument(path)[0]
    scale = LARGE[0] / max(page.get_size())
    return page.render(scale=min(scale, 4)).to_pil()


if __name__ == "__main__":
    main(sys.argv[1], sys.argv[2], Path(sys.argv[3]), Path(sys.argv[4]))
