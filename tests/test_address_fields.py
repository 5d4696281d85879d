"""A field for an address: typed in parts, shown as its country writes it, asked for by its parts."""

import json
from contextlib import suppress
from typing import Any
from urllib.parse import quote

import pytest
from django.test import Client
from django.utils import timezone, translation

from jantar.engine.fields.address import AddressKind
from jantar.engine.fields.errors import FieldError, Invalid
from jantar.engine.permissions.actor import actor_for
from jantar.engine.records import write
from jantar.engine.records.custom_fields import create_field
from jantar.engine.records.registry import registry
from jantar.engine.testing.actors import make_user
from jantar.engine.testing.api_client import ApiClient, data_of, problem_in
from jantar.engine.testing.fake.models import Book
from jantar.engine.transfer.tests.runs import imported, sheet
from jantar.kit.address import Address
from jantar.platform.accounts.models import User

pytestmark = [pytest.mark.django_db, pytest.mark.capability("C130")]
BRNO = Address("Stavbařů 12", "Brno", "602 00", "", "CZ")
GYOR = Address("Széchenyi tér 1., 2. em.", "Győr", "9021", "Győr-Moson-Sopron", "HU")
LODZ = Address("ul. Żółta 5/7; oficyna", "Łódź", "90-001", "łódzkie", "PL")
NOWHERE = Address(street="Somewhere")


@pytest.fixture
def root() -> User:
    user = make_user("Root", admin=True)
    create_field("books", label="Delivery site", kind="address", actor=actor_for(user))
    return user


@pytest.fixture
def client(root: User) -> Client:
    client = Client()
    client.force_login(root)
    return client


@pytest.fixture
def stock(root: User) -> dict[str, Any]:
    books, actor = registry.get("books"), actor_for(root)
    sites = {"Brno": BRNO, "Gyor": GYOR, "Lodz": LODZ, "Nowhere": NOWHERE, "None": None}
    return {
        title: write.create(books, {"title": title, "x_delivery_site": site}, actor=actor)
        for title, site in sites.items()
    }


def typed(site: Address, name: str = "x_delivery_site") -> dict[str, str]:
    return {f"{name}-{part}": text for part, text in site.parts.items()}


def text_of(answer: Any) -> str:
    return str(answer.content.decode())


def stored(title: str = "Quo vadis") -> Any:
    return Book.objects.get(title=title).custom.get("x_delivery_site")


FORM = {"form_fields": "title,x_delivery_site", "title": "Quo vadis"}


def test_it_is_typed_in_parts_and_shown_as_its_country_writes_it(client: Client) -> None:
    client.post("/books/new/", {**FORM, **typed(GYOR)})
    assert stored() == GYOR.parts
    book = Book.objects.get()
    shown = text_of(client.get(f"/books/{book.pk}/"))
    lines = [f"<span>{line}</span>" for line in ("Győr", GYOR.street, "9021", GYOR.region, "Hungary")]
    assert '<span class="address-comma">, </span>'.join(lines) in shown
    form = text_of(client.get(f"/books/{book.pk}/edit/"))
    assert 'value="Győr"' in form
    assert '<option value="HU" selected>' in form


def test_what_is_left_alone_is_not_written_and_what_is_emptied_is(client: Client) -> None:
    client.post("/books/new/", {**FORM, **typed(BRNO)})
    book = Book.objects.get()
    form = client.get(f"/books/{book.pk}/edit/").context["form"]
    body = {**FORM, "loaded": form.snapshot, "version": book.version}
    client.post(f"/books/{book.pk}/edit/", {**body, **typed(BRNO)})
    book.refresh_from_db()
    assert book.version == 1
    client.post(f"/books/{book.pk}/edit/", {**body, **typed(Address(BRNO.city, "", BRNO.postal_code, "", "CZ"))})
    assert stored() == {"street": "Brno", "postal_code": "602 00", "country": "CZ"}
    book.refresh_from_db()
    form = client.get(f"/books/{book.pk}/edit/").context["form"]
    body = {**FORM, "loaded": form.snapshot, "version": book.version}
    client.post(f"/books/{book.pk}/edit/", {**body, **typed(Address())})
    assert stored() is None


