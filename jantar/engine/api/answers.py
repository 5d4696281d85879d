"""JSON answers."""

import json
from collections.abc import Mapping
from decimal import Decimal
from typing import Any

from django.http import HttpResponse


def json_answer(data: Any, status: int = 200, headers: Mapping[str, str] | None = None) -> HttpResponse:
    body = json.dumps(data, ensure_ascii=False, separators=(",", ":"), default=plain)
    return HttpResponse(body, status=status, headers=dict(headers or {}), content_type="application/json")


def plain(value: object) -> str:
    """A number that was sent with a fraction goes back as text, like all exact numbers."""
    if isinstance(value, Decimal):
        return str(value)
    raise TypeError(f"{type(value).__name__} has no form in JSON")
