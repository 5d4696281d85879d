"""Template tags of the design system: marks, and values written in the user's language and time zone."""

import datetime as dt
import json
from typing import Any, Protocol

from django import template
from django.core.serializers.json import DjangoJSONEncoder
from django.forms import BoundField
from django.utils import timezone
from django.utils.html import format_html
from django.utils.safestring import SafeString
from django.utils.translation import get_language

from jantar.ui import formats, html
from jantar.ui.addresses import address
from jantar.ui.assets import asset_url

register = template.Library()


class HasAmount(Protocol):
    amount: formats.Number
    currency: str


@register.simple_tag
def asset(name: str) -> str:
    """Address of a built asset: {% asset "main.js" %}."""
    return asset_url(name)


@register.simple_tag(name="address")
def address_tag(name: str, *args: object) -> str:
    """As `url`, remembered, for what pages draw many times: {% address "pages:edit" type.name record.pk %}."""
    return address(name, *args)


@register.simple_tag
def icon(name: str, size: str = "", label: str = "") -> SafeString:
    return html.icon(name, size=size, label=str(label))


@register.simple_tag
def badge(text: object, tone: str = "neutral", icon: str = "", dot: Any = False) -> SafeString:
    return html.badge(text, tone=tone or "neutral", icon_name=icon, dot=bool(dot))


@register.simple_tag
def avatar(name: str, size: str = "", square: Any = False, image: str = "", seed: object = "") -> SafeString:
    return html.avatar(str(name), size=size, square=bool(square), image=image or "", seed=str(seed))


@register.simple_tag
def date(value: dt.date | None, style: str = "") -> SafeString | str:
    """A day. `style`: "" (22 Nov 2026), "short" (Sun 22 Nov), "full" (with the weekday), "month" (November 2026)."""
    if value is None or value == "":
        return ""
    day = timezone.localtime(value).date() if isinstance(value, dt.datetime) and timezone.is_aware(value) else value
    styles = {"short": formats.format_day_short, "full": formats.format_day_full, "month": formats.format_month}
    write = styles.get(style, formats.format_day)
    return format_html('<time class="num" datetime="{}">{}</time>', day.isoformat(), write(day, _language()))


@register.simple_tag
def datetime(value: dt.datetime | None) -> SafeString | str:
    """A moment in the user's time zone: 22 Nov 2026, 14:05."""
    if not value:
        return ""
    text = formats.format_moment(value, _language(), zone=timezone.get_current_timezone())
    return format_html('<time class="num" datetime="{}">{}</time>', value.isoformat(), text)


@register.simple_tag
def relative(value: dt.datetime | None) -> SafeString | str:
    """A moment as "3 hours ago", kept up to date in the browser, with the full time as its title."""
    if not value:
        return ""
    return format_html(
        '<time datetime="{}" title="{}" data-controller="relative-time">{}</time>',
        value.isoformat(),
        as_datetime(value),
        formats.format_relative(value, timezone.now(), _language()),
    )


@register.simple_tag
def money(value: HasAmount | formats.Number | None, currency: str = "", style: str = "") -> SafeString | str:
    """An amount with its currency. `style`: "" (to the cent), "whole", "short" (1.2M)."""
    text = as_money(value, currency, style)
    if not text:
        return ""
    return format_html('<span class="num{}">{}</span>', " negative" if _amount(value) < 0 else "", text)


@register.simple_tag
def number(value: formats.Number | None, decimals: int | None = None) -> SafeString | str:
    if value is None or value == "":
        return ""
    return format_html('<span class="num">{}</span>', formats.format_number(value, _language(), decimals=decimals))


@register.simple_tag
def percent(value: formats.Number | None, decimals: int = 0) -> SafeString | str:
    """A percentage from its number of percent: 40 gives 40%."""
    if value is None or value == "":
        return ""
    text = formats.format_percentage(value, _language(), decimals=decimals)
    return format_html('<span class="num">{}</span>', text)


@register.simple_tag
def duration(minutes: int | str | None) -> SafeString | str:
    if minutes is None or minutes == "":
        return ""
    return format_html('<span class="num">{}</span>', formats.format_duration(int(minutes), _language()))


@register.filter
def as_date(value: dt.date | None) -> str:
    return formats.format_day(value, _language(), zone=timezone.get_current_timezone()) if value else ""


@register.filter
def as_datetime(value: dt.datetime | None) -> str:
    return formats.format_moment(value, _language(), zone=timezone.get_current_timezone()) if value else ""


@register.filter
def as_clock(value: dt.datetime | dt.time | None) -> str:
    if not value:
        return ""
    if isinstance(value, dt.time):
        return value.strftime("%H:%M")
    return formats.format_clock(value, _language(), zone=timezone.get_current_timezone())


@register.filter
def as_number(value: formats.Number | None) -> str:
    return "" if value is None or value == "" else formats.format_number(value, _language())


@register.filter
def as_bytes(value: int | None) -> str:
    return "" if value is None else formats.format_bytes(int(value), _language())


def as_money(value: HasAmount | formats.Number | None, currency: str = "", style: str = "") -> str:
    """An amount as plain text; `value` is a Money or a number with `currency` beside it."""
    if value is None or value == "":
        return ""
    code = currency or getattr(value, "currency", "")
    if style == "short":
        return formats.format_money_short(_amount(value), code, _language())
    return formats.format_money(_amount(value), code, _language(), whole=style == "whole")


def _amount(value: Any) -> formats.Number:
    amount: formats.Number = getattr(value, "amount", value)
    return amount


def _language() -> str:
    return get_language() or "en"


_CONTROL_CLASSES = {
    "checkbox": "form-check-input",
    "select": "form-select",
    "nullbooleanselect": "form-select",
    "selectmultiple": "form-select",
}


@register.simple_tag
def control(field: BoundField, **attrs: str) -> SafeString:
    """The control of a form field in the look of the theme, tied to its help and errors."""
    css = _CONTROL_CLASSES.get(field.widget_type, "form-control")
    described = " ".join(
        f"{field.id_for_label}-{part}" for part, there in (("help", field.help_text), ("errors", field.errors)) if there
    )
    own = field.field.widget.attrs
    settings = {"class": f"{css} {own.get('class', '')}".strip()}
    if field.errors:
        settings["aria-invalid"] = "true"
    if described:
        settings["aria-describedby"] = described
    return field.as_widget(attrs={**settings, **{name.replace("_", "-"): value for name, value in attrs.items()}})


@register.filter
def as_json(value: object) -> str:
    """A value for a data attribute: data-chart-data-value="{{ chart|as_json }}"."""
    return json.dumps(value, cls=DjangoJSONEncoder)


@register.filter
def split(value: str) -> list[str]:
    """The words of a text, for short literal lists."""
    return value.split()
