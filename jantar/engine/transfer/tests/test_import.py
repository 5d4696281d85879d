"""Importing into the library of the engine tests: what goes in, what does not, and why."""

import io
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal

import pytest
from django.core.files.storage import default_storage
from django.db import connection, transaction
from django.test.utils import CaptureQueriesContext

from jantar.engine.fields.errors import Invalid
from jantar.engine.fields.models import CustomField
from jantar.engine.history.models import Change
from jantar.engine.permissions.actor import actor_for
from jantar.engine.permissions.models import Action, Scope
from jantar.engine.records import write
from jantar.engine.records.errors import NotAllowed, NotFound
from jantar.engine.records.registry import registry
from jantar.engine.records.undo import NotUndoable, undo
from jantar.engine.testing.actors import grant, make_actor, make_user
from jantar.engine.testing.fake.models import Book, Copy, Shelf
from jantar.engine.timeline.models import Entry
from jantar.engine.transfer import jobs, services
from jantar.engine.transfer.models import ImportRun, RefusedRow, State
from jantar.engine.transfer.plan import Plan
from jantar.engine.transfer.tests.runs import counts, imported, refused, sheet, taken_out
from jantar.kit.money import Money
from jantar.platform.files.models import StoredFile
from jantar.platform.files.services import delete_expired
from jantar.platform.jobs.models import JobRun
from jantar.platform.jobs.models import State as JobState
from jantar.platform.jobs.running import Run, run_waiting_jobs

pytestmark = [pytest.mark.django_db, pytest.mark.capability("N19")]

BOOKS = """Title;Shelf;Genre;Price;Published;Weight;Labels;Lent;Reading time;E-mail of the author;Country
Babička;Klasika;novel;1 250,50 Kč;3.1.1855;0,450;"česká; povinná";ano;2:30;bozena@nemcova.example;Česko
Pan Tadeusz;Klasika;Poetry;12,00;28.6.1834;0,5;polska;ne;90;adam@mickiewicz.example;PL
"""


def titles() -> list[str]:
    return list(Book.objects.order_by("title").values_list("title", flat=True))


def test_every_kind_of_value_is_read_under_the_conventions_of_the_sheet(admin):
    run = imported(sheet(BOOKS, "cp1250"), "books", admin, create_missing=["shelf"], currency="EUR")
    assert (run.state, counts(run), run.counts["references"]) == (State.DONE, {"created": 2}, {"shelf": 1})
    book = Book.objects.select_related("shelf").get(title="Babička")
    assert str(book.shelf) == "Klasika"
    assert book.price == Money(Decimal("1250.50"), "CZK")
    assert (book.genre, book.published_on, book.weight) == ("novel", date(1855, 1, 3), Decimal("0.450"))
    assert (book.labels, book.lent, book.reading_time, book.country) == (["česká", "povinná"], True, 150, "CZ")
    assert Book.objects.get(title="Pan Tadeusz").price == Money(Decimal(12), "EUR")
    assert Book.objects.get(title="Pan Tadeusz").genre == "poetry"


def test_the_second_run_of_the_same_file_changes_nothing(admin):
    imported(BOOKS, "books", admin, create_missing=["shelf"])
    before = Change.objects.count()
    run = imported(BOOKS, "books", admin, create_missing=["shelf"])
    assert counts(run) == {"unchanged": 2}
    assert Change.objects.count() == before


def test_existing_records_are_changed_where_the_file_says_something_else(admin):
    imported(BOOKS, "books", admin, create_missing=["shelf"])
    run = imported("Title,Genre,Country\nBABICKA,,SK\nPan Tadeusz,novel,PL\nNový,law,\n", "books", admin)
    assert counts(run) == {"created": 1, "updated": 2}
    assert Book.objects.get(title="BABICKA").genre == "novel"
    assert list(Book.objects.order_by("pk").values_list("country", flat=True)) == ["SK", "PL", ""]


@pytest.mark.parametrize(
    ("mode", "expected", "number"),
    [
        ("update", {"created": 1, "updated": 1}, 3),
        ("skip", {"created": 1, "skipped": 1}, 3),
        ("create", {"created": 2}, 4),
        ("only_update", {"updated": 1, "errors": 1}, 2),
    ],
)
def test_what_happens_to_known_records_can_be_chosen(admin, mode, expected, number):
    imported(BOOKS, "books", admin, create_missing=["shelf"])
    run = imported("Title,Country\nBabička,SK\nNový,SK\n", "books", admin, mode=mode)
    assert (counts(run), Book.objects.count()) == (expected, number)


