"""The records of a query in groups by the value of one field: how many each has, what their numbers add up to."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from decimal import Decimal
from typing import Any, TypeGuard

from django.db.models import Aggregate, BigIntegerField, Count, F, Max, Q, Sum, TextField, Value
from django.db.models.expressions import Case, Combinable, When
from django.db.models.functions import Cast, Coalesce, NullIf
from django.db.models.lookups import Exact, In
from django.utils.translation import gettext as _

from jantar.engine.fields.address import piece_of
from jantar.engine.fields.base import Field
from jantar.engine.fields.choices import Boolean, Choice
from jantar.engine.fields.custom_kinds import RecordOf
from jantar.engine.fields.dates import Date
from jantar.engine.fields.references import Reference, unseen
from jantar.engine.fields.text import Text
from jantar.engine.permissions.actor import Actor
from jantar.engine.records.date_groups import MARK, DateGroups, read_unit
from jantar.engine.records.errors import BadQuery
from jantar.engine.records.listing import Query, rows_of
from jantar.engine.records.references import is_offered_whole, reference_of, titles_of, titles_told_apart
from jantar.engine.records.registry import registry
from jantar.engine.records.sight import is_true, refers_to_record, seen_condition
from jantar.kit.numbers import whole_number
from jantar.kit.text import fold

MOST_GROUPS = 200
KEY, COUNT, WRITTEN = "group_key", "group_count", "group_written"


@dataclass(frozen=True)
class Group:
    """`key` is the value as text, "" for records without one; sums of money are in the base currency."""

    key: str
    label: str
    count: int
    sums: dict[str, Decimal | int | None] = field(default_factory=dict)


def is_groupable(one: Field) -> bool:
    """Whether records share its values: yes or no, one of a list, a reference, a word such as a city.

    What every record has to have and what no two may share are names and numbers of single records.
    """
    if is_word(one):
        return not one.required and not one.unique
    return isinstance(one, Boolean | Choice) or reference_of(one) is not None


def is_word(one: Field | DateGroups) -> TypeGuard[Text]:
    """Of one line, without being a choice, an address or a calculation: written alike but for case and accents, its
    values are one group, as for filters."""
    return isinstance(one, Text) and one.kind == "text" and not one.read_only


def grouping_of(name: str, fields: Mapping[str, Field]) -> Field | DateGroups | None:
    """What records are grouped by under the name: a field, or the periods of a date ("created_at:month")."""
    field_name, mark, unit_name = name.partition(MARK)
    one, unit = piece_of(fields, field_name), read_unit(unit_name)
    if isinstance(one, Date) and unit:
        return DateGroups(one, unit)
    return one if one is not None and not mark and is_groupable(one) else None


def is_summable(one: Field) -> bool:
    """Whether values add up to something: amounts, counts and durations do, percents and ids do not."""
    return one.is_numeric and one.kind != "percent" and one.name != "id"


def groups_of(query: Query, by: Field | DateGroups, sums: Sequence[Field] = ()) -> tuple[list[Group], bool]:
    """The groups in the order of their labels, and whether there are more than `MOST_GROUPS` (the smallest are left
    out). One statement, for references a second one that reads their titles.

    Records that refer to what the actor may not see are in the group without a value, so that groups tell no more
    than lists do. Raises BadQuery.
    """
    measures: dict[str, Aggregate] = {f"sum_{number}": Sum(one.expression()) for number, one in enumerate(sums)}
    rows = rows_of(query).order_by().values(**{KEY: key_expression(by, query.actor)})
    if is_word(by):
        measures[WRITTEN] = Max(by.expression())
    rows = rows.annotate(**{COUNT: Count("pk")}, **measures).order_by(f"-{COUNT}", KEY)
    found = list(rows[: MOST_GROUPS + 1])
    shown = found[:MOST_GROUPS]
    if is_word(by):
        labels = words_of({row[KEY]: row[WRITTEN] for row in shown})
    else:
        labels = labels_of(by, [row[KEY] for row in shown], query)
    places = {key: place for place, key in enumerate(labels)}
    shown.sort(key=lambda row: places.get(row[KEY], len(places)))
    groups = [
        Group(
            text_of(row[KEY]),
            labels.get(row[KEY], unseen()) if row[KEY] is not None else "",
            row[COUNT],
            {one.name: row[f"sum_{number}"] for number, one in enumerate(sums)},
        )
        for row in shown
    ]
    return groups, len(found) > MOST_GROUPS


def totals_of(query: Query, sums: Sequence[Field]) -> dict[str, Decimal | int | None]:
    """What the numbers of all records of the query add up to, by field; one statement. Raises BadQuery."""
    found = rows_of(query).order_by().aggregate(
        **{f"sum_{number}": Sum(one.expression()) for number, one in enumerate(sums)}
    )  # fmt: skip
    return {one.name: found[f"sum_{number}"] for number, one in enumerate(sums)}


def words_of(written: Mapping[Any, str]) -> dict[Any, str]:
    """The labels of words by their folded form, in its order."""
    return {key: written[key] for key in sorted(key for key in written if key is not None)}


def in_group(by: Field | DateGroups, key: str, actor: Actor) -> Q:
    """The records of one group. Raises BadQuery for a key the field can't have."""
    if isinstance(by, DateGroups):
        return by.condition(key)
    if isinstance(by, Boolean):
        return Q(Exact(key_expression(by, actor), key == "1"))
    seen = seen_by(by, actor)
    if not key:
        return Q(Exact(is_true(seen), False)) if seen else by.condition("empty", None, actor.filter_context)
    value: Any = key
    if isinstance(by, Reference | RecordOf):
        value = whole_number(key)
        if value is None:
            raise BadQuery("of", _("There is no such group."))
    own = by.condition("is", value, actor.filter_context)
    return own & seen if seen else own


