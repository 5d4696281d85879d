"""Questions about the amounts in all record types."""

from jantar.engine.fields.models import CustomField
from jantar.engine.records.registry import registry


def has_amounts() -> bool:
    """Whether any record, in the bin or not, holds an amount, which is kept in the base currency too."""
    models = {record_type.model._meta.concrete_model for record_type in registry.all()}
    return _has_own_amounts() or any(
        model._base_manager.filter(**{f"{field.name}_value__isnull": False}).exists()
        for model in models
        if model is not None
        for field in getattr(model, "money_fields", ())
    )


def _has_own_amounts() -> bool:
    """Whether a field of the users' own holds one, be it retired."""
    return any(
        registry.get(definition.record_type).model._base_manager.filter(custom__has_key=definition.key).exists()
        for definition in CustomField.objects.filter(kind="money")
        if definition.record_type in registry
    )
