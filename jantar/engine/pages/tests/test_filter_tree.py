"""The whole filter as a tree: measures, groups in groups, steps away, own periods, what is broken, the count."""

import json
import re
from urllib.parse import quote

import pytest

from jantar.engine.fields.errors import FieldError
from jantar.engine.pages.filters.places import Place, place_at
from jantar.engine.pages.filters.reading import whole_row
from jantar.engine.pages.filters.words import Speaker
from jantar.engine.pages.lists.periods import FREE, free, free_parts, free_period
from jantar.engine.pages.tests.test_filter_editor import chips_of, filter_of, form, row
from jantar.engine.permissions.actor import actor_for
from jantar.engine.permissions.models import Action, Scope
from jantar.engine.records import write
from jantar.engine.testing.actors import grant, make_team, make_user
from jantar.engine.testing.fake.records import books, shelves

LENT = {"field": "lent", "op": "is", "value": True}
LAW = {"field": "genre", "op": "is", "value": "law"}


def dialog(client, tree, type_name="shelves", name="all/"):
    response = client.get(f"/{type_name}/filter/{name}?filter={quote(json.dumps(tree))}&at=0")
    assert response.status_code == 200
    return response.content.decode()


def send(client, rows, type_name="shelves", how="all", name="all/", **more):
    group = [({"kind": "group", "how": how}, rows)]
    return client.post(f"/{type_name}/filter/{name}", {"state": "", "at": "", **form(group), **more})


@pytest.mark.capability("C71")
def test_related_records_are_measured(client, actor, make_book, attic):
    cellar = write.create(shelves, {"name": "Cellar"}, actor=actor)
    make_book("Kosmos", shelf=attic, genre="law", price="60")
    make_book("Chaos", shelf=attic, genre="law", price="50")
    make_book("Civil code", shelf=cellar, genre="law", price="70")
    below = [({"field": "genre", "op": "is", "value": "law"}, [])]
    measure = {"field": "relation:books", "has": "sum", "of": "price", "op": "gte", "value": "100", "how": "all"}
    response = send(client, [(measure, below)])
    node = {"relation": "books", "has": "sum", "field": "price", "op": "gte"}
    node |= {"value": {"amount": "100.00", "currency": "EUR"}, "where": {"all": [LAW]}}
    assert filter_of(response) == {"all": [node]}
    page = client.get(response["HX-Redirect"]).content.decode()
    assert "Attic</a>" in page
    assert "Cellar</a>" not in page
    assert chips_of(page) == ["Books: sum of Price is at least EUR 100.00 where Genre is Law"]
    shown = dialog(client, {"all": [node]})
    for chosen in ("relation:books", "sum", "price", "gte", "genre"):
        assert f'<option value="{chosen}" selected>' in shown


def test_a_measure_offers_what_has_it(client):
    shown = row(client, type_name="shelves", field="relation:books", has="latest", of="price")
    fields = shown.split("What is measured")[1].split("</select>")[0]
    assert re.findall(r'value="(\w+)"', fields) == ["updated_at", "created_at", "lent_at", "published_on"]
    assert 'type="date"' in shown
    refused = send(client, [({"field": "relation:books", "has": "sum", "of": "pages", "op": "is", "value": "x"}, [])])
    assert refused.status_code == 422
    assert "is not a number" in refused.content.decode()


TREES = [
    {"none": [LENT, {"any": [LAW, {"none": [{"field": "pages", "op": "lt", "value": 10}]}]}]},
    {"any": [{"all": [LENT, LAW]}, {"field": "shelf.city", "op": "empty"}]},
    {
        "all": [
            {"relation": "copies", "has": "none", "where": {"none": [{"field": "number", "op": "is", "value": "1"}]}}
        ]
    },
    {"all": [{"field": "shelf.owner", "op": "is", "value": "me"}, {"field": "team", "op": "any_of", "value": "mine"}]},
    {"all": [{"field": "lent_at", "op": "within", "value": "before 45 days ago"}]},
    {"all": [{"relation": "copies", "has": "at_most", "count": 2}]},
]


@pytest.mark.parametrize("tree", TREES)
def test_every_tree_is_shown_and_comes_back_as_it_was(actor, tree):
    shown = whole_row(tree, Place(books, actor))
    assert not shown.is_wrong
    assert shown.node() == tree
    assert "Unknown" not in Speaker(books, actor, [tree]).sentence(tree)


