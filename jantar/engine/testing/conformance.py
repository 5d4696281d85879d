"""What the engine owes to every record type, in its pages and beneath. Inherit from EngineConformance and provide the
fixture `record_type`.

What a declaration leaves out (no board, not imported) is skipped by the declaration, never by the name of the type.
"""

import csv
import io
import json
from datetime import timedelta
from typing import Any
from urllib.parse import urlencode

import pytest
from django.test import Client
from django.utils import timezone

from jantar.engine.documents.services import attach
from jantar.engine.duplicates.finding import find_like
from jantar.engine.duplicates.finding import values_of as traits_of
from jantar.engine.duplicates.scanning import scan_all
from jantar.engine.fields.base import Field
from jantar.engine.fields.references import Reference
from jantar.engine.following import reading
from jantar.engine.following.watching import watch_record
from jantar.engine.history.models import Change, Operation
from jantar.engine.pages.models import SavedView
from jantar.engine.permissions.actor import Actor, actor_for
from jantar.engine.permissions.models import Scope
from jantar.engine.quality.counting import report_of
from jantar.engine.quality.findings import Question
from jantar.engine.records import write
from jantar.engine.records.agenda import read_entries
from jantar.engine.records.grouping import groups_of, is_groupable, is_summable, totals_of
from jantar.engine.records.links import key_of
from jantar.engine.records.listing import Query, count_of, page_of
from jantar.engine.records.past import reading_as_of
from jantar.engine.records.record_type import RecordType
from jantar.engine.records.undo import undo
from jantar.engine.search.searching import search
from jantar.engine.testing.actors import make_user
from jantar.engine.testing.browserless import fields_of
from jantar.engine.testing.conformance_api import BOOKKEEPING, Conformance, changeable
from jantar.engine.testing.samples import sample_record, sample_values
from jantar.engine.timeline import services, stream
from jantar.engine.timeline.mentions import Mentions
from jantar.engine.transfer.exporting import Export, export_chunks
from jantar.engine.transfer.services import start_import
from jantar.engine.webhooks.models import Delivery, Event
from jantar.engine.webhooks.services import add_webhook
from jantar.platform.accounts.models import User
from jantar.platform.jobs.running import run_waiting_jobs


