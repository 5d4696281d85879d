"""Making and changing a condition in the dialog, and saying it in words."""

import json
import re
from urllib.parse import parse_qs, quote, urlsplit

import pytest

from jantar.engine.pages.filters.words import Speaker
from jantar.engine.pages.lists.periods import offered, period_words
from jantar.engine.permissions.models import Scope
from jantar.engine.records import write
from jantar.engine.testing.actors import make_team, make_user
from jantar.engine.testing.fake.records import books, shelves


def form(rows, place="n"):
    """Rows as a form sends them: (values, rows below) each between the marks of its prefix."""
    sent = {"node": []}
    for number, (values, below) in enumerate(rows):
        prefix = f"{place}{number}"
        inside = form(below, prefix)
        sent["node"] += [prefix, *inside.pop("node"), ""]
        sent |= {f"{prefix}-{name}": value for name, value in values.items()} | inside
    return sent


def apply(client, type_name="books", state="", at="", below=(), **values):
    return client.post(f"/{type_name}/filter/", {"state": state, "at": at, **form([(values, below)])})


def filter_of(response):
    """The filter of the list the answer leads to."""
    assert response.status_code == 200, response.content.decode()
    query = parse_qs(urlsplit(response["HX-Redirect"]).query)
    return json.loads(query["filter"][0]) if "filter" in query else {}


def chips_of(page):
    chips = re.findall(r'<span class="chip[ "].*?</a></span>', page, re.DOTALL)
    return [" ".join(re.sub(r"<[^>]*>", " ", chip).split()) for chip in chips]


ONE = [
    ({"field": "title", "op": "contains", "value": "kos"}, {"op": "contains", "value": "kos"}),
    ({"field": "title", "op": "any_of", "value": ["a", "b"]}, {"op": "any_of", "value": ["a", "b"]}),
    ({"field": "title", "op": "empty"}, {"op": "empty"}),
    ({"field": "pages", "op": "between", "value": ["10", "1,200"]}, {"op": "between", "value": [10, 1200]}),
    ({"field": "weight", "op": "gte", "value": "1.5"}, {"op": "gte", "value": "1.500"}),
    ({"field": "price", "op": "gt", "value": "12"}, {"op": "gt", "value": {"amount": "12.00", "currency": "EUR"}}),
    ({"field": "lent", "op": "is", "value": "1"}, {"op": "is", "value": True}),
    ({"field": "genre", "op": "any_of", "value": ["novel", "law"]}, {"op": "any_of", "value": ["novel", "law"]}),
    ({"field": "labels", "op": "has_all", "value": ["x y"]}, {"op": "has_all", "value": ["x y"]}),
    ({"field": "published_on", "op": "lt", "value": "2026-03-04"}, {"op": "lt", "value": "2026-03-04"}),
    ({"field": "lent_at", "op": "is", "value": "2026-03-04"}, {"op": "is", "value": "2026-03-04"}),
    ({"field": "lent_at", "op": "within", "value": "next 14 days"}, {"op": "within", "value": "next 14 days"}),
    ({"field": "owner", "op": "is", "value": "me"}, {"op": "is", "value": "me"}),
    ({"field": "team", "op": "any_of", "value": ["mine"]}, {"op": "any_of", "value": "mine"}),
    ({"field": "country", "op": "is", "value": "PL"}, {"op": "is", "value": "PL"}),
    ({"field": "shelf.city", "op": "starts_with", "value": "Ł"}, {"op": "starts_with", "value": "Ł"}),
]


@pytest.mark.parametrize(("typed", "stored"), ONE)
def test_what_is_chosen_becomes_a_condition_and_stands_in_the_dialog_again(client, typed, stored):
    node = {"field": typed["field"], **stored}
    assert filter_of(apply(client, **typed)) == {"all": [node]}
    assert client.get(f"/books/?filter={quote(json.dumps(node))}").status_code == 200
    dialog = client.get(f"/books/filter/?filter={quote(json.dumps(node))}&at=0").content.decode()
    assert re.search(rf'<option value="{typed["field"]}" selected>', dialog)
    assert re.search(rf'<option value="{typed["op"]}" selected>', dialog)
    value = typed.get("value")
    for one in value if isinstance(value, list) else [value] if value else []:
        number = typed["field"] in ("pages", "weight", "price")
        assert number or f'value="{one}"' in dialog


def test_an_amount_says_its_currency(client):
    tree = quote(json.dumps({"field": "price", "op": "gt", "value": 12}))
    dialog = client.get(f"/books/filter/?filter={tree}&at=0").content.decode()
    assert '<span class="input-addon" aria-hidden="true">EUR</span>' in dialog


WRONG = [
    ({"field": "", "op": ""}, "Choose what the condition is about."),
    ({"field": "nope", "op": "is", "value": "1"}, "This no longer exists."),
    ({"field": "title", "op": "is", "value": ""}, "A value to compare with is missing."),
    ({"field": "pages", "op": "is", "value": "many"}, "is not a number"),
    ({"field": "pages", "op": "between", "value": ["1", ""]}, "Two values are expected"),
    ({"field": "published_on", "op": "is", "value": "30.2.2026"}, "30.2.2026"),
    ({"field": "genre", "op": "is", "value": "cooking"}, "is not one of the listed values"),
    ({"field": "relation:books", "has": "at_least", "count": "x"}, "A whole number is expected."),
]


@pytest.mark.parametrize(("typed", "message"), WRONG)
def test_a_wrong_value_is_refused_in_the_dialog_and_kept(client, typed, message):
    response = apply(client, "shelves" if "relation" in typed["field"] else "books", **typed)
    assert response.status_code == 422
    assert message in response.content.decode()
    if typed["field"] == "pages" and isinstance(typed.get("value"), str):
        assert 'value="many"' in response.content.decode()


