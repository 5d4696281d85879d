"""The smallest marks of a page as HTML, for table cells that must be fast and for the components."""

from functools import lru_cache
from hashlib import md5

from django.conf import settings
from django.utils.html import format_html
from django.utils.safestring import SafeString, mark_safe

from jantar.kit.text import initials

from .assets import asset_url, icon_names

TONES = ("neutral", "amber", "green", "red", "blue", "violet", "teal", "pink", "orange")
_AVATAR_TONES = ("blue", "violet", "teal", "pink", "orange", "green", "amber")


def icon(name: str, *, size: str = "", label: str = "") -> SafeString:
    """A Tabler icon. `size` is "", "s" or "l". Without `label` it is hidden from screen readers."""
    if not name:
        return mark_safe("")
    if settings.DEBUG and name not in icon_names():
        raise ValueError(f'The icon "{name}" is not in the sprite: run `npm run build` (names: frontend/icons.txt).')
    return _icon(name, size, label, asset_url("icons.svg"))


@lru_cache(maxsize=2048)
def _icon(name: str, size: str, label: str, sprite: str) -> SafeString:
    css = f"icon icon-{size}" if size else "icon"
    href = f"{sprite}#{name}"
    if label:
        return format_html('<svg class="{}" role="img" aria-label="{}"><use href="{}"/></svg>', css, label, href)
    return format_html('<svg class="{}" aria-hidden="true"><use href="{}"/></svg>', css, href)


def badge(text: object, *, tone: str = "neutral", icon_name: str = "", dot: bool = False) -> SafeString:
    """A short state word. `tone` is one of TONES, or success, warning, danger, info."""
    css = "badge badge-dot" if dot else "badge"
    return format_html('<span class="{}" data-tone="{}">{}{}</span>', css, tone, icon(icon_name), text)


def avatar(name: str, *, size: str = "", square: bool = False, image: str = "", seed: str = "") -> SafeString:
    """Initials in a colour that stays the same for the same `seed` (the name when empty).

    `size` is "", "s", "l" or "xl"; `square` is for companies. The name must stand beside it:
    the mark itself is hidden from screen readers.
    """
    css = "avatar" + (f" avatar-{size}" if size else "") + (" avatar-square" if square else "")
    if image:
        return format_html('<img class="{}" src="{}" alt="" loading="lazy">', css, image)
    return _initials_mark(name, css, seed or name)


@lru_cache(maxsize=4096)
def _initials_mark(name: str, css: str, seed: str) -> SafeString:
    return format_html(
        '<span class="{}" data-tone="{}" data-initials="{}" aria-hidden="true"></span>',
        css,
        stable_tone(seed),
        initials(name) or "?",
    )


def stable_tone(seed: str) -> str:
    """A tone that is always the same for the same text."""
    digest = md5(seed.encode(), usedforsecurity=False).digest()
    return _AVATAR_TONES[digest[0] % len(_AVATAR_TONES)]
