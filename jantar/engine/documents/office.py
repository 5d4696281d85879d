"""How an office file is shown: its sheets, its text as HTML, its slides. Runs in the bounded process of `extract`.

What comes out is data of a file that anybody may have made. `previews.clean` decides what of it reaches a page.
"""

import datetime as dt
import re
import zipfile
from collections.abc import Iterable, Iterator
from itertools import islice
from pathlib import Path
from typing import Any, BinaryIO
from xml.etree.ElementTree import Element, parse

from jantar.engine.documents.open_text import html_of

MOST_ROWS = 200
MOST_COLUMNS = 30
MOST_SHEETS = 20
MOST_SLIDES = 100
MOST_LINES = 100
MOST_CELL = 500
MOST_HTML = 400_000
#: Together, so that one file can't fill the database; in characters.
MOST_SHOWN = 1_500_000
MOST_XML = 200 * 1024**2
RELATION = "{http://schemas.openxmlformats.org/officeDocument/2006/relationships}id"
TITLES = ("title", "ctrTitle")


class Bounded:
    """A file that ends with an error where a bomb would go on."""

    def __init__(self, file: Any) -> None:
        self.file: BinaryIO = file
        self.left = MOST_XML

    def read(self, size: int = -1) -> bytes:
        data = self.file.read(min(size, 65_536) if size > 0 else 65_536)
        self.left -= len(data)
        if self.left < 0:
            raise ValueError("too much XML")
        return data


def is_locked(path: Path) -> bool:
    """Whether a password closes the file."""
    with path.open("rb") as file:
        if not file.read(2).startswith(b"PK"):
            return True  # an encrypted OOXML file is no archive, but a store of another kind
    with zipfile.ZipFile(path) as archive:
        try:
            with archive.open("META-INF/manifest.xml") as manifest:
                return b"encryption-data" in manifest.read(4 * 1024**2)
        except KeyError:
            return False


def has_macros(path: Path) -> bool:
    with zipfile.ZipFile(path) as archive:
        names = archive.namelist()
    return any(name.endswith("vbaProject.bin") or name.startswith(("Basic/", "Scripts/")) for name in names)


def preview_of(kind: str, media_type: str, path: Path) -> dict[str, Any]:
    """`parts` to be shown, their `names`, and what was left out. Raises whatever the readers raise."""
    is_open = media_type.startswith("application/vnd.oasis")
    if kind == "sheet":
        found = sheets(path)
    elif kind == "slides":
        found = slides(open_slides(path) if is_open else powerpoint_slides(path))
    else:
        found = words(path, is_open)
    return {"state": "shown", "macros": has_macros(path), "kind": kind, **found}


def sheets(path: Path) -> dict[str, Any]:
    from python_calamine import CalamineWorkbook

    book = CalamineWorkbook.from_path(path)
    parts: list[dict[str, Any]] = []
    room = MOST_SHOWN
    for name in book.sheet_names[:MOST_SHEETS]:
        part = sheet(book.get_sheet_by_name(name), name)
        room -= sum(len(str(cell)) + 4 for row in part["rows"] for cell in row)
        if room < 0:
            break
        parts.append(part)
    return {"parts": parts, "names": [part["name"] for part in parts], "total": len(book.sheet_names)}


def sheet(rows: Any, name: str) -> dict[str, Any]:
    shown = [[cell_of(value) for value in row[:MOST_COLUMNS]] for row in islice(rows.iter_rows(), MOST_ROWS)]
    return {
        "name": name[:100],
        "rows": shown,
        "more_rows": rows.total_height > MOST_ROWS,
        "more_columns": rows.total_width > MOST_COLUMNS,
    }


def cell_of(value: Any) -> Any:
    """A cell as JSON: texts, numbers and truth as they are; dates and times in a list, to be told from texts."""
    if isinstance(value, bool) or value is None:
        return value
    if isinstance(value, int | float):
        return int(value) if value == value // 1 and abs(value) < 1e15 else value
    if isinstance(value, dt.datetime | dt.date):
        is_day = not isinstance(value, dt.datetime) or value.time() == dt.time()
        return ["day" if is_day else "moment", value.isoformat()]
    return str(value).replace("\0", "")[:MOST_CELL]


