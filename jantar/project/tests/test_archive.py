"""Everything goes into an archive and comes back in another Jantar, once, with all that points to each other."""

import argparse
import hashlib
import io
import json
import zipfile
from datetime import date
from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import connection, transaction
from django.test import Client
from pytest_django import Settings

from jantar.engine.documents.models import Access, Document
from jantar.engine.documents.services import attach
from jantar.engine.fields.models import CustomField
from jantar.engine.following.models import Preference
from jantar.engine.history.models import Change
from jantar.engine.lists.models import Member, RecordList
from jantar.engine.lists.services import add_records, create_list
from jantar.engine.pages.models import SavedView
from jantar.engine.permissions.actor import Actor, actor_for
from jantar.engine.permissions.models import Grant, Role
from jantar.engine.records import write
from jantar.engine.records.errors import NotAllowed
from jantar.engine.records.links import key_of
from jantar.engine.records.registry import registry
from jantar.engine.records.undo import undo
from jantar.engine.timeline.models import Comment, Note, NoteShare
from jantar.engine.transfer.archive import tables
from jantar.engine.transfer.archive.manifest import BadArchiveError
from jantar.engine.transfer.archive.storing import read_archive
from jantar.engine.transfer.archive.writing import lines_of, write_archive
from jantar.kit.address import Address
from jantar.modules.contacts.models import Company, Person
from jantar.modules.sales.models import Deal
from jantar.platform.accounts.models import User
from jantar.platform.files.models import StoredFile
from jantar.platform.files.services import open_file
from jantar.platform.jobs.models import JobRun
from jantar.platform.jobs.running import run_waiting_jobs
from jantar.platform.settings.models import Workspace
from jantar.project import archives
from jantar.project.bootstrap import CommandError
from jantar.project.cli import build_parser
from jantar.project.commands import import_
from jantar.project.demo import load
from jantar.project.demo.generate import generate_demo
from jantar.project.first_run import prepare

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.capability("N19", "C126")]

MEMBERS: Any = Role.users.through
PDF = b"%PDF-1.4 not much of one"
SMALL = {"companies": 12, "people": 25, "deals": 10, "activities": 60, "tasks": 8, "remarks": 12}


@pytest.fixture
def storage(settings: Settings, tmp_path: Any) -> Any:
    options = {"BACKEND": "django.core.files.storage.FileSystemStorage", "OPTIONS": {"location": tmp_path}}
    settings.STORAGES = {**settings.STORAGES, "default": options}
    return tmp_path


@pytest.fixture
def admin(storage: Any) -> Actor:
    """The administrator of a company that uses all there is."""
    prepare()
    with transaction.atomic():
        load.store(generate_demo(date(2026, 11, 20), **SMALL))
    user = User.objects.get(email="admin@demo.example")
    CustomField.objects.create(record_type="companies", key="x_keeper", label="Keeper", kind="user")
    CustomField.objects.create(record_type="companies", key="x_price", label="Price", kind="money")
    CustomField.objects.create(record_type="companies", key="x_twin", label="Twin", kind="record", target="companies")
    CustomField.objects.create(record_type="companies", key="x_site", label="Site", kind="address")
    actor = actor_for(user)
    anna = User.objects.get(email="anna@demo.example")
    first, second = Company.objects.order_by("pk")[:2]
    values = {
        "x_keeper": anna.pk,
        "x_twin": second.pk,
        "x_site": Address("Fő tér 1", "Győr"),
        "name": 'Zażółć \\ "gęślą"\njaźń',
    }
    write.update(registry.get("companies"), first.pk, values, actor=actor, version=first.version)
    write.delete(registry.get("people"), [Person.objects.order_by("pk")[0].pk], actor=actor)
    SavedView.objects.create(
        record_type="deals", owner=anna, name="Hers", filter={"all": [{"field": "owner", "op": "is", "value": anna.pk}]}
    )
    fair = create_list(registry.get("companies"), "Fair", audience="everyone", actor=actor_for(anna))
    add_records(fair.pk, [second.pk], actor=actor_for(anna))
    SavedView.objects.create(
        record_type="companies", owner=anna, name="At the fair", filter={"field": "lists", "op": "is", "value": fair.pk}
    )
    anna.pins = [{"view": f"list-{fair.pk}", "type": "companies", "label": "Fair"}]
    anna.save(update_fields=["pins"])
    Preference.objects.create(user=anna, daily_hour=9)
    attach(io.BytesIO(PDF), "offer.pdf", actor=actor, about=key_of(first))
    note = Note.objects.create(author=anna, record_type="companies", record_id=first.pk, text="Between us")
    NoteShare.objects.create(note=note, user=User.objects.get(email="jan@demo.example"))
    return actor


