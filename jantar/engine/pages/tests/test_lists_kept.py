"""Menus and heads of a list are kept in a cache; everybody gets those of their own rights, views and state."""

import json
import re
from itertools import product
from urllib.parse import quote

import pytest
from django.core.cache import caches

from jantar.engine.fields.services import create_custom_field
from jantar.engine.pages.models import Audience, SavedView
from jantar.engine.permissions.models import Action, Scope
from jantar.engine.testing.actors import grant, make_team, make_user

TREE = {"all": [{"field": "genre", "op": "is", "value": "novel"}]}


def drawn(client, path):
    """The page without what belongs to the session and the request."""
    html = client.get(path).content.decode().partition("<main")[2]
    return re.sub(r'(nonce|csrf[^"]*)="[^"]*"|name="csrfmiddlewaretoken" value="[^"]*"|cursor=[^"&]*', "", html)


@pytest.fixture
def people(ada):
    """An administrator, a seller with a view of their own, a reader, and one in Polish."""
    team = make_team("North")
    seller, reader, polish = (make_user(name, team) for name in ("Seller", "Reader", "Polish"))
    for action in (Action.SEE, Action.CREATE, Action.EDIT, Action.EXPORT):
        grant(seller, {action: Scope.ALL}, "books")
    for user in (reader, polish):
        grant(user, {Action.SEE: Scope.ALL}, "books")
    polish.language = "pl"
    polish.save()
    SavedView.objects.create(record_type="books", owner=seller, name="Mine", audience=Audience.PRIVATE, filter=TREE)
    return [ada, seller, reader, polish]


def paths():
    view = SavedView.objects.get(name="Mine").pk
    tree = quote(json.dumps(TREE))
    asked = ("", "sort=-title", "by=genre", "columns=title,pages", "beside=first", f"filter={tree}")
    yield from (f"/books/?{one}" for one in (*asked, f"view={view}", f"view={view}&sort=-pages", "view=all"))


def test_what_is_kept_is_what_would_be_drawn_anew(client_of, people, make_book):
    for number in range(60):
        make_book(f"Book {number}", genre="novel")
    asked = [(user, path) for user, path in product(people, paths())]
    caches["shell"].clear()
    kept = [drawn(client_of(user), path) for user, path in [*asked, *asked]]
    for (user, path), html in zip(asked, kept[len(asked) :], strict=True):
        caches["shell"].clear()
        assert html == drawn(client_of(user), path), (user, path)
    by_user = dict(zip([(user.full_name, path) for user, path in asked], kept, strict=False))
    assert "/books/new/" in by_user["Seller", "/books/?"]
    assert "/books/new/" not in by_user["Reader", "/books/?"]
    assert "Mine" not in by_user["Reader", "/books/?"]


def test_a_change_of_what_menus_show_is_seen_at_once(client_of, people, actor):
    client = client_of(people[1])
    view = SavedView.objects.get(name="Mine")
    create_custom_field(record_type="books", label="Signed copy", kind="boolean", actor=actor)
    assert "Signed copy" in drawn(client, "/books/")
    assert ">Mine<" in drawn(client, "/books/")
    SavedView.objects.filter(pk=view.pk).update(name="Novels of mine")
    assert "Novels of mine" in drawn(client, "/books/")
    path = f"/books/?view={view.pk}"
    assert "Unpin from the navigation" not in drawn(client, path)
    client.post(f"/books/views/{view.pk}/pin/", {"state": f"view={view.pk}"})
    assert "Unpin from the navigation" in drawn(client, path)
