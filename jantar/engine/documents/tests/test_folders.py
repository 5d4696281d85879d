"""Folders: a private one's documents are found by nobody else, at no door, administrators included."""

from datetime import timedelta
from typing import Any

import pytest
from django.test import Client
from django.utils import timezone

from jantar.engine.documents.models import Folder
from jantar.engine.documents.reading import read_content
from jantar.engine.fields.errors import Invalid
from jantar.engine.history.models import Change, Operation
from jantar.engine.permissions.actor import Actor, actor_for, system_actor
from jantar.engine.permissions.models import Role, Scope
from jantar.engine.records import write
from jantar.engine.records.errors import NotAllowed, NotFound
from jantar.engine.records.links import key_of
from jantar.engine.records.listing import Query, count_of, page_of
from jantar.engine.records.merging.service import merge
from jantar.engine.records.past import reading_as_of
from jantar.engine.records.registry import registry
from jantar.engine.records.undo import undo
from jantar.engine.search.searching import search
from jantar.engine.testing.actors import make_team, make_user
from jantar.engine.testing.api_client import ApiClient, data_of, problem_in
from jantar.engine.timeline.stream import page
from jantar.platform.accounts.models import User

pytestmark = [pytest.mark.django_db, pytest.mark.capability("C26", "N11")]
documents, folders = registry.get("documents"), registry.get("folders")


def folder(name: str, by: Actor, **values: Any) -> Any:
    return write.create(folders, {"name": name, **values}, actor=by)


def named(**who: Any) -> dict[str, Any]:
    return {"user": None, "team": None, "role": None, "may_change": False, **who}


@pytest.fixture
def eva(db: None) -> User:
    """Sees and changes everything that roles can give, but is no administrator."""
    return make_user("Eva", scope=Scope.ALL)


@pytest.fixture
def jan(db: None) -> User:
    return make_user("Jan", scope=Scope.ALL)


@pytest.fixture
def secret(attach: Any, attic: Any, eva: User) -> Any:
    """Eva's document in her private folder on a record that everybody sees."""
    actor = actor_for(eva)
    private = folder("Salaries", actor, about=key_of(attic), access="private")
    document = attach("kryptonym.txt", b"heslo tajenka", by=actor, folder=private)
    read_content(document.content_id)
    return document


def seen(actor: Actor) -> tuple[int, int]:
    return documents.visible_to(actor).count(), folders.visible_to(actor).count()


def test_a_private_folders_document_is_found_by_its_owner_only(secret: Any, eva: User, jan: User, ada: Any) -> None:
    assert seen(actor_for(eva)) == (1, 1)
    for actor in (actor_for(jan), ada, system_actor()):
        assert seen(actor) == (0, 0)
        for action in ("edit", "delete", "export", "bulk"):
            assert not documents.visible_to(actor, action).exists()
        assert count_of(Query(documents, actor)) == (0, True)


def test_no_door_tells_of_it(secret: Any, attic: Any, ada: Any) -> None:
    """List, search in name and text, filter, count, export, history, timeline, download and API of an administrator."""
    root = User.objects.get(pk=ada.user_id)
    client, api = Client(), ApiClient(root)
    client.force_login(root)
    pages = [
        "/documents/", "/documents/?search=kryptonym", "/search/?q=kryptonym", "/search/?q=tajenka",
        "/search/?q=salaries", "/search/palette/?q=tajenka", "/documents/count/", "/folders/", "/documents/bin/",
        f"/shelves/{attic.pk}/", f"/shelves/{attic.pk}/related/documents/", f"/shelves/{attic.pk}/timeline/",
        "/documents/company/", "/pick/folders/?q=sal", "/pick/any/?q=tajenka", "/documents/export/?format=csv",
    ]  # fmt: skip
    for path in pages:
        answer = client.get(path)
        content = b"".join(answer.streaming_content) if answer.streaming else answer.content  # type: ignore[attr-defined]
        shown = content.decode("utf-8", "replace").replace("q=", "")
        for word in ("kryptonym.txt", "Salaries", "heslo"):
            assert word not in shown, path
    for part in ("", "file/", "download/", "versions/1/", "picture/small/", "history/", "timeline/", "edit/"):
        assert client.get(f"/documents/{secret.pk}/{part}").status_code == 404, part
    assert client.get(f"/folders/{secret.folder_id}/").status_code == 404
    assert client.get(f"/folders/{secret.folder_id}/related/documents/").status_code == 404
    for path in (f"/documents/{secret.pk}", f"/documents/{secret.pk}/file", f"/documents/{secret.pk}/versions",
                 f"/documents/{secret.pk}/history", f"/folders/{secret.folder_id}"):  # fmt: skip
        problem_in(api.get(path), 404)
    listed = data_of(api.get("/documents"))
    assert (listed["items"], listed["count"]) == ([], 0)
    assert data_of(api.get(f"/shelves/{attic.pk}/timeline"))["items"][0]["kind"] == "created"
    exported: Any = api.get("/documents/export", format="csv")
    assert b"kryptonym" not in b"".join(exported.streaming_content)


