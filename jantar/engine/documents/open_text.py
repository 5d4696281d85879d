"""Text of OpenDocument files as plain HTML: headings, paragraphs, lists, tables, bold and italic."""

from collections.abc import Iterator
from html import escape
from xml.etree.ElementTree import Element

STYLE = "{urn:oasis:names:tc:opendocument:xmlns:style:1.0}"
FO = "{urn:oasis:names:tc:opendocument:xmlns:xsl-fo-compatible:1.0}"
TEXT = "{urn:oasis:names:tc:opendocument:xmlns:text:1.0}"
TABLE = "{urn:oasis:names:tc:opendocument:xmlns:table:1.0}"
OFFICE = "{urn:oasis:names:tc:opendocument:xmlns:office:1.0}"
#: What is not part of the text as it stands.
LEFT_OUT = {f"{TEXT}tracked-changes", f"{OFFICE}annotation", f"{TEXT}note", f"{TEXT}sequence-decls"}
ROW_GROUPS = {f"{TABLE}table-header-rows", f"{TABLE}table-rows", f"{TABLE}table-row-group"}
MOST_REPEATED = 50


class Full(Exception):
    """There is no room for more."""


class Writer:
    """Collects HTML up to so many characters."""

    def __init__(self, most: int) -> None:
        self.pieces: list[str] = []
        self.room = most

    def add(self, html: str) -> None:
        self.room -= len(html)
        if self.room < 0:
            raise Full
        self.pieces.append(html)


def html_of(root: Element, most: int) -> tuple[str, bool]:
    """The body of a content.xml as HTML, and whether it was cut; the last tags may be open then."""
    writer = Writer(most)
    reader = Reader(writer, marks_of(root))
    try:
        for body in root.iter(f"{OFFICE}text"):
            reader.blocks(body)
    except Full:
        return "".join(writer.pieces), True
    return "".join(writer.pieces), False


def marks_of(root: Element) -> dict[str, tuple[str, ...]]:
    """Which styles are bold or italic: the tags of each."""
    found = {}
    for style in root.iter(f"{STYLE}style"):
        looks = [one for one in style if one.tag == f"{STYLE}text-properties"]
        bold = any(one.get(f"{FO}font-weight") == "bold" for one in looks)
        italic = any(one.get(f"{FO}font-style") == "italic" for one in looks)
        found[style.get(f"{STYLE}name", "")] = ("strong",) * bold + ("em",) * italic
    return found


class Reader:
    def __init__(self, writer: Writer, marks: dict[str, tuple[str, ...]]) -> None:
        self.add = writer.add
        self.marks = marks

    def blocks(self, parent: Element) -> None:
        for element in parent:
            self.block(element)

    def block(self, element: Element) -> None:
        if element.tag == f"{TEXT}p":
            self.wrapped("p", element)
        elif element.tag == f"{TEXT}h":
            level = element.get(f"{TEXT}outline-level", "1")
            self.wrapped(f"h{level if level in '123456' and len(level) == 1 else 6}", element)
        elif element.tag == f"{TEXT}list":
            self.items(element)
        elif element.tag == f"{TABLE}table":
            self.table(element)
        elif element.tag not in LEFT_OUT:
            self.blocks(element)

    def wrapped(self, tag: str, element: Element) -> None:
        self.add(f"<{tag}>")
        self.inline(element)
        self.add(f"</{tag}>")

    def inline(self, element: Element) -> None:
        marks = self.marks.get(element.get(f"{TEXT}style-name", ""), ())
        self.add("".join(f"<{mark}>" for mark in marks) + escape(element.text or ""))
        for child in element:
            if child.tag == f"{TEXT}line-break":
                self.add("<br>")
            elif child.tag in (f"{TEXT}s", f"{TEXT}tab"):
                self.add(" ")
            elif child.tag not in LEFT_OUT:
                self.inline(child)
            self.add(escape(child.tail or ""))
        self.add("".join(f"</{mark}>" for mark in reversed(marks)))

    def items(self, element: Element) -> None:
        self.add("<ul>")
        for item in element:
            self.add("<li>")
            self.blocks(item)
            self.add("</li>")
        self.add("</ul>")

    def table(self, element: Element) -> None:
        self.add("<table>")
        for row in rows_of(element):
            self.add("<tr>")
            for cell in row.findall(f"{TABLE}table-cell"):
                for _time in range(min(number(cell, "number-columns-repeated"), MOST_REPEATED)):
                    self.add(f'<td colspan="{number(cell, "number-columns-spanned")}">')
                    self.blocks(cell)
                    self.add("</td>")
            self.add("</tr>")
        self.add("</table>")


def rows_of(table: Element) -> Iterator[Element]:
    """The rows of a table, those in groups too, without those of tables inside."""
    for element in table:
        if element.tag == f"{TABLE}table-row":
            yield element
        elif element.tag in ROW_GROUPS:
            yield from rows_of(element)


def number(cell: Element, name: str) -> int:
    text = cell.get(f"{TABLE}{name}", "1")
    return int(text) if text.isascii() and text.isdigit() and 0 < len(text) < 4 else 1