def written(actor: Actor, **options: Any) -> bytes:
    file = io.BytesIO()
    write_archive(file, actor=actor, **options)
    return file.getvalue()


def everything() -> dict[str, list[dict[str, Any]]]:
    """All rows of all tables, without what has to be new in another installation."""
    found: dict[str, list[dict[str, Any]]] = {}
    for model in tables.models():
        rows = [json.loads(line) for line in lines_of(model, model._base_manager.order_by())]
        for row in rows:
            row.pop("path", None)
        found[model._meta.label] = rows
    return found


def emptied(*, ids_from: int = 1, settings_of_its_own: bool = False) -> Actor:
    """Another Jantar: no rows at all but those of a fresh one, with an administrator."""
    with connection.cursor() as cursor:
        for name in sorted(connection.introspection.table_names()):
            if not name.startswith(("django_", "procrastinate", "auth_")):
                cursor.execute(f'TRUNCATE "{name}" RESTART IDENTITY CASCADE')
        for model in tables.models():
            if ids_from > 1 and tables.key_of(model) == "id":
                cursor.execute("SELECT setval(pg_get_serial_sequence(%s, 'id'), %s)", [model._meta.db_table, ids_from])
    if settings_of_its_own:
        prepare()
    user = User.objects.create_user("admin@demo.example", "new password", full_name="New", is_admin=True)
    return actor_for(user)


def without_import(rows: dict[str, list[dict[str, Any]]], operation_id: int | None) -> dict[str, list[dict[str, Any]]]:
    """Less what the import itself wrote into the history."""
    rows["history.Operation"] = [row for row in rows["history.Operation"] if row["id"] != operation_id]
    rows["history.Change"] = [row for row in rows["history.Change"] if row["operation_id"] != operation_id]
    return rows


def test_an_empty_jantar_becomes_the_same_row_by_row(admin: Actor) -> None:
    before, archive = everything(), written(admin, private=True)
    assert all(before[label] for label in ("timeline.NoteShare", "documents.Version", "sales.StageChange"))
    importer = emptied()

    result = read_archive(io.BytesIO(archive), actor=importer)

    after = without_import(everything(), result.operation_id)
    # The administrator was here before, under an id of its own, and keeps the password.
    ids = {row["email"]: row["id"] for row in after["accounts.User"]}
    assert User.objects.get(pk=ids["admin@demo.example"]).check_password("new password")
    same = {row["id"]: ids[row["email"]] for row in before["accounts.User"]}
    assert {label: len(rows) for label, rows in after.items()} == {label: len(rows) for label, rows in before.items()}
    for label, rows in before.items():
        model = next(one for one in tables.models() if one._meta.label == label)
        users = [name for name, target in tables.references(model).items() if target is User]
        expected = [{**row, **{name: same.get(row[name]) for name in users}} for row in rows]
        for row in expected:
            if keeper := (row.get("custom") or {}).get("x_keeper"):
                row["custom"]["x_keeper"] = same[keeper]
        if label not in ("accounts.User", "history.Change", "pages.SavedView"):
            assert after[label] == expected, label
    stored = StoredFile.objects.get()
    with open_file(stored) as content:
        assert content.read() == PDF


@pytest.fixture
def elsewhere(admin: Actor) -> tuple[Actor, bytes, dict[str, Any]]:
    """A Jantar with ids, roles and stages of its own, the archive, and what stood in the first one."""
    anna = User.objects.get(email="anna@demo.example")
    company = Company.objects.get(custom__x_keeper=anna.pk)
    told = {
        "name": company.name,
        "twin": Company.objects.get(pk=company.custom["x_twin"]).name,
        "deals": sorted(
            Deal.objects.values_list("name", "stage__name", "pipeline__name", "customer__name", "owner__email")
        ),
        "people": sorted(Person.objects.values_list("name", "company__name", "owner__email", "deleted_at")),
        "grants": sorted(Grant.objects.values_list("role__name", "record_type", "action", "scope")),
        "members": sorted(MEMBERS.objects.values_list("role__name", "user__email")),
        "changes": Change.objects.filter(root="contacts_party").count(),
    }
    archive = written(admin, private=True)
    return emptied(ids_from=5000, settings_of_its_own=True), archive, told


