"""What templates of record pages ask of fields and models."""

from typing import Any

from django import template
from django.db.models import Model
from django.utils.safestring import SafeString

from jantar.engine.fields.base import Field
from jantar.engine.pages.values import show_value

register = template.Library()


@register.simple_tag
def value_of(field: Field, record: Model) -> SafeString | str:
    """The value of a field as it is shown."""
    return show_value(field, field.read(record))


@register.filter
def verbose_name(model: type[Model]) -> Any:
    return model._meta.verbose_name
