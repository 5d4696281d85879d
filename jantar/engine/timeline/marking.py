"""What people write, as HTML: names behind an @ are marked, addresses are links, those of records bear their titles."""

import re
from collections.abc import Iterable, Mapping
from urllib.parse import urlsplit

from django.conf import settings
from django.utils.html import escape, format_html
from django.utils.safestring import SafeString, mark_safe

from jantar.engine.fields.record_key import RecordKey
from jantar.engine.permissions.actor import Actor
from jantar.engine.records.references import record_titles
from jantar.engine.records.registry import registry

Titles = Mapping[RecordKey, str]
NO_TITLES: Titles = {}
NOWHERE = RecordKey("", 0)

#: An address up to the end of the word; what ends a sentence does not belong to it.
ADDRESS = re.compile(r"https?://[^\s<>\"]*[^\s<>\".,;:!?)\]}'’”]")
RECORD = re.compile(r"/([a-z][a-z0-9_]{0,49})/([0-9]{1,18})/?")


def titles_in(texts: Iterable[str], actor: Actor) -> dict[RecordKey, str]:
    """The titles of the records whose addresses stand in the texts, as far as the actor may see them; one statement."""
    found = (record_at(address) for text in texts for address in ADDRESS.findall(text))
    keys = {key for key in found if key}
    return record_titles(keys, actor) if keys else {}


def marked(text: str, names: Iterable[str], titles: Titles = NO_TITLES) -> SafeString:
    """The text as HTML. An address of a record without a title here is shown as it was written."""
    names = sorted(set(names), key=len, reverse=True)
    html, end = [], 0
    for match in ADDRESS.finditer(text):
        html += [with_names(text[end : match.start()], names), link(match[0], titles)]
        end = match.end()
    return mark_safe("".join([*html, with_names(text[end:], names)]))  # noqa: S308 - all parts are escaped


def in_words(text: str, titles: Titles) -> str:
    """The text with titles in the place of the addresses of records, where only text can be shown."""
    return ADDRESS.sub(lambda match: titles.get(record_at(match[0]) or NOWHERE) or match[0], text)


def with_names(text: str, names: Iterable[str]) -> str:
    """Longer names have to come first."""
    html = str(escape(text))
    for name in names:
        tag = f"@{escape(name)}"
        html = html.replace(tag, f'<span class="mention">{tag}</span>')
    return html


def link(address: str, titles: Titles) -> str:
    key = record_at(address)
    if key:
        return format_html('<a href="/{}/{}/">{}</a>', key.type, key.id, titles.get(key) or address)
    return format_html('<a href="{0}" target="_blank" rel="noopener noreferrer nofollow">{0}</a>', address)


def record_at(address: str) -> RecordKey | None:
    """The record whose page the address is: one of this installation, by whichever name it answers to."""
    try:
        parts = urlsplit(address)
        host = parts.hostname or ""
    except ValueError:
        return None
    if parts.netloc != urlsplit(settings.ADDRESS).netloc and host not in settings.ALLOWED_HOSTS:
        return None
    found = RECORD.fullmatch(parts.path)
    return RecordKey(found[1], int(found[2])) if found and found[1] in registry else None
