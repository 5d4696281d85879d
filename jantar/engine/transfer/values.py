"""What the words of a file become where a field takes only certain values: understood, chosen, or not known yet."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from django.utils.text import capfirst
from django.utils.translation import gettext as _

from jantar.engine.fields.base import Field
from jantar.engine.fields.choices import Boolean, Choice, MultiChoice
from jantar.engine.fields.conventions import Conventions
from jantar.engine.fields.errors import FieldError
from jantar.engine.fields.references import Reference
from jantar.engine.permissions.actor import Actor
from jantar.engine.records.checking import visible_rows
from jantar.engine.records.models import Record
from jantar.engine.records.record_type import RecordType
from jantar.engine.records.references import MOST_OFFERED, pointer_of
from jantar.engine.records.registry import registry
from jantar.engine.transfer.known import folded, translations
from jantar.engine.transfer.plan import SEPARATOR, Plan, targets_of_all
from jantar.engine.transfer.references import resolver_for
from jantar.engine.transfer.rows import holds_several, pieces_of
from jantar.engine.transfer.targets import ID, Target


@dataclass(frozen=True)
class Asked:
    """A field, the words of the file that mean nothing here, or have been given a meaning, and in how many rows."""

    key: str
    target: Target
    words: list[tuple[str, int]]


def takes_certain(target: Target) -> bool:
    """Whether only certain values fit: of a list, or rows of a short table such as users and stages."""
    if target.field is None or target.is_currency or target.key == ID:
        return False
    if reference := pointer_of(target.field):
        return not issubclass(reference.target, Record)
    return isinstance(target.field, Boolean | Choice | MultiChoice)


def asked_values(plan: Plan, record_type: RecordType, actor: Actor) -> list[Asked]:
    """By mapped field what has to be asked, the most frequent words first. A statement for each reference."""
    targets, found = targets_of_all(plan, record_type, actor), []
    for place, key in enumerate(plan.mapping):
        if key not in targets or not takes_certain(targets[key]) or place >= len(plan.columns):
            continue
        chosen = {folded(text) for text in plan.values.get(key, {})}
        counted = counts_of_words(plan.columns[place].values, targets[key].field)
        translated = translations_of(plan, record_type).get(key, {})
        words_here = [translated.get(folded(text), text) for text in counted]
        unknown = unknown_words(targets[key], words_here, type_of(key, record_type), actor)
        words = [
            (text, rows)
            for text, rows in counted.items()
            if folded(text) in chosen or translated.get(folded(text), text) in unknown
        ]
        if words:
            found.append(Asked(key, targets[key], words))
    return found


def translations_of(plan: Plan, record_type: RecordType) -> dict[str, Mapping[str, str]]:
    """What the recognised program's words are called here, by full key."""
    found = dict(translations(record_type, plan.program))
    for name in plan.also:
        own = translations(registry.get(name), plan.program)
        found |= {f"{name}{SEPARATOR}{key}": words for key, words in own.items()}
    return found


def type_of(key: str, record_type: RecordType) -> RecordType:
    prefix = key.rpartition(SEPARATOR)[0]
    return registry.get(prefix) if prefix else record_type


def counts_of_words(values: Iterable[tuple[str, int]], field: Field | None) -> dict[str, int]:
    """In how many rows each word stands."""
    found: dict[str, int] = {}
    for text, rows in values:
        for word in pieces_of(text) if holds_several(field) else [text]:
            found[word] = found.get(word, 0) + rows
    return dict(sorted(found.items(), key=lambda pair: -pair[1]))


def unknown_words(target: Target, texts: Iterable[str], record_type: RecordType, actor: Actor) -> set[str]:
    """Those that are no value of the field; one statement for a reference, none for others."""
    wanted = {text for text in texts if text.strip()}
    if reference := pointer_of(target.field):
        resolver = resolver_for(record_type, reference, actor)
        resolver.load(wanted)
        return {text for text in wanted if not resolver.is_clear(text)}
    return {text for text in wanted if not is_value(target.field, text)}


def is_value(field: Field | None, text: str) -> bool:
    try:
        if field:
            field.check(field.parse_cell(text, Conventions(currency="EUR")))
    except FieldError:
        return False
    return True


def options_of(target: Target, actor: Actor) -> list[tuple[str, str]]:
    """What a word can become: how it is written in a plan, and what people read."""
    one = target.field
    if reference := pointer_of(one):
        return rows_of(reference, actor)
    if isinstance(one, Boolean):
        return [("yes", _("Yes")), ("no", _("No"))]
    listed = one.choices if isinstance(one, Choice | MultiChoice) else ()
    return [(str(key), capfirst(str(label))) for key, label in listed]


def rows_of(reference: Reference, actor: Actor) -> list[tuple[str, str]]:
    """Rows of the same name stand there once: which is meant follows from the row (a stage from its pipeline)."""
    found: dict[str, str] = {}
    for row in visible_rows(reference.target, actor)[:MOST_OFFERED]:
        found.setdefault(str(getattr(row, "email", "") or row), str(row))
    return list(found.items())


def usable_values(plan: Plan, record_type: RecordType, actor: Actor) -> dict[str, dict[str, str]]:
    """What of the chosen values can still be followed: a remembered stage may be gone by now."""
    targets = targets_of_all(plan, record_type, actor)
    found: dict[str, dict[str, str]] = {}
    for key, words in plan.values.items():
        if key in plan.mapping and key in targets and takes_words(targets[key]):
            unknown = unknown_words(targets[key], words.values(), type_of(key, record_type), actor)
            found[key] = {text: ours for text, ours in words.items() if ours not in unknown}
    return {key: words for key, words in found.items() if words}


def takes_words(target: Target) -> bool:
    """Whether words of the file can be replaced: tags take any, but old ones may have another name here."""
    return takes_certain(target) or holds_several(target.field)


def check_values(plan: Plan, record_type: RecordType, actor: Actor) -> dict[str, list[str]]:
    """What is wrong with the chosen values, under the name of the setting."""
    targets = targets_of_all(plan, record_type, actor)
    for key, words in plan.values.items():
        if key not in plan.mapping or key not in targets:
            return {"values": [_("“%(name)s” is no field that a column goes to.") % {"name": key[:80]}]}
        label = {"field": targets[key].label}
        if not takes_words(targets[key]):
            return {"values": [_("The values of “%(field)s” can't be replaced: it takes any.") % label]}
        if unknown := sorted(unknown_words(targets[key], words.values(), type_of(key, record_type), actor)):
            wrong = {**label, "value": unknown[0][:100]}
            return {"values": [_("“%(field)s” has no value “%(value)s”.") % wrong]}
    return {}


def words_for(plan: Plan, record_type: RecordType) -> dict[str, dict[str, str]]:
    """By target, what is read instead of the words of the file: chosen ones before those of the known program."""
    found = {key: dict(words) for key, words in translations(record_type, plan.program).items()}
    for key, words in plan.values.items():
        found.setdefault(key, {}).update({folded(text): ours for text, ours in words.items()})
    return found