def test_its_owner_finds_it_at_the_same_doors(secret: Any, attic: Any, eva: User) -> None:
    client = Client()
    client.force_login(eva)
    for path in ("/documents/", "/search/?q=tajenka", "/documents/export/?format=csv", f"/shelves/{attic.pk}/timeline/",
                 f"/folders/{secret.folder_id}/related/documents/"):  # fmt: skip
        answer: Any = client.get(path)
        assert b"kryptonym.txt" in (b"".join(answer.streaming_content) if answer.streaming else answer.content), path


def test_named_people_see_it_and_only_those_who_may_change_do(secret: Any, eva: User, jan: User, ada: Any) -> None:
    write.update(folders, secret.folder_id, {"readers": [named(user=jan)]}, actor=actor_for(eva))
    assert seen(actor_for(jan)) == (1, 1)
    assert [hit.title for group in search("tajenka", actor_for(jan)) for hit in group.hits] == ["kryptonym.txt"]
    with pytest.raises(NotAllowed):
        write.update(documents, secret.pk, {"name": "mine"}, actor=actor_for(jan))
    assert seen(ada) == (0, 0)
    [row] = registry.get("folders").parts[0].rows([secret.folder_id])[secret.folder_id]
    changed = {"id": row.pk, **named(user=jan, may_change=True)}
    write.update(folders, secret.folder_id, {"readers": [changed]}, actor=actor_for(eva))
    write.update(documents, secret.pk, {"name": "ours"}, actor=actor_for(jan))


def test_teams_and_roles_open_limited_folders_and_no_private_ones(attach: Any, eva: User, ada: Any) -> None:
    team, role = make_team("Board"), Role.objects.create(name="Director")
    member, director = make_user("Mia", team, scope=Scope.ALL), make_user("Dan", scope=Scope.ALL)
    role.users.add(director)
    readers = [named(team=team), named(role=role)]
    limited = folder("Plans", actor_for(eva), access="limited", readers=readers)
    attach("plan.txt", b"plan", by=actor_for(eva), folder=limited)
    other = actor_for(make_user("Jan", scope=Scope.ALL))
    assert [seen(actor_for(one))[0] for one in (eva, member, director)] == [1, 1, 1]
    assert (seen(ada)[0], seen(other)[0]) == (1, 0)
    write.update(folders, limited.pk, {"access": "private"}, actor=actor_for(eva))
    assert [seen(actor_for(one))[0] for one in (eva, member, director)] == [1, 0, 0]
    assert seen(ada)[0] == 0


def test_what_is_inside_a_closed_folder_is_closed_too_and_opens_when_it_moves_out(attach: Any, eva: User) -> None:
    actor, other = actor_for(eva), actor_for(make_user("Jan", scope=Scope.ALL))
    outer = folder("Outer", actor)
    inner = folder("Inner", actor, parent=outer)
    attach("a.txt", b"a", by=actor, folder=inner)
    assert seen(other) == (1, 2)
    write.update(folders, outer.pk, {"access": "private"}, actor=actor)
    assert (seen(actor), seen(other)) == ((1, 2), (0, 0))
    write.update(folders, inner.pk, {"parent": None}, actor=actor, confirmed=True)
    assert seen(other) == (1, 1)
    write.update(folders, inner.pk, {"parent": Folder.objects.get(pk=outer.pk)}, actor=actor)
    assert seen(other) == (0, 0)


