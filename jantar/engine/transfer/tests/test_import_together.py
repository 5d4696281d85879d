"""Two imports at the same moment."""

import io
import threading

import pytest
from django.db import connection

from jantar.engine.testing.actors import make_actor
from jantar.engine.testing.fake.models import Book, Shelf
from jantar.engine.transfer import services
from jantar.engine.transfer.models import ImportRun, State
from jantar.engine.transfer.tests.runs import sheet
from jantar.platform.jobs.running import execute


@pytest.mark.django_db(transaction=True)
def test_the_same_file_imported_twice_at_once_stores_each_row_once():
    admin = make_actor("Admin", admin=True)
    text = "Title,Shelf\n" + "\n".join(f"Book {number},Shelf {number % 300}" for number in range(3000))
    runs = [
        services.start_import(io.BytesIO(sheet(text)), "books.csv", "books", actor=admin, create_missing=["shelf"])
        for _time in range(2)
    ]
    start = threading.Barrier(2)

    def work(run: ImportRun) -> None:
        assert run.job_id
        start.wait()
        execute(run.job_id)
        connection.close()

    threads = [threading.Thread(target=work, args=[run]) for run in runs]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    found = ImportRun.objects.order_by("pk")
    assert [run.state for run in found] == [State.DONE, State.DONE]
    assert Book.objects.count() == 3000
    assert Shelf.objects.count() == 300
    assert sum(run.counts["created"] for run in found) == 3000
    assert sum(run.counts["unchanged"] for run in found) == 3000