def test_a_mistake_is_told_at_the_part_and_nothing_typed_is_lost(client: Client) -> None:
    wrong = Address("Stavbařů 12", "B" * 101, "602 00", "", "XX")
    answer = client.post("/books/new/", {**FORM, **typed(wrong)})
    assert answer.status_code == 422
    assert not Book.objects.exists()
    control = answer.context["form"].controls["x_delivery_site"]
    assert {one.name.rpartition("-")[2]: one.errors for one in control.inputs} == {
        "street": [], "postal_code": [], "region": [],
        "city": ["At most 100 characters fit here; this has 101."],
        "country": ["“XX” is not one of the listed values."],
    }  # fmt: skip
    page = text_of(answer)
    assert 'value="Stavbařů 12"' in page
    assert '<option value="XX" selected>' in page
    assert 'id="f-x_delivery_site-city-errors"' in page
    assert 'id="f-x_delivery_site-errors"' not in page


def test_a_required_address_is_asked_for_as_a_whole(client: Client, root: User) -> None:
    create_field("books", label="Site", kind="address", required=True, actor=actor_for(root))
    answer = client.post("/books/new/", {**FORM, "form_fields": "title,x_site", **typed(Address(), "x_site")})
    assert answer.status_code == 422
    assert answer.context["form"].controls["x_site"].own_errors == ["This field is required."]
    assert 'id="f-x_site-errors"' in text_of(answer)


def test_it_is_edited_where_it_stands_and_in_many_records(client: Client, stock: dict[str, Any]) -> None:
    address = f"/books/{stock['Brno'].pk}/fields/x_delivery_site/"
    assert 'name="x_delivery_site-city"' in text_of(client.get(address))
    wrong = client.post(address, {**typed(Address(city="B" * 101)), "version": "1"})
    assert wrong.status_code == 422
    assert "B" * 101 in text_of(wrong)
    assert client.post(address, {**typed(LODZ), "version": "1"}).status_code == 200
    assert stored("Brno") == LODZ.parts
    history = text_of(client.get(f"/books/{stock['Brno'].pk}/history/"))
    assert "Stavbařů 12, 602 00 Brno, Czechia" in history
    assert "ul. Żółta 5/7; oficyna, 90-001 Łódź, łódzkie, Poland" in history
    body = {"state": "", "selected": [one.pk for one in stock.values()], "field": "x_delivery_site", "run": "1"}
    assert client.post("/books/bulk/edit/", {**body, **typed(BRNO, "value")}).status_code == 204
    assert stored("None") == {name: text for name, text in BRNO.parts.items() if text}


PART = "x_delivery_site."
FILTERS = [
    ("x_delivery_site", "contains", "gyor", {"Gyor"}),
    ("x_delivery_site", "contains", "602 00 BRNO", {"Brno"}),
    ("x_delivery_site", "contains", "Hungary", {"Gyor"}),
    ("x_delivery_site", "not_contains", "lodz", {"Brno", "Gyor", "Nowhere", "None"}),
    ("x_delivery_site", "empty", None, {"None"}),
    ("x_delivery_site", "not_empty", None, {"Brno", "Gyor", "Lodz", "Nowhere"}),
    (PART + "city", "is", "ŁÓDŹ", {"Lodz"}),
    (PART + "city", "empty", None, {"Nowhere", "None"}),
    (PART + "postal_code", "starts_with", "90", {"Gyor", "Lodz"}),
    (PART + "country", "any_of", ["CZ", "PL"], {"Brno", "Lodz"}),
    (PART + "country", "none_of", ["CZ", "PL"], {"Gyor", "Nowhere", "None"}),
]


@pytest.mark.parametrize(("field", "op", "value", "found"), FILTERS)
def test_records_are_found_by_the_whole_and_by_its_parts(
    root: User, client: Client, stock: dict[str, Any], field: str, op: str, value: Any, found: set[str]
) -> None:
    tree = {"field": field, "op": op, **({"value": value} if value else {})}
    rows = data_of(ApiClient(root).get("/books", filter=tree))["items"]
    assert {row["title"] for row in rows} == found
    listed = text_of(client.get(f"/books/?filter={quote(json.dumps(tree))}"))
    assert {title for title in stock if f">{title}</a>" in listed} == found
    said = "Delivery site › City" if field.endswith("city") else "Delivery site"
    assert said in listed


def test_the_filter_dialog_offers_the_parts_under_the_name_of_the_field(client: Client, stock: dict[str, Any]) -> None:
    tree = {"field": PART + "country", "op": "any_of", "value": ["HU"]}
    dialog = text_of(client.get(f"/books/filter/?filter={quote(json.dumps(tree))}&at=0"))
    assert '<optgroup label="Delivery site ›">' in dialog
    assert f'value="{PART}postal_code"' in dialog
    assert '<option value="HU" selected>' in dialog