def test_relations_of_relations_are_shown(actor):
    copies = {"relation": "copies", "has": "at_least", "count": 2}
    tree = {"all": [{"relation": "books", "has": "any", "where": {"any": [copies, LENT]}}]}
    assert whole_row(tree, Place(shelves, actor)).node() == tree
    assert place_at(shelves, actor, "books/copies").name == "books/copies"


def test_a_single_condition_can_become_a_group_of_several(client):
    rows = [
        ({"field": "lent", "op": "is", "value": "1"}, []),
        ({"kind": "group", "how": "none"}, [({"field": "genre", "op": "is", "value": "law"}, []), ({"field": ""}, [])]),
    ]
    assert filter_of(send(client, rows, "books", "any")) == {"any": [LENT, {"none": [LAW]}]}
    assert dialog(client, LENT, "books").count('data-filter-target="row"') == 2


@pytest.mark.parametrize(
    "broken",
    [
        {"field": "gone", "op": "is", "value": 1},
        {"field": "lent", "op": "contains", "value": 1},
        {"field": "genre", "op": "is", "value": "cooking"},
        {"relation": "gone", "has": "any"},
        {"relation": "copies", "has": "most_of"},
        {"relation": "copies", "has": "sum", "field": "number", "op": "is", "value": 1},
        {"something": "else"},
        "nonsense",
    ],
)
def test_a_broken_condition_is_shown_and_can_be_mended_or_removed(client, broken):
    tree = {"all": [broken, LENT]}
    page = client.get(f"/books/?filter={quote(json.dumps(tree))}")
    assert page.status_code == 400
    assert len(chips_of(page.content.decode())) == 2
    assert "Edit all conditions" in page.content.decode()
    shown = dialog(client, tree, "books")
    assert 'role="alert"' in shown
    assert '<option value="lent" selected>' in shown
    assert 'role="alert"' in dialog(client, tree, "books", "")


def test_what_is_still_broken_is_refused_and_the_rest_kept(client):
    rows = [({"field": "gone", "op": "is", "value": "1"}, []), ({"field": "title", "op": "is", "value": "kept"}, [])]
    refused = send(client, rows, "books")
    assert refused.status_code == 422
    shown = refused.content.decode()
    assert "This no longer exists" in shown
    assert 'value="kept"' in shown
    assert "Removed field “gone”" in shown


def test_rows_below_stay_until_another_relation_is_chosen(client):
    below = [({"field": "title", "op": "is", "value": "kept"}, []), ({"field": "gone", "op": "is", "value": "1"}, [])]
    same = row(client, type_name="shelves", below=below, field="relation:books", was="relation:books", has="none")
    assert 'value="kept"' in same
    assert "Removed field “gone”" in same
    other = row(client, below=below, field="relation:copies", was="relation:books")
    assert 'value="kept"' not in other


def test_fields_two_steps_away_are_offered_and_compared(client, actor, attic, make_book):
    from jantar.engine.fields.references import Reference

    assert isinstance(books.fields(actor)["shelf"], Reference)
    shown = row(client, "books", "shelves", field="shelf.name", op="is", value="Attic")
    assert '<option value="shelf.name" selected>' in shown
    copy = place_at(shelves, actor, "books/copies")
    assert copy.steps("number.x.y") is None


def test_a_type_one_may_not_see_is_not_offered(db):
    eva = make_user("Eva", make_team("North"))
    grant(eva, {Action.SEE: Scope.ALL}, "books")
    place = Place(books, actor_for(eva))
    assert not any(group.label.startswith("Shelf") for group in place.groups)


def test_periods_have_numbers_of_ones_own(client):
    assert [name for name, _label in free()] == list(FREE)
    for name in FREE:
        text = free_period(name, "45", "week")
        assert free_parts(text) == [name, "45", "week"]
    assert free_parts("this month") == ["this month"]
    assert free_parts("next 14 days") == ["next 14 days"]
    assert free_period("last", "0", "day") == free_period("last", "5", "fortnight") == ""
    rows = [({"field": "lent_at", "op": "within", "value": ["before_ago", "45", "day"]}, [])]
    response = send(client, rows, "books")
    assert filter_of(response) == {"all": [{"field": "lent_at", "op": "within", "value": "before 45 days ago"}]}
    assert chips_of(client.get(response["HX-Redirect"]).content.decode()) == ["Lent at is before 45 days ago"]
    wrong = send(client, [({"field": "lent_at", "op": "within", "value": ["last", "many", "day"]}, [])], "books")
    assert wrong.status_code == 422
    assert "A whole number is expected." in wrong.content.decode()
    assert 'value="many"' in wrong.content.decode()


