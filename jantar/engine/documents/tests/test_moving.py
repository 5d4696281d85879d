"""Moving documents: with rights at both ends, all or none, told, undone, and never out of a closed folder unsaid."""

from typing import Any

import pytest

from jantar.engine.documents.models import Document
from jantar.engine.documents.moving import COMPANY, Goal, goal, move
from jantar.engine.documents.tests.test_folders import folder, named
from jantar.engine.fields.errors import Invalid, Unconfirmed
from jantar.engine.permissions.actor import Actor, actor_for
from jantar.engine.permissions.models import Scope
from jantar.engine.records import write
from jantar.engine.records.errors import NotAllowed, NotFound
from jantar.engine.records.links import key_of
from jantar.engine.records.merging.service import merge
from jantar.engine.records.registry import registry
from jantar.engine.records.undo import undo
from jantar.engine.testing.actors import grant, make_user
from jantar.engine.testing.fake.records import shelves
from jantar.engine.timeline.stream import page

pytestmark = [pytest.mark.django_db, pytest.mark.capability("C25", "C26")]


def place(pk: int) -> tuple[Any, Any]:
    document = Document.objects.get(pk=pk)
    return document.about, document.folder_id


def test_files_go_into_a_folder_of_another_record_and_come_back_by_undo(attach: Any, attic: Any, ada: Actor) -> None:
    cellar = write.create(shelves, {"name": "Cellar"}, actor=ada)
    inside = folder("Contracts", ada, about=key_of(cellar))
    first, second = attach("a.txt", b"a", on=attic), attach("b.txt", b"b")
    changed, operation = move([first.pk, second.pk], goal(f"folders/{inside.pk}", ada), actor=ada)
    assert changed == 2
    assert place(first.pk) == place(second.pk) == (key_of(cellar), inside.pk)
    for record in (attic, cellar):
        assert "file_moved" in [shown.entry.kind for shown in page(record, ada).entries]
    undo(operation.pk, actor=ada)
    assert (place(first.pk), place(second.pk)) == ((key_of(attic), None), (None, None))


def test_files_go_to_a_record_and_to_the_company(attach: Any, attic: Any, ada: Actor) -> None:
    document = attach("a.txt")
    move([document.pk], goal(f"shelves/{attic.pk}", ada), actor=ada)
    assert place(document.pk) == (key_of(attic), None)
    move([document.pk], goal(COMPANY, ada), actor=ada)
    assert place(document.pk) == (None, None)
    with pytest.raises(Invalid, match="there already"):
        move([document.pk], Goal(None, None), actor=ada)


def test_leaving_a_closed_folder_has_to_be_meant(attach: Any, attic: Any, ada: Actor) -> None:
    private = folder("Salaries", ada, about=key_of(attic), access="private")
    below = folder("2026", ada, parent=private)
    document = attach("a.txt", folder=private)
    moved, _operation = move([document.pk], goal(f"folders/{below.pk}", ada), actor=ada)
    assert moved == 1  # still behind the same door
    with pytest.raises(Unconfirmed, match="Closed: Salaries"):
        move([document.pk], goal(f"shelves/{attic.pk}", ada), actor=ada)
    assert place(document.pk)[1] == below.pk
    move([document.pk], goal(f"shelves/{attic.pk}", ada), actor=ada, opening=True)
    assert place(document.pk) == (key_of(attic), None)