def test_an_empty_cell_leaves_a_value_alone_unless_asked_to_clear_it(admin):
    imported(BOOKS, "books", admin, create_missing=["shelf"])
    imported("Title,Genre\nBabička,\n", "books", admin)
    assert Book.objects.get(title="Babička").genre == "novel"
    imported("Title,Genre\nBabička,\n", "books", admin, clear_empty=True)
    assert Book.objects.get(title="Babička").genre == ""


def test_wrong_rows_are_refused_with_the_reason_and_the_rest_goes_in(admin):
    content = (
        "Title,Pages,Published,Genre,Shelf,E-mail of the author\n"
        "Good,120,2020-02-29,novel,,a@b.example\n"
        "Wrong pages,many,2020-02-29,novel,,\n"
        "Wrong day,1,2021-02-29,novel,,\n"
        ",1,2020-02-29,novel,,\n"
        f"{'x' * 201},1,,,,\n"
        f"{'y' * 200},1,,,,\n"
        "Wrong genre,1,,crime,,\n"
        "No shelf,1,,,Nowhere,\n"
        "Wrong mail,1,,,,nobody\n"
        "Good,7,,,,\n"
        "forbidden,7,,,,\n"
    )
    run = imported(content, "books", admin)
    assert counts(run) == {"created": 2, "errors": 9}
    assert titles() == ["Good", "y" * 200]
    assert refused(run) == [
        (3, "Pages: “many” is not a number."),
        (4, "Published: “2021-02-29” is not in the calendar. Check the day and the month."),
        (5, "Title: This field is required."),
        (6, "Title: At most 200 characters fit here; this has 201."),
        (8, "Genre: “crime” is not one of the listed values."),
        (9, "Shelf: There is no “Nowhere”."),
        (10, "E-mail of the author: “nobody” is not an e-mail address."),
        (11, "Row 2 has the same value in “title”."),
        (12, "Title: This title is forbidden."),
    ]


def test_a_row_with_broken_encoding_is_refused_and_named(admin):
    content = "Title,Country\nDobrý,CZ\n".encode() + b"Vadn\xfd,CZ\nP\xc5\x99esn\xc3\xbd,CZ\n"
    run = imported(content, "books", admin, encoding="utf-8")
    assert (counts(run), titles()) == ({"created": 2, "errors": 1}, ["Dobrý", "Přesný"])
    assert refused(run) == [(3, "This row holds characters that could not be read.")]


def test_a_file_without_a_required_column_refuses_every_row(admin):
    run = imported("Country,Pages\nCZ,1\nPL,2\n", "books", admin)
    assert counts(run) == {"errors": 2}
    assert [reason for _number, reason in refused(run)] == ["Title: This field is required."] * 2


def test_a_unique_value_taken_in_the_database_or_the_file_is_refused(admin):
    write.create(registry.get("shelves"), {"name": "A"}, actor=admin)
    run = imported("Name,City\nA,x\nB,x\nB,y\n", "shelves", admin, mode="create")
    assert (counts(run), Shelf.objects.count()) == ({"created": 1, "errors": 2}, 2)
    assert refused(run)[0] == (2, "Name: Another record already has this value.")


def test_refused_rows_can_be_corrected_and_imported_again(admin):
    run = imported("Foo,Pages\nOne,1\nTwo,zwei\n", "books", admin, mapping={"Foo": "title", "Pages": "pages"})
    error_file = b"".join(services.error_file(run))
    head, row = error_file.decode("utf-8-sig").splitlines()
    assert head == "Foo,Pages,Why refused,Row"
    assert row == "Two,zwei,Pages: “zwei” is not a number.,3"
    again = imported(error_file.replace(b",zwei,", b",2,"), "books", admin)
    assert (counts(again), titles()) == ({"created": 1}, ["One", "Two"])


