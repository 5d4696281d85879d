"""Formatted text in a custom field: the same at every door, and clean whichever way it came."""

import csv
import io
import json
from typing import Any

import pytest
from django.test import Client

from jantar.engine.fields.conventions import Conventions
from jantar.engine.fields.errors import Invalid as InvalidField
from jantar.engine.fields.models import CustomField
from jantar.engine.fields.services import create_custom_field, default_text, read_default
from jantar.engine.history.changes import changes_of
from jantar.engine.history.models import Operation
from jantar.engine.permissions.actor import Actor, actor_for, system_actor
from jantar.engine.records import write
from jantar.engine.records.errors import Invalid
from jantar.engine.records.listing import Query, page_of
from jantar.engine.records.undo import undo
from jantar.engine.testing.actors import make_user
from jantar.engine.testing.api_client import ApiClient, data_of, problem_in
from jantar.engine.testing.fake.models import Book
from jantar.engine.testing.fake.records import books
from jantar.engine.transfer.exporting import Export, export_chunks
from jantar.engine.transfer.new_fields import kind_of
from jantar.engine.transfer.tests.runs import counts, imported, refused
from jantar.platform.accounts.models import User

pytestmark = [pytest.mark.django_db, pytest.mark.capability("C130")]
ROME = "<h3>Rome</h3><p>It <strong>burns</strong> &amp; smokes</p><ul><li><p>Nero</p></li></ul>"
TEXT = "Rome\nIt burns & smokes\n• Nero"
HOSTILE = (
    '<p onclick="alert(1)">Hi<script>alert(1)</script> <a href="javascript:alert(1)">you</a>'
    "<img src=x onerror=alert(1)></p>"
)
CLEAN = "<p>Hi you</p>"


@pytest.fixture
def root() -> User:
    return make_user("Root", admin=True)


@pytest.fixture
def actor(root: User, story: CustomField) -> Actor:
    return actor_for(root)


@pytest.fixture
def story() -> CustomField:
    return create_custom_field(record_type="books", label="Story", kind="rich_text", actor=system_actor())


@pytest.fixture
def client(root: User) -> Client:
    client = Client()
    client.force_login(root)
    return client


def make(actor: Actor, story: Any, title: str = "Quo vadis") -> Book:
    value = books.fields(actor)["x_story"].load(story)
    found: Book = write.create(books, {"title": title, "x_story": value}, actor=actor)
    return found


def stored(pk: int | None = None) -> Any:
    return (Book.objects.get(pk=pk) if pk else Book.objects.get()).custom.get("x_story")


def titles(actor: Actor, op: str, *value: str) -> list[str]:
    tree = {"field": "x_story", "op": op, **({"value": value[0]} if value else {})}
    return sorted(row.title for row in page_of(Query(books, actor, filter=tree)).rows)


def sheet_of(actor: Actor, *, for_people: bool) -> list[list[str]]:
    export = Export(Query(books, actor, columns=("title", "x_story")), for_people=for_people)
    return list(
        csv.reader(io.StringIO(b"".join(export_chunks(export)).decode("utf-8-sig")), delimiter=export.delimiter)
    )


def test_the_form_takes_html_and_the_record_shows_it(actor: Actor, client: Client) -> None:
    fields = {"form_fields": "title,x_story", "title": "Quo vadis", "x_story": ROME}
    assert client.post("/books/new/", fields).status_code == 302
    assert stored() == {"html": ROME, "text": TEXT}
    book = Book.objects.get()
    page = client.get(f"/books/{book.pk}/").content.decode()
    assert ROME in page
    listed = client.get("/books/?view=all&columns=title,x_story").content.decode()
    assert "Rome It burns &amp; smokes • Nero" in listed
    assert "<strong>burns" not in listed
    form = client.get(f"/books/{book.pk}/edit/").content.decode()
    assert "&lt;h3&gt;Rome&lt;/h3&gt;" in form


@pytest.mark.parametrize("empty", ["", " ", "<p></p>", "<p><br></p>", "<p>&nbsp;</p>"])
def test_an_empty_editor_leaves_no_value(actor: Actor, client: Client, empty: str) -> None:
    book = make(actor, ROME)
    assert client.post(f"/books/{book.pk}/fields/x_story/", {"x_story": empty, "version": 1}).status_code == 200
    assert stored() is None