def test_an_unknown_part_is_refused(root: User) -> None:
    problem = problem_in(ApiClient(root).get("/books", filter={"field": PART + "town", "op": "empty"}), 400)
    assert "Delivery site" in json.dumps(problem, ensure_ascii=False)


def test_lists_show_sort_and_group_by_parts(client: Client, root: User, stock: dict[str, Any]) -> None:
    listed = text_of(client.get(f"/books/?columns=title,{PART}city,{PART}country&sort=-{PART}city"))
    order = sorted((title for title in stock), key=lambda title: listed.find(f">{title}</a>"))
    assert order[:3] == ["Lodz", "Gyor", "Brno"]
    assert ">Łódź</td>" in listed
    assert ">Poland</td>" in listed or "Poland" in listed
    whole = text_of(client.get("/books/?columns=title,x_delivery_site&sort=x_delivery_site"))
    assert whole.find(">Brno</a>") < whole.find(">Gyor</a>") < whole.find(">Lodz</a>")
    grouped = text_of(client.get(f"/books/?by={PART}country"))
    assert "Hungary" in grouped
    by_city = text_of(client.get(f"/books/?by={PART}city"))
    assert "Łódź" in by_city
    offered = text_of(client.get("/books/columns/"))
    assert f'value="{PART}city"' in offered


def test_lists_are_grouped_by_a_choice_of_ones_own(client: Client, root: User) -> None:
    create_field("books", label="Binding", kind="choice", choices=["Hard", "Soft"], actor=actor_for(root))
    write.create(registry.get("books"), {"title": "Quo vadis", "x_binding": "Soft"}, actor=actor_for(root))
    grouped = client.get("/books/?by=x_binding")
    assert (grouped.status_code, "Soft" in text_of(grouped)) == (200, True)


def test_pages_of_a_list_sorted_by_a_part_go_on(root: User, stock: dict[str, Any]) -> None:
    api, titles, cursor = ApiClient(root), [], ""
    while True:
        more = {"cursor": cursor} if cursor else {}
        page = data_of(api.get("/books", sort=PART + "city", limit=2, **more))
        titles += [row["title"] for row in page["items"]]
        cursor = page["next_cursor"]
        if not cursor:
            break
    assert sorted(titles) == sorted(stock)
    assert titles[2:] == ["Brno", "Gyor", "Lodz"]


def test_the_api_takes_and_gives_an_object_and_names_what_is_wrong(root: User) -> None:
    api = ApiClient(root)
    typed = {"city": "Brno", "country": "cz"}
    made = data_of(api.post("/books", {"title": "Quo vadis", "x_delivery_site": typed}), 201)
    assert made["x_delivery_site"] == Address(city="Brno", country="CZ").parts
    for wrong, words in (
        ({"town": "Brno"}, "An address has no part “town”. Its parts are street, postal_code, city, region, country."),
        ({"city": 5}, "City: Text is expected."),
        ({"country": "XX"}, "Country: “XX” is not one of the listed values."),
        ("Brno", "An object with the parts of an address is expected: street, postal_code, city, region, country."),
    ):
        problem = problem_in(api.patch(f"/books/{made['id']}", {"x_delivery_site": wrong}), 422)
        assert problem["errors"] == {"x_delivery_site": [words]}
    [listed] = data_of(api.get("/books", fields=f"title,{PART}city,{PART}country"))["items"]
    assert (listed[PART + "city"], listed[PART + "country"]) == ("Brno", "CZ")
    assert data_of(api.patch(f"/books/{made['id']}", {"x_delivery_site": {}}))["x_delivery_site"] is None


@pytest.mark.parametrize("names", ["", "&names=fields"])
@pytest.mark.parametrize("language", ["en", "hu"])
def test_an_export_comes_in_again_without_loss(
    client: Client, root: User, stock: dict[str, Any], names: str, language: str
) -> None:
    root.language = language
    root.save()
    answer = client.get(f"/books/export/?columns=title,x_delivery_site{names}")
    content = b"".join(answer).decode("utf-8-sig")  # type: ignore[arg-type]
    before = {title: stored(title) for title in stock}
    Book.objects.all().delete()
    imported(sheet(content), "books", actor_for(root))
    assert {title: stored(title) for title in stock} == before