class EngineConformance(Conformance):
    @pytest.fixture(autouse=True)
    def _storage(self, settings: Any, tmp_path: Any) -> None:
        location = {"BACKEND": "django.core.files.storage.FileSystemStorage", "OPTIONS": {"location": tmp_path}}
        settings.STORAGES = {**settings.STORAGES, "default": location}

    @pytest.fixture
    def eva(self) -> User:
        return make_user("Eva", scope=Scope.ALL)

    @pytest.fixture
    def client(self, admin: User) -> Client:
        client = Client(headers={"HX-Request": "true"})
        client.force_login(admin)
        return client

    def test_a_change_can_be_filtered_for(self, record_type: RecordType, actor: Actor) -> None:
        touched, still = sample_record(record_type, actor), sample_record(record_type, actor, 2)
        Change.objects.update(at=timezone.now() - timedelta(days=30))
        name = retitle(record_type, touched, actor)
        for fields, expected in (([], [touched.pk]), ([name], [touched.pk]), (["owner"], [])):
            tree = {"changed": {"since": "today", **({"fields": fields} if fields else {})}}
            assert [row.pk for row in page_of(Query(record_type, actor, filter=tree)).rows] == expected, fields
        assert still.version == 1

    def test_groups_and_sums_add_up(self, record_type: RecordType, actor: Actor) -> None:
        for number in range(1, 4):
            sample_record(record_type, actor, number)
        fields = record_type.fields(actor)
        summed = [one for one in fields.values() if is_summable(one)]
        query = Query(record_type, actor)
        totals = totals_of(query, summed)
        for one in (one for one in fields.values() if is_groupable(one)):
            groups, more = groups_of(query, one, summed)
            if one.kind not in ("tags", "multi_choice") and not more:
                assert sum(group.count for group in groups) == 3, one.name
                for name in totals:
                    assert sum(group.sums[name] or 0 for group in groups) == (totals[name] or 0), (one.name, name)

    def test_the_list_shows_its_groups_and_foot(self, record_type: RecordType, actor: Actor, client: Client) -> None:
        record = sample_record(record_type, actor)
        assert f'data-key="{record.pk}"' in text_of(client.get(f"/{record_type.name}/?view=all"))
        assert client.get(f"/{record_type.name}/sums/").status_code == 200
        for one in (one for one in record_type.fields(actor).values() if is_groupable(one)):
            assert client.get(f"/{record_type.name}/?{urlencode({'by': one.name})}").status_code == 200, one.name

    def test_a_saved_view_opens_what_it_kept_and_columns_keep_their_widths(
        self, record_type: RecordType, actor: Actor, client: Client
    ) -> None:
        sample_record(record_type, actor)
        state = urlencode({"filter": json.dumps({"field": "owner", "op": "empty"}), "sort": f"-{record_type.title}"})
        client.post(f"/{record_type.name}/views/new/", {"state": state, "name": "Nobody's", "audience": "private"})
        view = SavedView.objects.get(name="Nobody's")
        shown = text_of(client.get(f"/{record_type.name}/?view={view.pk}"))
        assert 'data-key="' not in shown
        widths = {"state": "view=all", f"width-{record_type.title}": "300"}
        assert client.post(f"/{record_type.name}/columns/widths/", widths).status_code == 204
        listed = f"/{record_type.name}/?view=all&columns={record_type.title}"
        assert f'<col data-column="{record_type.title}" width="300">' in text_of(client.get(listed))

    def test_a_record_stands_beside_its_list(self, record_type: RecordType, actor: Actor, client: Client) -> None:
        record = sample_record(record_type, actor)
        page = text_of(client.get(f"/{record_type.name}/?beside={record.pk}"))
        assert f'data-split-key-value="{record.pk}"' in page
        pane = text_of(client.get(f"/{record_type.name}/{record.pk}/?pane"))
        assert 'id="record-facts"' in pane
        assert "<html" not in pane

    def test_many_are_edited_assigned_and_deleted_at_once_and_put_back(
        self, record_type: RecordType, actor: Actor, client: Client, eva: User
    ) -> None:
        pks = [sample_record(record_type, actor, number).pk for number in (1, 2)]
        before = rows_of(record_type)
        body = {"state": "", "selected": pks, "run": "1"}
        for address, more in (("edit", {"field": "owner", "value": str(eva.pk)}), ("delete", {})):
            answer = client.post(f"/{record_type.name}/bulk/{address}/", {**body, **more})
            assert answer.status_code == 204, text_of(answer)
            assert rows_of(record_type) != before
            client.post(json.loads(answer["HX-Trigger"])["toast:show"]["actionUrl"])
            assert rows_of(record_type) == before, address

    def test_the_past_is_read_and_an_edit_undone_and_done_again(self, record_type: RecordType, actor: Actor) -> None:
        record = sample_record(record_type, actor)
        before = rows_of(record_type)
        first = timezone.now()
        name = retitle(record_type, record, actor)
        after, operation = rows_of(record_type), Operation.objects.latest("pk")
        with reading_as_of(actor, first) as then:
            [old] = record_type.visible_to(then)
            assert getattr(old, name) == getattr(record, name)
        undone = undo(operation.pk, actor=actor)
        assert (undone.conflicts, rows_of(record_type)) == ([], before)
        undo(undone.operation_id, actor=actor)
        assert rows_of(record_type) == after

    def test_history_and_timeline_tell_of_a_change(
        self, record_type: RecordType, actor: Actor, client: Client, eva: User
    ) -> None:
        record = sample_record(record_type, actor)
        retitle(record_type, record, actor)
        assert "<ins>" in text_of(client.get(f"/{record_type.name}/{record.pk}/history/"))
        services.add_comment(record, text="xqvcomment", actor=actor_for(eva))
        services.add_note(record, text="xqvnote", actor=actor_for(eva))
        assert {"comment", "created"} <= {one.entry.kind for one in stream.page(record, actor).entries}
        told = text_of(client.get(f"/{record_type.name}/{record.pk}/timeline/"))
        assert "xqvcomment" in told
        assert "xqvnote" not in told

    def test_who_watches_or_is_named_is_told(self, record_type: RecordType, actor: Actor, eva: User) -> None:
        record, watcher = sample_record(record_type, actor), actor_for(eva)
        named = make_user("Jan", scope=Scope.ALL)
        watch_record(key_of(record), actor=watcher)
        retitle(record_type, record, actor)
        services.add_comment(record, text="@Jan", actor=actor, mentions=Mentions(users=frozenset({named.pk})))
        assert (reading.unread(watcher), reading.unread(actor_for(named)), reading.unread(actor)) == (2, 1, 0)

    def test_files_hang_on_it_unless_it_is_a_file(self, record_type: RecordType, actor: Actor, client: Client) -> None:
        if record_type.within is not None:
            pytest.skip("takes its rights from what it hangs on, so nothing hangs on it")
        record = sample_record(record_type, actor)
        document = attach(io.BytesIO(b"Hello"), "offer.txt", actor=actor, about=key_of(record))
        assert "offer.txt" in text_of(client.get(f"/{record_type.name}/{record.pk}/related/documents/"))
        write.delete(record_type, [record.pk], actor=actor)
        assert client.get(f"/documents/{document.pk}/").status_code == 404

    def test_it_is_found_by_its_title_and_no_longer_when_it_is_gone(
        self, record_type: RecordType, actor: Actor
    ) -> None:
        record = sample_record(record_type, actor)
        words = str(record)
        assert (record_type.name, record.pk) in hits(words, actor)
        write.delete(record_type, [record.pk], actor=actor)
        assert (record_type.name, record.pk) not in hits(words, actor)

    def test_it_is_exported_as_it_is_counted(self, record_type: RecordType, actor: Actor) -> None:
        for number in range(1, 4):
            sample_record(record_type, actor, number, references=True)
        query = Query(record_type, actor, columns=tuple(record_type.fields(actor)))
        for form in ("csv", "xlsx"):
            content = b"".join(export_chunks(Export(query, form)))
            assert content
            if form == "csv":
                rows = list(csv.reader(io.StringIO(content.decode("utf-8-sig")), delimiter=Export(query).delimiter))
                assert len(rows) == 1 + count_of(query)[0]

    def test_what_it_refers_to_stands_in_exports_by_name(self, record_type: RecordType, actor: Actor) -> None:
        record = sample_record(record_type, actor, references=True)
        record.refresh_from_db()
        names = {name: one for name, one in record_type.fields(actor).items() if isinstance(one, Reference)}
        this = {"field": "id", "op": "is", "value": record.pk}
        query = Query(record_type, actor, columns=("id", *names), filter=this)
        for for_people in (True, False):
            export = Export(query, for_people=for_people)
            content = b"".join(export_chunks(export)).decode("utf-8-sig")
            _header, cells = csv.reader(io.StringIO(content), delimiter=export.delimiter)
            assert cells[len(cells) - len(names) :] == [one.text(one.read(record)) for one in names.values()]

    def test_what_was_exported_comes_in_again_as_it_was(self, record_type: RecordType, actor: Actor) -> None:
        if not record_type.importable:
            pytest.skip("is not imported")
        for number in range(1, 4):
            sample_record(record_type, actor, number)
        names = tuple(name for name, field in record_type.fields(actor).items() if not field.read_only)
        query = Query(record_type, actor, columns=names, sort=record_type.title)
        went_out, (number, _exact) = b"".join(export_chunks(Export(query))), count_of(query)
        pks = list(record_type.visible_to(actor).values_list("pk", flat=True))
        write.delete(record_type, pks, actor=actor)
        write.erase(record_type, pks, actor=actor)
        run = start_import(io.BytesIO(went_out), "out.csv", record_type.name, actor=actor, match=[])
        run_waiting_jobs()
        run.refresh_from_db()
        assert (run.state, run.counts and run.counts["created"]) == ("done", number)
        came_back = b"".join(export_chunks(Export(query)))
        assert came_back == went_out

    def test_a_webhook_tells_what_happens(self, record_type: RecordType, actor: Actor) -> None:
        hook = {
            "name": "All",
            "url": "https://jantar.example/",
            "events": Event.values,
            "record_type": record_type.name,
        }
        add_webhook(hook, actor=actor)
        record = sample_record(record_type, actor)
        retitle(record_type, record, actor)
        write.delete(record_type, [record.pk], actor=actor)
        write.restore(record_type, [record.pk], actor=actor)
        told = [one.type.rpartition(".")[2] for one in Delivery.objects.order_by("pk") if record.pk in one.ids]
        assert told == ["created", "changed", "deleted", "restored"]

    def test_its_quality_is_counted(self, record_type: RecordType, actor: Actor) -> None:
        sample_record(record_type, actor)
        for one in report_of(record_type, actor, Question()).counted:
            assert one.number in (0, 1), one.finding.key

    def test_what_is_there_twice_is_found(self, record_type: RecordType, actor: Actor) -> None:
        if record_type.duplicates is None:
            pytest.skip("declares no duplicates")
        one, two = sample_record(record_type, actor), sample_record(record_type, actor)
        assert {hit.record.pk for hit in find_like(record_type, traits_of(record_type, one), actor)} >= {two.pk}
        assert scan_all(record_type, lambda done: None) >= 1

    def test_it_stands_in_the_calendar_where_it_is_declared(
        self, record_type: RecordType, actor: Actor, client: Client
    ) -> None:
        if record_type.calendar is None:
            pytest.skip("declares no calendar")
        record = sample_record(record_type, actor)
        now = timezone.now()
        span = now - timedelta(days=3650), now + timedelta(days=3650)
        entries, more = read_entries(record_type, actor, [actor.user_id or 0], *span)
        assert ([entry.pk for entry in entries], more) == ([record.pk], False)
        assert client.get("/calendar/").status_code == 200

    def test_the_form_gives_back_what_was_typed(self, record_type: RecordType, actor: Actor, client: Client) -> None:
        record = sample_record(record_type, actor)
        name = changeable(record_type, actor)
        form = fields_of(text_of(client.get(f"/{record_type.name}/{record.pk}/edit/")))
        typed = {**form, name: "xqv typed", "owner": "999999"}
        refused = client.post(f"/{record_type.name}/{record.pk}/edit/", typed)
        assert refused.status_code == 422
        assert "xqv typed" in text_of(refused)
        record.refresh_from_db()
        assert record.version == 1


def retitle(record_type: RecordType, record: Any, actor: Actor) -> str:
    """Changes a text of the record; gives the name of the field."""
    name = changeable(record_type, actor)
    field: Field = record_type.fields(actor)[name]
    value = field.load(sample_values(record_type, actor, 99)[name])
    write.update(record_type, record.pk, {name: value}, actor=actor)
    return name


def rows_of(record_type: RecordType) -> list[dict[str, Any]]:
    """All stored values of all records of the type, but for when and how often they were touched."""
    rows = record_type.model._base_manager.order_by("pk").values()
    return [{name: value for name, value in row.items() if name not in BOOKKEEPING} for row in rows]


def hits(words: str, actor: Actor) -> set[tuple[str, int]]:
    return {(hit.type, hit.record_id) for group in search(words, actor) for hit in group.hits}


def text_of(answer: Any) -> str:
    return str(answer.content.decode())
