"""A value as HTML for a cell of a list or a line of a record page, by the kind of its field."""

import re
from collections.abc import Callable, Mapping, Sequence
from typing import Any

from django.db.models import Model
from django.urls import reverse
from django.utils.html import escape, format_html, format_html_join
from django.utils.safestring import SafeString
from django.utils.translation import gettext as _
from django.utils.translation import pgettext

from jantar.engine.fields.base import Field
from jantar.engine.fields.record_key import RecordKey
from jantar.engine.fields.references import is_hidden, unseen
from jantar.engine.pages.addresses import key_address, record_address
from jantar.engine.records.links import PEOPLE
from jantar.engine.records.registry import registry
from jantar.kit.rich_text import Formatted
from jantar.kit.text import fold
from jantar.ui import html

NO_NUMBER = re.compile(r"[^0-9+]")
#: Characters of a long text in the cell of a list.
LONGEST_LINE = 300
TONES = ("blue", "teal", "violet", "orange", "pink", "green", "amber")


def show_value(field: Field, value: Any) -> SafeString | str:
    """The value with its links and badges; an empty string when there is none."""
    if field.is_empty(value):
        return ""
    return SHOW.get(field.kind, show_text)(field, value)


def show_text(field: Field, value: Any) -> SafeString | str:
    return field.text(value)


def show_number(field: Field, value: Any) -> SafeString:
    return format_html('<span class="num">{}</span>', field.text(value))


def show_money(field: Field, value: Any) -> SafeString:
    css = "num negative" if value.amount < 0 else "num"
    return format_html('<span class="{}">{}</span>', css, field.text(value))


def show_time(field: Field, value: Any) -> SafeString:
    return format_html('<time class="num" datetime="{}">{}</time>', value.isoformat(), field.text(value))


def late(shown: SafeString | str) -> SafeString:
    """A date that is past its time; said, too, for those who do not see the colour."""
    return format_html('<span class="late">{}<span class="visually-hidden"> {}</span></span>', shown, _("overdue"))


def show_choice(field: Field, value: Any) -> SafeString:
    return html.badge(field.text(value), tone=tone_of(field, value))


def show_items(field: Field, value: Any) -> SafeString:
    """Tags and several choices, a badge each."""
    return format_html_join(" ", "{}", ((html.badge(field.text([item]), tone=tone_of(field, item)),) for item in value))


def show_line(field: Field, value: Any) -> str:
    """A long text as one line; its place decides how much of it is seen."""
    line = " ".join(field.text(value).split())
    return line if len(line) <= LONGEST_LINE else f"{line[:LONGEST_LINE]}…"


def show_formatted(value: Formatted) -> SafeString:
    """Formatted text as on the page of its record: a high one is folded until it is asked for."""
    more = pgettext("long text", "Show more")
    less = pgettext("long text", "Show less")
    button = format_html(
        '<button type="button" class="btn btn-quiet btn-small rich-text-more" data-folded-target="button" '
        'data-action="folded#toggle" data-more="{}" data-less="{}" aria-expanded="false" hidden>{}</button>',
        more, less, more,
    )  # fmt: skip
    return format_html(
        '<div class="rich-text-shown" data-controller="folded">'
        '<div class="rich-text" data-folded-target="text">{}</div>{}</div>',
        SafeString(value.html), button,
    )  # fmt: skip


def show_email(field: Field, value: Any) -> SafeString:
    shown = escape(value)
    return SafeString(f'<a href="mailto:{shown}">{shown}</a>')


def show_phone(field: Field, value: Any) -> SafeString:
    return SafeString(f'<a class="num" href="tel:{NO_NUMBER.sub("", value)}">{escape(value)}</a>')


def show_web(field: Field, value: Any) -> SafeString:
    shown = value.partition("://")[2].removeprefix("www.").rstrip("/")
    return format_html('<a href="{}" target="_blank" rel="noopener noreferrer">{}</a>', value, shown)


def show_address(field: Field, value: Any) -> SafeString:
    """Its lines, below each other where there is room for that."""
    return format_html(
        '<span class="address">{}</span>',
        format_html_join(
            SafeString('<span class="address-comma">, </span>'),
            "<span>{}</span>",
            ((line,) for line in field.lines(value)),  # type: ignore[attr-defined]
        ),
    )


def show_file(field: Field, value: Any) -> SafeString:
    address = reverse("pages:held_file", args=[value.key])
    words = '<a class="held-file" href="{}" download>{}<span>{}</span></a>'
    return format_html(words, address, html.icon("file"), value.name)


def picture_address(key: str, size: str = "small") -> str:
    """Where the picture of an image is."""
    return reverse("pages:held_picture", args=[key, size])


def show_image(field: Field, value: Any) -> SafeString:
    """The small picture, which leads to the large one."""
    large, small = picture_address(value.key, "large"), picture_address(value.key)
    return format_html(
        '<a class="held-image" href="{}" target="_blank" rel="noopener" title="{}">'
        '<img src="{}" alt="{}" loading="lazy"></a>',
        large, value.name, small, value.name,
    )  # fmt: skip


def show_reference(field: Field, value: Any) -> SafeString | str:
    """A link to the record where it has a page of its own and the reader may see it.

    Rows of tables that are no records may have a colour, `shown_tone`: stages.
    """
    if is_hidden(value):
        return format_html('<span class="faint">{}</span>', field.text(value))
    if tone := getattr(value, "shown_tone", ""):
        return html.badge(value, tone=tone, dot=True)
    address = address_of(value)
    return SafeString(f'<a href="{address}">{escape(str(value))}</a>') if address else str(value)


def show_user(field: Field, value: Any) -> SafeString:
    return format_html('<span class="named">{}<span>{}</span></span>', html.avatar(str(value), size="s"), value)


def show_key(key: RecordKey, title: str) -> SafeString | str:
    """A record, colleague or team that a field names by its key."""
    if key.type == "users":
        return format_html('<span class="named">{}<span>{}</span></span>', html.avatar(title, size="s"), title)
    return title if key.type in PEOPLE else format_html('<a href="{}">{}</a>', key_address(key), title)


def show_keys(keys: Sequence[RecordKey], titles: Mapping[RecordKey, str]) -> SafeString:
    """Several of them, one beside the other; of those that may not be seen that they are there."""
    shown = (show_key(key, titles[key]) if key in titles else unseen() for key in keys)
    return format_html_join(" ", "{}", ((html.badge(one),) for one in shown))


def address_of(record: Model) -> str:
    """Where a record is shown; empty for rows that are no records (users, teams)."""
    try:
        record_type = registry.type_of(record)
    except LookupError:
        return ""
    return record_address(record_type.name, record.pk)


def tone_of(field: Field, value: Any) -> str:
    """A colour that stays with the value: by its place in a list of choices, else by its letters."""
    for place, (key, _label) in enumerate(getattr(field, "choices", ())):
        if key == value:
            return TONES[place % len(TONES)]
    return html.stable_tone(fold(str(value)))


SHOW: dict[str, Callable[[Field, Any], SafeString | str]] = {
    "number": show_number,
    "integer": show_number,
    "percent": show_number,
    "duration": show_number,
    "money": show_money,
    "date": show_time,
    "datetime": show_time,
    "choice": show_choice,
    "multi_choice": show_items,
    "tags": show_items,
    "email": show_email,
    "phone": show_phone,
    "web": show_web,
    "address": show_address,
    "file": show_file,
    "image": show_image,
    "rich_text": show_line,
    "reference": show_reference,
    "user": show_user,
}