def test_an_import_reads_a_text_and_columns_of_parts(root: User) -> None:
    actor = actor_for(root)
    imported(sheet("Title;Delivery site\nOne;Stavbařů 12, 602 00 Brno, Česko\n"), "books", actor)
    imported(sheet('Title;Delivery site\nTwo;"Győr\nSzéchenyi tér 1\n9021\nMagyarország"\n'), "books", actor)
    heads = "Title;Delivery site / PSČ;Delivery site: město;Delivery site - country"
    imported(sheet(f"{heads}\nThree;602 00;Brno;Czechia\n"), "books", actor)
    filled = {name: text for name, text in BRNO.parts.items() if text}
    assert stored("One") == filled
    assert stored("Two") == {"street": "Széchenyi tér 1", "city": "Győr", "postal_code": "9021", "country": "HU"}
    assert stored("Three") == {name: text for name, text in filled.items() if name != "street"}


def test_columns_of_parts_leave_the_other_parts_of_known_records_alone(root: User, stock: dict[str, Any]) -> None:
    content = f"id;{PART}city\n{stock['Brno'].pk};Brno-střed\n{stock['None'].pk};Praha\n"
    imported(sheet(content), "books", actor_for(root), mode="update", match=["id"])
    assert stored("Brno") == {**{name: text for name, text in BRNO.parts.items() if text}, "city": "Brno-střed"}
    assert stored("None") == {"city": "Praha"}


def test_constants_of_parts_join_the_columns_and_empty_cells_empty_their_part(root: User) -> None:
    actor = actor_for(root)
    content = "Title;Delivery site: City;Delivery site: Street\nOne;Brno;Stavbařů 12\n"
    imported(sheet(content), "books", actor, constants={PART + "country": "Czechia", PART + "city": "Praha"})
    assert stored("One") == {"street": "Stavbařů 12", "city": "Brno", "country": "CZ"}
    emptied = "Title;Delivery site: City;Delivery site: Street\nOne;;Dlouhá 3\n"
    imported(sheet(emptied), "books", actor, mode="update", clear_empty=True)
    assert stored("One") == {"street": "Dlouhá 3", "country": "CZ"}


def test_rows_with_records_of_several_types_leave_the_other_parts_alone(root: User, stock: dict[str, Any]) -> None:
    content = f"Title,Shelf name,{PART}city\nBrno,Attic,Brno-střed\nNew,Attic,Praha\n"
    mapping = {"Title": "title", "Shelf name": "shelves/name", PART + "city": PART + "city"}
    imported(content, "books", actor_for(root), mapping=mapping, mode="update")
    assert stored("Brno") == {**{name: text for name, text in BRNO.parts.items() if text}, "city": "Brno-střed"}
    assert stored("New") == {"city": "Praha"}


def test_a_merge_asks_which_one_stays_and_the_past_has_the_old_one(client: Client, stock: dict[str, Any]) -> None:
    one, two = stock["Brno"], stock["Gyor"]
    page = text_of(client.get(f"/books/merge/?with={one.pk}&with={two.pk}"))
    assert "Stavbařů 12, 602 00 Brno, Czechia" in page
    before = timezone.now()
    body = {"with": [one.pk, two.pk], "survivor": one.pk, "take-x_delivery_site": two.pk}
    assert client.post("/books/merge/", body).status_code == 302
    assert stored("Brno") == GYOR.parts
    moment = quote(before.isoformat())
    assert "602 00 Brno" in text_of(client.get(f"/books/{one.pk}/?as_of={moment}"))
    tree = quote(json.dumps({"field": PART + "city", "op": "is", "value": "brno"}))
    assert ">Brno</a>" in text_of(client.get(f"/books/?as_of={moment}&filter={tree}"))
    assert ">Brno</a>" not in text_of(client.get(f"/books/?filter={tree}"))


def test_a_field_is_shown_for_addresses_in_a_country(client: Client, root: User) -> None:
    when = {"field": PART + "country", "op": "is", "value": "HU"}
    create_field("books", label="Permit", kind="text", required=True, shown_when=when, actor=actor_for(root))
    body = {**FORM, "form_fields": "title,x_delivery_site,x_permit"}
    assert client.post("/books/new/", {**body, **typed(GYOR)}).status_code == 422
    assert client.post("/books/new/", {**body, **typed(BRNO)}).status_code == 302


