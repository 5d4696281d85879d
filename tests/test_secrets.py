"""Private notes and closed folders are closed to everybody not named, administrators included, at every door."""

import io
import json
import re
import zipfile
from collections.abc import Callable
from math import inf
from pathlib import Path
from typing import Any

import pytest
from django.core import mail
from django.core.cache import cache
from django.test import Client
from django.utils import timezone

from jantar.engine.documents import services as documents_services
from jantar.engine.documents.handing import Gift, give
from jantar.engine.documents.models import Access, How
from jantar.engine.documents.reading import read_content
from jantar.engine.fields.files.fields import File
from jantar.engine.fields.models import CustomField
from jantar.engine.fields.record_key import RecordKey
from jantar.engine.fields.services import create_custom_field
from jantar.engine.following import reading
from jantar.engine.following.watching import watch_record
from jantar.engine.history.models import Operation
from jantar.engine.pages.calendar.feed import digest_of
from jantar.engine.pages.models import CalendarFeed
from jantar.engine.permissions.actor import Actor, actor_for
from jantar.engine.permissions.models import Scope
from jantar.engine.quality import counting
from jantar.engine.records import write
from jantar.engine.records.errors import NotAllowed
from jantar.engine.records.held_files import upload
from jantar.engine.records.links import key_of
from jantar.engine.records.merging.service import merge
from jantar.engine.records.registry import registry
from jantar.engine.records.undo import undo
from jantar.engine.testing.actors import make_user
from jantar.engine.testing.samples import sample_record
from jantar.engine.timeline import services
from jantar.engine.transfer.archive.writing import write_archive
from jantar.engine.webhooks.models import Delivery, Event
from jantar.engine.webhooks.payload import body_of
from jantar.engine.webhooks.services import add_webhook
from jantar.platform.accounts.models import ApiToken, User
from jantar.platform.jobs.running import run_waiting_jobs
from tests.doors import Doors, content_of, read_by

pytestmark = [pytest.mark.django_db, pytest.mark.capability("N11")]
documents, folders, companies = (registry.get(name) for name in ("documents", "folders", "companies"))
WORD = re.compile(r"xqvzk[a-z]+")


class World:
    """A company that uses everything, where Eva keeps secrets; Root is an administrator and Jan sees all records."""

    def __init__(self) -> None:
        self.eva, self.jan = make_user("Eva", scope=Scope.ALL), make_user("Jan", scope=Scope.ALL)
        self.root = make_user("Root", admin=True)
        create_custom_field(record_type="documents", label="Scan", kind="file", actor=self.actor(self.root))
        self.records = {one.name: sample_record(one, self.actor(self.root), references=True) for one in registry.all()}
        self.company = self.records["companies"]
        self.put("open.txt", b"open to all")
        for user in (self.root, self.jan):
            watch_record(key_of(self.company), actor=self.actor(user))
            CalendarFeed.objects.create(user=user, digest=digest_of(user.full_name), created_at=timezone.now())
        hook = {"name": "All", "url": "https://jantar.example/", "events": Event.values}
        add_webhook(hook, actor=self.actor(self.root))

    def actor(self, user: User) -> Actor:
        return actor_for(User.objects.get(pk=user.pk))

    @property
    def owner(self) -> Actor:
        return self.actor(self.eva)

    def put(self, name: str, content: bytes, **values: Any) -> Any:
        about = key_of(self.company)
        made = documents_services.attach(io.BytesIO(content), name, actor=self.owner, about=about, **values)
        read_content(made.content_id)
        return made

    def folder(self, name: str, **values: Any) -> Any:
        given = {"name": name, "about": key_of(self.company), **values}
        return write.create(folders, given, actor=self.owner)

    def doors(self, only: str = "") -> Doors:
        ids = {name: {self.records[name].pk} for name in ("companies", "documents", "folders")}
        for one in (documents, folders):
            ids[one.name] |= set(one.model._base_manager.values_list("pk", flat=True))
        return Doors(ids, self.actor(self.root), only)

    def client(self, user: User) -> Client:
        _row, token = ApiToken.issue(user, "tests")
        client = Client(headers={"Authorization": f"Bearer {token}"})
        client.force_login(user)
        return client


