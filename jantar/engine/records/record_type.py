"""The record type: one declaration from which list, page, form, filter, search, import, API and history follow."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from functools import cached_property
from typing import TYPE_CHECKING, Any

from django.db.models import Model, Q
from django.utils import timezone, translation
from django.utils.functional import Promise

from jantar.engine.fields.base import Field
from jantar.engine.fields.errors import FieldError
from jantar.engine.fields.from_model import fields_of
from jantar.engine.permissions.actor import Actor
from jantar.engine.permissions.models import Action
from jantar.engine.permissions.scopes import NOTHING, among, prefixed, scope_condition

if TYPE_CHECKING:
    from jantar.engine.records.models import Record
    from jantar.engine.records.parts import Part

Text = str | Promise
#: Columns of every record that are no fields of their own.
HIDDEN = frozenset({"custom", "deleted_at", "merged_into", "version"})


@dataclass(frozen=True)
class Section:
    """A titled group of fields on forms and record pages. A part can stand among the fields."""

    title: Text
    fields: tuple[str, ...]

    def __init__(self, title: Text, *fields: str) -> None:
        object.__setattr__(self, "title", title)
        object.__setattr__(self, "fields", fields)

    @cached_property
    def key(self) -> str:
        """What it is called by wherever its title has no language."""
        with translation.override("en"):
            return str(self.title)


@dataclass(frozen=True)
class BoardColumn:
    """One column: the JSON value of the board's field that puts a record there. `tone` names a colour token."""

    value: Any
    label: Text
    tone: str = ""
    note: str = ""


@dataclass(frozen=True)
class Board:
    """Records in columns by the value of a choice or reference field, with a sum per column.

    Boards with `group_by` show one group at a time (a pipeline): `groups(actor)` gives (JSON value, label) pairs,
    the first is shown at first; `columns(actor, group)` gives the columns. Without them the choices of the field
    are the columns. A dropped card is an ordinary update of the field through the write path.
    """

    by: str
    total: str | None = None
    card: tuple[str, ...] = ()
    group_by: str | None = None
    groups: "Callable[[Actor], Sequence[tuple[Any, Text]]] | None" = None
    columns: "Callable[[Actor, Any], Sequence[BoardColumn]] | None" = None


@dataclass(frozen=True)
class Calendar:
    """Records on the days of the calendar page, by the date or date-time field `start`.

    `minutes` names the field of their length: without it a record is a moment. `all_day` names the column that says
    that only days count, `done` one that is filled once nothing is left to do. A record stands in the calendar of its
    owner, and of the users in `participants`: the name of a part and of its column. `at_first` says whether the page
    shows the type before anybody chooses, `new` gives texts of fields a record made there starts with.

    `repeats` names the field with the rule by which records come again (their model is `Repeating`): they are made
    `ahead` so many days, each with the fields `anew` empty.
    """

    start: str
    minutes: str = ""
    all_day: str = ""
    done: str = ""
    participants: tuple[str, str] | None = None
    at_first: bool = True
    new: Mapping[str, str] = field(default_factory=dict)
    repeats: str = ""
    ahead: int = 60
    anew: tuple[str, ...] = ()

    @property
    def fields(self) -> tuple[str, ...]:
        return tuple(filter(None, (self.start, self.minutes, self.all_day, self.done, self.repeats)))


@dataclass(frozen=True)
class Search:
    """What finds a record: `text` are words (accents folded, typos tolerated), `keys` are found in any spelling.

    Entries are field names, or paths over one reference ("customer.name") or into a part ("contact_points.value").
    """

    text: tuple[str, ...]
    keys: tuple[str, ...] = ()
    subtitle: tuple[str, ...] = ()
    #: Columns that hold the words of long texts: folded, each once, with spaces between.
    words: tuple[str, ...] = ()