def test_a_folder_made_inside_a_closed_one_goes_by_undo_and_was_not_there_before(ada: Any) -> None:
    """Its gates are set while it is inserted, which is recorded before the insertion."""
    outer = folder("Outer", ada, access="limited")
    before = timezone.now()
    Change.objects.update(at=before)
    folder("Inner", ada, parent=outer)
    Change.objects.filter(at__gt=before).update(at=before + timedelta(seconds=1))
    with reading_as_of(ada, before):
        assert [one.name for one in Folder.objects.all()] == ["Outer"]
    result = undo(Operation.objects.latest("pk").pk, actor=ada)
    assert (result.undone, result.conflicts) == (1, [])
    assert [one.name for one in Folder.objects.all()] == ["Outer"]


def test_a_document_moves_between_folders_with_their_rights(secret: Any, eva: User, jan: User, attic: Any) -> None:
    shared = folder("Shared", actor_for(jan), about=key_of(attic))
    write.update(documents, secret.pk, {"folder": shared}, actor=actor_for(eva), confirmed=True)
    assert seen(actor_for(jan))[0] == 1
    with pytest.raises(Invalid) as refused:
        write.update(documents, secret.pk, {"folder": Folder.objects.get(name="Salaries")}, actor=actor_for(jan))
    assert list(refused.value.errors) == ["folder"]


def test_wrong_places_are_refused_with_the_field_named(attach: Any, ada: Any, attic: Any, eva: User) -> None:
    outer = folder("Outer", ada, about=key_of(attic))
    inner = folder("Inner", ada, parent=outer)
    assert inner.about == key_of(attic)
    elsewhere = folder("Elsewhere", ada)
    document = attach("a.txt", b"a")
    refusals = [
        (folders, outer.pk, {"parent": inner}, "parent"),
        (folders, outer.pk, {"parent": outer}, "parent"),
        (folders, outer.pk, {"about": None}, "about"),
        (folders, inner.pk, {"parent": elsewhere}, "about"),
        (documents, document.pk, {"folder": outer, "about": None}, "folder"),
    ]
    for record_type, pk, values, field in refusals:
        with pytest.raises(Invalid) as refused:
            write.update(record_type, pk, values, actor=ada)
        assert list(refused.value.errors) == [field], values
    assert write.update(documents, document.pk, {"folder": outer}, actor=ada).about == key_of(attic)
    with pytest.raises(Invalid) as refused:
        folder("Wrong", ada, readers=[named(user=eva, team=make_team("A"))])
    assert list(refused.value.errors) == ["readers"]


def test_nobody_locks_themselves_out(secret: Any, eva: User, jan: User) -> None:
    open_one = folder("Open", actor_for(eva))
    with pytest.raises(NotAllowed):
        write.update(folders, open_one.pk, {"access": "private"}, actor=actor_for(jan))
    with pytest.raises((NotFound, NotAllowed)):
        write.update(folders, secret.folder_id, {"access": "open"}, actor=actor_for(jan))


def test_documents_of_a_folder_in_the_bin_stay_and_stay_closed(secret: Any, eva: User, jan: User, ada: Any) -> None:
    write.delete(folders, [secret.folder_id], actor=actor_for(eva))
    assert documents.visible_to(actor_for(eva)).exists()
    assert seen(actor_for(jan)) == seen(ada) == (0, 0)
    with pytest.raises(NotFound):
        write.restore(folders, [secret.folder_id], actor=ada)
    write.restore(folders, [secret.folder_id], actor=actor_for(eva))


def test_the_timeline_of_the_record_tells_it_to_those_who_see_it(secret: Any, attic: Any, eva: User, ada: Any) -> None:
    told = [shown.sentence for shown in page(attic, actor_for(eva)).entries]
    assert told == ["File added: kryptonym.txt", "Created"]
    assert [shown.sentence for shown in page(attic, ada).entries] == ["Created"]
    assert page_of(Query(documents, ada, filter={"field": "folder.name", "op": "is", "value": "Salaries"})).rows == []


def test_what_a_merge_moves_into_a_private_folder_is_closed_and_opens_again_with_its_undo(
    attach: Any, eva: User, jan: User
) -> None:
    actor = actor_for(eva)
    private, plain = folder("Salaries", actor, access="private"), folder("Old", actor)
    inner = folder("2025", actor, parent=plain)
    attach("bonus.txt", b"bonus", by=actor, folder=inner)
    assert seen(actor_for(jan)) == (1, 2)
    merged = merge(folders, private.pk, [plain.pk], actor=actor)
    assert seen(actor) == (1, 2)
    assert seen(actor_for(jan)) == (0, 0)
    undo(merged.operation_id, actor=actor)
    assert seen(actor_for(jan)) == (1, 2)
