"""Requests made up from the OpenAPI document, right and wrong ones: each is answered, and as the document says."""

import json
from collections.abc import Iterator
from typing import Any

import pytest
import schemathesis
from django.core.signals import request_finished, request_started
from django.db import close_old_connections
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from schemathesis import GenerationMode
from schemathesis.checks import not_a_server_error
from schemathesis.config import SchemathesisConfig
from schemathesis.specs.openapi.checks import (
    content_type_conformance,
    response_schema_conformance,
    status_code_conformance,
)

from jantar.engine.api.openapi import document_of
from jantar.engine.permissions.actor import actor_for, system_actor
from jantar.engine.permissions.models import Role
from jantar.engine.records.registry import registry
from jantar.engine.testing.actors import make_team, make_user
from jantar.engine.testing.api_client import ApiClient
from jantar.engine.testing.samples import sample_record
from jantar.project.api import api
from jantar.project.wsgi import application

CHECKS = [not_a_server_error, status_code_conformance, content_type_conformance, response_schema_conformance]
EXAMPLES = 8


def load_document() -> Any:
    document = json.loads(json.dumps(document_of(api)))
    schema = schemathesis.openapi.from_dict(document, config=SchemathesisConfig.from_dict({}))
    schema.app = application
    return schema


#: Every address of the product; the types of the tests have no others.
OPERATIONS = [
    operation
    for operation in (found.ok() for found in load_document().get_all_operations())
    if operation.path.split("/")[3] not in ("books", "shelves")
]


@pytest.fixture
def caller(request: pytest.FixtureRequest, db: None, settings: Any) -> Iterator[ApiClient]:
    """An administrator or a seller, with the id of a record of each type.

    Django's handler closes connections around each request; here they have to outlive it, as in its test client.
    """
    settings.API_REQUESTS_PER_MINUTE = 0
    user = make_user("Caller", make_team("North"), admin=request.param == "administrator")
    if request.param == "seller":
        Role.objects.get(key="seller").users.add(user)
    client = ApiClient(user)
    actor = actor_for(user)
    owners = {one.name: actor if actor.may("create", one.name) else system_actor() for one in registry.all()}
    client.records = {one.name: sample_record(one, owners[one.name]).pk for one in registry.all()}
    for signal in (request_started, request_finished):
        signal.disconnect(close_old_connections)
    yield client
    for signal in (request_started, request_finished):
        signal.connect(close_old_connections)


def cases(operation: Any, pk: int | None) -> st.SearchStrategy[Any]:
    """Requests that fit the document and such that do not, to the record with this id or to any."""
    strategies = [operation.as_strategy(mode) for mode in (GenerationMode.POSITIVE, GenerationMode.NEGATIVE)]
    if pk is not None and "{id}" in operation.path:
        strategies.append(operation.as_strategy(GenerationMode.POSITIVE, path_parameters={"id": pk}))
    return st.one_of(strategies)


@pytest.mark.parametrize("caller", ["administrator", "seller"], indirect=True)
@pytest.mark.parametrize("operation", OPERATIONS, ids=lambda operation: operation.label)
def test_every_request_is_answered_as_the_document_says(operation, caller):
    @settings(
        max_examples=EXAMPLES, deadline=None, database=None, derandomize=True, suppress_health_check=list(HealthCheck)
    )
    @given(case=cases(operation, caller.records.get(operation.path.split("/")[3])))
    def answer(case):
        case.call_and_validate(headers=caller.headers, checks=CHECKS)

    answer()