@dataclass(frozen=True)
class Duplicates:
    """By what two records of a type are recognised as the same.

    Of `identifiers` an equal one is enough; `contacts` are phones and mail addresses (fields, or columns of parts as
    "contact_points.value"). Both have to be keys of the type's search. The words of the fields `name` have to be
    alike, those in `ignored` aside; `name_is_telling` where a name alone says much, as that of a company does.
    What stands in `place` (the most exact last) and `supports` makes a like name likelier.
    """

    name: tuple[str, ...]
    identifiers: tuple[str, ...] = ()
    contacts: tuple[str, ...] = ()
    place: tuple[str, ...] = ()
    supports: tuple[str, ...] = ()
    ignored: frozenset[str] = frozenset()
    name_is_telling: bool = False


@dataclass(frozen=True)
class RecordAction:
    """A verb of the business on one record: a service `(record, *, actor, **values)`.

    `fields` are asked for before it runs; `available` says whether it makes sense for a record now; `done` is the
    sentence said afterwards ("Deal won.").
    """

    name: str
    label: Text
    service: Callable[..., Any]
    icon: str = "bolt"
    fields: Callable[[], Mapping[str, Field]] | None = None
    available: Callable[[Any], bool] = lambda record: True
    action: str = "edit"
    done: Text = ""


@dataclass(frozen=True)
class Deadline:
    """A date that is late once it is past, as long as the column `while_column` holds `while_value`."""

    field: str
    while_column: str
    while_value: Any = None


@dataclass(frozen=True)
class Reach:
    """The fields that say where mail to such a record goes and in which language it likes to read."""

    mail: str
    language: str = ""


@dataclass(frozen=True)
class Quality:
    """What the data quality page looks at. `among` are the filter conditions of the records that count (open ones).

    `wanted` are fields worth having: records without one are told. `unreachable` are conditions that hold together
    where there is no way to reach anybody. `grows_quiet` tells records with which nothing happened for long.
    Dates that are past follow from `deadlines`, pairs from `duplicates`, more wanted fields from custom ones.
    """

    wanted: tuple[str, ...] = ()
    among: tuple[Mapping[str, Any], ...] = ()
    unreachable: tuple[Mapping[str, Any], ...] = ()
    grows_quiet: bool = False


@dataclass(frozen=True)
class View:
    """A ready-made view of the list. `filter` and `sort` are as in its address; "me" in them is whoever looks.

    The list opens with the one that says `opens`, until the user chooses otherwise. Names are words: a view that
    a user saved is called by its number.
    """

    name: str
    label: Text
    filter: Mapping[str, Any]
    sort: str = ""
    opens: bool = False


@dataclass(frozen=True)
class ImportColumn:
    """A column of a sheet that is no field: `read` turns its text into values of fields.

    It is called with the text and the values the row already has; those win. A column with a `part` gives rows of it
    instead: `rows` is asked for all texts of a batch at once, and answers with rows or the reason against each.
    """

    name: str
    label: Text
    read: Callable[[str, Mapping[str, Any]], Mapping[str, Any]] | None = None
    part: str = ""
    rows: Callable[[Sequence[str], Actor], Sequence[Sequence[Mapping[str, Any]] | FieldError]] | None = None


@dataclass(frozen=True, kw_only=True)
class KnownExport:
    """How another program exports records of this type.

    A file is one when all `signs` and one of the `hints` are among its columns. `mapping` names targets by header,
    before what `import_names` would say ("" leaves the column out). `values` say by target what the program's values
    are called here ("" is none), `match` which fields tell known records (those of the type when empty).
    """

    program: str
    content: Text
    signs: tuple[str, ...]
    hints: tuple[str, ...]
    mapping: Mapping[str, str] = field(default_factory=dict)
    values: Mapping[str, Mapping[str, str]] = field(default_factory=dict)
    match: tuple[str, ...] = ()


