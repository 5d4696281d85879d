"""JSON answers."""

import json
from collections.abc import Mapping
from typing import Any

from django.http import HttpResponse


def json_answer(data: Any, status: int = 200, headers: Mapping[str, str] | None = None) -> HttpResponse:
    body = json.dumps(data, ensure_ascii=False, separators=(",", ":"))
    return HttpResponse(body, status=status, headers=dict(headers or {}), content_type="application/json")
