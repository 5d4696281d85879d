"""What is shown of an office file: cleaned before it is kept, and read from there in parts.

A kept preview is {"state": "shown" | "locked" | "broken" | "large"} and, when shown, `kind`, `macros`, `more`, `names`
of the parts, `total` (how many sheets there are) and `parts`: {"rows": ...}, {"html": ...} or {"slides": ...}.
"""

import datetime as dt
from dataclasses import dataclass, field
from typing import Any

import nh3
from django.utils.safestring import SafeString, mark_safe
from django.utils.translation import get_language

from jantar.engine.documents.models import Content
from jantar.ui.formats import format_day, format_number

STATES = ("shown", "locked", "broken", "large")
TAGS = {"p", "br", "h3", "h4", "h5", "h6", "strong", "em", "u", "s", "sub", "sup", "ul", "ol", "li", "blockquote",
        "table", "thead", "tbody", "tr", "th", "td"}  # fmt: skip
#: Structure and nothing else: no address, no style, no name by which a page could be addressed.
CLEANER = nh3.Cleaner(tags=TAGS, attributes={"td": {"colspan", "rowspan"}, "th": {"colspan", "rowspan"}}, link_rel=None)
FACTS = ("state", "kind", "macros", "more", "names", "total")


@dataclass(frozen=True)
class Preview:
    """What a page says about a preview before it shows a part of it."""

    state: str
    kind: str = ""
    macros: bool = False
    more: bool = False
    names: list[str] = field(default_factory=list)
    total: int | None = None


@dataclass(frozen=True)
class Cell:
    text: str
    is_number: bool = False


def clean(preview: Any) -> dict[str, Any]:
    """A preview as it may be kept. Raises ValueError for what is none."""
    if not isinstance(preview, dict) or preview.get("state") not in STATES:
        raise ValueError("not a preview")
    if preview["state"] != "shown":
        return {"state": preview["state"]}
    parts = [clean_part(part) for part in preview["parts"]]
    return {**{name: preview.get(name) for name in FACTS}, "parts": parts}


def clean_part(part: dict[str, Any]) -> dict[str, Any]:
    return {**part, "html": CLEANER.clean(part["html"])} if "html" in part else part


def preview_of(content: Content) -> Preview | None:
    """The facts of a preview, without its parts; one statement."""
    found = Content.objects.filter(pk=content.pk).values_list(*(f"preview__{name}" for name in FACTS)).first()
    if found is None or found[0] is None:
        return None
    return Preview(**{name: value for name, value in zip(FACTS, found, strict=True) if value is not None})


def part_of(content: Content, number: int) -> dict[str, Any] | None:
    """One part, ready for a page in the language in force; None when there is none of this number."""
    found = Content.objects.filter(pk=content.pk).values_list(f"preview__parts__{number}", flat=True).first()
    if found is None:
        return None
    if "rows" in found:
        language = get_language() or "en"
        return {**found, "rows": [[cell(value, language) for value in row] for row in found["rows"]]}
    return {**found, "html": cleaned(found["html"])} if "html" in found else found


def cleaned(html: str) -> SafeString:
    return mark_safe(html)  # noqa: S308 - `clean` has been over it before it was kept


def cell(value: Any, language: str) -> Cell:
    if value is None:
        return Cell("")
    if isinstance(value, bool):
        return Cell("✓" if value else "✗")
    if isinstance(value, int | float):
        return Cell(format_number(value, language), is_number=True)
    if isinstance(value, list):
        kind, text = value
        moment = dt.datetime.fromisoformat(text)
        day = format_day(moment.date(), language)
        return Cell(day if kind == "day" else f"{day} {moment:%H:%M}")
    return Cell(str(value))
