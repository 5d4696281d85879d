"""The OpenAPI document."""

import json
from collections.abc import Iterator
from typing import Any

import jsonschema_rs
import pytest
from django.utils import translation

from jantar.engine.testing.api_client import ApiClient, data_of


@pytest.fixture
def document(db: None) -> Any:
    return data_of(ApiClient().get("/openapi.json"))


def references(node: Any) -> Iterator[str]:
    if isinstance(node, dict):
        yield from (value for key, value in node.items() if key == "$ref")
        node = list(node.values())
    if isinstance(node, list):
        for part in node:
            yield from references(part)


def test_it_is_there_for_everybody_and_asks_only_what_is_switched_off(db, django_assert_num_queries):
    api = ApiClient()
    data_of(api.get("/openapi.json"))
    with django_assert_num_queries(1):
        data_of(api.get("/openapi.json"))


def test_it_describes_every_address_of_a_type(document):
    assert document["openapi"] == "3.1.0"
    paths = {path: set(methods) for path, methods in document["paths"].items() if path.startswith("/api/v1/books")}
    assert paths == {
        "/api/v1/books": {"get", "post"},
        "/api/v1/books/bulk": {"post"},
        "/api/v1/books/export": {"get", "post"},
        "/api/v1/books/duplicates": {"get"},
        "/api/v1/books/{id}": {"get", "patch", "delete"},
        "/api/v1/books/{id}/merge": {"post"},
        "/api/v1/books/{id}/history": {"get"},
        "/api/v1/books/{id}/timeline": {"get"},
        "/api/v1/books/{id}/notes": {"post"},
        "/api/v1/books/{id}/comments": {"post"},
        "/api/v1/books/{id}/watch": {"put", "delete"},
        "/api/v1/books/{id}/restore": {"post"},
        "/api/v1/books/{id}/actions/lend": {"post"},
    }
    assert document["components"]["securitySchemes"]["BearerToken"] == {"type": "http", "scheme": "bearer"}


def test_everything_it_refers_to_is_in_it(document):
    for reference in set(references(document)):
        node = document
        for step in reference.removeprefix("#/").split("/"):
            node = node[step]


def test_its_schemas_are_schemas(document):
    for name, schema in document["components"]["schemas"].items():
        assert jsonschema_rs.meta.is_valid(schema), name


def test_it_says_exactly_what_a_new_record_takes(document):
    schema = document["components"]["schemas"]["BookCreate"]
    assert schema["required"] == ["title"]
    assert schema["additionalProperties"] is False
    assert {"id", "version", "created_at"}.isdisjoint(schema["properties"])
    assert schema["properties"]["genre"]["enum"] == ["novel", "poetry", "law", "", None]
    assert schema["properties"]["title"] == {"type": "string", "maxLength": 200, "title": "title"}


def test_it_is_in_english_whatever_is_asked_for(document):
    with translation.override("cs"):
        assert data_of(ApiClient().get("/openapi.json", headers={"Accept-Language": "cs"})) == document
    assert len(json.dumps(document)) < 1_000_000