def words(path: Path, is_open: bool) -> dict[str, Any]:
    html, is_cut = open_html(path) if is_open else (word_html(path), False)
    more = is_cut or len(html) > MOST_HTML
    if len(html) > MOST_HTML:
        html = html[: html.rfind("</", 0, MOST_HTML)]
    lower = re.sub(r"<(/?)h([1-6])>", lambda found: f"<{found[1]}h{min(int(found[2]) + 2, 6)}>", html)
    return {"parts": [{"html": lower.replace("\0", "")}], "names": [""], "more": more}


def word_html(path: Path) -> str:
    import mammoth

    with path.open("rb") as file:
        answer = mammoth.convert_to_html(
            file,
            convert_image=mammoth.images.img_element(lambda image: {}),
            include_embedded_style_map=False,
            external_file_access=False,
        )
    return str(answer.value)


def open_html(path: Path) -> tuple[str, bool]:
    with zipfile.ZipFile(path) as archive, archive.open("content.xml") as file:
        return html_of(parse(Bounded(file)).getroot(), 2 * MOST_HTML)  # noqa: S314 - expat, bounded


def slides(pages: Iterable[tuple[str, list[str]]]) -> dict[str, Any]:
    """`pages` are pairs of title and lines."""
    found = [
        {"title": title[:MOST_CELL], "lines": [line[: 4 * MOST_CELL] for line in lines[:MOST_LINES]]}
        for title, lines in islice(pages, MOST_SLIDES + 1)
    ]
    return {"parts": [{"slides": found[:MOST_SLIDES]}], "names": [""], "more": len(found) > MOST_SLIDES}


def powerpoint_slides(path: Path) -> Iterator[tuple[str, list[str]]]:
    with zipfile.ZipFile(path) as archive:
        for name in slide_names(archive):
            yield powerpoint_slide(read_xml(archive, name))


def slide_names(archive: zipfile.ZipFile) -> list[str]:
    """The slides in the order in which they are shown."""
    there = set(archive.namelist())
    listed = read_xml(archive, "ppt/presentation.xml").iter()
    relations = {one.get("Id"): one.get("Target", "") for one in read_xml(archive, "ppt/_rels/presentation.xml.rels")}
    targets = [relations.get(one.get(RELATION), "") for one in listed if local(one) == "sldId"]
    names = [target.lstrip("/") if target.startswith("/") else f"ppt/{target}" for target in targets]
    return [name for name in names if name in there]


def powerpoint_slide(slide: Element) -> tuple[str, list[str]]:
    title, lines = "", []
    for shape in slide.iter():
        if local(shape) not in ("sp", "graphicFrame"):
            continue
        said = [text for one in shape.iter() if local(one) == "p" and (text := line_of(one, "t"))]
        if not title and any(local(one) == "ph" and one.get("type") in TITLES for one in shape.iter()):
            title = " ".join(said)
        else:
            lines += said
    return title, lines


def open_slides(path: Path) -> Iterator[tuple[str, list[str]]]:
    with zipfile.ZipFile(path) as archive:
        content = read_xml(archive, "content.xml")
    for page in content.iter():
        if local(page) == "page":
            notes = {line for one in page if local(one) == "notes" for line in one.iter()}
            said = [one for one in page.iter() if local(one) in ("p", "h") and one not in notes]
            lines = [text for one in said if (text := " ".join("".join(one.itertext()).split()))]
            yield (lines[0], lines[1:]) if lines else ("", [])


def line_of(paragraph: Element, tag: str) -> str:
    return "".join(one.text or "" for one in paragraph.iter() if local(one) == tag).strip()


def read_xml(archive: zipfile.ZipFile, name: str) -> Element:
    with archive.open(name) as file:
        return parse(Bounded(file)).getroot()  # noqa: S314 - expat stops entities that grow


def local(element: Element) -> str:
    """The name of an element without its namespace."""
    return str(element.tag).rpartition("}")[2]