def test_without_its_editor_a_text_is_taken_as_it_is(actor: Actor, client: Client) -> None:
    fields = {"form_fields": "title,x_story", "title": "Quo vadis", "x_story": "1 < 2\r\n\r\nsecond"}
    assert client.post("/books/new/", fields).status_code == 302
    assert stored() == {"html": "<p>1 &lt; 2</p><p></p><p>second</p>", "text": "1 < 2\n\nsecond"}


def test_nothing_gets_in_that_runs(actor: Actor, root: User, client: Client) -> None:
    book = make(actor, HOSTILE)
    api = ApiClient(root)
    doors = {
        "write path": lambda: None,
        "page": lambda: client.post(
            f"/books/{book.pk}/fields/x_story/", {"x_story": HOSTILE + "<p>1</p>", "version": 1}
        ),
        "api": lambda: api.patch(f"/books/{book.pk}", {"x_story": {"html": HOSTILE + "<p>2</p>", "text": "<script>"}}),
        "api, html alone": lambda: api.patch(f"/books/{book.pk}", {"x_story": HOSTILE + "<p>3</p>"}),
        "import": lambda: imported(sheet_with(HOSTILE + "<p>4</p>"), "books", actor, match=["title"]),
    }
    for number, (door, go) in enumerate(doors.items()):
        go()
        assert stored()["html"] == CLEAN + (f"<p>{number}</p>" if number else ""), door
    Book.objects.update(custom={"x_story": {"html": HOSTILE, "text": "<script>alert(2)</script>"}})
    for address in (f"/books/{book.pk}/", f"/books/{book.pk}/edit/", "/books/?view=all&columns=title,x_story"):
        shown = client.get(address).content.decode()
        assert "onerror" not in shown, address
        assert "<script>alert" not in shown, address
    answered = data_of(api.get(f"/books/{book.pk}"))["x_story"]["html"]
    assert answered == '<p>Hi <a rel="noopener noreferrer">you</a></p>'


def sheet_with(*cells: str) -> bytes:
    out = io.StringIO()
    csv.writer(out).writerows([["title", "x_story"], *(["Quo vadis", cell] for cell in cells)])
    return out.getvalue().encode()


def test_filters_speak_of_the_text(actor: Actor) -> None:
    make(actor, "<p>Žluťoučký <b>ků</b>ň</p>", "horse")
    make(actor, "<p>strong</p>", "word")
    make(actor, None, "nothing")
    assert titles(actor, "contains", "zlutoucky kun") == ["horse"]
    assert titles(actor, "contains", "strong") == ["word"]
    assert titles(actor, "contains", "<p>") == []
    assert titles(actor, "not_contains", "strong") == ["horse", "nothing"]
    assert titles(actor, "empty") == ["nothing"]
    assert titles(actor, "not_empty") == ["horse", "word"]


def test_the_api_answers_both_and_names_what_is_wrong(actor: Actor, root: User) -> None:
    api = ApiClient(root)
    made = data_of(api.post("/books", {"title": "Quo vadis", "x_story": ROME}), 201)
    assert made["x_story"] == {"html": ROME, "text": TEXT}
    data_of(api.patch(f"/books/{made['id']}", {"x_story": made["x_story"]}))
    assert data_of(api.get(f"/books/{made['id']}"))["version"] == made["version"]
    for wrong in (5, ["a"], {"text": "a"}, {"html": 5}, {"html": "a", "css": "b"}, "<p>" + "x" * 60_000):
        problem = problem_in(api.patch(f"/books/{made['id']}", {"x_story": wrong}), 422)
        assert list(problem["errors"]) == ["x_story"]
    assert data_of(api.patch(f"/books/{made['id']}", {"x_story": None}))["x_story"] is None
    [known] = [one for one in data_of(api.get("/types"))["items"] if one["name"] == "books"]
    [described] = [one for one in known["fields"] if one["name"] == "x_story"]
    assert (described["kind"], described["sortable"]) == ("rich_text", False)


@pytest.mark.parametrize("html", ["<p>" + "x " * 26_000 + "</p>", "x" * 600_000])
def test_what_is_too_long_is_refused_with_its_length(actor: Actor, client: Client, html: str) -> None:
    book = make(actor, ROME)
    answer = client.post(f"/books/{book.pk}/fields/x_story/", {"x_story": html, "version": 1})
    assert answer.status_code == 422
    assert "characters fit here" in answer.content.decode()
    assert stored() == {"html": ROME, "text": TEXT}


