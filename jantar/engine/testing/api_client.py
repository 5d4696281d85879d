"""Calls the API in tests as a program would: with the token of a user, through the whole of Django."""

import json
from typing import Any, cast

from django.http import HttpResponse
from django.test import Client

from jantar.platform.accounts.models import ApiToken, User

ROOT = "/api/v1"


class ApiClient:
    def __init__(self, user: User | None = None) -> None:
        self.client = Client()
        self.headers: dict[str, str] = {}
        if user is not None:
            _row, text = ApiToken.issue(user, "tests")
            self.headers["Authorization"] = f"Bearer {text}"

    def get(self, path: str, headers: dict[str, str] | None = None, **parameters: Any) -> HttpResponse:
        query = {name: value if isinstance(value, str) else json.dumps(value) for name, value in parameters.items()}
        answer = self.client.get(ROOT + path, query, headers={**self.headers, **(headers or {})})
        return cast(HttpResponse, answer)

    def send(
        self, method: str, path: str, data: Any = None, headers: dict[str, str] | None = None, body: bytes | None = None
    ) -> HttpResponse:
        """Sends `data` as JSON, or `body` as it is."""
        content = json.dumps(data).encode() if body is None and data is not None else body or b""
        sent = {**self.headers, **(headers or {})}
        answer = self.client.generic(
            method, ROOT + path, content, content_type=sent.pop("Content-Type", "application/json"), headers=sent
        )
        return cast(HttpResponse, answer)

    def post(self, path: str, data: Any = None, **options: Any) -> HttpResponse:
        return self.send("POST", path, data, **options)

    def patch(self, path: str, data: Any = None, **options: Any) -> HttpResponse:
        return self.send("PATCH", path, data, **options)

    def delete(self, path: str, **options: Any) -> HttpResponse:
        return self.send("DELETE", path, **options)


def data_of(answer: Any, status: int = 200) -> Any:
    """The JSON of an answer that must have this status."""
    assert answer.status_code == status, f"{answer.status_code}: {answer.content.decode()[:2000]}"
    return json.loads(answer.content) if answer.content else None


def problem_in(answer: Any, status: int) -> dict[str, Any]:
    """The problem document of a refusal."""
    problem = cast(dict[str, Any], data_of(answer, status))
    assert answer["Content-Type"] == "application/problem+json"
    assert problem["status"] == status
    return problem
