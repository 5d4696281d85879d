"""What is sent to Jantar with ids of others' secrets tells nothing of them and changes nothing about them."""

import io
import re
import zipfile
from collections.abc import Iterator
from typing import Any

import pytest
from django.test import Client

from jantar.engine.documents.models import Access, Document, Folder, Handout, Version
from jantar.engine.fields.record_key import RecordKey
from jantar.engine.history.models import Change, Operation
from jantar.engine.lists.services import add_records, create_list
from jantar.engine.pages import jobs as page_jobs
from jantar.engine.records import write
from jantar.engine.records.registry import registry
from jantar.engine.timeline.models import Comment, Note
from jantar.platform.accounts.models import User
from jantar.platform.jobs.models import JobRun
from jantar.platform.jobs.running import run_waiting_jobs
from jantar.project import archives, cli
from jantar.project.commands import export
from tests import test_secrets
from tests.doors import Doors, content_of, read_by
from tests.test_secrets import WORD, World, folders, keep_secrets, words_in

pytestmark = [pytest.mark.django_db, pytest.mark.capability("N11")]
world = test_secrets.world
#: Addresses about what a secret's id can stand for, or that take ids among what is sent.
SENDING = (
    r"^(<type_name>/|api/v1/(documents|folders|notes|comments|operations)|notes/|comments/|operations/|documents/)"
)
#: Everything that a form of Jantar sends; what an address does not know it leaves alone.
FORM: dict[str, Any] = {
    "state": "", "run": "1", "field": "name", "value": "stolen", "name": "stolen", "text": "stolen", "to": "company",
    "opening": "1", "confirmed": "1", "version": "1", "folder": "", "about": "", "audience": "everyone",
    "access": "open", "how": "hand", "number": "1", "user": "", "note": "stolen",
}  # fmt: skip


class Secrets:
    """What only Eva knows: a document, one in the bin and the folder they are in."""

    def __init__(self, document: Document) -> None:
        binned = Document.objects.get(folder=document.folder_id, deleted_at__isnull=False)
        self.ids = {"documents": [document.pk, binned.pk], "folders": [document.folder_id]}

    def rows(self) -> list[Any]:
        kept: list[Any] = [*Note.objects.order_by("pk").values(), *Comment.objects.order_by("pk").values()]
        for name, pks in self.ids.items():
            kept += registry.get(name).model._base_manager.filter(pk__in=pks).order_by("pk").values()
        documents = self.ids["documents"]
        kept += [*Version.objects.filter(document__in=documents).order_by("pk").values()]
        kept += [*Handout.objects.filter(document__in=documents).order_by("pk").values()]
        return kept


def addresses(world: World, secrets: Secrets, user: User, only: str) -> Iterator[tuple[str, str]]:
    own = {str(pk) for pk in Operation.objects.filter(actor=user.pk).values_list("pk", flat=True)}
    for route, path in Doors(secrets.ids, world.actor(user), SENDING):
        if not re.search(only, route):
            continue
        if "operations/" not in route or not own & set(path.split("/")):  # one's own acts are one's own to take back
            yield route, path


def answers_to(client: Client, route: str, path: str, secrets: Secrets) -> Iterator[Any]:
    pks = [pk for some in secrets.ids.values() for pk in some]
    if route.startswith("api/"):
        bodies: list[dict[str, Any]] = [{"name": "stolen"}, {"folder": None}, {"access": "open"}, {"text": "stolen"}]
        if route.endswith("/bulk"):
            bodies = [{"ids": pks, "values": {"name": "stolen"}}, {"ids": pks, "delete": True}]
        elif not route.endswith(">"):
            bodies = [{"with": pks} if route.endswith("/merge") else {"text": "stolen"}]
        for body in bodies:
            method = client.patch if route.endswith(">") else client.post
            yield method(f"{path}?confirm=true" if "folder" in body else path, body, content_type="application/json")
        if route.endswith(">"):
            yield client.delete(path)
        return
    chosen = secrets.ids.get(path.split("/")[1], pks)
    keys = [str(RecordKey(name, pk)) for name, some in secrets.ids.items() for pk in some]
    sent = {**FORM, "selected": chosen, "id": chosen, "record": keys}
    yield client.post(path, sent)
    yield client.post(path, {**sent, "to": keys[-1], "folder": secrets.ids["folders"][0], "run": ""})


@pytest.mark.parametrize(("name", "only"), [("root", SENDING), ("jan", "^(api/|operations/|notes/|<type_name>/bulk/)")])
def test_nothing_sent_finds_or_changes_a_secret(world: World, name: str, only: str) -> None:
    secrets = Secrets(keep_secrets(world))
    user: User = getattr(world, name)
    client, before, taken = world.client(user), secrets.rows(), 0
    for route, path in addresses(world, secrets, user, only):
        for answer in answers_to(client, route, path, secrets):
            if answer.status_code == 405:
                break
            taken += 1
            assert WORD.findall(content_of(answer)) == [], (path, answer.status_code)
            assert answer.status_code < 500, path
            assert answer.status_code >= 400 or secrets.rows() == before, path
    assert secrets.rows() == before
    assert taken > 50


