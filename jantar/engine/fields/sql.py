"""SQL expressions that fields and filters are built from."""

from string import Formatter
from typing import Any

from django.db.models import BooleanField, Func, TextField


class Fold(Func):
    """Lower case without accents, as `jantar.kit.text.fold` gives it; what text is compared and sorted by."""

    function = "jantar_fold"
    output_field = TextField()


class NotTrue(Func):
    """The opposite of a condition in which NULL counts as false."""

    template = "((%(expressions)s) IS NOT TRUE)"
    output_field = BooleanField()
    conditional = True


class Sql(Func):
    """A piece of SQL around expressions: `template` has {0}, {1} where they stand, once or more."""

    output_field = TextField()

    def __init__(self, template: str, *expressions: Any, output_field: Any = None) -> None:
        super().__init__(*expressions, output_field=output_field or TextField())
        self.pattern = template

    def as_sql(self, compiler: Any, connection: Any, *_template: Any, **_extra: Any) -> tuple[str, tuple[Any, ...]]:
        compiled = [compiler.compile(expression) for expression in self.source_expressions]
        parameters: list[Any] = []
        for _text, place, _format, _conversion in Formatter().parse(self.pattern):
            if place is not None:
                parameters.extend(compiled[int(place)][1])
        return self.pattern.format(*(sql for sql, _given in compiled)), tuple(parameters)
