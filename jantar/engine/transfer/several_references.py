"""Finding the several records that one cell names: "Alfa; Beta, s.r.o.", "Alfa, Beta"."""

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import Any

from django.utils.translation import gettext as _

from jantar.engine.fields.custom_kinds import RecordsOf, kept_key
from jantar.engine.fields.record_key import RecordKey
from jantar.engine.records.references import pointer_of
from jantar.engine.transfer.known import folded
from jantar.engine.transfer.references import Resolver
from jantar.engine.transfer.rows import ReadRow

_BETWEEN = re.compile(r"\s*(?::::|[;,\n])\s*")
#: So many pieces of a cell can be one name: names have commas, too.
LONGEST = 4


@dataclass
class SeveralResolver(Resolver):
    """Resolves the cells of a column that goes to a field of several records. Nothing is made on the way."""

    target_type: str = ""

    def load(self, texts: Iterable[str], refused: Iterable[str] = ()) -> None:
        super().load({name for text in (*texts, *refused) for _start, _end, name in names_in(text)})

    def used(self, values: Iterable[Any]) -> set[int]:
        return set()

    def put(self, read: ReadRow) -> None:
        """The records in the order of the cell; those of a stored record that one may not see stay."""
        found: list[RecordKey] = []
        missing: list[str] = []
        for name in self._meant(read.references[self.name]):
            rows = self.known.get(folded(name), [])
            if len(rows) > 1:
                read.refuse(self.name, self._several(name))
                return
            found += [RecordKey(self.target_type, row.pk) for row in rows]
            missing += [] if rows else [name]
        if missing and not self.leave_empty:
            for name in missing:
                read.refuse(self.name, _("There is no “%(value)s”.") % {"value": name[:100]})
            return
        if missing:
            read.left_out[self.name] = "; ".join(missing)
        if found:
            read.values[self.name] = [*dict.fromkeys(found), kept_key(self.target_type)]

    def _meant(self, text: str) -> Iterator[str]:
        """The names of the cell: of what can be one name the longest that is known, else the shortest."""
        at = {(start, end): name for start, end, name in names_in(text)}
        place, last = 0, max((end for _start, end in at), default=0)
        while place < last:
            ends = [end for end in range(min(place + LONGEST, last), place, -1) if (place, end) in at]
            known = (end for end in ends if self.known.get(folded(at[place, end])))
            end = next(known, place + 1)
            if (place, end) in at:
                yield at[place, end]
            place = end


def names_in(text: str) -> Iterator[tuple[int, int, str]]:
    """Everything in a cell that can be one name, with the pieces it begins and ends at."""
    between = [*_BETWEEN.finditer(text)]
    starts = [0, *(one.end() for one in between)]
    ends = [*(one.start() for one in between), len(text)]
    for first, start in enumerate(starts):
        for last in range(first, min(first + LONGEST, len(ends))):
            if ends[first] > start and ends[last] > starts[last] and (name := text[start : ends[last]].strip()):
                yield first, last + 1, name


def several_resolver(field: RecordsOf, **options: Any) -> SeveralResolver:
    reference = pointer_of(field)
    assert reference
    return SeveralResolver(reference, target_type=field.target_type, **options)
