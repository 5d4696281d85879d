"""The palette and the page of search results."""

import pytest
from django.test import Client

from jantar.engine.permissions.actor import actor_for
from jantar.engine.permissions.models import Scope
from jantar.engine.records import write
from jantar.engine.records.registry import registry
from jantar.engine.testing.actors import make_team, make_user

pytestmark = pytest.mark.django_db
books = registry.get("books")


@pytest.fixture
def ada(client):
    user = make_user("Ada", make_team("North"), scope=Scope.TEAM)
    for number in range(12):
        write.create(books, {"title": f"Łódź & <b>{number}</b>"}, actor=actor_for(user))
    client.force_login(user)
    return user


@pytest.mark.capability("C14")
def test_the_palette_answers_with_hits_that_lead_to_their_records(client, ada):
    answer = client.get("/search/palette/", {"q": "lodz"}).content.decode()
    assert answer.count('role="option"') == 6
    assert "Łódź &amp; &lt;b&gt;0&lt;/b&gt;" in answer
    assert "/books/" in answer
    assert "/search/?q=lodz" in answer


def test_the_page_of_results_counts_per_type_and_leads_to_the_whole_list(client, ada):
    answer = client.get("/search/", {"q": "lodz"}).content.decode()
    assert '<span class="count">12</span>' in answer
    assert answer.count("Łódź") == 10
    assert "/books/?search=lodz" in answer


def test_others_see_no_hit_and_no_number(client, ada):
    client.force_login(make_user("Bob", make_team("South"), scope=Scope.TEAM))
    assert "Łódź" not in client.get("/search/palette/", {"q": "lodz"}).content.decode()
    answer = client.get("/search/", {"q": "lodz"}).content.decode()
    assert "Nothing found" in answer
    assert '<span class="count">' not in answer


def test_who_is_not_signed_in_is_sent_to_sign_in():
    assert Client().get("/search/?q=x").status_code == 302