def test_constants_fill_new_records_only(admin):
    write.create(registry.get("books"), {"title": "Old", "country": "PL"}, actor=admin)
    anna = make_user("Anna")
    run = imported(
        "Title,Genre\nOld,law\nNew,law\n", "books", admin, constants={"country": "Česko", "owner": anna.email}
    )
    assert counts(run) == {"created": 1, "updated": 1}
    assert list(Book.objects.order_by("pk").values_list("country", "owner")) == [("PL", admin.user_id), ("CZ", anna.pk)]
    with pytest.raises(Invalid) as refusal:
        imported("Title\nOther\n", "books", admin, constants={"owner": "nobody@x.example"})
    assert refusal.value.errors == {"constants.owner": ["There is no “nobody@x.example”."]}


def test_custom_fields_are_imported(admin):
    CustomField.objects.create(record_type="books", key="x_isbn", label="ISBN", kind="text")
    CustomField.objects.create(record_type="books", key="x_first", label="First print", kind="date")
    actor = actor_for(make_user("Boss", admin=True))
    run = imported("Title;ISBN;First print\nA;80-123;24.12.1999\n", "books", actor)
    assert (counts(run), Book.objects.get().custom) == ({"created": 1}, {"x_isbn": "80-123", "x_first": "1999-12-24"})
    assert counts(imported("Title;ISBN;First print\nA;80-123;24.12.1999\n", "books", actor)) == {"unchanged": 1}


def test_columns_of_parts_become_rows_of_the_record_once(admin):
    mapping = {"Title": "title", "Copy": "copies:.number", "Other copy": "copies:.number"}
    content = "Title,Copy,Other copy\nA,1,2\nB,1,\n"
    assert counts(imported(content, "books", admin, mapping=mapping)) == {"created": 2}
    assert counts(imported(content, "books", admin, mapping=mapping)) == {"unchanged": 2}
    assert counts(
        imported("Title,Copy\nA,3\n", "books", admin, mapping={"Title": "title", "Copy": "copies:.number"})
    ) == {"updated": 1}
    rows = Copy.objects.order_by("book__title", "number").values_list("book__title", "number", "is_main")
    assert list(rows) == [("A", "1", True), ("A", "2", False), ("A", "3", False), ("B", "1", True)]


def test_records_are_made_only_for_rows_that_go_in(admin):
    content = "Title,Shelf,Pages\nA,Used,1\nforbidden,Unused,1\nB,Used,2\n"
    tried = imported(content, "books", admin, create_missing=["shelf"], dry_run=True)
    run = imported(content, "books", admin, create_missing=["shelf"])
    for one in (tried.forecast, run.counts):
        assert (one["references"], one["created"], one["errors"]) == ({"shelf": 1}, 2, 1)
    assert [shelf.name for shelf in Shelf.objects.all()] == ["Used"]


def test_undo_takes_exactly_the_import_out(admin):
    old = write.create(registry.get("books"), {"title": "Old", "country": "PL"}, actor=admin)
    run = imported(
        "Title,Country,Shelf\nOld,CZ,New shelf\nNew,CZ,New shelf\n", "books", admin, create_missing=["shelf"]
    )
    assert counts(run) == {"created": 1, "updated": 1}
    result = taken_out(run, admin)
    old.refresh_from_db()
    assert (result.undone, result.conflicts, titles(), old.country, old.shelf) == (3, [], ["Old"], "PL", None)
    assert Shelf.objects.count() == 0


def test_a_dry_run_counts_everything_and_stores_nothing(admin):
    run = imported(BOOKS + "Bad;;crime;;;;;;;;\n", "books", admin, create_missing=["shelf"], dry_run=True)
    assert (run.state, counts(run), run.forecast["references"]) == (
        State.CHECKED, {"created": 2, "errors": 1}, {"shelf": 1},
    )  # fmt: skip
    assert (Book.objects.count(), Shelf.objects.count(), run.operation_id) == (0, 0, None)
    assert refused(run) == [(4, "Genre: “crime” is not one of the listed values.")]
    services.run_import(run, actor=admin)
    run_waiting_jobs()
    assert counts(services.find_import(run.pk, actor=admin)) == {"created": 2, "errors": 1}


def test_the_mapping_of_a_layout_is_remembered(admin):
    mapping = {"Foo": "title", "Bar": "country"}
    imported("Foo,Bar\nA,CZ\n", "books", admin, mapping=mapping, mode="skip")
    run = services.upload(registry.get("books"), io.BytesIO(b"Foo,Bar\nB,PL\n"), "next.csv", actor=admin)
    assert (run.plan["mapping"], run.plan["mode"]) == (["title", "country"], "skip")