def test_a_dialog_says_the_filter_and_counts_what_it_finds(client, make_book):
    for number in range(3):
        make_book(f"Book {number}", lent=number < 2)
    said = send(client, [({"field": "lent", "op": "is", "value": "1"}, [])], "books", name="preview/?whole=1")
    text = " ".join(re.sub(r"<[^>]*>", " ", said.content.decode()).split())
    assert text == "Books where Lent is Yes Found: 2"
    unfinished = send(client, [({"field": "lent", "op": "is", "value": ""}, [])], "books", name="preview/?whole=1")
    assert "Fill in the condition" in unfinished.content.decode()
    measure = {
        "field": "relation:books",
        "was": "relation:books",
        "has": "sum",
        "of": "pages",
        "op": "gte",
        "value": "1",
    }
    one = {"state": "place=list", "at": "", **form([(measure | {"how": "all"}, [({"field": ""}, [])])])}
    alone = client.post("/shelves/filter/preview/", one).content.decode()
    assert "Shelves where Books: sum of Pages is at least 1" in alone
    nothing = send(client, [], "books", name="preview/?whole=1").content.decode()
    assert "Everything, without any condition" in nothing
    assert "Found: 3" in nothing


def test_counting_in_a_dialog_does_not_wait_for_long(client, make_book, monkeypatch):
    from django.db import connection

    from jantar.engine.pages.filters import editor as filter_editor

    def slow(query):
        with connection.cursor() as cursor:
            cursor.execute("SELECT pg_sleep(5)")

    monkeypatch.setattr(filter_editor, "COUNTING", 50)
    monkeypatch.setattr(filter_editor, "count_of", slow)
    said = send(client, [({"field": "lent", "op": "is", "value": "1"}, [])], "books", name="preview/?whole=1")
    assert "Counting takes long" in said.content.decode()
    with connection.cursor() as cursor:
        cursor.execute("SHOW statement_timeout")
        assert cursor.fetchone() == ("0",)


def test_forms_beyond_the_limits_are_refused(client):
    deep = {"node": ["a1"] * 500, "state": "", "at": ""}
    assert client.post("/books/filter/all/", deep).status_code == 400
    wide = [({"field": "title", "op": "empty"}, [])] * 201
    refused = send(client, wide, "books")
    assert refused.status_code == 422
    assert "too many conditions" in refused.content.decode()
    nested = LENT
    for _level in range(300):
        nested = {"all": [nested]}
    assert client.get(f"/books/?filter={quote(json.dumps(nested))}").status_code == 400
    assert client.get(f"/books/filter/all/?filter={quote(json.dumps(nested))}").status_code == 400


@pytest.mark.parametrize(
    ("tree", "sentence"),
    [
        ({}, "Everything, without any condition"),
        (LENT, "Books where Lent is Yes"),
        ({"any": [LENT, {"all": [LAW, LENT]}]}, "Books where Lent is Yes or (Genre is Law and Lent is Yes)"),
        ({"none": [LENT, LAW]}, "Books where neither (Lent is Yes nor Genre is Law)"),
        (
            {"relation": "copies", "has": "at_least", "count": 2, "where": {"field": "number", "op": "empty"}},
            "Books where Copies: at least 2 where Number is empty",
        ),
        ({"all": [{"all": []}, LENT]}, "Books where Lent is Yes"),
    ],
)
def test_a_filter_is_one_sentence(actor, tree, sentence):
    assert Speaker(books, actor, [tree]).sentence(tree) == sentence


def test_rows_at_fault_keep_their_own_message(actor):
    top = whole_row({"all": [{"field": "pages", "op": "is", "value": 1}, LENT]}, Place(books, actor))
    top.rows[0].items = ["x"]
    with pytest.raises(FieldError):
        top.node()
    assert top.rows[0].errors == ["“x” is not a number."]
    assert top.errors == top.rows[1].errors == []