@pytest.mark.capability("C71")
def test_relations_have_any_none_or_a_count_where_conditions_hold(client, actor, make_book, attic):
    cellar = write.create(shelves, {"name": "Cellar"}, actor=actor)
    make_book("Kosmos", shelf=attic, genre="novel")
    make_book("Civil code", shelf=cellar, genre="law")
    below = [({"field": "genre", "op": "is", "value": "law"}, [])]
    response = apply(client, "shelves", field="relation:books", has="none", how="all", below=below)
    line = {"field": "genre", "op": "is", "value": "law"}
    assert filter_of(response) == {"all": [{"relation": "books", "has": "none", "where": {"all": [line]}}]}
    page = client.get(response["HX-Redirect"]).content.decode()
    assert "Attic</a>" in page
    assert "Cellar</a>" not in page
    assert chips_of(page) == ["Books: none where Genre is Law"]
    dialog = client.get(f"/shelves/filter/?{urlsplit(response['HX-Redirect']).query}&at=0").content.decode()
    assert '<option value="relation:books" selected>' in dialog
    assert '<option value="genre" selected>' in dialog


def test_a_condition_is_put_at_its_place_and_others_stay(client):
    first, second = {"field": "title", "op": "is", "value": "a"}, {"field": "title", "op": "is", "value": "b"}
    state = "filter=" + quote(json.dumps({"any": [first, second]})) + "&sort=-title"
    response = apply(client, state=state, at="0", field="genre", op="empty")
    assert filter_of(response) == {"any": [{"field": "genre", "op": "empty"}, second]}
    assert "sort=-title" in response["HX-Redirect"]
    added = apply(client, state=state, at="", field="genre", op="empty")
    assert filter_of(added) == {"any": [first, second, {"field": "genre", "op": "empty"}]}


def row(client, at="", type_name="books", below=(), **values):
    sent = form([(values, below)]) if values else {}
    response = client.post(f"/{type_name}/filter/row/?of={at}", sent)
    assert response.status_code == 200
    return response.content.decode()


def test_a_row_fits_its_field(client):
    shown = row(client, field="published_on", op="contains", value="x")
    assert '<option value="is" selected>' in shown
    assert 'type="date"' in shown
    shown = row(client, type_name="shelves", field="relation:books", has="at_least")
    assert 'name="n0-count"' in shown
    assert re.search(r'name="n[0-9a-f]{6}-field"', shown)
    inner = row(client, "books", "shelves", field="price", op="between")
    assert inner.count('name="n0-value"') == 2
    assert client.post("/shelves/filter/row/?of=nope").status_code == 404


def test_chips_say_conditions_in_words_and_lead_to_their_removal(client, attic):
    tree = {
        "all": [
            {"field": "shelf", "op": "any_of", "value": [attic.pk, 99999]},
            {"field": "lent", "op": "is", "value": False},
        ]
    }
    page = client.get(f"/books/?filter={quote(json.dumps(tree))}").content.decode()
    assert chips_of(page) == ["Shelf is one of Attic, a record you may not see", "Lent is No"]
    removal = re.findall(r'class="chip-remove" href="([^"]*)"', page)[1].replace("&amp;", "&")
    left = json.loads(parse_qs(urlsplit(removal).query)["filter"][0])
    assert left == {"all": [tree["all"][0]]}


def test_names_of_records_one_may_not_see_are_not_told(client_of, attic, ada):
    eva = make_user("Eva", make_team("North"), scope=Scope.OWN)
    tree = quote(json.dumps({"field": "shelf", "op": "is", "value": attic.pk}))
    page = client_of(eva).get(f"/books/?filter={tree}").content.decode()
    assert "Attic" not in page
    assert "a record you may not see" in page


@pytest.mark.parametrize(
    ("node", "words"),
    [
        ({"field": "published_on", "op": "within", "value": "next 14 days"}, "Published is in the next 14 days"),
        ({"field": "published_on", "op": "lt", "value": "2026-11-22"}, "Published is before 22 Nov 2026"),
        ({"field": "pages", "op": "between", "value": [1, 2000]}, "Pages is between 1 and 2,000"),
        ({"field": "price", "op": "gte", "value": 5}, "Price is at least 5"),
        ({"field": "gone", "op": "is", "value": 5}, "Removed field “gone”"),
        ({"relation": "copies", "has": "at_least", "count": 2}, "Copies: at least 2"),
        ({"none": [{"field": "lent", "op": "is", "value": True}]}, "not (Lent is Yes)"),
        ("nonsense", "Unknown condition"),
    ],
)
def test_conditions_are_said_in_words(actor, node, words):
    assert str(Speaker(books, actor, [node]).say(node)) == words


def test_every_offered_period_has_words():
    assert all(words for _text, words in offered())
    assert period_words("in the next 1 days") == "the next 1 day"
    assert period_words("after 3 months ago") == "after 3 months ago"
    assert period_words("rubbish") == "rubbish"
    assert period_words("yesterday") == "yesterday"


def test_a_colleague_to_compare_with_can_be_me(client, ada):
    items = client.get("/books/filter/pick/users/?q=").json()["items"]
    assert items[0] == {"value": "me", "label": "me"}
    assert {"value": str(ada.pk), "label": "Ada", "detail": "ada@jantar.example"} in items
    assert client.get("/books/filter/pick/teams/?q=").json()["items"][0]["value"] == "mine"


def test_the_dialog_is_within_rights(db, client_of):
    nobody = make_user("Nobody")
    assert client_of(nobody).get("/books/filter/").status_code == 404
    assert client_of(nobody).get("/books/filter/pick/users/").status_code == 404
