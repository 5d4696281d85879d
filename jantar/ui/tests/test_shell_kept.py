"""Parts of the shell are kept in a cache; nobody may get another's."""

from collections.abc import Iterator

import pytest
from django.core.cache import caches
from django.test import Client

from jantar.engine.permissions.models import Action, Scope
from jantar.engine.testing.actors import grant, make_user
from jantar.platform.accounts.models import User

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def nothing_kept() -> Iterator[None]:
    caches["shell"].clear()
    yield
    caches["shell"].clear()


def shell_of(user: User, path: str) -> str:
    client = Client()
    client.force_login(user)
    html = client.get(path).content.decode()
    parts = (html.partition(start)[2].partition(end)[0] for start, end in BETWEEN)
    return "\n".join(parts)


#: The kept parts as they stand on a page; tokens and the page itself are not in them.
BETWEEN = (
    ('<nav class="app-nav"', "</nav>"),
    ('<header class="topbar"', "</header>"),
    ('id="palette"', 'id="load-bar"'),
)


def test_a_kept_shell_is_the_one_drawn_anew() -> None:
    root = make_user("Root", admin=True)
    seller = make_user("Anna Nowak")
    seller.language = "pl"
    seller.save()
    grant(seller, {Action.SEE: Scope.OWN}, "people")
    reader = make_user("Reader")
    pages = ["/", "/people/", "/account/", "/books/"]
    seen = [(user, path) for user in (root, seller, reader) for path in pages]
    kept = {(user.pk, path): shell_of(user, path) for user, path in [*seen, *seen]}
    for user, path in seen:
        caches["shell"].clear()
        assert shell_of(user, path) == kept[user.pk, path], (user, path)
    assert "Anna Nowak" in kept[seller.pk, "/"]
    assert "Anna Nowak" not in kept[reader.pk, "/"]
    assert "/people/" in kept[seller.pk, "/"]
    assert "/people/" not in kept[reader.pk, "/"]
    assert kept[root.pk, "/people/"] != kept[root.pk, "/books/"]


def test_a_change_of_rights_shows_at_once() -> None:
    reader = make_user("Reader")
    assert "/people/" not in shell_of(reader, "/")
    grant(reader, {Action.SEE: Scope.ALL}, "people")
    assert "/people/" in shell_of(reader, "/")
