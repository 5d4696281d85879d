"""How the rows of an archive are written: as the database has them, whatever stands in them, and few at a time."""

import json
import tempfile
import tracemalloc
import zipfile

import pytest
from django.db import connection

from jantar.engine.history.models import Operation
from jantar.engine.permissions.actor import Actor, actor_for
from jantar.engine.timeline.models import Note
from jantar.engine.transfer.archive.writing import BLOCK_BYTES, lines_of, write_archive
from jantar.platform.accounts.models import User

pytestmark = [pytest.mark.django_db, pytest.mark.capability("N19", "C126")]

ODD = ["\x01 \x02 \x7f", '"', "\\", "\\.", "a\r\nb\tc", "\u2028\x85", "😀 żółć", "", "\\\\n", "%s %% {0}"]
ROWS = 100_000


@pytest.fixture
def admin() -> Actor:
    return actor_for(User.objects.create_user("root@demo.example", full_name="Root", is_admin=True))


def test_each_row_is_one_line_whatever_stands_in_it(admin: Actor) -> None:
    author = User.objects.get(pk=admin.user_id or 0)
    for text in ODD:
        Note.objects.create(author=author, record_type="companies", record_id=1, text=text)

    lines = list(lines_of(Note, Note.objects.filter(text__in=ODD)))

    assert [json.loads(line)["text"] for line in lines] == ODD
    assert all(line.endswith(b"}\n") and line.count(b"\n") == 1 for line in lines)


def test_rows_are_counted_and_progress_ends_at_the_whole(admin: Actor) -> None:
    filled(3)
    told: list[tuple[int, int]] = []

    with tempfile.TemporaryFile() as file:
        manifest = write_archive(file, actor=admin, tell=lambda done, total: told.append((done, total)))
        lines = zipfile.ZipFile(file).read("tables/history.operation.jsonl").splitlines()

    operations = next(one for one in manifest.files if one.name == "history.operation")
    last = Operation.objects.order_by("-pk")[0].pk
    assert (operations.rows, len(lines), operations.highest) == (3, 3, last)
    assert told[-1][0] == told[-1][1]


def test_memory_does_not_grow_with_the_rows(admin: Actor) -> None:
    """Rows of many times the memory that is allowed: twenty megabytes, of which some blocks are held."""
    filled(ROWS)
    with tempfile.TemporaryFile() as file:
        write_archive(file, actor=admin)  # once before, so that what is made only once is there
        tracemalloc.start()
        try:
            manifest = write_archive(file, actor=admin)
            _now, peak = tracemalloc.get_traced_memory()
        finally:
            tracemalloc.stop()

    assert sum(one.size for one in manifest.files) > 20 * BLOCK_BYTES
    assert peak < 6 * BLOCK_BYTES


def filled(rows: int) -> None:
    with connection.cursor() as cursor:
        cursor.execute(
            "INSERT INTO history_operation (cause, label) "
            "SELECT 'page', repeat(md5(one::text), 5) FROM generate_series(1, %s) one", [rows]
        )  # fmt: skip
