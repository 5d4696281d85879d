"""Whatever stands in addresses and forms of lists, boards, filters, views and bulk acts: no server error."""

import random
from urllib.parse import urlencode

import pytest

PATHS = [
    "", "board/", "board/column/", "board/move/", "board/ask/", "count/", "columns/", "filter/", "filter/row/",
    "export/", "bin/", "{pk}/history/", "{pk}/timeline/", "{pk}/timeline/stream/", "{pk}/related/copies/", "new/",
    "{pk}/edit/", "filter/pick/users/", "bulk/edit/", "bin/confirm/", "bin/restore/", "words/labels/",
    "bulk/delete/", "views/new/", "views/1/", "views/open-with/",
]  # fmt: skip
KEYS = [
    "filter", "sort", "search", "view", "cursor", "columns", "group", "place", "column", "after", "card", "version",
    "at", "of", "field", "op", "value", "has", "count", "how", "s1-field", "s1-op", "s1-value", "state", "selected",
    "select_all", "run", "mode", "name", "audience", "fields", "q", "page",
    "before", "format", "names", "token", "shelf", "labels", "title",
]  # fmt: skip
VALUES = [
    "", "0", "1", "-1", "x", "all", "null", "true", "[]", "{}", "9" * 25, "1e999", "NaN", "\x00", "'\"<>", "me", "mine",
    "today", "²", "٣", "2026-99-99", "~", "~~abc", "a:b:c", "relation:copies", "relation:", "shelf.city", "shelf.",
    "..", "title", "genre", "law", "is", "any_of", "between", "within", "labels", "pages", "price", "owner",
    '{"field":["a"],"op":"is","value":1}', '{"field":"title","op":["is"],"value":{}}', '{"all":5}', '{"all":[5]}',
    '{"field":"shelf","op":"is","value":{"id":"x"}}', '{"field":"shelf","op":"any_of","value":[{},[],null,1.5]}',
    '{"relation":{},"has":1}', '{"relation":"copies","has":"at_least","count":1e30}',
    '{"relation":"copies","has":"any","where":[]}', '{"field":"lent_at","op":"within","value":{"a":1}}',
    '{"field":"published_on","op":"between","value":["a",null]}', '{"field":"labels","op":"has_any","value":[1]}',
    '{"field":"genre","op":"any_of","value":[[1]]}', '{"field":"pages","op":"is","value":1e400}',
    '{"field":"price","op":"between","value":[1,{"amount":"2","currency":"XXX"}]}',
    '{"field":"title","op":"is","value":"\\ud83d"}', '{"none":[{"field":"x"}],"all":[]}',
]  # fmt: skip


@pytest.mark.parametrize("seed", range(10))
def test_no_request_leads_to_a_server_error(client, make_book, seed):
    book = make_book("Kosmos", genre="novel")
    chance = random.Random(seed)
    for _request in range(50):
        path = f"/books/{chance.choice(PATHS).format(pk=book.pk)}"
        pairs = [(chance.choice(KEYS), chance.choice(VALUES)) for _pair in range(chance.randint(1, 5))]
        state = urlencode([(chance.choice(KEYS[:8]), chance.choice(VALUES))])
        if chance.random() < 0.6:
            response = client.get(f"{path}?{urlencode(pairs)}")
        else:
            response = client.post(f"{path}?{urlencode(pairs[:1])}", {**dict(pairs), "state": state})
        assert response.status_code < 500, (path, pairs)
