"""What holds for the pages of every record type."""

from typing import Any

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from jantar.engine.permissions.actor import actor_for
from jantar.engine.records import write
from jantar.engine.records.record_type import RecordType
from jantar.engine.records.registry import registry
from jantar.engine.testing.actors import make_user
from jantar.engine.testing.browserless import fields_of
from jantar.engine.testing.samples import sample_record
from jantar.platform.accounts.models import User

pytestmark = pytest.mark.django_db
HTMX = {"HX-Request": "true"}
TYPES = pytest.mark.parametrize("name", [one.name for one in registry.all()])


@pytest.fixture
def root() -> User:
    return make_user("Root", admin=True)


@pytest.fixture
def client(root: User) -> Client:
    client = Client(headers=HTMX)
    client.force_login(root)
    return client


def made(name: str, user: User, number: int = 1) -> tuple[RecordType, Any]:
    record_type = registry.get(name)
    return record_type, sample_record(record_type, actor_for(user), number, references=True)


def version_of(record_type: RecordType, pk: int) -> int:
    return int(record_type.model._base_manager.get(pk=pk).version)


def statements(client: Client, address: str) -> int:
    with CaptureQueriesContext(connection) as queries:
        assert client.get(address).status_code == 200
    return len(queries)


@TYPES
def test_the_record_page_costs_at_most_fifteen_statements(client: Client, root: User, name: str) -> None:
    _record_type, record = made(name, root)
    once = statements(client, f"/{name}/{record.pk}/")
    for number in range(2, 12):
        made(name, root, number)
    assert statements(client, f"/{name}/{record.pk}/") == once
    assert once <= 15


@TYPES
def test_what_the_page_loads_later_is_cheap_too(client: Client, root: User, name: str) -> None:
    record_type, record = made(name, root)
    for part in ("history/", "facts/", *(f"related/{one}/" for one in registry.relations(record_type))):
        answer = client.get(f"/{name}/{record.pk}/{part}")
        assert answer.status_code in (200, 404), part
        if answer.status_code == 200:
            assert statements(client, f"/{name}/{record.pk}/{part}") <= 15


@TYPES
def test_a_form_nobody_touched_changes_nothing(client: Client, root: User, name: str) -> None:
    record_type, record = made(name, root)
    version = version_of(record_type, record.pk)
    form = fields_of(client.get(f"/{name}/{record.pk}/edit/").content.decode())
    answer = client.post(f"/{name}/{record.pk}/edit/", form)
    assert answer.get("HX-Redirect") == f"/{name}/{record.pk}/", answer.content.decode()[-2000:]
    assert version_of(record_type, record.pk) == version


@TYPES
def test_each_field_shows_its_control_and_takes_its_own_value_back(client: Client, root: User, name: str) -> None:
    record_type, record = made(name, root)
    version = version_of(record_type, record.pk)
    for one in record_type.fields(actor_for(root)).values():
        address = f"/{name}/{record.pk}/fields/{one.name}/"
        shown = client.get(address)
        assert shown.status_code == (403 if one.read_only else 200), one.name
        if not one.read_only:
            saved = client.post(address, fields_of(shown.content.decode()))
            assert saved.status_code == 200, f"{one.name}: {saved.content.decode()[:500]}"
            assert version_of(record_type, record.pk) == version, one.name


@TYPES
def test_the_new_form_and_its_dialog_can_be_filled_in(client: Client, root: User, name: str) -> None:
    assert client.get(f"/{name}/new/").status_code == 200
    dialog = client.get(f"/{name}/new/", headers={"HX-Target": "dialog-slot"}).content.decode()
    assert 'id="dialog-form"' in dialog
    required = [one for one in registry.get(name).own_fields.values() if one.required and not one.read_only]
    assert all(f'name="{one.name}"' in dialog for one in required)


@TYPES
def test_a_record_goes_to_the_bin_and_comes_back(client: Client, root: User, name: str) -> None:
    record_type, record = made(name, root)
    client.post(f"/{name}/{record.pk}/delete/")
    assert client.get(f"/{name}/{record.pk}/").status_code == 404
    assert str(record) in client.get(f"/{name}/bin/").content.decode().replace("&#x27;", "'")
    client.post(f"/{name}/{record.pk}/restore/")
    assert client.get(f"/{name}/{record.pk}/").status_code == 200
    write.delete(record_type, [record.pk], actor=actor_for(root))
    client.post(f"/{name}/bin/erase/", {"selected": [record.pk]})
    assert not record_type.model._base_manager.filter(pk=record.pk).exists()