def key_expression(by: Field | DateGroups, actor: Actor) -> Combinable:
    if isinstance(by, DateGroups):
        return by.key_expression()
    if isinstance(by, Boolean):
        return Coalesce(by.expression(), Value(False))
    if isinstance(by, Reference):
        seen = seen_by(by, actor)
        return Case(When(seen, then=F(by.id_name)), default=None) if seen else F(by.id_name)
    if isinstance(by, RecordOf):
        pk, seen = Cast(by.expression(), BigIntegerField()), seen_by(by, actor)
        return Case(When(seen, then=pk), default=None) if seen else pk
    if is_word(by):
        return NullIf(by.folded(""), Value("", output_field=TextField()))
    return NullIf(by.expression(), Value(""), output_field=TextField())


def seen_by(by: Field, actor: Actor) -> Q:
    """That the record referred to may be seen; nothing where that is no question."""
    if isinstance(by, RecordOf) and (types := registry.led_to(by)):
        return Q(In(by.expression(), types[0].visible_to(actor).values("pk").query))
    return seen_condition(by, actor) & Q(**{f"{by.name}__isnull": False}) if refers_to_record(by) else Q()


def labels_of(by: Field | DateGroups, keys: Sequence[Any], query: Query) -> dict[Any, str]:
    """The labels by value, in the order groups stand in."""
    if isinstance(by, DateGroups):
        return by.labels(keys)
    if isinstance(by, Boolean):
        return {True: by.text(True), False: by.text(False)}
    if isinstance(by, Choice):
        known = {str(key): str(label) for key, label in by.choices}
        return {**known, **{key: str(key) for key in keys if key is not None and key not in known}}
    reference = reference_of(by)
    assert reference
    known_keys = [key for key in keys if key is not None]
    if depends_on := query.record_type.depends.get(by.name):
        return titles_told_apart(reference.target, known_keys, depends_on, query.actor)
    titles = titles_of(reference.target, known_keys, query.actor)
    if is_offered_whole(reference.target):
        return dict(titles)
    return dict(sorted(titles.items(), key=lambda item: (fold(item[1]), item[0])))


def text_of(key: Any) -> str:
    if isinstance(key, bool):
        return "1" if key else "0"
    return "" if key is None else str(key)
