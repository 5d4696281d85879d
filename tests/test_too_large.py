"""Requests above what the server takes: refused in the user's language, with the field named."""

from typing import Any
from urllib.parse import urlencode

import pytest
from django.test import Client

from jantar.engine.permissions.actor import actor_for
from jantar.engine.permissions.models import Scope
from jantar.engine.records import write
from jantar.engine.records.registry import registry
from jantar.engine.testing.actors import make_user
from jantar.engine.testing.api_client import ApiClient, problem_in
from jantar.modules.communications.models import Activity
from jantar.modules.contacts.models import Party
from jantar.platform.accounts.models import User

pytestmark = pytest.mark.django_db
HTMX = {"HX-Request": "true"}
MUCH = "ž" * 2_100_000  # sent as six bytes a letter


@pytest.fixture
def ada() -> User:
    user = make_user("Ada", scope=Scope.ALL)
    user.language = "cs"
    user.save()
    return user


@pytest.fixture
def client(ada: User) -> Client:
    client = Client(headers=HTMX)
    client.force_login(ada)
    return client


@pytest.fixture
def person(ada: User) -> Party:
    found: Party = write.create(registry.get("people"), {"family_name": "Malá"}, actor=actor_for(ada))
    return found


def send(client: Client, address: str, **typed: str) -> Any:
    """As a browser sends a form without a file."""
    return client.post(address, urlencode(typed), content_type="application/x-www-form-urlencoded")


def test_the_longest_field_of_a_form_is_named(client: Client, person: Party) -> None:
    for address in ("/people/new/", f"/people/{person.pk}/edit/", f"/people/{person.pk}/fields/description/"):
        answer = send(client, address, form_fields="description", description=MUCH, given_name="Jana")
        assert answer.status_code == 413
        assert answer.content.decode() == "„Popis“ je příliš dlouhé: najednou lze odeslat nejvýše 12 MB."
    assert Party.objects.get().description == ""


@pytest.mark.parametrize(("tab", "label"), [("activity", "Co zaznělo"), ("note", "Poznámka"), ("comment", "Komentář")])
def test_the_composer_names_what_is_written(client: Client, person: Party, tab: str, label: str) -> None:
    answer = send(client, f"/people/{person.pk}/timeline/{tab}/", text=MUCH)
    assert answer.status_code == 413
    assert answer.content.decode().startswith(f"„{label}“ je příliš dlouhé")
    assert not Activity.objects.exists()


def test_what_has_no_label_is_refused_too(client: Client) -> None:
    answer = send(client, "/people/filter/", place=MUCH)
    assert (answer.status_code, answer.content.decode()[:22]) == (413, "Tohle je příliš dlouhé")


def test_a_page_without_scripts_gets_a_page(client: Client) -> None:
    client.defaults.clear()
    answer = send(client, "/people/new/", form_fields="description", description=MUCH)
    assert answer.status_code == 413
    assert "„Popis“ je příliš dlouhé" in answer.content.decode()


def test_more_than_any_file_is_not_even_read(client: Client) -> None:
    for address, reader in (("/people/import/", client), ("/sign-in/", Client())):
        answer = reader.generic("POST", address, b"x", CONTENT_LENGTH=str(50_000_000_000), content_type="text/csv")
        assert answer.status_code == 413
        assert "300 MB" in answer.content.decode()


def test_too_many_rows_are_told(client: Client, person: Party) -> None:
    answer = send(client, f"/people/{person.pk}/edit/", **{f"f{number}": "1" for number in range(10_001)})
    assert (answer.status_code, answer.content.decode()[:26]) == (413, "Formulář má příliš mnoho ř")


def test_the_api_says_the_same_as_a_problem(ada: User) -> None:
    answer = ApiClient(ada).post("/people", {"family_name": "Malá", "description": "x" * 13_000_000})
    problem = problem_in(answer, 413)
    assert problem["type"] == "urn:jantar:problem:too-large"
    assert problem["title"] == "Požadavek je příliš velký"
    assert not Party.objects.exists()