@pytest.fixture
def world(settings: Any, tmp_path: Path) -> World:
    settings.API_REQUESTS_PER_MINUTE = 0
    location = {"BACKEND": "django.core.files.storage.FileSystemStorage", "OPTIONS": {"location": tmp_path}}
    settings.STORAGES = {**settings.STORAGES, "default": location}
    return World()


def keep_secrets(world: World) -> Any:
    """What only Eva may know, each with a word of its own; gives the document."""
    eva = world.owner
    for record in world.records.values():
        services.add_note(record, text="xqvzknote", actor=eva)
    note = services.add_note(world.company, text="xqvzkbefore", actor=eva)
    services.edit_note(note.pk, text="xqvzkafter", actor=eva)
    services.delete_note(services.add_note(world.company, text="xqvzkgone", actor=eva).pk, actor=eva)
    private = world.folder("xqvzkfolder", access=Access.PRIVATE)
    inner = world.folder("xqvzkinner", parent=private)
    world.put("xqvzknested.txt", b"nested", folder=inner)
    document = world.put("xqvzkname.txt", b"xqvzkold", folder=private)
    documents_services.add_version(
        document.pk, io.BytesIO(b"xqvzkcontent"), "xqvzkfile.txt", actor=eva, note="xqvzkversion"
    )
    document.refresh_from_db()
    read_content(document.content_id)
    scan = upload(File, io.BytesIO(b"xqvzkscanned"), "xqvzkscan.txt", actor=eva).key
    given = {"description": "xqvzkdescription", "x_scan": documents.fields(eva)["x_scan"].load(scan)}
    write.update(documents, document.pk, given, actor=eva)
    services.add_comment(document, text="xqvzkcomment", actor=eva)
    give(Gift([document.pk], [key_of(world.records["people"])], How.HAND), actor=eva)
    watch_record(key_of(document), actor=eva)
    write.delete(documents, [world.put("xqvzkbin.txt", b"bin", folder=private).pk], actor=eva)
    merge(folders, private.pk, [world.folder("xqvzkmerged", access=Access.PRIVATE).pk], actor=eva)
    return document


#: Doors that count, sum or list: what they say must not change by what is kept secret.
COUNTING = (
    r"^(|api/v1/.*|quality/.*|notifications/.*|<type_name>/((count|sums|board|duplicates|bin)/)?"
    r"|<type_name>/<pk>/(|facts/|history/|timeline/.*|related/.*))$"
)
#: What differs from one look to the next, whatever is kept here.
FLEETING = re.compile(r'csrf[^>]*|value="\d{4}-\d\d-\d\dT\d\d:\d\d"|<input type="hidden" name="form_key"[^>]*')


def words_in(pages: dict[tuple[str, str], str]) -> dict[str, set[str]]:
    """The secret words that were read, each with the addresses it stood at."""
    found: dict[str, set[str]] = {}
    for (route, _path), text in pages.items():
        for word in WORD.findall(text):
            found.setdefault(word, set()).add(route)
    return found


def read_counts(world: World, user: User) -> dict[tuple[str, str], str]:
    cache.clear()
    pages = read_by(world.client(user), world.doors(COUNTING))
    return {door: FLEETING.sub("", text) for door, text in pages.items()}


def test_no_door_leads_others_to_a_secret_and_its_owner_finds_it_at_many(world: World) -> None:
    keep_secrets(world)
    assert words_in(read_by(world.client(world.root), world.doors(), "xqvzk")) == {}
    assert (
        words_in(read_by(world.client(world.jan), world.doors("search|export|/related/|/timeline/|api/"), "xqvzk"))
        == {}
    )
    own = words_in(
        read_by(world.client(world.eva), world.doors("documents|note|timeline|search|export|bin|file"), "xqvzk")
    )
    words = {
        "note", "after", "folder", "inner", "nested", "name", "old", "content", "file", "version", "description",
        "comment", "bin", "merged", "scan", "scanned",
    }  # fmt: skip
    assert set(own) == {f"xqvzk{word}" for word in words}  # what was edited away or deleted is nowhere
    doors = {"<type_name>/<pk>/related/documents/", "<type_name>/export/", "search/", "search/palette/",
             "api/v1/documents", "api/v1/documents/export", "api/v1/search", "documents/<pk>/download/"}  # fmt: skip
    assert own["xqvzkname"] >= doors
    assert own["xqvzkscanned"] == {"field-files/<key>/", "api/v1/files/<key>"}
    assert own["xqvzknote"] >= {"<type_name>/<pk>/timeline/", "api/v1/companies/<id>/timeline", "notes/<pk>/"}


