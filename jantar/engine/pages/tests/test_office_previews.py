"""Office files on the page of their document: a part at a time, within the document's rights."""

import io
from typing import Any

import pytest
from playwright.sync_api import expect

from jantar.engine.documents import services
from jantar.engine.documents.models import Document
from jantar.engine.documents.reading import read_content
from jantar.engine.documents.tests.conftest import storage  # noqa: F401 - a fixture
from jantar.engine.documents.tests.test_previews import book, paragraph, word
from jantar.engine.permissions.actor import actor_for
from jantar.engine.permissions.models import Scope
from jantar.engine.testing.actors import make_user
from jantar.engine.testing.browser import NARROW, accessibility_faults

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.capability("C25")]
MANY = [[f"Cell {row}", row * 1.5] for row in range(300)]


def attach(name: str, content: bytes, user: Any) -> Document:
    document = services.attach(io.BytesIO(content), name, actor=actor_for(user))
    read_content(document.content_id or 0)
    return document


def test_sheets_are_tabs_and_long_ones_say_where_they_end(open_page: Any) -> None:
    user = make_user("Ada", admin=True)
    document = attach("prices.xlsx", book(**{"A & B": [["Chair", 1234.5]], "Long": MANY}), user)
    page = open_page(user, f"/documents/{document.pk}/")
    expect(page.get_by_role("cell", name="1,234.5")).to_be_visible()
    page.get_by_role("tab", name="A & B").press("ArrowRight")
    expect(page.get_by_role("cell", name="Cell 199")).to_be_visible()
    expect(page.get_by_role("cell", name="Cell 200")).to_have_count(0)
    expect(page.get_by_text("The first 200 rows are shown.")).to_be_visible()
    assert accessibility_faults(page) == []
    page.set_viewport_size(NARROW)
    assert page.evaluate("document.documentElement.scrollWidth <= innerWidth")


def test_a_word_file_is_read_on_a_phone_in_hungarian(open_page: Any) -> None:
    user = make_user("Ada", admin=True)
    user.language = "hu"
    user.save(update_fields=["language"])
    wide = "<w:tbl><w:tr>" + f"<w:tc>{paragraph('Árvíztűrő')}</w:tc>" * 12 + "</w:tr></w:tbl>"
    document = attach("ajánlat.docx", word(paragraph("Ajánlat", "Heading1") + wide), user)
    page = open_page(user, f"/documents/{document.pk}/", viewport=NARROW)
    page.get_by_role("tab", name="Fájl").scroll_into_view_if_needed()
    heading = page.get_by_role("heading", name="Ajánlat", exact=True)
    heading.scroll_into_view_if_needed()
    expect(heading).to_be_visible()
    expect(page.get_by_role("cell", name="Árvíztűrő").first).to_be_visible()
    assert page.evaluate("document.documentElement.scrollWidth <= innerWidth")
    assert accessibility_faults(page) == []


def test_a_preview_is_for_those_who_see_the_document(client_of: Any) -> None:
    user = make_user("Ada", admin=True)
    document = attach("prices.xlsx", book(Prices=[["Chair"]]), user)
    part = f"/documents/{document.pk}/preview/0/"
    assert "Chair" in client_of(user).get(part).content.decode()
    assert client_of(user).get(f"/documents/{document.pk}/preview/7/").status_code == 404
    stranger = make_user("Stranger", scope=Scope.OWN)
    assert client_of(stranger).get(part).status_code == 404


@pytest.mark.parametrize(
    ("name", "content", "said"),
    [("a.docx", word("<w:p>"), "This file is damaged"),
     ("b.docx", b"\xd0\xcf\x11\xe0" + bytes(600) + "EncryptedPackage".encode("utf-16-le"), "protected by a password"),
     ("c.docx", word(paragraph("Text"), **{"word/vbaProject.bin": b"1"}), "contains macros")],
    ids=["damaged", "locked", "macros"],
)  # fmt: skip
def test_what_can_not_be_shown_says_why(client_of: Any, name: str, content: bytes, said: str) -> None:
    user = make_user("Ada", admin=True)
    document = attach(name, content, user)
    assert said in client_of(user).get(f"/documents/{document.pk}/file/").content.decode()
