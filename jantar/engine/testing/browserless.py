"""What a browser would send for a form, read from its HTML; for tests that need no browser."""

import html
import re


def fields_of(page: str) -> dict[str, list[str]]:
    """What a browser would send for a form nobody touched."""
    found: dict[str, list[str]] = {}
    page = re.sub(r"<template.*?</template>", "", page, flags=re.DOTALL)
    for tag in re.findall(r"<input[^>]*>", page):
        attributes = dict(re.findall(r'([a-z-]+)="([^"]*)"', tag))
        if "name" in attributes and ("checked" in tag.split() or attributes.get("type") != "checkbox"):
            found.setdefault(attributes["name"], []).append(html.unescape(attributes.get("value", "on")))
    for name, text in re.findall(r'<textarea[^>]*name="([^"]*)"[^>]*>\n?(.*?)</textarea>', page, re.DOTALL):
        found[name] = [html.unescape(text)]
    for name, options in re.findall(r'<select[^>]*name="([^"]*)"[^>]*>(.*?)</select>', page, re.DOTALL):
        chosen = re.finditer(r'<option(?: value="([^"]*)")? selected>([^<]*)', options)
        found[name] = [html.unescape(one[2] if one[1] is None else one[1]) for one in chosen]
    return found
