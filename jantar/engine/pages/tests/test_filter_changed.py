"""The condition about changes in the filter dialog and in words."""

import json
import re
from datetime import UTC, datetime
from urllib.parse import quote

import pytest

from jantar.engine.pages.filters.words import Speaker
from jantar.engine.pages.tests.test_filter_editor import apply, chips_of, filter_of
from jantar.engine.testing.actors import make_user
from jantar.engine.testing.fake.records import books

pytestmark = pytest.mark.capability("N8")


def test_a_condition_about_changes_is_made_and_changed_in_the_dialog(client, ada):
    typed = {"field": "changed:", "op": "within", "value": "last 7 days"}
    assert filter_of(apply(client, **typed)) == {"all": [{"changed": {"within": "last 7 days"}}]}
    typed = {"field": "changed:", "op": "gte", "value": "2026-11-01", "by": str(ada.pk), "what": ["title", "copies"]}
    node = {"changed": {"since": "2026-11-01", "by": ada.pk, "fields": ["title", "copies"]}}
    assert filter_of(apply(client, **typed)) == {"all": [node]}
    dialog = client.get(f"/books/filter/?filter={quote(json.dumps(node))}&at=0").content.decode()
    for shown in ('value="changed:" selected', 'value="gte" selected', 'value="2026-11-01"', 'value="copies" selected',
                  'value="title" selected', f'value="{ada.pk}" selected>Ada'):  # fmt: skip
        assert shown in dialog
    assert client.get(f"/books/?filter={quote(json.dumps(node))}").status_code == 200


@pytest.mark.parametrize(
    ("since", "op", "shown"),
    [
        ("5 days ago", "within", ["last", "5", "day"]),
        ("7 days ago", "within", ["last 7 days"]),
        ("today", "within", ["today"]),
        ("this month", "within", ["this month"]),
        ("last year", "gte", [f"{datetime.now(UTC).year - 1}-01-01"]),
    ],
)
def test_a_relative_day_stands_in_the_dialog_as_what_finds_the_same(client, since, op, shown):
    node = {"changed": {"since": since}}
    dialog = client.get(f"/books/filter/?filter={quote(json.dumps(node))}&at=0").content.decode()
    assert f'value="{op}" selected' in dialog
    assert [
        one for one in shown if not re.search(f'value="{one}"( selected|[^>]*type="date"|[^>]*inputmode)', dialog)
    ] == []


def test_a_missing_day_and_a_removed_field_are_said_in_the_dialog(client):
    assert "is missing" in apply(client, field="changed:", op="gte", value="").content.decode()
    answer = apply(client, field="changed:", op="within", value="today", what=["gone"])
    assert answer.status_code == 422
    assert "There is no field “gone”." in answer.content.decode()


def test_it_reads_as_a_sentence(client, actor):
    ben = make_user("Ben")
    node = {"changed": {"since": "2026-11-01", "by": ben.pk, "fields": ["title", "copies"]}}
    [chip] = chips_of(client.get(f"/books/?filter={quote(json.dumps(node))}").content.decode())
    assert chip.startswith("Changed: Title, Copies since")
    assert chip.endswith("by Ben")
    said = {json.dumps(one): str(Speaker(books, actor, [one]).say(one)) for one in (
        {"changed": {"within": "last 7 days"}}, {"changed": {"since": "7 days ago", "by": "me"}},
        {"changed": {"since": "today", "fields": ["gone"]}},
    )}  # fmt: skip
    assert list(said.values()) == [
        "Changed in the last 7 days", "Changed since 7 days ago by me", "Changed: gone since today",
    ]  # fmt: skip
