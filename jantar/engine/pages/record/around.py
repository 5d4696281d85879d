"""What stands around the facts of a record, drawn once for all records with which the same can be done.

The acts, menus and tabs of two companies differ in nothing but key and title. They are drawn for a record that has
blanks for both and kept; each page fills them in (decision 17).
"""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from django.core.cache import caches
from django.core.cache.utils import make_template_fragment_key
from django.utils.html import escape
from django.utils.safestring import SafeString
from django.utils.translation import get_language

from jantar.engine.pages.record.content import RecordPage

#: A number and a text that no record has.
KEY, TITLE = 8_070_450_532_247_928_911, "\ue000title\ue000"


@dataclass(frozen=True)
class NamelessRecord:
    """All of a record that may be shown around it. What else is asked of it is not there, and shows nothing."""

    may_edit: bool
    may_delete: bool
    series_id: bool
    pk: int = KEY

    def __str__(self) -> str:
        return TITLE


class Around(RecordPage):
    """The page of the record without a name that stands for one."""

    def __init__(self, page: RecordPage) -> None:
        record = page.record
        nameless = NamelessRecord(record.may_edit, record.may_delete, bool(getattr(record, "series_id", None)))
        super().__init__(page.record_type, nameless, page.actor)
        self.actions = page.actions
        self.is_watched = page.is_watched

    @property
    def kept_by(self) -> str:
        """Everything that may be shown around the record, besides its key and title and the language."""
        acts = [action.name for action in self.actions]
        shown = self.record_type.name, self.actor.powers, self.actor.definitions, self.record, acts, self.is_watched
        return repr(shown)


def drawn(name: str, page: RecordPage, is_pane: bool, draw: Callable[[dict[str, Any]], str]) -> SafeString:
    """What `draw` gives for the record; it is called with the names it may use instead of those of the page."""
    if page.actor.as_of or page.actor.definitions is None:
        return SafeString(draw({}))
    around = Around(page)
    cache, key = caches["shell"], make_template_fragment_key(name, [get_language(), is_pane, around.kept_by])
    text = cache.get(key)
    if text is None:
        text = str(draw({"page": around, "record": around.record}))
        cache.set(key, text, None)
    return SafeString(text.replace(str(KEY), str(page.record.pk)).replace(TITLE, escape(str(page.record))))
