"""Bodies that are broken, ambiguous, too large or of the wrong kind are refused, never a failure of ours."""

import json

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from jantar.engine.api.body import NotJson, parse_json
from jantar.engine.records.registry import registry
from jantar.engine.testing.api_client import data_of, problem_in
from jantar.engine.testing.fake.models import Book

books = registry.get("books")

BROKEN = {
    "blank": b" ",
    "cut off": b'{"title": "A',
    "trailing": b'{"title": "A"} x',
    "not UTF-8": b'{"title": "\xff"}',
    "duplicate key": b'{"title": "A", "title": "B"}',
    "not a number": b'{"pages": NaN}',
    "infinite": b'{"pages": -Infinity}',
    "too many digits": b'{"pages": ' + b"9" * 5000 + b"}",
    "too deep": b'{"title": ' + b"[" * 100 + b"]" * 100 + b"}",
    "far too deep": b"[" * 200_000,
    "NUL": b'{"title": "a\\u0000b"}',
    "half a pair": b'{"title": "\\ud800"}',
    "NUL in a key": b'{"a\\u0000": 1}',
    "impossible exponent": b'{"weight": 1e99999999999999999999}',
}


@pytest.mark.parametrize("body", BROKEN.values(), ids=BROKEN.keys())
def test_a_body_that_can_not_be_read_is_refused(api, body):
    problem = problem_in(api.post("/books", body=body), 400)
    assert (problem["type"], problem["where"]) == ("urn:jantar:problem:bad-request", "body")
    assert not Book.objects.exists()


@pytest.mark.parametrize("body", [b"[]", b'"text"', b"1", b"null", b"true"])
def test_a_body_that_is_no_object_is_refused(api, body):
    assert problem_in(api.post("/books", body=body), 422)["errors"] == {
        "": ["An object with fields and values is expected."]
    }


@pytest.mark.parametrize(
    "content_type", ["text/plain", "application/x-www-form-urlencoded", "application/json; charset=utf-16", ""]
)
def test_other_content_types_are_refused(api, content_type):
    problem_in(api.post("/books", {"title": "A"}, headers={"Content-Type": content_type}), 415)


def test_a_body_beyond_the_limit_is_refused(api, settings):
    settings.DATA_UPLOAD_MAX_MEMORY_SIZE = 1000
    problem_in(api.post("/books", {"title": "x" * 1000}), 413)


def test_five_megabytes_in_one_field_are_refused_with_its_name(api):
    assert set(problem_in(api.post("/books", {"title": "A", "summary": "x" * 5_000_000}), 422)["errors"]) == {"summary"}


def test_many_mistakes_are_told_up_to_a_hundred(api):
    problem = problem_in(api.post("/books", {f"field_{number}": 1 for number in range(5000)}), 422)
    assert len(problem["errors"]) == 100


def test_html_is_kept_as_text(api):
    text = '<script>alert("x")</script> & <b>bold</b>'
    assert data_of(api.post("/books", {"title": text}), 201)["title"] == text


def test_fractions_are_read_exactly(api):
    assert parse_json("0.1") * 3 == parse_json("0.3")
    price = {"amount": 12345678901234.56, "currency": "EUR"}
    assert data_of(api.post("/books", {"title": "A", "price": price}), 201)["price"]["amount"] == "12345678901234.56"


ODD_VALUES = [
    "2026-02-30",
    "0001-01-01",
    "9999-12-31T23:59:59.999999",
    "0001-01-01T00:00:00+14:00",
    "\u00b2",
    "1" * 30,
    10**30,
    -1,
    1e308,
    2**63,
    {"id": 2**63},
    {"amount": "1e30", "currency": "EUR"},
    {"amount": "1", "currency": 5},
    [{"id": []}],
    [{"number": "1"}, {"number": "1"}],
]
ODD_OPERANDS = [
    "today",
    "me",
    "mine",
    "next 99999999999 days",
    "last 7 days",
    "0001-01-01",
    "9999-12-31",
    "9999-12-31T23:59:59.999999Z",
    "0001-01-01T00:00:00+14:00",
    2**63,
    2**70,
    "\u00b2",
    1e308,
    ["9999-12-31", "9999-12-31"],
    [],
    [1] * 1001,
    {"amount": "1", "currency": "PLN"},
]
JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text() | st.decimals().map(str),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text(), inner, max_size=4),
    max_leaves=8,
)


@settings(max_examples=80, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(data=st.data())
def test_no_value_of_any_field_makes_the_server_fail(api, data):
    name = data.draw(st.sampled_from([*books.own_fields, "copies", "version", "nothing"]))
    kinds = st.sampled_from(ODD_VALUES)
    value = data.draw(kinds | JSON)
    answer = api.post("/books", {"title": "A", name: value} if name != "title" else {"title": value})
    assert answer.status_code in (201, 400, 422), answer.content
    assert json.loads(answer.content)


OPERATORS = sorted({op for field in books.own_fields.values() for op in field.operators})


@settings(max_examples=120, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(data=st.data())
def test_no_filter_makes_the_server_fail(api, data):
    paths = st.sampled_from(
        [*books.own_fields, "shelf.name", "shelf.capacity", "shelf.owner", "owner.full_name", "x.y.z"]
    )
    values = st.sampled_from(ODD_OPERANDS) | JSON
    line = {"field": data.draw(paths), "op": data.draw(st.sampled_from(OPERATORS)), "value": data.draw(values)}
    tree = data.draw(
        st.sampled_from(
            [line, {"any": [line, line]}, {"none": [line]}, {"relation": "copies", "has": "none", "where": line}]
        )
    )
    answer = api.get("/books", filter=tree)
    assert answer.status_code in (200, 400), answer.content


@pytest.mark.parametrize("text", ["[" * 5000, '{"field": "a", "field": "b"}', "{", "[1]", '"x"', '{"all": {}}', "\x00"])
def test_a_broken_filter_is_refused_with_its_place(api, text):
    problem = problem_in(api.get("/books", filter=text), 400)
    assert problem["where"].startswith("filter")
    assert set(problem["errors"]) == {"filter"}


def test_parsing_tells_where_the_mistake_is():
    with pytest.raises(NotJson, match="line 2, column 3"):
        parse_json('{"a": 1,\n  x}')
