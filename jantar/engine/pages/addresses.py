"""Where records are shown. A page of rows asks hundreds of times, and reversing a pattern is slow for that."""

from jantar.engine.fields.record_key import RecordKey


def record_address(type_name: str, pk: int) -> str:
    """The address of the pattern `pages:detail`."""
    return f"/{type_name}/{pk}/"


def key_address(key: RecordKey) -> str:
    return record_address(key.type, key.id)
