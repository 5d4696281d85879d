"""Addresses of the built browser assets (frontend/build.mjs writes them with content-hashed names)."""

import json
from functools import lru_cache
from pathlib import Path

from django.conf import settings
from django.core.exceptions import ImproperlyConfigured
from django.templatetags.static import static

DIST = Path(__file__).parent / "static" / "ui" / "dist"


def asset_url(name: str) -> str:
    """Address of a built file by its plain name: "main.js", "main.css", "icons.svg"."""
    return _address(name) if settings.DEBUG else _address_once(name)


def icon_names() -> frozenset[str]:
    """Names of the icons in the sprite."""
    return frozenset(json.loads(_read("icons.json")))


def _address(name: str) -> str:
    manifest: dict[str, str] = json.loads(_read("manifest.json"))
    return static(f"ui/dist/{manifest[name]}")


_address_once = lru_cache(maxsize=64)(_address)


def _read(name: str) -> str:
    try:
        return (DIST / name).read_text("utf-8")
    except FileNotFoundError as error:
        raise ImproperlyConfigured(
            "The browser assets are not built. Run `npm ci` and `npm run build`, or `make setup`."
        ) from error