def test_lists_of_what_refers_to_it_show_it_and_a_quick_field_has_an_index_for_its_words(
    client: Client, root: User
) -> None:
    actor = actor_for(root)
    create_field("shelves", label="Site", kind="address", actor=actor)
    actor = actor_for(root)
    shelf = write.create(registry.get("shelves"), {"name": "Attic", "x_site": GYOR}, actor=actor)
    write.create(registry.get("books"), {"title": "Quo vadis", "shelf": shelf}, actor=actor)
    tree = quote(json.dumps({"field": "shelf.x_site.city", "op": "is", "value": "GYŐR"}))
    listed = text_of(client.get(f"/books/?columns=title,shelf.x_site&filter={tree}"))
    assert GYOR.street in listed
    assert "Shelf › Site › City" in listed
    dialog = text_of(client.get("/books/filter/"))
    assert '<optgroup label="Shelf › Site ›">' in dialog
    assert 'value="shelf.x_site.postal_code"' in dialog
    answer = client.get("/books/export/?columns=title,shelf.x_site")
    head, row = b"".join(answer).decode("utf-8-sig").splitlines()[:2]  # type: ignore[arg-type]
    assert "Shelf › Site: city" in head
    assert GYOR.city in row


def test_a_formula_and_a_default_take_it(client: Client, root: User, stock: dict[str, Any]) -> None:
    actor = actor_for(root)
    formula = 'concat([x_delivery_site], " in ", [Delivery site › City])'
    create_field("books", label="Label", kind="formula", formula=formula, actor=actor)
    shown = text_of(client.get("/books/?columns=title,x_label"))
    assert "Stavbařů 12, 602 00 Brno in Brno" in shown
    body = {"label": "Venue", "kind": "address", "default": "Győr, Fő tér 1, 9021, Hungary"}
    assert client.post("/settings/fields/books/new/", body).status_code == 200
    venue = {"street": "Fő tér 1", "city": "Győr", "postal_code": "9021", "country": "HU"}
    made = write.create(registry.get("books"), {"title": "New"}, actor=actor_for(root))
    assert made.custom["x_venue"] == venue


@pytest.mark.parametrize("site", [BRNO, GYOR, LODZ, NOWHERE, Address("1600", "Springfield", "", "IL", "US")])
@pytest.mark.parametrize("language", ["en", "cs", "hu", "pl", "sk"])
def test_what_stands_in_an_input_is_read_again_exactly(site: Address, language: str) -> None:
    with translation.override(language):
        one = AddressKind("x_site", "Site")
        assert one.parse(one.input_text(site)) == site


ODD = (
    "{Brno",
    '{"street": ' + "[" * 30_000,
    '{"street": "\\ud800", "city": "Brno"}',
    '{"city": 5}',
    "[1]",
    "a\x01b\x00c, Brno",
)


@pytest.mark.parametrize("text", ODD)
def test_a_text_that_only_begins_like_an_object_is_an_address_and_stops_nothing(root: User, text: str) -> None:
    books, actor = registry.get("books"), actor_for(root)
    field = books.fields(actor)["x_delivery_site"]
    with suppress(FieldError, Invalid):
        value = field.parse(text)
        assert field.parse(field.input_text(value)) == value
        assert not {"\x00", "\x01"} & set(field.text(value))
        write.create(books, {"title": "Odd", "x_delivery_site": value}, actor=actor)
    quoted = text.replace('"', '""')
    run = imported(sheet(f'Title;Delivery site\nFirst;Brno\nOdd;"{quoted}"\nLast;Praha\n'), "books", actor)
    assert run.state == "done"
    assert {"First", "Last"} <= set(Book.objects.values_list("title", flat=True))


def test_records_whose_address_begins_like_an_object_are_merged(client: Client, root: User) -> None:
    books, actor = registry.get("books"), actor_for(root)
    pks = [
        write.create(books, {"title": "Odd", "x_delivery_site": Address(city=city)}, actor=actor).pk
        for city in ("{Brno", '{"city":"{"}')
    ]
    page = client.get(f"/books/merge/?with={pks[0]}&with={pks[1]}")
    assert page.status_code == 200
    assert "{Brno" in page.content.decode()


def test_a_column_with_all_of_it_and_one_with_a_part_are_not_taken_together(root: User) -> None:
    with pytest.raises(Invalid, match="Two columns go to the same field"):
        imported(
            sheet("Title;Site;City\nFirst;Brno;Praha\n"), "books", actor_for(root),
            mapping={"Title": "title", "Site": "x_delivery_site", "City": "x_delivery_site.city"},
        )  # fmt: skip