def test_ids_may_be_taken_and_references_keep(elsewhere: tuple[Actor, bytes, dict[str, Any]]) -> None:
    importer, archive, told = elsewhere
    roles = Role.objects.count()

    result = read_archive(io.BytesIO(archive), actor=importer)

    assert (result.settings_taken, result.documents) == (True, 1)
    anna = User.objects.get(email="anna@demo.example")
    company = Company.objects.get(custom__x_keeper=anna.pk)
    assert company.pk > 5000
    assert (company.name, Company.objects.get(pk=company.custom["x_twin"]).name) == (told["name"], told["twin"])
    deals = Deal.objects.values_list("name", "stage__name", "pipeline__name", "customer__name", "owner__email")
    assert sorted(deals) == told["deals"]
    people = Person.objects.values_list("name", "company__name", "owner__email", "deleted_at")
    assert sorted(people) == told["people"]
    assert Role.objects.count() == roles
    assert sorted(Grant.objects.values_list("role__name", "record_type", "action", "scope")) == told["grants"]
    assert sorted(MEMBERS.objects.values_list("role__name", "user__email")) == told["members"]
    assert Preference.objects.get().user_id == anna.pk
    assert SavedView.objects.get(name="Hers").filter["all"][0]["value"] == anna.pk
    fair: Any = RecordList.objects.get(name="Fair")
    assert fair.pk > 5000
    assert (
        Company.objects.get(pk=Member.objects.values_list("record_id", flat=True).get(list=fair)).name == told["twin"]
    )
    assert SavedView.objects.get(name="At the fair").filter["value"] == fair.pk
    assert anna.pins[0]["view"] == f"list-{fair.pk}"
    note: Any = Note.objects.get(text="Between us")
    assert (note.author_id, note.record_id, note.shared_with.get().email) == (anna.pk, company.pk, "jan@demo.example")
    document: Any = Document.objects.get()
    assert (document.about_id, document.content.file.digest) == (company.pk, StoredFile.objects.get().digest)
    change: Any = Change.objects.get(source="contacts_party", record_id=company.pk, after__has_key="custom")
    assert change.after["custom"]["x_keeper"] == anna.pk
    assert not User.objects.get(email="jan@demo.example").has_usable_password()


def test_a_second_import_changes_nothing_and_undo_takes_back_what_is_not_in_use(
    elsewhere: tuple[Actor, bytes, dict[str, Any]],
) -> None:
    importer, archive, _told = elsewhere
    first = read_archive(io.BytesIO(archive), actor=importer)
    company = Company.objects.order_by("pk")[0]
    write.update(
        registry.get("companies"), company.pk, {"name": "Renamed since"}, actor=importer, version=company.version
    )
    before = everything()

    second = read_archive(io.BytesIO(archive), actor=importer)

    assert (second.operation_id, sum(second.created.values()), second.settings_taken) == (None, 0, False)
    assert everything() == before
    assert sum(second.unchanged.values()) == sum(first.created.values()) + sum(first.unchanged.values())
    result = undo(first.operation_id or 0, actor=importer)
    # What notes and comments hang on stays and is told, as with every undo.
    assert {(one.record_id, one.reason) for one in result.conflicts} == {
        (one.pk, "changed" if one.name == "Renamed since" else "used") for one in Company.objects.all()
    }
    assert (Deal.objects.count(), Person.objects.count()) == (0, 0)


def test_history_may_name_rows_that_are_gone_the_newest_ones_too(admin: Actor) -> None:
    deals = registry.get("deals")
    values = {"name": "Gone", "customer": Company.objects.latest("pk")}
    gone = write.create(deals, values, actor=admin)
    write.delete(deals, [gone.pk], actor=admin)
    write.erase(deals, [gone.pk], actor=admin)
    told = Change.objects.filter(root="sales_deal", root_id=gone.pk).count()
    assert told
    archive = written(admin)
    read_archive(io.BytesIO(archive), actor=emptied(ids_from=1000))
    kept = Change.objects.filter(root="sales_deal").exclude(root_id__in=Deal._base_manager.values("pk"))
    assert kept.filter(root_id__gte=1000).count() == told


