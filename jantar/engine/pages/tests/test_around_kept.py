"""Acts and tabs of a record page are kept for all records with which the same can be done."""

import re

import pytest
from django.core.cache import caches

from jantar.engine.permissions.actor import actor_for
from jantar.engine.permissions.models import Action, Scope
from jantar.engine.records.registry import registry
from jantar.engine.testing.actors import grant, make_team, make_user
from jantar.engine.testing.samples import sample_record

pytestmark = pytest.mark.django_db


def page_of(client, path):
    """The page without what belongs to the session and the request."""
    html = client.get(path).content.decode().partition("<main")[2]
    return re.sub(r'(nonce|csrf[^"]*)="[^"]*"|name="csrfmiddlewaretoken" value="[^"]*"', "", html)


@pytest.mark.parametrize("name", [one.name for one in registry.all()])
def test_what_is_kept_is_what_would_be_drawn_anew(client_of, ada, name):
    reader, polish = make_user("Reader", make_team("North")), make_user("Polish", admin=True)
    grant(reader, {Action.SEE: Scope.ALL})
    polish.language = "pl"
    polish.save()
    record_type, actor = registry.get(name), actor_for(ada)
    records = [sample_record(record_type, actor, number) for number in (1, 2)]
    paths = [f"/{name}/{record.pk}/{pane}" for record in records for pane in ("", "?pane=1")]
    for user in (ada, reader, polish):
        client = client_of(user)
        caches["shell"].clear()
        kept = [page_of(client, path) for path in paths]
        for path, html in zip(paths, kept, strict=True):
            caches["shell"].clear()
            assert html == page_of(client, path), (user, path)


def test_what_can_be_done_with_a_record_is_part_of_what_is_kept(client_of, ada, make_book):
    seller = make_user("Seller")
    grant(seller, {Action.SEE: Scope.ALL, Action.EDIT: Scope.OWN}, "books")
    own, other = make_book("Own", owner=seller), make_book("Other")
    client = client_of(seller)
    for _time in range(2):
        assert f"/books/{own.pk}/edit/" in page_of(client, f"/books/{own.pk}/")
        assert "/edit/" not in page_of(client, f"/books/{other.pk}/")
    client.post(f"/books/{other.pk}/watch/")
    assert 'aria-pressed="true"' in page_of(client, f"/books/{other.pk}/")


def test_titles_are_shown_as_text(client_of, ada, make_book):
    make_book("Plain")
    book = make_book('<b>"Q&A" 8070450532247928911</b>')
    html = page_of(client_of(ada), f"/books/{book.pk}/")
    assert "<b>" not in html
    assert "&lt;b&gt;&quot;Q&amp;A&quot; 8070450532247928911&lt;/b&gt;" in html
