"""The merge: several records of one type become one, in one operation that undo takes back whole."""

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from django.db.models import F
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from jantar.engine.history.models import Cause
from jantar.engine.history.operations import operation
from jantar.engine.permissions.actor import Actor
from jantar.engine.records import write
from jantar.engine.records.errors import Invalid, NotAllowed, NotFound
from jantar.engine.records.merging.custom_links import move_custom_links
from jantar.engine.records.merging.moving import move
from jantar.engine.records.merging.pointers import pointing_to
from jantar.engine.records.merging.rows import Left
from jantar.engine.records.merging.uniting import unite
from jantar.engine.records.merging.values import Choice, choose, mergeable, not_to_be_checked
from jantar.engine.records.record_type import RecordType

#: Records that can be made one at once, the one that stays among them.
MOST_MERGED = 50


@dataclass(frozen=True)
class Merged:
    """What came of a merge. `left_out` is what the survivor could not hold beside what it has: it stays with the
    merged record in the bin and in the history."""

    record_id: int
    operation_id: int
    number: int
    left_out: list[Left]


def merge(
    record_type: RecordType,
    pk: int,
    others: Iterable[int],
    *,
    actor: Actor,
    taken: Mapping[str, int] | None = None,
    values: Mapping[str, Any] | None = None,
) -> Merged:
    """Makes the others one with the record `pk` and moves them to the bin.

    `taken` says by field (an address by the name of its part) from which record the value comes; without it the
    survivor's stays, or the newest where it has none. `values` are given anew and win. Raises Invalid (named "with"
    when the records cannot be merged, else by field), NotAllowed or NotFound, and nothing was changed.
    """
    group = group_of(pk, others)
    label = ngettext("Merge of %(n)d record", "Merge of %(n)d records", len(group)) % {"n": len(group)}
    with operation(actor, Cause.MERGE, label) as opened, write.ReadableIntegrity(record_type):
        members = locked(record_type, group, actor)
        choice = choose(record_type, members, actor, taken or {})
        refuse_unknown_values(record_type, values or {}, actor)
        wanted = {**choice.values(), **(values or {})}
        custom = leftover_custom(members, mergeable(record_type, actor))
        if record_type.before_merge:
            record_type.before_merge(members[0], members[1:], actor)
        to_bin(record_type, pk, group[1:])
        touched, left = unite(record_type, members, choice.taken)
        for pointing in pointing_to(record_type):
            left += move(pointing, record_type, pk, group[1:], opened.pk)
        move_custom_links(record_type, pk, group[1:])
        left += [Left(label, text) for label, text in choice.left_out()]
        complete(record_type, pk, touched, wanted, values or {}, custom, choice)
    return Merged(pk, opened.pk, len(group), left)


def group_of(pk: int, others: Iterable[int]) -> list[int]:
    """The ids with the survivor's first. Raises Invalid for what cannot be a group."""
    found = list(dict.fromkeys(others))
    if pk in found:
        raise Invalid({"with": [_("A record can't be merged with itself.")]})
    if not found:
        raise Invalid({"with": [_("Choose at least two records to merge.")]})
    if len(found) >= MOST_MERGED:
        text = _("At most %(n)d records can be merged at once.")
        raise Invalid({"with": [text % {"n": MOST_MERGED}]})
    return [pk, *found]


def locked(record_type: RecordType, group: Sequence[int], actor: Actor) -> list[Any]:
    """The records in the order of the group, locked in that of their ids, so that two merges can't block each other."""
    rows = record_type.visible_to(actor).filter(pk__in=group).order_by("pk").select_for_update(of=("self",))
    found = {one.pk: one for one in rows}
    if group[0] not in found:
        raise NotFound(_("There is no such record."))
    if missing := [pk for pk in group if pk not in found]:
        text = _("There is no such record: %(ids)s") % {"ids": ", ".join(map(str, missing))}
        raise Invalid({"with": [text]})
    refuse_unless_may_merge(record_type, group[0], group[1:], actor)
    return [found[pk] for pk in group]


def refuse_unless_may_merge(record_type: RecordType, survivor: int, others: Sequence[int], actor: Actor) -> None:
    """Who merges changes one record and deletes the others."""
    if not record_type.visible_to(actor, "edit").filter(pk=survivor).exists():
        raise NotAllowed(_("You may see this but not change it."))
    if record_type.visible_to(actor, "delete").filter(pk__in=others).count() != len(others):
        raise NotAllowed(_("You may not delete all of the records that would be merged into this one."))


def refuse_unknown_values(record_type: RecordType, values: Mapping[str, Any], actor: Actor) -> None:
    fields = mergeable(record_type, actor)
    if unknown := [name for name in values if name not in fields]:
        raise Invalid({name: [_("There is no field “%(name)s”.") % {"name": name}] for name in unknown})


def leftover_custom(members: Sequence[Any], in_use: Collection[str]) -> dict[str, Any]:
    """The values of custom fields out of use, of all members: the survivor's first, then the newest."""
    found: dict[str, Any] = {}
    newest = sorted(members[1:], key=lambda one: (one.updated_at, one.pk))
    for one in [*newest, members[0]]:
        found.update({key: value for key, value in one.custom.items() if key not in in_use})
    return found


def to_bin(record_type: RecordType, pk: int, merged: Sequence[int]) -> None:
    now, rows = timezone.now(), record_type.model._base_manager
    changed: dict[str, Any] = {"version": F("version") + 1, "updated_at": now}
    rows.filter(pk__in=merged).update(deleted_at=now, merged_into=pk, **changed)
    rows.filter(pk=pk).update(**changed)


def complete(
    record_type: RecordType, pk: int, touched: set[str], wanted: Mapping[str, Any], given: Mapping[str, Any],
    custom: Mapping[str, Any], choice: Choice,
) -> None:  # fmt: skip
    """Puts the values on the survivor, by way of the checks and hooks of the write path."""
    actor, fields = choice.actor, record_type.fields(choice.actor)
    rows = record_type.model._base_manager
    survivor = rows.get(pk=pk)
    if touched and record_type.after_update:
        record_type.after_update([survivor], frozenset(touched), actor)
        survivor = rows.get(pk=pk)
    changed = {
        name: value for name, value in wanted.items() if name in given or fields[name].read(survivor) != value
    }  # fmt: skip
    if unchecked := not_to_be_checked(choice, {name: changed[name] for name in changed.keys() - given.keys()}):
        for name in unchecked:
            fields[name].write(survivor, changed.pop(name))
        rows.bulk_update([survivor], {"custom" if fields[name].is_custom else name for name in unchecked})
    if custom != survivor.custom:
        survivor.custom = {**survivor.custom, **custom}
        rows.bulk_update([survivor], ["custom"])
    write.change([survivor], record_type, changed, actor=actor, confirmed=True)


def survivor_of(record_type: RecordType, pk: int, actor: Actor) -> int | None:
    """Where a record that was merged away went, as far as the actor sees it: its address leads there."""
    rows, seen = record_type.model._base_manager, set()
    while pk not in seen:
        seen.add(pk)
        target = rows.filter(pk=pk, deleted_at__isnull=False).values_list("merged_into", flat=True).first()
        if target is None:
            break
        pk = target
    return pk if len(seen) > 1 and record_type.visible_to(actor).filter(pk=pk).exists() else None