def test_a_change_of_the_folder_is_asked_about_at_every_door(attach: Any, attic: Any, ada: Actor) -> None:
    private = folder("Salaries", ada, about=key_of(attic), access="private")
    below = folder("2026", ada, parent=private)
    document = attach("a.txt", folder=below)
    documents, folders = registry.get("documents"), registry.get("folders")
    with pytest.raises(Unconfirmed) as refusal:
        write.update(documents, document.pk, {"folder": None}, actor=ada)
    assert list(refusal.value.errors) == ["folder"]
    with pytest.raises(Unconfirmed):
        write.update_many(documents, [document.pk], {"folder": None, "about": None}, actor=ada)
    with pytest.raises(Unconfirmed) as refusal:
        write.update(folders, below.pk, {"parent": None}, actor=ada)
    assert list(refusal.value.errors) == ["parent"]
    assert place(document.pk) == (key_of(attic), below.pk)
    write.update(documents, document.pk, {"folder": private, "name": "b.txt"}, actor=ada)
    write.update(documents, document.pk, {"folder": None}, actor=ada, confirmed=True)
    assert place(document.pk) == (key_of(attic), None)


def test_a_merge_takes_nothing_out_of_a_closed_folder(attach: Any, attic: Any, ada: Actor) -> None:
    documents, folders = registry.get("documents"), registry.get("folders")
    private = folder("Salaries", ada, about=key_of(attic), access="private")
    open_one = folder("Plans", ada, about=key_of(attic))
    closed, free = attach("a.txt", b"a", folder=private), attach("b.txt", b"b", on=attic)
    with pytest.raises(Invalid, match="Closed: Salaries"):
        merge(documents, free.pk, [closed.pk], actor=ada)
    with pytest.raises(Invalid, match="Closed: Salaries"):
        merge(folders, open_one.pk, [private.pk], actor=ada)
    assert place(closed.pk) == (key_of(attic), private.pk)
    merge(folders, private.pk, [open_one.pk, folder("Bonus", ada, about=key_of(attic), access="private").pk], actor=ada)
    merge(documents, closed.pk, [free.pk], actor=ada)


def test_both_ends_need_the_right_to_change(attach: Any, attic: Any, ada: Actor) -> None:
    reader = make_user("Rita")
    grant(reader, {"see": Scope.ALL, "edit": Scope.ALL}, "documents")
    grant(reader, {"see": Scope.ALL}, "shelves")
    actor = actor_for(reader)
    free, fixed = attach("free.txt", b"f"), attach("fixed.txt", b"x", on=attic)
    with pytest.raises(NotAllowed, match="outside of what you may change"):
        move([free.pk], goal(f"shelves/{attic.pk}", actor), actor=actor)
    with pytest.raises(NotAllowed, match="so none was moved"):
        move([free.pk, fixed.pk], goal(COMPANY, actor), actor=actor)
    assert (place(free.pk), place(fixed.pk)) == ((None, None), (key_of(attic), None))


def test_into_a_folder_that_one_may_only_read_nothing_goes(attach: Any, ada: Actor) -> None:
    eva = make_user("Eva", scope=Scope.ALL)
    closed = folder("Board", ada, access="private", readers=[named(user=eva)])
    document, actor = attach("a.txt"), actor_for(eva)
    with pytest.raises(NotAllowed):
        move([document.pk], goal(f"folders/{closed.pk}", actor), actor=actor)
    assert place(document.pk) == (None, None)


def test_what_is_not_seen_can_neither_be_moved_nor_be_a_goal(attach: Any, attic: Any, ada: Actor) -> None:
    stranger = actor_for(make_user("Stranger", scope=Scope.OWN))
    document = attach("a.txt", on=attic)
    with pytest.raises(NotFound):
        move([document.pk], goal(COMPANY, stranger), actor=stranger)
    for to in (f"shelves/{attic.pk}", "folders/999999", "nothing/1"):
        with pytest.raises(NotFound):
            goal(to, stranger)


@pytest.mark.parametrize("to", ["", "nonsense", "folders/x"])
def test_a_place_that_is_none_is_refused_with_its_field(ada: Actor, to: str) -> None:
    with pytest.raises(Invalid) as error:
        goal(to, ada)
    assert set(error.value.errors) == {"to"}


def test_a_document_is_no_place(attach: Any, ada: Actor) -> None:
    with pytest.raises(Invalid, match="can't hang on another document"):
        goal(f"documents/{attach('a.txt').pk}", ada)
