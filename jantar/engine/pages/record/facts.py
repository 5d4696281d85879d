"""The facts of a record as HTML. Written in Python because components take five times as long for 40 lines.

The markup is that of the components c-facts, c-fact and c-card.
"""

from collections.abc import Iterable
from typing import TYPE_CHECKING

from django.utils.html import conditional_escape, escape, format_html
from django.utils.safestring import SafeString
from django.utils.text import capfirst
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from jantar.engine.fields.files.fields import File
from jantar.ui import html

if TYPE_CHECKING:
    from jantar.engine.pages.record.content import ShownField, ShownPart, ShownSection


def cards(sections: "Iterable[ShownSection]") -> SafeString:
    """All sections; of the first one the empty fields are open too."""
    return SafeString("\n".join(card(section, number == 0) for number, section in enumerate(sections)))


def card(section: "ShownSection", is_first: bool) -> str:
    empty = facts(section.empty) if section.empty else ""
    if empty and not is_first:
        number = len(section.empty)
        words = ngettext("%(number)s empty field", "%(number)s empty fields", number) % {"number": number}
        empty = f'<details class="empty-facts"><summary>{words}</summary>{empty}</details>'
    return (
        f'<section class="card"><div class="card-header"><h2 class="card-title"><span class="truncate">'
        f"{escape(section.title)}</span></h2></div>"
        f'<div class="card-body">{facts(section.filled)}{empty}</div></section>'
    )


def facts(items: "Iterable[ShownField | ShownPart]") -> str:
    """Neighbouring fields share one list; a part stands by itself."""
    found: list[str] = []
    lines: list[str] = []
    for item in items:
        if item.is_part:
            found.append(facts_list(lines))
            lines = []
            found.append(part(item))  # type: ignore[arg-type]
        else:
            lines.append(fact(item))  # type: ignore[arg-type]
    return "".join([*found, facts_list(lines)])


def facts_list(lines: list[str]) -> str:
    return f'<dl class="facts">{"".join(lines)}</dl>' if lines else ""


def fact(item: "ShownField") -> str:
    label, value = escape(capfirst(str(item.field.label))), conditional_escape(item.value)
    watch = f'<span class="fact-watch" id="watch-{item.name}">{watch_button(item)}</span>' if item.watch else ""
    if not item.edit:
        shown = f'<div id="fact-{item.name}">{value}</div>' if watch else value
        name = "" if watch else f' id="fact-{item.name}"'
        return f"<div><dt>{label}</dt><dd{name}>{shown}{watch}</dd></div>"
    takes = " data-takes-file" if isinstance(item.field, File) else ""
    return (
        f'<div><dt>{label}</dt><dd><div class="editable" role="group" tabindex="0" id="fact-{item.name}" '
        f'data-controller="inline-edit" data-inline-edit-url-value="{item.edit}" aria-label="{label}"{takes}>'
        f"{value}</div>{watch}</dd></div>"
    )


def watch_button(item: "ShownField") -> SafeString:
    """Opens the dialog in which one is reminded of the date."""
    words = _("Reminders are on: %(label)s") if item.is_watched else _("Remind me: %(label)s")
    return format_html(
        '<a class="btn btn-quiet btn-icon btn-small{3}" href="{0}" hx-get="{0}" hx-target="#dialog-slot" '
        'aria-label="{1}" data-tooltip="{1}">{2}</a>',
        item.watch,
        words % {"label": item.field.label},
        html.icon("bell", size="s"),
        " is-on" if item.is_watched else "",
    )


def part(item: "ShownPart") -> str:
    rows = "".join(f"<li>{''.join(map(cell, row))}</li>" for row in item.rows)
    shown = f'<ul class="record-part-rows">{rows}</ul>' if rows else ""
    return (
        f'<div class="record-part"><div class="record-part-head"><span>{escape(item.part.label)}</span>'
        f"{edit_button(item) if item.edit else ''}</div>{shown}</div>"
    )


def cell(item: "ShownField") -> str:
    return f'<span class="cell-{item.field.kind}">{conditional_escape(item.value)}</span>'


def edit_button(item: "ShownPart") -> SafeString:
    return format_html(
        '<a class="btn btn-quiet btn-icon btn-small" href="{0}" hx-get="{0}" hx-target="#dialog-slot" aria-label="{1}">'
        "{2}</a>",
        item.edit,
        _("Edit: %(label)s") % {"label": item.part.label},
        html.icon("edit"),
    )