def test_no_count_sum_or_list_of_others_changes_by_a_secret(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(counting, "SLOW", inf)  # a count that took long on a busy machine is kept, and says so
    before = read_counts(world, world.root)
    keep_secrets(world)
    after = read_counts(world, world.root)
    assert {door for door, text in before.items() if after[door] != text} == set()
    assert len(before) > 100


def test_what_points_to_a_closed_document_does_not_tell_its_name(world: World) -> None:
    """A field of another record, a link of a task, a mail, and a document that was open once."""
    eva, everybody = world.owner, [world.root, world.jan]
    private = world.folder("xqvzkfolder")
    document = world.put("xqvzkname.txt", b"xqvzkcontent", folder=private)
    opened = timezone.now()
    write.update(folders, private.pk, {"access": Access.PRIVATE}, actor=eva)
    root = world.actor(world.root)
    create_custom_field(record_type="companies", label="Contract", kind="record", target="documents", actor=root)
    key = CustomField.objects.get(record_type="companies").key
    write.update(companies, world.company.pk, {key: document}, actor=world.owner)
    links = [{"record": key_of(world.company)}, {"record": RecordKey("documents", document.pk)}]
    task = world.records["tasks"] = write.create(registry.get("tasks"), {"title": "Sign", "links": links}, actor=eva)
    to = key_of(world.records["people"])
    give(Gift([document.pk], [to], subject="xqvzksubject", text="xqvzktext"), actor=eva)
    run_waiting_jobs()
    for user in everybody:
        client = world.client(user)
        tasks = Doors({"tasks": [task.pk]}, world.actor(user), "<pk>|<id>")
        pages = read_by(client, tasks) | read_by(client, world.doors("mail|jobs|webhooks|companies|<type_name>/"))
        assert words_in(pages) == {}
        for page in ("/documents/", f"/companies/{world.company.pk}/", f"/documents/{document.pk}/"):
            assert "xqvzk" not in content_of(client.get(page, {"as_of": opened.isoformat()})), page
    pages = read_by(world.client(world.eva), world.doors("companies|<type_name>/<pk>"))
    assert words_in(pages)["xqvzkname"] >= {"<type_name>/<pk>/", "<type_name>/<pk>/history/", "api/v1/companies/<id>"}


def test_filters_of_others_do_not_find_out_by_guessing(world: World) -> None:
    keep_secrets(world)
    line = {"field": "name", "op": "contains", "value": "xqvzk"}
    questions = {
        "documents": line,
        "folders": line,
        "companies": {"relation": "documents", "has": "any", "where": line},
    }
    asked: dict[str, list[int]] = {}
    for name, tree in questions.items():
        for user in (world.root, world.jan, world.eva):
            answer = world.client(user).get(f"/api/v1/{name}", {"filter": json.dumps(tree)})
            asked.setdefault(name, []).append(answer.json()["count"])
    assert asked == {"documents": [0, 0, 2], "folders": [0, 0, 2], "companies": [0, 0, 1]}


def test_an_archive_of_an_administrator_holds_no_secret(world: World) -> None:
    keep_secrets(world)
    found: dict[bool, set[bytes]] = {}
    for private in (False, True):
        file = io.BytesIO()
        write_archive(file, actor=world.actor(world.root), private=private)
        with zipfile.ZipFile(file) as archive:
            told = b"".join(archive.read(name) for name in archive.namelist())
        found[private] = set(re.findall(rb"xqvzk[a-z]+", told))
    assert found[False] == set()
    assert found[True] >= {b"xqvzknote", b"xqvzkname", b"xqvzkcontent", b"xqvzkcomment"}


def test_undoing_what_the_owner_did_opens_nothing(world: World) -> None:
    """Others take back neither that a folder was closed, nor what was put into it since."""
    eva, everybody = world.owner, [world.actor(world.root), world.actor(world.jan)]
    folder, document = world.folder("Open"), world.put("plan.txt", b"plan")
    made = Operation.objects.latest("pk").pk
    closing = done_by(lambda: write.update(folders, folder.pk, {"access": Access.PRIVATE}, actor=eva))
    moving = done_by(lambda: write.update(documents, document.pk, {"folder": folder}, actor=eva))
    for actor in everybody:
        for pk in (closing, moving, made):
            with pytest.raises(NotAllowed):
                undo(pk, actor=actor)
            assert not folders.visible_to(actor).filter(pk=folder.pk).exists()
            assert not documents.visible_to(actor).filter(pk=document.pk).exists()
    assert undo(moving, actor=eva).undone == 1
    assert undo(closing, actor=eva).undone == 1


def done_by(act: Callable[[], Any]) -> int:
    """The operation in which something was done."""
    act()
    return int(Operation.objects.latest("pk").pk)


def test_an_administrator_reads_no_secret_through_a_webhook_for_its_owner(world: World) -> None:
    root = world.actor(world.root)
    hook = {"name": "Of Eva", "url": "https://jantar.example/eva", "events": Event.values, "user": world.eva.pk}
    webhook, _secret = add_webhook(hook, actor=root)
    folder, document = world.folder("xqvzkfolder"), world.put("plain.txt", b"plain")
    services.add_comment(document, text="xqvzkcomment", actor=world.owner)
    keep_secrets(world)
    write.update(documents, document.pk, {"folder": folder, "name": "xqvzkname"}, actor=world.owner)
    write.update(folders, folder.pk, {"access": Access.PRIVATE}, actor=world.owner)  # after it was to be told
    sent = [body_of(one) for one in Delivery.objects.filter(webhook=webhook).order_by("pk")]
    assert len(sent) > 5
    assert WORD.findall("".join(sent)) == []
    shared = write.create(folders, {"name": "Shared", "about": key_of(world.company)}, actor=world.owner)
    assert f'"id":{shared.pk}' in body_of(Delivery.objects.filter(webhook=webhook).latest("pk"))


def test_a_webhook_for_its_owner_does_not_name_a_secret_that_an_open_record_refers_to(world: World) -> None:
    """By a field with one record, by one with several, by a link."""
    root, secret = world.actor(world.root), keep_secrets(world)
    for kind in ("record", "records"):
        create_custom_field(record_type="companies", label=kind, kind=kind, target="documents", actor=root)
    own = CustomField.objects.filter(record_type="companies")
    one, several = own.order_by("pk").values_list("key", flat=True)
    hook = {"name": "Of Eva", "url": "https://jantar.example/eva", "events": Event.values, "user": world.eva.pk}
    webhook, _secret = add_webhook(hook, actor=root)
    plain, private = world.put("plain.txt", b"plain"), key_of(secret)
    written = {one: secret, several: [key_of(plain), private]}
    write.update(companies, world.company.pk, written, actor=world.owner)
    links = [{"record": key_of(world.company)}, {"record": private}]
    write.create(registry.get("tasks"), {"title": "Sign", "links": links}, actor=world.owner)
    sent = "".join(body_of(row) for row in Delivery.objects.filter(webhook=webhook).order_by("pk"))
    assert WORD.findall(sent) == []
    assert f'"{one}":{{"type":null,"id":null' in sent
    assert f'"id":{plain.pk},"title":"plain.txt"' in sent
    assert "Sign" in sent


def test_nobody_is_told_of_a_secret(world: World) -> None:
    """No notification, no mail, no message of a webhook and no entry in a calendar."""
    mail.outbox.clear()
    told = [Delivery.objects.count(), *(reading.unread(world.actor(user)) for user in (world.root, world.jan))]
    keep_secrets(world)
    run_waiting_jobs()
    assert [Delivery.objects.count(), *(reading.unread(world.actor(user)) for user in (world.root, world.jan))] == told
    assert [one for one in mail.outbox if "xqvzk" in f"{one.subject} {one.body}"] == []
    for user in (world.root, world.jan):
        feed = Client().get("/calendar.ics", {"key": user.full_name})
        assert feed.status_code == 200
        assert "xqvzk" not in content_of(feed)
