"""Which rows of a table go into an archive: all of them, or those that whoever asks for it may see.

Private notes, closed folders and channels of teams are closed for administrators too. Without `private` an archive
therefore leaves out what its maker may not see, with everything that hangs on it or tells of it.
"""

from django.db.models import Model, Q, QuerySet
from django.db.models.expressions import RawSQL

from jantar.engine.permissions.actor import Actor
from jantar.engine.records.models import allowed, ids_sql
from jantar.engine.timeline.channels import CHANNELS, in_channels
from jantar.engine.timeline.models import Comment, Note
from jantar.engine.transfer.archive import tables

AnyModel = type[Model]


class Choice:
    """Builds the query of each table. `actor` is None when everything is wanted.

    What belongs to modules that are switched off travels too.
    """

    def __init__(self, actor: Actor | None) -> None:
        self.actor = actor and actor.with_every_module()
        self.models = tables.models()
        self._known: dict[AnyModel, Q] = {}
        self._written: dict[AnyModel, RawSQL] = {}

    def rows(self, model: AnyModel) -> "QuerySet[Model]":
        """The rows of a table that travel, without order."""
        return model._base_manager.filter(self._condition(model)).order_by()

    def _ids(self, model: AnyModel) -> RawSQL:
        """The ids of these rows, as SQL: most tables ask for those of others, nested in each other."""
        if model not in self._written:
            self._written[model] = RawSQL(*ids_sql(model, self._condition(model)))  # noqa: S611 - made by Django
        return self._written[model]

    def _condition(self, model: AnyModel) -> Q:
        if model not in self._known:
            self._known[model] = Q()  # while it is being found: tables may point to themselves
            self._known[model] = self._find(model)
        return self._known[model]

    def _find(self, model: AnyModel) -> Q:
        if model._meta.label in tables.ONLY_POINTED_TO:
            return self._pointed_to(model)
        if self.actor is None:
            return self._of_known_tables(model)
        if tables.is_record(model):
            return allowed(model, self.actor, "see")
        condition = self._of_known_tables(model)
        if model is Note:
            condition &= Q(pk__in=Note.objects.visible_to(self.actor).order_by().values("pk"))
        if model is Comment:
            condition &= ~Q(record_type=CHANNELS) | in_channels(self.actor)
        return condition & self._of_seen_rows(model)

    def _pointed_to(self, model: AnyModel) -> Q:
        condition = Q(pk__in=[])
        for other in self.models:
            for column, target in tables.references(other).items():
                if target is model:
                    pointing = self.rows(other).exclude(**{column: None})
                    condition |= Q(pk__in=pointing.values(column))
        return condition

    def _of_known_tables(self, model: AnyModel) -> Q:
        condition = Q()
        for table, _number in tables.keys_of_tables(model):
            condition &= Q(**{f"{table}__in": list(tables.by_table())})
        return condition

    def _of_seen_rows(self, model: AnyModel) -> Q:
        """Without the rows that belong to something that is left out."""
        condition = Q()
        for column, target in tables.references(model).items():
            if self._condition(target) and target is not model:
                condition &= Q(**{column: None}) | Q(**{f"{column}__in": self._ids(target)})
        for kind, number in tables.keys_of_records(model):
            for name, target in tables.by_type().items():
                condition &= self._seen(kind, name, number, target)
        for kind, number in tables.keys_of_tables(model):
            for name, target in tables.by_table().items():
                condition &= self._seen(kind, name, number, target)
        return condition

    def _seen(self, kind: str, name: str, number: str, target: AnyModel) -> Q:
        limited = tables.is_record(target) or target in (Note, Comment)
        if not limited or not self._condition(target):
            return Q()
        return ~Q(**{kind: name}) | Q(**{f"{number}__in": self._ids(target)})
