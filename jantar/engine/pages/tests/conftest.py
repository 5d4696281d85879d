"""Pages of the library, asked for by a signed-in user."""

from decimal import Decimal

import pytest
from django.test import Client

from jantar.engine.permissions.actor import actor_for
from jantar.engine.records import write
from jantar.engine.testing.actors import make_user
from jantar.engine.testing.fake.records import books, shelves
from jantar.kit.money import Money


@pytest.fixture
def ada(db):
    """An administrator."""
    return make_user("Ada", admin=True)


@pytest.fixture
def client_of():
    """client_of(user): a browser in which the user is signed in."""

    def make(user):
        client = Client()
        client.force_login(user)
        return client

    return make


@pytest.fixture
def client(ada, client_of):
    return client_of(ada)


@pytest.fixture
def actor(ada):
    return actor_for(ada)


@pytest.fixture
def attic(actor):
    return write.create(shelves, {"name": "Attic", "city": "Łódź"}, actor=actor)


@pytest.fixture
def make_book(actor):
    """make_book(title, price=euros, **values)"""

    def make(title, *, price=None, by=None, **values):
        if price is not None:
            values["price"] = Money(Decimal(price), "EUR")
        return write.create(books, {"title": title, **values}, actor=by or actor)

    return make


@pytest.fixture
def librarian(transactional_db):
    """An administrator with a library of twelve books on two shelves, for tests in the browser."""
    user = make_user("Ada", admin=True)
    actor = actor_for(user)
    places = [write.create(shelves, {"name": name}, actor=actor) for name in ("Attic", "Cellar")]
    for number in range(12):
        values = {
            "title": f"Book {number:02}", "genre": ["novel", "poetry", "law"][number % 3], "pages": 100 + number,
            "shelf": places[number % 2], "price": Money(Decimal(number), "EUR"), "labels": ["old"],
        }  # fmt: skip
        write.create(books, values, actor=actor)
    return user
