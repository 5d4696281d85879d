"""Guessing which column is which field: by field names, labels in every language, names in other programs, content."""

import re
from collections.abc import Iterable, Iterator, Mapping

from django.conf import settings
from django.utils import translation

from jantar.engine.fields.conventions import Conventions
from jantar.engine.fields.errors import FieldError
from jantar.engine.permissions.actor import Actor
from jantar.engine.records.record_type import RecordType
from jantar.engine.records.references import pointer_of
from jantar.engine.transfer.known import best_for, folded, plain, translations
from jantar.engine.transfer.plan import ColumnOfSheet
from jantar.engine.transfer.rows import accepted
from jantar.engine.transfer.targets import CURRENCY, ID, Target, targets_of

#: Column names for what every record has, folded.
COMMON = {
    "owner": ("record owner", "account owner", "assigned to", "responsible", "sales rep", "zodpovedna osoba",
              "obchodnik", "vlastnik", "tulajdonos", "felelos", "opiekun", "wlasciciel", "handlowiec",
              "odpovedna osoba", "odpovida", "zodpovedny", "obchodny zastupca", "obchodni zastupce", "opiekun handlowy",
              "osoba odpowiedzialna", "uzletkoto", "ertekesito", "felelos szemely"),
    "tags": ("labels", "label", "stitky", "cimkek", "etykiety", "tagi", "tagy", "kategorie", "kategorie kontaktu"),
}  # fmt: skip
CURRENCY_NAMES = ("currency", "currency code", "currencyisocode", "mena", "penznem", "waluta", "deviza")
_NUMBER = re.compile(r"\d+")


def suggest_mapping(record_type: RecordType, columns: Iterable[ColumnOfSheet], actor: Actor) -> list[str]:
    """A target for every column, "" where none is likely; each target once unless it takes several."""
    columns = list(columns)
    targets = targets_of(record_type, actor)
    known = {name: key for key, name in names_of(record_type, targets)}
    export = best_for(record_type, (column.header for column in columns))
    own = {plain(header): key for header, key in export.mapping.items()} if export else {}
    translated = translations(record_type, export.program) if export else {}
    exported = all(column.header in targets or column.header in record_type.fields(actor) for column in columns)
    mapping = [""] * len(columns)
    used: set[str] = set()

    def give(position: int, key: str | None) -> None:
        if not key or key not in targets or mapping[position] or (key in used and not targets[key].takes_several):
            return
        if own.get(plain(columns[position].header), key) != key:
            return
        if readable(columns[position], targets[key], actor, translated.get(key, {})):
            mapping[position] = key
            used.add(key)

    for position, column in enumerate(columns):
        give(position, own.get(plain(column.header)))
    for position, column in enumerate(columns):
        if exported and column.header in targets:
            give(position, column.header)
        elif column.header != ID:
            give(position, known.get(plain(column.header)))
    for position, column in enumerate(columns):
        give(position, by_money(column.header, targets))
        give(position, known.get(plain(_NUMBER.sub("1", column.header))))
        give(position, known.get(plain(_NUMBER.sub("", column.header))))
    for position, column in enumerate(columns):
        give(position, by_content(column, targets))
    return mapping


def names_of(record_type: RecordType, targets: Mapping[str, Target]) -> Iterator[tuple[str, str]]:
    """Pairs of target and folded name; where a name comes twice the last pair counts, so the surest are last."""
    for key, names in COMMON.items():
        if key in targets:
            yield from ((key, plain(name)) for name in names)
    for language, _name in reversed(settings.LANGUAGES):
        with translation.override(language):
            for key, target in reversed(list(targets.items())):
                if key != ID:
                    yield key, plain(f"{record_type.label} {target.label}")
                    yield key, plain(str(target.label))
    for key, names in record_type.import_names.items():
        if key in targets:
            yield from ((key, plain(name)) for name in names)
    for key in targets:
        if key != ID:
            yield key, plain(key)


def by_money(header: str, targets: Mapping[str, Target]) -> str | None:
    """The currency of the first amount, for a column that is called so."""
    if plain(header) in {plain(name) for name in CURRENCY_NAMES}:
        return next((key for key in targets if key.endswith(CURRENCY)), None)
    return None


def readable(column: ColumnOfSheet, target: Target, actor: Actor, translated: Mapping[str, str]) -> bool:
    """Whether at least one of the first cells is a value of the field. What a reference names is asked for later."""
    if target.field is None or target.is_currency or not column.samples or pointer_of(target.field):
        return True
    conventions = Conventions(column.decimal_comma, column.day_first, "EUR")
    for sample in column.samples:
        try:
            target.field.parse_cell(translated.get(folded(sample), sample), conventions)
        except FieldError:
            continue
        return True
    return False


def by_content(column: ColumnOfSheet, targets: Mapping[str, Target]) -> str | None:
    """An e-mail column tells itself."""
    samples = [sample.strip() for sample in column.samples if sample.strip()]
    if not samples or not all("@" in sample for sample in samples):
        return None
    for key, target in targets.items():
        if target.field and target.field.kind == "email" and not target.part:
            return key if all(accepted(target.field, sample) for sample in samples) else None
    return None
