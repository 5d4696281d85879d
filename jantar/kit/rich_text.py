"""Formatted text: HTML of strangers made a small set of tags, and the plain text that it says.

What comes out is written anew, never passed through: `_Writer` reads tags one by one and writes its own, balanced and
in one form for what looks alike, so that text saved without a change is the same text. It takes time in proportion to
what it reads, whatever that is. `nh3` goes over the result, so that safety does not hang on this file.
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from functools import cached_property
from html import escape, unescape

import nh3

from jantar.kit.text import without_controls

#: Longer HTML is not looked at.
LONGEST_HTML = 500_000
SCHEMES = frozenset({"http", "https", "mailto", "tel"})
REL = "noopener noreferrer"

#: Marks in the order in which they stand around a text; links outside, so that nothing interrupts them.
MARKS = ("a", "strong", "em", "u", "s", "code")
ALIKE = {
    "b": "strong", "i": "em", "ins": "u", "strike": "s", "del": "s", "tt": "code", "kbd": "code", "samp": "code",
    "h1": "h3", "h2": "h3", "h5": "h4", "h6": "h4", "xmp": "pre", "listing": "pre", "menu": "ul", "dir": "ul",
}  # fmt: skip
TEXT_BLOCKS = frozenset({"p", "h3", "h4", "pre"})
LISTS = frozenset({"ul", "ol"})
CONTAINERS = LISTS | {"li", "blockquote"}
TAGS = {*MARKS, *TEXT_BLOCKS, *CONTAINERS, "br", "hr"}
#: Tags that we do not keep, but whose beginning and end divide the text.
DIVIDING = frozenset(
    "address article aside body caption center dd details dialog div dl dt fieldset figcaption figure footer form"
    " header html legend main nav option section summary table tbody tfoot thead title tr".split()
)
#: Those of them that begin or end a row of a table.
ROW_ENDS = frozenset({"table", "thead", "tbody", "tfoot", "tr"})
#: Between the cells of a row, which become one line. The editor writes the same for what is pasted: lib/pasted.ts.
BETWEEN_CELLS = " |"
#: What stands in them is no text.
MUTE = frozenset("applet embed frameset iframe math noembed noframes noscript object script style svg template".split())
#: Lists and quotations within each other beyond this are written into the one around them.
DEEPEST = 16

_TAG = re.compile(
    r"""<(?P<end>/?)(?P<name>[a-zA-Z][a-zA-Z0-9:-]*+)(?P<rest>(?:[^<>"']++|"[^"<]*+"|'[^'<]*+')*+)>"""
    r"""|<(?P<end2>/?)(?P<name2>[a-zA-Z][a-zA-Z0-9:-]*+)(?P<rest2>[^<>]*+)>"""
    r"""|<[!?][^<>]*+>"""
)
_HREF = re.compile(r"""(?:^|[\s"'/])href\s*+=\s*+(?:"([^"]*+)"|'([^']*+)'|([^\s"'>]++))""", re.IGNORECASE)
_SCHEME = re.compile(r"([a-z][a-z0-9+.-]*+):", re.IGNORECASE)
_NOT_BOLD = re.compile(r"font-weight\s*+:\s*+(?:normal|400)", re.IGNORECASE)
_IGNORED_IN_ADDRESSES = re.compile(r"[\x00-\x20\x7f]+")
_SPACE = re.compile(r"[ \t\n\r\f]+")
_TAGS_WITH_END = "|".join(sorted(TAGS - {"br", "hr"} | ALIKE.keys() | {"div", "span", "table"}))
_WITH_END = re.compile(rf"<({_TAGS_WITH_END})\b[^<>]*+>")
_LAST_LINES = re.compile(r"(?:<p></p>)++$")
_ALONE = re.compile(r"<(?:br|hr)\s*+/?>", re.IGNORECASE)


@dataclass(frozen=True)
class Formatted:
    """A text with its formatting. `kept` is HTML as it is stored, which may come from elsewhere: show `html`."""

    kept: str
    text: str
    #: Whether it came from where formatting can't be told, such as a cell with plain text.
    is_bare: bool = field(default=False, compare=False)

    @cached_property
    def html(self) -> str:
        """Safe to be put into a page."""
        return safe(self.kept)

    @property
    def is_plain(self) -> bool:
        """Whether its paragraphs say all of it."""
        return self.kept == paragraphs(self.text)


class TooMuchHtml(ValueError):
    """The HTML is longer than LONGEST_HTML characters."""


def formatted(html: str) -> Formatted | None:
    """HTML from anywhere as a text we keep; None when it says nothing. Raises TooMuchHtml."""
    if len(html) > LONGEST_HTML:
        raise TooMuchHtml
    clean = safe(_Writer().write(without_controls(html)))
    return Formatted(clean, plain_text(clean)) if unescape(_TAG.sub("", clean)).strip() else None


def from_text(text: str) -> Formatted | None:
    """Plain text, its lines as paragraphs. Raises TooMuchHtml."""
    return formatted(paragraphs(text))


def paragraphs(text: str) -> str:
    lines = without_controls(text).strip().replace("\r\n", "\n").split("\n")
    return "".join(f"<p>{escape(line.strip(), quote=False)}</p>" for line in lines)


def looks_like_html(text: str) -> bool:
    """Whether it has a tag that we keep, with its end, or a line break; “a < b > c” has none."""
    if _ALONE.search(text):
        return True
    text = text.lower()
    return any(f"</{name}>" in text for name in {found[1] for found in _WITH_END.finditer(text)})


def safe(html: str) -> str:
    """Only the tags we keep, and of attributes only where links lead."""
    return nh3.clean(
        html,
        tags=TAGS,
        clean_content_tags=set(MUTE),
        attributes={"a": {"href"}},
        url_schemes=set(SCHEMES),
        link_rel=REL,
        strip_comments=True,
    )


def plain_text(html: str) -> str:
    """What clean HTML says: a line for each paragraph, items with their mark, links with where they lead."""
    return _Teller().tell(html)


def _tokens(html: str) -> Iterator[tuple[str, str, str]]:
    """Pieces of HTML as (sort, name, rest): sort is "text" (the text as rest), "start" or "end"."""
    place = 0
    for found in _TAG.finditer(_without_comments(html)):
        if found.start() > place:
            yield "text", "", found.string[place : found.start()]
        place = found.end()
        if name := found["name"] or found["name2"]:
            yield (
                "end" if found["end"] or found["end2"] else "start",
                name.lower(),
                found["rest"] or found["rest2"] or "",
            )
        text = found.string
    if place == 0:
        text = _without_comments(html)
    if place < len(text):
        yield "text", "", text[place:]


def _without_comments(html: str) -> str:
    """One that does not end is left as text is."""
    pieces = []
    place = 0
    while (start := html.find("<!--", place)) >= 0 and (end := html.find("-->", start + 2)) >= 0:
        pieces.append(html[place:start])
        place = end + 3
    return "".join([*pieces, html[place:]])


class _Writer:
    """Writes what it reads of HTML with the tags of TAGS only. A text stands in one text block; marks are around it."""

    def __init__(self) -> None:
        self.out: list[str] = []
        self.around: list[str] = []
        self.block = ""
        self.has_text = False
        #: How often each mark is open in what is read, where the link leads, and what is open in the output.
        self.wanted: dict[str, int] = dict.fromkeys(MARKS, 0)
        self.href = ""
        self.open: list[tuple[str, str]] = []
        self.bold: list[bool] = []
        self.mute = ""
        #: Cells passed in this row since a text, whether none came since one began or ended, and where the row begins.
        self.passed = 0
        self.is_in_row = self.is_at_cell = self.ended_in_text = False
        self.row_at = 0

    def write(self, html: str) -> str:
        for sort, name, rest in _tokens(html):
            name = ALIKE.get(name, name)
            if self.mute:
                self.mute = "" if sort == "end" and name == self.mute else self.mute
            elif sort == "text":
                self.text(unescape(rest))
            elif name in MUTE:
                self.mute = name if sort == "start" and not rest.endswith("/") else ""
            elif name in MARKS:
                self.mark(sort, name, rest)
            else:
                self.tag(sort, name)
        self.end_containers(0)
        return _LAST_LINES.sub("", "".join(self.out))

    def text(self, text: str) -> None:
        text = without_controls(text)
        if self.is_at_cell and text.strip():
            self.go_on_in_row()
            text = text if self.has_text else text.lstrip()
        elif self.is_at_cell:
            return
        if self.block != "pre":
            text = _SPACE.sub(" ", text)
            if not self.has_text:
                text = text.lstrip(" ")
        if not text:
            return
        self.begin_block("p" if not self.block else self.block)
        self.set_marks()
        self.out.append(escape(text, quote=False))
        self.has_text = self.block == "pre" or not text.endswith(" ")

    def mark(self, sort: str, name: str, rest: str) -> None:
        if name == "a":
            self.wanted["a"] = int(sort == "start")
            self.href = address_in(rest) if sort == "start" else ""
        elif name == "strong":
            self.bold_mark(sort, rest)
        else:
            self.wanted[name] = max(0, self.wanted[name] + (1 if sort == "start" else -1))

    def bold_mark(self, sort: str, rest: str) -> None:
        """Some programs put a <b> that is not bold around all they copy."""
        if sort == "start":
            self.bold.append(not _NOT_BOLD.search(rest))
        elif self.bold:
            self.bold.pop()
        self.wanted["strong"] = int(any(self.bold[-DEEPEST:]))

    def tag(self, sort: str, name: str) -> None:
        if name == "br":
            self.line_break()
        elif name in ("td", "th"):
            self.begin_cell() if sort == "start" else self.end_cell()
        elif name == "hr":
            self.begin_container("hr")
        elif name in TEXT_BLOCKS:
            self.end_block()
            if sort == "start" and not (self.is_at_cell and name == "p"):
                self.begin_block(name)
        elif name in CONTAINERS:
            self.begin_container(name) if sort == "start" else self.end_container(name)
        elif name in DIVIDING:
            self.end_block()
            if name in ROW_ENDS:
                self.is_in_row = self.is_at_cell = False

    def begin_cell(self) -> None:
        if self.is_in_row:
            self.passed += 1
        else:
            self.end_block()
            self.is_in_row, self.passed, self.row_at = True, 0, len(self.out)
        self.is_at_cell = True

    def end_cell(self) -> None:
        """Space up to the next cell is none of the text."""
        self.is_at_cell = self.is_in_row

    def go_on_in_row(self) -> None:
        """The first text of a cell stands in the line of the cells before it, if that is one of plain text."""
        self.is_at_cell = False
        passed, self.passed = self.passed, 0
        if not passed:
            return
        if self.block not in ("", "p"):
            self.end_block()
        elif not self.block and len(self.out) > self.row_at and self.out[-1] == "</p>":
            self.out.pop()
            self.block, self.has_text = "p", self.ended_in_text
        if not self.block and len(self.out) > self.row_at:
            return
        self.begin_block("p")
        self.close_marks(0)
        between = BETWEEN_CELLS * passed + " "
        self.out.append(between if self.has_text else between.lstrip(" "))
        self.has_text = False

    def line_break(self) -> None:
        if self.is_at_cell:
            return
        if self.block == "pre":
            self.text("\n")
            return
        self.begin_block(self.block or "p")
        self.set_marks()
        self.out.append("<br>")
        self.has_text = False

    def begin_block(self, name: str) -> None:
        if self.block:
            return
        self.is_at_cell, self.passed = False, 0
        if self.around and self.around[-1] in LISTS:
            self.begin("li")
        self.out.append("<pre><code>" if name == "pre" else f"<{name}>")
        self.block, self.has_text = name, False

    def end_block(self) -> None:
        """Links end with their block; other marks go on in the next."""
        if not self.block:
            return
        self.close_marks(0)
        self.wanted["a"] = 0
        self.out.append("</code></pre>" if self.block == "pre" else f"</{self.block}>")
        self.ended_in_text = self.has_text
        self.block, self.has_text = "", False

    def begin_container(self, name: str) -> None:
        self.end_block()
        self.is_at_cell, self.passed = False, 0
        if name == "li":
            self.end_container("li")
        if name == "li" and not (self.around and self.around[-1] in LISTS):
            self.begin("ul")
        elif name != "li" and self.around and self.around[-1] in LISTS:
            self.begin("li")
        if name == "hr":
            self.out.append("<hr>")
        else:
            self.begin(name)

    def begin(self, name: str) -> None:
        """One too deep within others is not begun; a list and its item go together."""
        if len(self.around) < DEEPEST or name == "li":
            self.around.append(name)
            self.out.append(f"<{name}>")

    def end_container(self, name: str) -> None:
        self.end_block()
        if name == "li":
            place = next((at for at in range(len(self.around) - 1, -1, -1) if self.around[at] in LISTS), -1)
            if place >= 0:
                self.end_containers(place + 1)
        elif name in self.around:
            self.end_containers(len(self.around) - 1 - self.around[::-1].index(name))

    def end_containers(self, left: int) -> None:
        self.end_block()
        while len(self.around) > left:
            self.out.append(f"</{self.around.pop()}>")

    def set_marks(self) -> None:
        """Opens and closes tags up to the marks that are wanted now."""
        wanted = [(name, self.href if name == "a" else "") for name in MARKS if self.wanted[name]]
        wanted = [one for one in wanted if one != ("a", "") and (one[0] != "code" or self.block != "pre")]
        same = 0
        while same < min(len(wanted), len(self.open)) and wanted[same] == self.open[same]:
            same += 1
        self.close_marks(same)
        for name, href in wanted[same:]:
            self.out.append(f'<a href="{escape(href)}">' if name == "a" else f"<{name}>")
        self.open = wanted

    def close_marks(self, left: int) -> None:
        while len(self.open) > left:
            self.out.append(f"</{self.open.pop()[0]}>")


def address_in(rest: str) -> str:
    """Where a link leads, if we lead there; else an empty text."""
    found = _HREF.search(rest)
    if found is None:
        return ""
    href = unescape(found[1] or found[2] or found[3] or "")
    bare = _IGNORED_IN_ADDRESSES.sub("", href)
    scheme = _SCHEME.match(bare)
    return bare if scheme and scheme[1].lower() in SCHEMES else ""


class _Teller:
    """Says clean HTML as plain text."""

    def __init__(self) -> None:
        self.lines: list[str] = [""]
        self.lists: list[int] = []
        self.href = ""
        self.label_at = 0
        self.is_in_pre = False
        #: Whether the next block goes on in the line of its item's mark.
        self.is_at_mark = True

    def tell(self, html: str) -> str:
        for sort, name, rest in _tokens(html):
            if sort == "text":
                self.lines[-1] += unescape(rest)
                self.is_at_mark = False
            elif name == "a":
                self.link(sort, rest)
            elif name in LISTS:
                self.list(sort, name)
            elif sort == "start" and name == "li":
                self.item()
            elif sort == "start" and (name in TEXT_BLOCKS or name == "br"):
                self.line(again=name == "br")
        return "\n".join(line.rstrip() for line in "\n".join(self.lines).split("\n")).strip()

    def line(self, *, again: bool = False) -> None:
        if again or not self.is_at_mark:
            self.lines.append("")
        self.is_at_mark = False

    def list(self, sort: str, name: str) -> None:
        if sort == "start":
            self.lists.append(0 if name == "ol" else -1)
        elif self.lists:
            self.lists.pop()

    def item(self) -> None:
        if not self.lists:
            return
        if self.lists[-1] >= 0:
            self.lists[-1] += 1
        mark = f"{self.lists[-1]}. " if self.lists[-1] >= 0 else "• "
        self.lines.append("  " * (len(self.lists) - 1) + mark)
        self.is_at_mark = True

    def link(self, sort: str, rest: str) -> None:
        if sort == "start":
            self.href, self.label_at = address_in(rest), len(self.lines[-1])
            return
        label, address = self.lines[-1][self.label_at :].strip(), self.href
        bare = address.partition("://")[2] or address.partition(":")[2]
        if address and label.rstrip("/") not in (address.rstrip("/"), bare.rstrip("/")):
            self.lines[-1] += f" ({address})"
        self.href = ""
