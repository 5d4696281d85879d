"""Records that custom fields refer to have their titles in the preview of an import, as far as one may see them."""

from typing import Any

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from jantar.engine.fields.services import create_custom_field
from jantar.engine.permissions.actor import Actor, actor_for, system_actor
from jantar.engine.permissions.models import Scope
from jantar.engine.records import write
from jantar.engine.testing.actors import make_user
from jantar.engine.testing.fake.models import Shelf
from jantar.engine.testing.fake.records import books, shelves
from jantar.engine.transfer.models import ImportRun
from jantar.engine.transfer.tests.test_pages import form_of, uploaded
from jantar.platform.accounts.models import User

pytestmark = [pytest.mark.django_db, pytest.mark.capability("N19")]
UNSEEN = "(not visible to you)"


@pytest.fixture
def eva() -> User:
    """Sees what is hers."""
    create_custom_field(record_type="books", label="Spare", kind="record", target="shelves", actor=system_actor())
    return make_user("Eva", scope=Scope.OWN)


@pytest.fixture
def actor(eva: User) -> Actor:
    return actor_for(eva)


@pytest.fixture
def client(eva: User) -> Client:
    client = Client()
    client.force_login(eva)
    return client


def preview_of(client: Client, content: str, **chosen: Any) -> str:
    uploaded(client, content)
    run = ImportRun.objects.latest("pk")
    answer = client.post(f"/import/{run.pk}/plan/", form_of(run.pk, **chosen))
    assert answer.status_code == 200
    page = answer.content.decode()
    return page[page.index("Would be") :]


def test_a_record_is_shown_by_its_title(client: Client, actor: Actor) -> None:
    attic: Shelf = write.create(shelves, {"name": "Attic"}, actor=actor)
    preview = preview_of(client, "Title;Spare\nOne;attic\nTwo;Attic\n")
    assert preview.count("Attic</td>") == 2
    assert f"shelves/{attic.pk}" not in preview


def test_one_that_is_to_be_made_is_shown_as_the_sheet_names_it(client: Client) -> None:
    preview = preview_of(client, "Title;Spare\nOne;Cellar\n", reference="x_spare", **{"missing-x_spare": "create"})
    assert "Cellar</td>" in preview
    assert UNSEEN not in preview
    assert not Shelf.objects.exists()


def test_one_that_stands_there_and_may_not_be_seen_is_not_told(client: Client, eva: User, actor: Actor) -> None:
    root = actor_for(make_user("Root", admin=True))
    secret = write.create(shelves, {"name": "Secret"}, actor=root)
    write.create(books, {"title": "One", "x_spare": secret, "owner": eva}, actor=root)
    preview = preview_of(client, "Title;Spare;Pages\nOne;;7\n")
    assert f"{UNSEEN}</td>" in preview
    assert "Secret" not in preview
    assert f"shelves/{secret.pk}" not in preview


def test_many_rows_cost_as_many_statements_as_one(client: Client, actor: Actor) -> None:
    for number in range(12):
        write.create(shelves, {"name": f"Shelf {number}"}, actor=actor)

    def statements(rows: int) -> int:
        uploaded(client, "Title;Spare\n" + "".join(f"Book {n};Shelf {n}\n" for n in range(rows)))
        run = ImportRun.objects.latest("pk")
        client.get(f"/import/{run.pk}/")
        with CaptureQueriesContext(connection) as found:
            assert f"Shelf {rows - 1}</td>" in client.get(f"/import/{run.pk}/").content.decode()
        return len(found)

    assert statements(12) == statements(1)