def test_an_archive_brings_back_into_its_own_jantar_only_what_is_missing(admin: Actor) -> None:
    archive = written(admin, private=True)
    before = everything()
    notes, shares = Note.objects.count(), NoteShare.objects.count()
    Note.objects.all().delete()

    result = read_archive(io.BytesIO(archive), actor=admin)

    assert {name: number for name, number in result.created.items() if number} == {
        "timeline.note": notes,
        "timeline.noteshare": shares,
    }
    assert without_import(everything(), result.operation_id) == before


def test_private_notes_and_closed_folders_are_in_only_when_asked_for(admin: Actor) -> None:
    anna = actor_for(User.objects.get(email="anna@demo.example"))
    folder = write.create(registry.get("folders"), {"name": "Salaries", "access": Access.PRIVATE}, actor=anna)
    attach(io.BytesIO(b"Secret of Anna"), "salaries.txt", actor=anna, folder=folder)
    create_list(registry.get("companies"), "Whom to leave", actor=anna)

    def words(**options: Any) -> tuple[bytes, dict[str, int]]:
        archive = zipfile.ZipFile(io.BytesIO(written(admin, **options)))
        told = json.loads(archive.read("manifest.json"))
        return b"".join(archive.read(name) for name in archive.namelist()), told["left_out"]

    mine = Note.objects.visible_to(admin).count()
    open_part, left_out = words()
    whole, nothing = words(private=True)

    for secret in (b"Between us", b"Salaries", b"salaries.txt", b"Secret of Anna", b"Whom to leave"):
        assert (secret in open_part, secret in whole) == (False, True)
    assert {name: left_out[name] for name in ("timeline.note", "folders", "documents", "documents.content")} == {
        "timeline.note": Note.objects.count() - mine, "folders": 1, "documents": 1, "documents.content": 1,
    }  # fmt: skip
    assert nothing == {}
    archive = written(admin)
    importer = emptied()
    read_archive(io.BytesIO(archive), actor=importer)
    assert [document.name for document in Document.objects.all()] == ["offer.pdf"]


def test_what_belongs_to_a_module_that_is_switched_off_travels_too(admin: Actor) -> None:
    Workspace.objects.update(modules_off=["sales"])
    off = actor_for(User.objects.get(email="admin@demo.example"))
    assert not off.may("see", "deals")
    with_sales, without = (
        json.loads(zipfile.ZipFile(io.BytesIO(written(one))).read("manifest.json")) for one in (admin, off)
    )
    assert without["left_out"] == with_sales["left_out"]
    read_archive(io.BytesIO(written(off)), actor=emptied())
    assert Deal.objects.count() == SMALL["deals"]


def test_only_administrators_write_and_read_archives(admin: Actor) -> None:
    archive = written(admin)
    anna = actor_for(User.objects.get(email="anna@demo.example"))
    with pytest.raises(NotAllowed):
        written(anna)
    with pytest.raises(NotAllowed):
        read_archive(io.BytesIO(archive), actor=anna)


def test_amounts_in_another_base_currency_are_refused(admin: Actor) -> None:
    archive = written(admin)
    importer = emptied()
    Workspace.objects.create(base_currency="CZK")
    write.create(registry.get("companies"), {"name": "Here before"}, actor=importer)
    with pytest.raises(BadArchiveError, match="are in EUR, those here in CZK"):
        read_archive(io.BytesIO(archive), actor=importer)
    assert Company.objects.count() == 1


# Hostile and broken archives


def rewritten(archive: bytes, changes: dict[str, Any]) -> bytes:
    """The archive with other contents of some members; None leaves one out, a function changes the list of contents."""
    old, target = zipfile.ZipFile(io.BytesIO(archive)), io.BytesIO()
    with zipfile.ZipFile(target, "w", zipfile.ZIP_DEFLATED) as new:
        for info in old.infolist():
            content = changes.get(info.filename, old.read(info))
            if callable(content):
                content = json.dumps(content(json.loads(old.read(info))))
            if content is not None:
                new.writestr(info, content)
        for name in changes.keys() - set(old.namelist()):
            new.writestr(name, changes[name])
    return target.getvalue()


