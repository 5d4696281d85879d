"""The record types of the library."""

from typing import Any

from jantar.engine.fields.errors import Invalid
from jantar.engine.permissions.actor import Actor
from jantar.engine.records.parts import Part
from jantar.engine.records.record_type import (
    Board,
    Calendar,
    Duplicates,
    RecordAction,
    RecordType,
    Search,
    Section,
    View,
)
from jantar.engine.records.registry import registry
from jantar.engine.testing.fake.models import Book, Copy, Shelf


def validate_book(book: Any, changed: frozenset[str], actor: Actor) -> None:
    if book.title == "forbidden":
        raise Invalid({"title": ["This title is forbidden."]})


def lend(book: Book, *, actor: Actor, cause: str = "page") -> Any:
    from jantar.engine.records import write

    return write.update(books, book.pk, {"lent": True}, actor=actor, cause=cause)


shelves = RecordType(
    name="shelves",
    model=Shelf,
    area=None,
    columns=("name", "city", "owner"),
    sort="name",
    sections=(Section("Shelf", "name", "city", "capacity", "owner", "team"),),
    search=Search(text=("name", "city")),
    match=("name",),
)

books = RecordType(
    name="books",
    model=Book,
    area=None,
    title="title",
    columns=("title", "shelf", "genre", "price", "published_on", "owner"),
    sections=(
        Section("Book", "title", "shelf", "genre", "price", "labels", "formats", "copies"),
        Section(
            "More",
            "summary",
            "pages",
            "weight",
            "discount",
            "lent",
            "published_on",
            "lent_at",
            "reading_time",
            "author_email",
            "phone",
            "website",
            "country",
            "owner",
            "team",
        ),
    ),
    search=Search(
        text=("title", "shelf.name"), keys=("author_email", "phone", "copies.number"), subtitle=("shelf.name",)
    ),
    views=(View("here", "In the library", {"all": [{"field": "lent", "op": "is", "value": False}]}, sort="title"),),
    calendar=Calendar("lent_at", minutes="reading_time", done="published_on"),
    board=Board(by="genre", total="price", card=("shelf", "price")),
    parts=(Part("copies", Copy, "book", "Copies", main="is_main"),),
    actions=(RecordAction("lend", "Lend", lend, available=lambda book: not book.lent),),
    duplicates=Duplicates(name=("title",), contacts=("author_email", "phone"), supports=("shelf",)),
    match=("title",),
    belongs_to=("shelf",),
    milestones=("owner", "genre", "shelf", "price", "published_on"),
    validate=validate_book,
)

registry.register(shelves, books)