def test_a_matched_record_outside_of_the_rights_is_not_changed(admin):
    write.create(registry.get("books"), {"title": "Foreign", "country": "PL"}, actor=admin)
    user = make_user("Seller")
    grant(user, {Action.SEE: Scope.ALL, Action.CREATE: Scope.ALL, Action.IMPORT: Scope.ALL, Action.EDIT: Scope.OWN})
    run = imported("Title,Country\nForeign,CZ\nOwn,CZ\n", "books", actor_for(user))
    assert counts(run) == {"created": 1, "errors": 1}
    assert refused(run) == [(2, "You may see this record but not change it.")]
    assert Book.objects.get(title="Foreign").country == "PL"


def test_a_new_record_that_would_be_outside_of_the_rights_is_refused(admin):
    other = make_user("Other")
    user = make_user("Seller", scope=Scope.OWN)
    grant(user, {Action.SEE: Scope.ALL})
    run = imported(f"Title,Owner\nMine,\nTheirs,{other.email}\n", "books", actor_for(user))
    assert (counts(run), titles()) == ({"created": 1, "errors": 1}, ["Mine"])


def test_importing_takes_the_right_to_import(admin):
    user = make_user("Reader")
    grant(user, {Action.SEE: Scope.ALL, Action.CREATE: Scope.ALL})
    with pytest.raises(NotAllowed):
        imported("Title\nA\n", "books", actor_for(user))
    assert ImportRun.objects.count() == 0
    run = imported("Title\nA\n", "books", admin)
    with pytest.raises(NotFound):
        services.find_import(run.pk, actor=make_actor("Stranger", scope=Scope.ALL))


@pytest.mark.parametrize(
    ("wrong", "place"),
    [
        ({"mapping": {"Title": "nonsense"}}, "mapping"),
        ({"mapping": {"Nothing": "title"}}, "mapping"),
        ({"mapping": {"Title": "title", "Name": "title"}}, "mapping"),
        ({"mapping": {}}, "mapping"),
        ({"match": ["nonsense"]}, "match"),
        ({"mode": "guess"}, "mode"),
        ({"nonsense": 1}, "nonsense"),
    ],
)
def test_a_plan_that_cannot_be_followed_is_refused(admin, wrong, place):
    with pytest.raises(Invalid) as refusal:
        imported("Title,Name\nA,B\n", "books", admin, **wrong)
    assert (list(refusal.value.errors), ImportRun.objects.count()) == ([place], 0)


def test_a_file_that_is_no_sheet_is_refused(admin):
    with pytest.raises(Invalid) as refusal:
        imported(b"%PDF-1.7 nothing to see", "books", admin)
    assert refusal.value.errors == {"file": ["This is a PDF file. Save the table as CSV or XLSX."]}


def test_of_two_colleagues_with_one_name_none_is_taken(admin):
    first, second = make_user("Jan"), make_user("Jan.Novak")
    second.full_name = first.full_name
    second.save()
    run = imported("Title,Owner\nA,Jan\nB,jan.novak@jantar.example\n", "books", admin)
    assert refused(run) == [(2, "Owner: “Jan” is the name of several records.")]
    assert [(book.title, book.owner_id) for book in Book.objects.all()] == [("B", second.pk)]


def test_two_records_that_fit_make_a_row_ambiguous(admin):
    for _number in range(2):
        write.create(registry.get("books"), {"title": "Twin"}, actor=admin)
    run = imported("Title,Country\ntwin,CZ\n", "books", admin)
    assert refused(run) == [(2, "2 records have this value in “title”; it is not clear which is meant.")]