def test_history_tells_of_the_text_and_undo_brings_the_formatting_back(actor: Actor, client: Client) -> None:
    book = make(actor, ROME)
    client.post(f"/books/{book.pk}/fields/x_story/", {"x_story": "<p>Gone</p>", "version": 1})
    [change] = changes_of(books, book.pk, actor).entries[0].changes
    assert (change.label, change.old, change.new) == ("Story", TEXT, "Gone")
    undo(Operation.objects.latest("pk").pk, actor=actor)
    assert stored() == {"html": ROME, "text": TEXT}


def test_history_says_where_a_long_text_changed_and_that_only_its_formatting_did(actor: Actor, client: Client) -> None:
    book = make(actor, f"<p>{'x ' * 400}old end</p>")
    address = f"/books/{book.pk}/fields/x_story/"
    client.post(address, {"x_story": f"<p>{'x ' * 400}new end</p>", "version": 1})
    client.post(address, {"x_story": f"<p>{'x ' * 400}<b>new</b> end</p>", "version": 2})
    told = client.get(f"/books/{book.pk}/history/", headers={"HX-Request": "true"}).content.decode()
    assert told.count("only the formatting") == 1
    assert "x x old end</del>" in told
    assert "x x new end</ins>" in told


def test_an_export_comes_in_again_without_loss(actor: Actor) -> None:
    make(actor, ROME)
    assert sheet_of(actor, for_people=True)[1] == ["Quo vadis", TEXT]
    [_header, row] = sheet_of(actor, for_people=False)
    assert row == ["Quo vadis", ROME]
    write.delete(books, [Book.objects.get().pk], actor=actor)
    write.erase(books, list(Book._base_manager.values_list("pk", flat=True)), actor=actor)
    assert counts(imported(sheet_with(row[1]), "books", actor, match=["title"])) == {"created": 1}
    assert stored() == {"html": ROME, "text": TEXT}


def test_a_cell_that_says_what_is_there_leaves_the_formatting(actor: Actor) -> None:
    make(actor, ROME)
    assert counts(imported(sheet_with(TEXT), "books", actor, match=["title"])) == {"unchanged": 1}
    assert stored()["html"] == ROME
    assert counts(imported(sheet_with("a < b\nsecond"), "books", actor, match=["title"])) == {"updated": 1}
    assert stored() == {"html": "<p>a &lt; b</p><p>second</p>", "text": "a < b\nsecond"}
    run = imported(sheet_with("x" * 50_001), "books", actor, match=["title"])
    assert "50000" in refused(run)[0][1]


def test_a_column_of_html_is_proposed_as_formatted_text() -> None:
    assert kind_of(["<p>a</p>", "plain"], Conventions()) == "rich_text"
    assert kind_of(["a < b", "c > d"], Conventions()) == "text"


def test_many_get_the_same_text_at_once(actor: Actor, client: Client) -> None:
    pks = [make(actor, ROME, title).pk for title in ("one", "two")]
    body = {"state": "", "selected": pks, "run": "1", "field": "x_story", "x_story": "<p><b>New</b></p>"}
    assert "rich-text" in client.post("/books/bulk/edit/", {**body, "run": ""}).content.decode()
    assert client.post("/books/bulk/edit/", {**body, "value": body["x_story"]}).status_code == 204
    assert {stored(pk)["html"] for pk in pks} == {"<p><strong>New</strong></p>"}


def test_a_default_is_typed_as_text_or_html(actor: Actor, story: CustomField) -> None:
    story.default = read_default(story, "<p>In <b>short</b></p>")
    assert story.default == {"html": "<p>In <strong>short</strong></p>", "text": "In short"}
    assert default_text(story) == "<p>In <strong>short</strong></p>"
    story.default = read_default(story, "In short")
    assert default_text(story) == "In short"
    with pytest.raises(InvalidField):
        read_default(story, "x" * 50_001)


def test_a_required_one_has_to_say_something(actor: Actor, root: User, story: CustomField) -> None:
    CustomField.objects.update(required=True)
    with pytest.raises(Invalid) as refusal:
        make(actor_for(root), "<p><br></p>")
    assert refusal.value.errors == {"x_story": ["This field is required."]}


def test_a_formula_can_name_it(actor: Actor, root: User) -> None:
    create_custom_field(
        record_type="books", label="Length", kind="formula", formula="length(x_story)", result="integer",
        actor=system_actor(),
    )  # fmt: skip
    book = make(actor_for(root), "<p><b>four</b></p>")
    answer = data_of(ApiClient(root).get(f"/books/{book.pk}"))
    assert answer["x_length"] == 4, json.dumps(answer)
