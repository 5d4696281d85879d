"""What templates of record pages ask of fields and models."""

from typing import Any

from django import template
from django.db.models import Model
from django.template.base import Node, NodeList, Parser, Token
from django.template.context import Context
from django.urls import reverse
from django.utils.safestring import SafeString

from jantar.engine.fields.base import Field
from jantar.engine.fields.files.fields import KEY
from jantar.engine.pages.record.around import drawn
from jantar.engine.pages.values import show_value

register = template.Library()


@register.simple_tag
def value_of(field: Field, record: Model) -> SafeString | str:
    """The value of a field as it is shown."""
    return show_value(field, field.read(record))


@register.filter
def verbose_name(model: type[Model]) -> Any:
    return model._meta.verbose_name


@register.filter
def file_address(stored: Any) -> str:
    """Where the file is that a field held, by its JSON in the history; empty for everything else."""
    is_file = isinstance(stored, dict) and stored.keys() == {"id", "name", "size", "type"}
    return reverse("pages:held_file", args=[stored["id"]]) if is_file and KEY.fullmatch(str(stored["id"])) else ""


@register.tag
def around(parser: Parser, token: Token) -> "AroundNode":
    """{% around "name" %} ... {% endaround %}: drawn once for all records with which the same can be done.

    Within it `record` has a key, a title and rights, and no other value.
    """
    _tag, name = token.split_contents()
    nodes = parser.parse(("endaround",))
    parser.delete_first_token()
    return AroundNode(name.strip('"'), nodes)


class AroundNode(Node):
    def __init__(self, name: str, nodelist: NodeList) -> None:
        self.name = name
        self.nodelist = nodelist

    def render(self, context: Context) -> SafeString:
        def draw(names: dict[str, Any]) -> str:
            with context.push(**names):
                return self.nodelist.render(context)

        return drawn(self.name, context["page"], context["is_pane"], draw)