def test_a_run_whose_worker_died_goes_on_where_it_was(admin, monkeypatch):
    monkeypatch.setattr(jobs, "CHUNK", 3)
    content = "Title,Pages\n" + "".join(f"Book {number},{number}\n" for number in range(8)) + "Book 1,77\nBook 9,x\n"
    run = services.start_import(io.BytesIO(content.encode()), "f.csv", "books", actor=admin)
    noted = jobs._note

    def die(*arguments, **keywords):
        noted(*arguments, **keywords)
        if arguments[3] > 3:
            raise KeyboardInterrupt

    monkeypatch.setattr(jobs, "_note", die)
    assert run.job
    row = JobRun.objects.get(pk=run.job.pk)
    JobRun.objects.filter(pk=row.pk).update(state=JobState.RUNNING)
    with pytest.raises(KeyboardInterrupt), transaction.atomic():
        jobs.import_rows(run.pk, run=Run(row, aside=False))
    JobRun.objects.filter(pk=row.pk).update(state=JobState.WAITING)  # as a living worker puts it back
    monkeypatch.setattr(jobs, "_note", noted)
    run.refresh_from_db()
    # The first chunk is kept; what the dead worker did after it is not. (Here the test's transaction stands for both.)
    run_waiting_jobs()
    run = services.find_import(run.pk, actor=admin)
    assert (run.state, counts(run), Book.objects.count()) == (State.DONE, {"created": 8, "errors": 2}, 8)
    assert refused(run) == [(10, "Row 3 has the same value in “title”."), (11, "Pages: “x” is not a number.")]
    assert taken_out(run, admin).undone == 8


def test_an_import_can_be_cancelled_between_chunks(admin, monkeypatch):
    monkeypatch.setattr(jobs, "CHUNK", 2)
    noted = jobs._note

    def cancel(run, importer, outcomes, done, *, store):
        noted(run, importer, outcomes, done, store=store)
        if done == 4:
            JobRun.objects.filter(pk=run.job.pk).update(cancel_requested=True)

    monkeypatch.setattr(jobs, "_note", cancel)
    run = imported("Title\n" + "".join(f"B{number}\n" for number in range(9)), "books", admin)
    assert (run.state, counts(run), run.done_rows, Book.objects.count()) == (State.CANCELLED, {"created": 4}, 4, 4)
    assert taken_out(run, admin).undone == 4


def test_an_import_that_was_undone_meanwhile_stops(admin, monkeypatch):
    monkeypatch.setattr(jobs, "CHUNK", 2)
    noted = jobs._note

    def undone(run, importer, outcomes, done, *, store):
        noted(run, importer, outcomes, done, store=store)
        if done == 2:
            to_undo.append(run.operation_id)

    to_undo: list[int] = []
    monkeypatch.setattr(jobs, "_note", undone)
    stepped = Run.step

    def step(self, **keywords):
        if to_undo:
            undo(to_undo.pop(), actor=admin)
        return stepped(self, **keywords)

    monkeypatch.setattr(Run, "step", step)
    run = imported("Title\n" + "".join(f"B{number}\n" for number in range(9)), "books", admin)
    assert (run.state, Book.objects.count()) == (State.CANCELLED, 0)
    with pytest.raises(NotUndoable):
        taken_out(run, admin)


def test_an_import_of_somebody_who_was_shut_out_does_not_run(admin):
    user = make_user("Leaver", admin=True)
    run = services.start_import(io.BytesIO(b"Title\nA\n"), "f.csv", "books", actor=actor_for(user))
    user.is_active = False
    user.save()
    run_waiting_jobs()
    run = services.find_import(run.pk, actor=admin)
    assert (run.state, Book.objects.count()) == (State.FAILED, 0)
    assert (
        services.import_state(run.pk, actor=admin)["error"] == "Whoever started this import may no longer use Jantar."
    )


def test_statements_of_a_batch_do_not_depend_on_its_rows(admin):
    numbers = []
    for size in (1, 2, 200):  # the first also remembers the layout
        content = "Title,Shelf,Pages\n" + "".join(
            f"{size} {number},S{size}-{number},{number}\n" for number in range(size)
        )
        run = services.start_import(
            io.BytesIO(content.encode()), "f.csv", "books", actor=admin, create_missing=["shelf"]
        )
        with CaptureQueriesContext(connection) as queries:
            run_waiting_jobs()
        assert counts(services.find_import(run.pk, actor=admin)) == {"created": size}
        numbers.append(len(queries))
    assert numbers[1] == numbers[2]


def test_signs_that_only_look_like_numbers_are_refused_with_their_rows(admin):
    mapping = {"id": "id", "Title": "title", "Reading time": "reading_time"}
    run = imported("id,Title,Reading time\n²,A,\n,B,²:30\n,C,1:30\n", "books", admin, mapping=mapping, match=["id"])
    assert refused(run) == [
        (2, "ID: The id of a record is expected."),
        (3, "Reading time: “²:30” is not a number."),
    ]
    assert list(Book.objects.values_list("title", "reading_time")) == [("C", 90)]


