"""What every answer has: an id, a line in the log; and the addresses that tell the state."""

import json
import logging

import pytest
from django.db import connections
from django.test import Client

from jantar.platform.database.process import free_port
from jantar.project import health
from jantar.project.logs import JsonFormatter, request_id


def test_a_harmless_request_id_is_kept_and_returned(client: Client) -> None:
    response = client.get("/healthz", headers={"X-Request-ID": "proxy-12345678"})

    assert (response.status_code, response.content) == (200, b"ok")
    assert response.headers["X-Request-ID"] == "proxy-12345678"


@pytest.mark.parametrize("given", ["", "short", "x" * 101, 'a"b\\c{}<script>', "with space in it"])
def test_any_other_request_id_is_replaced(client: Client, given: str) -> None:
    response = client.get("/healthz", headers={"X-Request-ID": given})

    assert len(response.headers["X-Request-ID"]) == 32
    assert response.headers["X-Request-ID"] != given


@pytest.mark.django_db
def test_ready_when_database_and_migrations_are(client: Client) -> None:
    response = client.get("/readyz", headers={"Host": "10.1.2.3"})

    assert (response.status_code, response.json()) == (200, {"database": "ok", "migrations": "ok", "files": "ok"})


@pytest.mark.django_db
def test_not_ready_without_a_database(client: Client, monkeypatch: pytest.MonkeyPatch) -> None:
    away = connections.create_connection("default")
    away.alias = "away"
    away.settings_dict = {**away.settings_dict, "PORT": str(free_port()), "OPTIONS": {}}
    monkeypatch.setattr(health, "connection", away)
    response = client.get("/readyz")

    assert (response.status_code, response.json()) == (503, {"database": "unreachable"})


@pytest.mark.django_db
def test_not_ready_with_pending_migrations(client: Client, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(health, "_ready_before", False)
    monkeypatch.setattr(health, "pending_migrations", lambda: ["jobs.0002_more"])
    response = client.get("/readyz")

    assert (response.status_code, response.json()) == (503, {"database": "ok", "migrations": "pending"})


def test_a_log_line_is_json_with_the_request_id_and_extras() -> None:
    record = logging.makeLogRecord({"name": "jantar.request", "levelname": "INFO", "msg": "GET /ž", "status": 200})
    token = request_id.set("abcdefgh")
    line = JsonFormatter().format(record)
    request_id.reset(token)

    entry = json.loads(line)
    assert "\n" not in line
    assert entry["message"] == "GET /ž"
    assert (entry["level"], entry["logger"], entry["request_id"], entry["status"]) == (
        "INFO",
        "jantar.request",
        "abcdefgh",
        200,
    )


def test_the_query_of_a_request_stays_out_of_the_log(client: Client, caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level("INFO", "jantar.request")
    client.get("/unknown-page-of-nothing.txt?name=Kowalski", raise_request_exception=False)

    assert "Kowalski" not in caplog.text
