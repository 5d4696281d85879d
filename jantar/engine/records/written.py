"""Statements that pages send again and again, written once.

Django takes longer to put the statement of a record page or of a list together than PostgreSQL takes to answer it.
What it looks like follows from who asks: rights, custom fields, the day and the language. So it is kept for these,
with blanks where the key of the record or the place in the list stands.
"""

from collections import OrderedDict
from collections.abc import Callable, Collection, Hashable, Mapping, Sequence
from copy import copy
from threading import Lock
from typing import Any

from django.core.exceptions import EmptyResultSet
from django.db import connections

from jantar.engine.fields.rates import rates_known
from jantar.engine.permissions.actor import Actor

#: So many statements are kept in a process; the one not asked for longest goes first.
KEPT = 500
BIGGEST = 2**63 - 1
#: What stands in the blanks while a statement is written: numbers and texts that no record has.
NUMBER, TEXT = -8_070_450_532_247_928_000, "\ue000blank\ue000"


class Written:
    """The statement of a queryset that loads nothing afterwards, with blanks among its parameters."""

    def __init__(self, rows: Any, blanks: Collection[Any]) -> None:
        if rows._prefetch_related_lookups:  # noqa: SLF001 - told by nothing else
            raise TypeError("What is loaded by further statements can't be written as one.")
        self.rows = rows
        self.compiler = rows.query.get_compiler(rows.db)
        try:
            self.sql, parameters = self.compiler.as_sql()
        except EmptyResultSet:
            self.sql, parameters = "", ()
        self.parameters = tuple(parameters)
        if self.sql and (lost := set(blanks) - {one for one in self.parameters if isinstance(one, int | str)}):
            raise TypeError(f"The statement does not hold its blanks {lost} as they were given.")

    def read(self, blanks: Mapping[Any, Any]) -> list[Any]:
        """The rows, with the blanks filled. A compiler belongs to one connection: each call has a copy."""
        if not self.sql:
            return []
        filled = tuple(filled_in(one, blanks) for one in self.parameters)
        compiler, query = copy(self.compiler), copy(self.rows.query)
        compiler.connection = connections[self.rows.db]
        compiler.as_sql = lambda *_arguments, **_options: (self.sql, filled)
        query.get_compiler = lambda *_arguments, **_options: compiler
        return list(type(self.rows)(self.rows.model, query=query, using=self.rows.db))


def filled_in(parameter: Any, blanks: Mapping[Any, Any]) -> Any:
    """Numbers can come in a type of their own, which says how wide the column is."""
    if not isinstance(parameter, int | str) or parameter not in blanks:
        return parameter
    return type(parameter)(blanks[parameter])


def read_one(name: Hashable, actor: Actor, pk: int, rows: Callable[[], Any]) -> Any | None:
    """The record with this key among the rows, None where there is none. `name` says which rows these are."""
    if abs(pk) > BIGGEST:
        return None
    found = read((name, "one"), actor, lambda key: rows().filter(pk=key), [pk])
    return next(iter(found), None)


def read(name: Hashable, actor: Actor, rows: Callable[..., Any], values: Sequence[Any] = ()) -> list[Any]:
    """The rows for the values, by the statement that was written for this name and somebody with the same rights.

    It is written anew for the past, for actors whose custom fields nobody knows, and for values that are neither
    numbers, texts nor missing.
    """
    blanks = [blank(place, value) for place, value in enumerate(values)]
    if actor.as_of or actor.definitions is None or any(one is ... for one in blanks):
        return list(rows(*values))
    told = name, actor.rights, actor.definitions, actor.today, actor.language, actor.time_zone, rates_known(), *blanks
    with _lock:
        written = _kept.get(told)
        if written is not None:
            _kept.move_to_end(told)
    if written is None:
        written = Written(rows(*blanks), [one for one in blanks if one is not None])
        with _lock:
            _kept[told] = written
            while len(_kept) > KEPT:
                _kept.popitem(last=False)
    return written.read(dict(zip(blanks, values, strict=True)))


def blank(place: int, value: Any) -> Any:
    """What stands for a value while the statement is written; an ellipsis where nothing can. None is no value."""
    if value is None:
        return None
    return {int: NUMBER - place, str: f"{TEXT}{place}"}.get(type(value), ...)


def forget() -> None:
    """Everything is written anew."""
    with _lock:
        _kept.clear()


_lock = Lock()
_kept: OrderedDict[Hashable, Written] = OrderedDict()