def test_moments_are_read_in_the_time_zone_of_the_user(admin):
    user = make_user("Eva", admin=True)
    user.time_zone = "Europe/Warsaw"
    user.save()
    imported("Title,Lent at\nA,1.7.2025 9:30\nB,2025-07-01T09:30:00Z\n", "books", actor_for(user))
    moments = Book.objects.order_by("title").values_list("lent_at", flat=True)
    assert list(moments) == [datetime(2025, 7, 1, 7, 30, tzinfo=UTC), datetime(2025, 7, 1, 9, 30, tzinfo=UTC)]


@pytest.mark.capability("N7")
def test_100_000_rows_with_500_errors(admin):
    rows = [f"Shelf {number};{'x' if number % 200 == 7 else number};Brno" for number in range(100_000)]
    run = imported("Name;Capacity;City\n" + "\n".join(rows), "shelves", admin)
    assert counts(run) == {"created": 99_500, "errors": 500}
    assert RefusedRow.objects.filter(run=run).count() == 500
    assert refused(run)[0] == (9, "Capacity: “x” is not a number.")
    assert Shelf.objects.count() == 99_500
    result = taken_out(run, admin)
    assert (result.undone, result.conflicts, Shelf.objects.count()) == (99_500, [], 0)


def test_files_of_old_imports_are_deleted_and_their_counts_kept(admin, django_capture_on_commit_callbacks):
    old, young = imported("Title,Pages\nA,1\nB,x\n", "books", admin), imported("Title\nC\n", "books", admin)
    draft = services.upload(registry.get("books"), io.BytesIO(b"Title\nD\n"), "d.csv", actor=admin)
    for run in (old, draft):
        ImportRun.objects.filter(pk=run.pk).update(created_at=run.created_at - timedelta(days=61))
        StoredFile.objects.filter(pk=run.file_id).update(expires_at=run.file.expires_at - timedelta(days=61))
    with django_capture_on_commit_callbacks(execute=True):
        delete_expired()
        jobs.clean_up()
    found = services.find_import(old.pk, actor=admin)
    assert (found.file, default_storage.exists(old.file.path), refused(found)) == (None, False, [])
    assert (found.state, counts(found)) == (State.DONE, {"created": 1, "errors": 1})
    assert default_storage.exists(young.file.path)
    draft = services.find_import(draft.pk, actor=admin)
    assert draft.state == State.FAILED
    with pytest.raises(Invalid) as refusal:
        services.change_plan(draft, {"encoding": "cp1250"}, actor=admin)
    assert refusal.value.errors == {"file": ["This file is not kept any longer. Upload it again."]}


def test_an_import_whose_file_is_gone_fails_with_the_reason(admin):
    run = services.start_import(io.BytesIO(b"Title\nA\n"), "f.csv", "books", actor=admin)
    default_storage.delete(run.file.path)
    run_waiting_jobs()
    state = services.import_state(run.pk, actor=admin)
    assert (state["state"], state["error"]) == ("failed", "This file is not kept any longer. Upload it again.")
    assert not Book.objects.exists()


def test_a_plan_that_was_still_being_changed_does_not_start_the_import_twice(admin):
    run = services.upload(registry.get("books"), io.BytesIO(b"Title\nA\n"), "f.csv", actor=admin)
    other = services.find_import(run.pk, actor=admin)  # as a second request that is slower has loaded it
    services.run_import(run, actor=admin)
    with pytest.raises(Invalid):
        services.change_plan(other, {"mode": "create"}, actor=admin)
    with pytest.raises(Invalid):
        services.run_import(other, actor=admin)
    run_waiting_jobs()
    assert (services.find_import(run.pk, actor=admin).state, Book.objects.count()) == (State.DONE, 1)


def test_a_plan_survives_being_kept_as_json():
    plan = Plan(mapping=["title"], match=["title"], rows=3)
    assert Plan.from_json(plan.to_json()) == plan


def test_what_an_import_changes_is_told_in_the_timeline_as_any_other_change(admin):
    imported(BOOKS, "books", admin, create_missing=["shelf"])
    imported("Title,Genre\nPan Tadeusz,law\n", "books", admin)
    [told] = Entry.objects.filter(source_type="books", kind="changed")
    assert told.source_id == Book.objects.get(genre="law").pk
    assert told.data == {"field": "genre", "old": "poetry", "new": "law"}