def test_an_administrator_does_not_open_a_folder_by_undoing_what_closed_it(world: World) -> None:
    was_open = world.folder("xqvzkfolder")
    document = world.put("xqvzkname.txt", b"xqvzkcontent", folder=was_open)
    write.update(folders, was_open.pk, {"access": Access.PRIVATE}, actor=world.owner)
    closing = Operation.objects.latest("pk").pk
    client = world.client(world.root)
    assert client.post(f"/operations/{closing}/undo/").status_code == 403
    refusal = client.post(f"/api/v1/operations/{closing}/undo", "{}", content_type="application/json")
    assert (refusal.status_code, WORD.findall(content_of(refusal))) == (403, [])
    for operation in Operation.objects.order_by("pk"):
        if Change.objects.filter(operation=operation, root_id=document.pk, root="documents_document").exists():
            assert client.post(f"/operations/{operation.pk}/undo/").status_code == 403
    assert Folder.objects.get(pk=was_open.pk).access == Access.PRIVATE
    assert client.get(f"/documents/{document.pk}/").status_code == 404
    assert world.client(world.eva).post(f"/operations/{closing}/undo/").status_code == 204
    assert client.get(f"/documents/{document.pk}/").status_code == 200


def test_words_of_secrets_are_not_what_a_misspelt_search_meant(world: World) -> None:
    keep_secrets(world)
    for user in (world.root, world.jan):
        client = world.client(user)
        for misspelt in ("xqvzknamme", "xqvzkconten", "xqvzkfoldr", "xqvzkdescriptin"):
            for path in ("/search/", "/search/palette/", "/documents/", "/pick/any/", "/api/v1/search"):
                told = content_of(
                    client.get(path, {"q": misspelt, **({"search": misspelt} if "api" not in path else {})})
                )
                assert set(WORD.findall(told)) <= {misspelt}, path


def test_the_past_does_not_tell_of_secrets(world: World) -> None:
    document = keep_secrets(world)
    moment = Change.objects.order_by("-pk").values_list("at", flat=True).first()
    assert moment
    lists, one = (
        "<type_name>/((count|sums|board|whole)/)?",
        "<type_name>/<pk>/(facts/|history/|timeline/.*|related/.*)?",
    )
    doors = world.doors(rf"^({lists}|{one}|api/v1/(documents|folders|companies)(/<id>(/history|/timeline)?)?)$")
    for user in (world.root, world.jan):
        client = world.client(user)
        for route, path in doors:
            told = content_of(client.get(path, {"as_of": moment.isoformat()}))
            assert WORD.findall(told) == [], (route, path)
    own = content_of(world.client(world.eva).get(f"/documents/{document.pk}/", {"as_of": moment.isoformat()}))
    assert "xqvzkname" in own


def test_the_command_line_tells_no_secret(world: World, tmp_path: Any, capsys: pytest.CaptureFixture[str]) -> None:
    keep_secrets(world)
    files = [tmp_path / f"{name}.{form}" for name in ("documents", "folders", "companies") for form in ("csv", "xlsx")]
    for file in files:
        export._export(cli.build_parser().parse_args(["export", file.stem, str(file), "--user", world.root.email]))
    files.append(tmp_path / "all.zip")
    archives.export_all(cli.build_parser().parse_args(["export", "--all", str(files[-1]), "--user", world.root.email]))
    written = capsys.readouterr()
    told = [written.out, written.err, *(unpacked(file.read_bytes()) for file in files)]
    assert WORD.findall("".join(told)) == []
    own = tmp_path / "own.csv"
    export._export(cli.build_parser().parse_args(["export", "documents", str(own), "--user", world.eva.email]))
    assert "xqvzkname" in own.read_text("utf-8-sig")


def unpacked(data: bytes) -> str:
    """The text of a file, of packed ones of all that is in it."""
    if not data.startswith(b"PK"):
        return data.decode("utf-8", "replace")
    with zipfile.ZipFile(io.BytesIO(data)) as archive:
        return "".join(archive.read(name).decode("utf-8", "replace") for name in archive.namelist())


def test_a_private_list_is_told_by_no_job_and_no_operation(world: World) -> None:
    company = world.company
    made = create_list(registry.get("companies"), "xqvzklist", actor=world.owner)
    selection = {"state": "", "chosen": [company.pk], "is_all": False}
    add_records(made.pk, [company.pk], actor=world.owner)
    page_jobs.bulk_list.later(
        actor_id=world.eva.pk, type_name="companies", selection=selection, list_id=made.pk, is_adding=False
    )
    run_waiting_jobs()
    assert JobRun.objects.get(kind="pages.bulk_list").state == "done"
    client = world.client(world.root)
    pages = read_by(client, world.doors("jobs|operations|lists|companies|<type_name>/"), "xqvzk")
    assert words_in(pages) == {}
    assert re.search("xqvzklist", content_of(world.client(world.eva).get("/lists/")))