@dataclass(frozen=True, kw_only=True)
class RecordType:
    """Declared beside a model and registered once. `name` is the plural key used in addresses, API and rights."""

    name: str
    model: "type[Record]"
    icon: str = "file"
    title: str = "name"
    #: Fields, or parts of links that have a `column`.
    columns: tuple[str, ...] = ()
    sort: str = "-created_at"
    sections: tuple[Section, ...] = ()
    search: Search = Search(text=("name",))
    board: Board | None = None
    calendar: Calendar | None = None
    views: tuple[View, ...] = ()
    parts: "tuple[Part, ...]" = ()
    #: Rows that the type's own rules write about a record: recorded and undone with it, never typed.
    traces: "tuple[Part, ...]" = ()
    actions: tuple[RecordAction, ...] = ()
    #: The dates that lists, boards and pages mark when they are past.
    deadlines: tuple[Deadline, ...] = ()
    #: What is marked beside the title of a record: (text, tone), None when nothing is.
    mark: "Callable[[Any], tuple[Text, str] | None]" = lambda record: None
    #: What tells this type's rows from others in the same table, and what new records start with.
    defaults: Mapping[str, Any] = field(default_factory=dict)
    hidden: frozenset[str] = frozenset()
    read_only: frozenset[str] = frozenset()
    #: Labels of fields that are called otherwise here than on the model.
    labels: Mapping[str, Text] = field(default_factory=dict)
    #: Fields whose change is worth telling on the timeline.
    milestones: tuple[str, ...] = ("owner",)
    #: References to what a record belongs to: what happens with it also happens there (a person's company).
    belongs_to: tuple[str, ...] = ()
    #: References whose rows have to agree with another reference: {"stage": "pipeline"} offers and takes only stages
    #: whose own `pipeline` is that of the record. Both point to tables that are no records.
    depends: Mapping[str, str] = field(default_factory=dict)
    #: Fields by which an import recognises an existing record, best first.
    match: tuple[str, ...] = ()
    #: By what records that are there twice are found; without it nobody looks for them.
    duplicates: Duplicates | None = None
    #: What of its data is looked after; without it the data quality page leaves the type out.
    quality: Quality | None = None
    #: How its records are written to; without it nobody can.
    reach: Reach | None = None
    #: The field that says when what it tells of happened (a call): what it points to is not quiet then.
    happens_at: str = ""
    import_columns: tuple[ImportColumn, ...] = ()
    #: What other programs call the columns of their exports: names by field (or "part:group.field").
    import_names: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    #: What other programs put before the columns of this type in files that hold several ("Organization - Name").
    import_prefixes: tuple[str, ...] = ()
    known_exports: tuple[KnownExport, ...] = ()
    #: By reference to a short table, the rows that usual words of other programs mean where they have no such name
    #: (every won stage for "Closed Won"); of several the one that fits the row is taken, if it is the only one.
    import_words: "Mapping[str, Callable[[], Mapping[str, Sequence[Any]]]]" = field(default_factory=dict)
    #: What a file leaves open and the rules ask for: more values, from those read and the known record, if any.
    complete_import: "Callable[[Mapping[str, Any], Any], Mapping[str, Any]] | None" = None
    #: Replaces fields made from the model, or adds computed ones.
    extra_fields: Mapping[str, Field] = field(default_factory=dict)
    #: Called with a new record before a form shows it; chooses what the people would have to choose otherwise.
    start: "Callable[[Any, Actor], None] | None" = None
    #: Called before records are checked, with the names of the values given; may fill in derived columns.
    prepare: "Callable[[Sequence[Any], frozenset[str], Actor], None] | None" = None
    #: Called before a record is stored with the names of the changed fields; raises Invalid.
    validate: "Callable[[Any, frozenset[str], Actor], None] | None" = None
    #: What has to be confirmed before the values are given to the records with these ids: questions by field.
    asks: "Callable[[Sequence[int], Mapping[str, Any], Actor], Mapping[str, Sequence[str]]] | None" = None
    #: Called in the transaction after new records were stored / after records were changed.
    after_create: "Callable[[Sequence[Any], Actor], None] | None" = None
    after_update: "Callable[[Sequence[Any], frozenset[str], Actor], None] | None" = None
    #: Called in the transaction when records went to the bin (True) or came back from it.
    after_bin: "Callable[[Sequence[Any], bool, Actor], None] | None" = None
    #: Called in a merge with the record that stays and those that go: what the type's own rules move. Raises Invalid.
    before_merge: "Callable[[Any, Sequence[Any], Actor], None] | None" = None
    #: What decides with the scope of the roles: (actor, action, scope, path to the record) -> condition. For records
    #: that have the rights of what they hang on.
    within: "Callable[[Actor, str, Q, str], Q] | None" = None
    #: Who sees a record besides those whose roles say so: the users in a part, as its name and its column.
    shown_to: tuple[str, str] | None = None
    #: The key of the record it hangs on: what the search finds is told with that record.
    hangs_on: str = ""
    #: Whether records that it points to show its records on a tab.
    has_tab: bool = True
    #: Whether sheets can be imported; what only comes with something else (a file) can't.
    importable: bool = True
    #: The area of the navigation it stands in, by the key its module registered; "main" stands above all areas,
    #: None keeps the type out of the navigation.
    area: str | None = "main"

    @property
    def label(self) -> Text:
        return self.model._meta.verbose_name or self.name

    @property
    def label_plural(self) -> Text:
        return self.model._meta.verbose_name_plural or self.name

    @cached_property
    def own_fields(self) -> dict[str, Field]:
        """The fields of the declaration, without custom ones."""
        fields = fields_of(self.model, skip=HIDDEN | self.hidden)
        for name in self.read_only:
            fields[name].read_only = True
        for name, label in self.labels.items():
            fields[name].label = label
        return {**fields, **self.extra_fields}

    def fields(self, actor: Actor) -> dict[str, Field]:
        """All fields the actor may use, custom ones last."""
        from jantar.engine.records.computed import custom_fields

        return {**self.own_fields, **custom_fields(self, actor)}

    def filter_fields(self, actor: Actor) -> dict[str, Field]:
        """What filters can be about: the fields, and what other parts of the engine know of such records."""
        from jantar.engine.records.filter_fields import further_fields

        return {**self.fields(actor), **further_fields(self, actor)}

    def allowed(self, actor: Actor, action: str, path: str = "") -> Q:
        """The condition on a record, or on what a reference named `path` leads to.

        Of the past there is only what may be seen today, so that nothing more has to be asked.
        """
        if actor.as_of:
            return Q() if actor.may(action, self.name) else prefixed(NOTHING, path)
        scope = prefixed(scope_condition(actor, self.name, action), path)
        before = f"{path}__" if path else ""
        if self.shown_to and scope and action == Action.SEE and actor.may(action, self.name):
            scope |= self.shown_by_part(*self.shown_to, actor, before)
        return self.within(actor, action, scope, before) if self.within else scope

    def shown_by_part(self, name: str, column: str, actor: Actor, path: str) -> Q:
        part = self.part(name)
        if part is None:
            raise TypeError(f"{self.name} has no part {name!r}.")
        rows = part.model._base_manager.filter(**{column: actor.user_id})
        return among(rows.order_by().values(f"{part.parent}_id"), path)

    def visible_to(self, actor: Actor, action: str = "see") -> Any:
        return self.model.objects.visible_to(actor, action)

    def new(self) -> "Record":
        return self.model(**self.defaults)

    def fits(self, record: Model) -> bool:
        """Whether a row of the table is of this type."""
        return all(getattr(record, name) == value for name, value in self.defaults.items())

    @property
    def repeats(self) -> str:
        """The field with the rule by which its records come again; empty when they don't."""
        return self.calendar.repeats if self.calendar else ""

    def part(self, name: str) -> "Part | None":
        return next((part for part in self.parts if part.name == name), None)

    def action(self, name: str) -> RecordAction | None:
        return next((action for action in self.actions if action.name == name), None)

    def is_late(self, name: str, record: Any, today: date) -> bool:
        """Whether the date of that field is a deadline, past, and still counts."""
        for one in self.deadlines:
            value = getattr(record, name) if one.field == name else None
            if value is not None and getattr(record, one.while_column) == one.while_value:
                return bool(value < timezone.now() if isinstance(value, datetime) else value < today)
        return False

    def dependents(self, name: str) -> list[str]:
        """The references whose choices follow from the reference of that name."""
        return [one for one, on in self.depends.items() if on == name]

    @property
    def form_fields(self) -> tuple[str, ...]:
        return tuple(name for section in self.sections for name in section.fields)