def listed(name: str, **values: Any) -> Any:
    def change(contents: dict[str, Any]) -> dict[str, Any]:
        contents |= values
        for file in contents["files"]:
            if file["name"] == name:
                file.update(values.get("file", {}))
        return contents

    return change


def changed_rows(archive: bytes, name: str, lines: bytes, **more: Any) -> bytes:
    """The archive with other rows of one type, and a list of contents that says so."""
    digest = hashlib.sha256(lines).hexdigest()
    file = {"size": len(lines), "digest": digest, "rows": lines.count(b"\n"), **more}
    path = f"{'tables' if '.' in name else 'records'}/{name}.jsonl"
    return rewritten(archive, {path: lines, "manifest.json": listed(name, file=file)})


def rows_in(archive: bytes, path: str) -> bytes:
    return zipfile.ZipFile(io.BytesIO(archive)).read(path)


def first_with(rows: bytes, **values: Any) -> bytes:
    """The rows with other values in the first one."""
    first, *rest = rows.splitlines(keepends=True)
    return json.dumps({**json.loads(first), **values}).encode() + b"\n" + b"".join(rest)


def test_hostile_and_broken_archives_are_refused_and_nothing_is_stored(admin: Actor, storage: Any) -> None:
    archive = written(admin)
    deals = rows_in(archive, "records/deals.jsonl")
    document = next(name for name in zipfile.ZipFile(io.BytesIO(archive)).namelist() if name.startswith("files/"))
    first, *rest = deals.splitlines(keepends=True)
    lost = json.dumps({**json.loads(first), "customer_id": 99_999_999}).encode() + b"\n"
    bomb = b"0" * 40_000_000
    wrong: dict[str, tuple[bytes, str]] = {
        "no zip": (b"PK nothing of the kind", "no archive of Jantar"),
        "cut off": (archive[: len(archive) // 2], "no archive of Jantar"),
        "no list": (rewritten(archive, {"manifest.json": None}), "no list of contents"),
        "list no JSON": (rewritten(archive, {"manifest.json": "{"}), "list of contents of this archive is damaged"),
        "list of something else": (rewritten(archive, {"manifest.json": "[[[]]]"}), "is damaged"),
        "newer": (rewritten(archive, {"manifest.json": listed("", version=2)}), "newer Jantar"),
        "missing": (rewritten(archive, {"records/deals.jsonl": None}), "records/deals.jsonl is missing"),
        "extra": (rewritten(archive, {"../../etc/passwd": "x"}), "not in its list: ../../etc/passwd"),
        "path out": (
            rewritten(archive, {"manifest.json": listed("deals", file={"path": "../deals.jsonl"})}), "is damaged"
        ),
        "sum": (rewritten(archive, {"records/deals.jsonl": deals.replace(b"1", b"2", 1)}), "records/deals.jsonl"),
        "document": (rewritten(archive, {document: b"%PDF-1.4 not much of ten"}), "is not what its list says"),
        "bomb": (changed_rows(archive, "deals", bomb), "records/deals.jsonl is not what"),
        "one long line": (changed_rows(archive, "deals", b"[" * 9_000_000 + b"\n"), "records/deals.jsonl, line 1"),
        "no row": (changed_rows(archive, "deals", b"17\n"), "line 1"),
        "other columns": (changed_rows(archive, "deals", b'{"id": 1, "x": 2}\n'), "line 1"),
        "twice": (changed_rows(archive, "deals", first + first), "line 2"),
        "id": (changed_rows(archive, "deals", deals, highest=1), "line "),
        "reference": (changed_rows(archive, "deals", lost + b"".join(rest)), "refused a row"),
        "column": (
            rewritten(archive, {"manifest.json": listed("deals", file={"columns": ["id", "is_hacked"]})}),
            "column that this Jantar does not know: deals.is_hacked",
        ),
    }  # fmt: skip
    companies = rows_in(archive, "records/companies.jsonl")
    for name, custom in {"no object": "x", "no amount": {"x_price": 5}, "no record": {"x_twin": {"id": "x"}}}.items():
        message = "companies.jsonl, line 1" if custom == "x" else "value of “"
        wrong[name] = (changed_rows(archive, "companies", first_with(companies, custom=custom)), message)
    for values, message in (({"rollup": "x"}, "line 1"), ({"kind": "nothing"}, "of a kind that this Jantar does not")):
        fields = first_with(rows_in(archive, "tables/fields.customfield.jsonl"), **values)
        wrong[str(values)] = (changed_rows(archive, "fields.customfield", fields), message)
    for number in ("rows", "highest", "size"):
        change = listed("deals", file={number: "5"})
        wrong[number] = (rewritten(archive, {"manifest.json": change}), "list of contents of this archive is damaged")
    importer = emptied()
    for path in storage.rglob("*"):
        if path.is_file():
            path.unlink()

    for name, (content, message) in wrong.items():
        with pytest.raises(BadArchiveError) as refusal:
            read_archive(io.BytesIO(content), actor=importer)
        assert message in str(refusal.value), name
        assert (Company.objects.count(), User.objects.count(), StoredFile.objects.count()) == (0, 1, 0), name
        assert [path for path in storage.rglob("*") if path.is_file()] == [], name


def ran(*words: object) -> argparse.Namespace:
    return build_parser().parse_args([*map(str, words)])


def test_the_command_line_tells_what_went_where(
    admin: Actor, tmp_path: Any, capsys: pytest.CaptureFixture[str]
) -> None:
    path = tmp_path / "company.zip"
    companies = Company.objects.count()
    archives.export_all(ran("export", "--all", path, "--private", "--user", "admin@demo.example"))
    told = json.loads(capsys.readouterr().out)
    assert (told["rows"]["companies"], told["documents"], told["left_out"]) == (companies, 1, {})
    assert [one.name for one in tmp_path.iterdir() if one.suffix == ".zip"] == ["company.zip"]
    emptied()

    archives.import_all(ran("import", "--all", path))
    told = json.loads(capsys.readouterr().out)
    assert (told["rows"]["companies"], told["documents"], told["settings_taken"]) == (companies, 1, True)
    archives.import_all(ran("import", "--all", path))
    assert json.loads(capsys.readouterr().out)["created"] == 0

    path.write_bytes(b"no archive")
    with pytest.raises(CommandError, match="no archive of Jantar"):
        archives.import_all(ran("import", "--all", path))
    with pytest.raises(CommandError, match="cannot be read"):
        archives.import_all(ran("import", "--all", tmp_path / "nothing.zip"))
    with pytest.raises(CommandError, match="cannot be written"):
        archives.export_all(ran("export", "--all", tmp_path / "nowhere" / "company.zip"))
    with pytest.raises(CommandError, match="Say which file to import"):
        import_.run(ran("import"))


def test_administrators_write_and_import_archives_in_the_settings(admin: Actor, client: Client) -> None:
    anna = User.objects.get(email="anna@demo.example")
    client.force_login(anna)
    assert client.get("/settings/archive/").status_code == 403
    assert client.post("/settings/archive/write/").status_code == 403
    client.force_login(User.objects.get(email="admin@demo.example"))
    assert "Write archive" in client.get("/settings/archive/").content.decode()

    assert client.post("/settings/archive/write/")["Location"] == "/jobs/"
    run_waiting_jobs()
    written_run: Any = JobRun.objects.get(kind="transfer.write_archive")
    assert written_run.state == "done", written_run.error
    answer = client.get(written_run.result["url"])
    archive = b"".join(answer.streaming_content)  # type: ignore[attr-defined]
    assert b"Between us" not in rows_in(archive, "tables/timeline.note.jsonl")

    Comment.objects.all().delete()
    file = SimpleUploadedFile("company.zip", archive)
    assert client.post("/settings/archive/", {"file": file})["Location"] == "/jobs/"
    run_waiting_jobs()
    read_run: Any = JobRun.objects.get(kind="transfer.read_archive")
    assert (read_run.state, read_run.result["created"]) == ("done", Comment.objects.count())

    refused = client.post("/settings/archive/", {"file": SimpleUploadedFile("x.zip", b"x")})
    assert refused.status_code == 422
    assert "This is no archive of Jantar" in refused.content.decode()
