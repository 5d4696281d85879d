"""Files in a bucket, against a real server of the S3 protocol on this machine."""

import io
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from django.core.files.storage import default_storage
from django.test import RequestFactory
from pytest_django import Settings

from jantar.platform.files.carrying import Carried, carry, storage_named
from jantar.platform.files.models import StoredFile
from jantar.platform.files.pages import serve_file
from jantar.platform.files.ranges import OutOfRange, span_of
from jantar.platform.files.services import delete_expired, delete_unclaimed, open_file, store_file
from jantar.platform.files.storage import Unreachable
from jantar.project import health
from jantar.project.environment import bucket, problems

pytestmark = pytest.mark.django_db
KEYS = {"JANTAR_S3_BUCKET": "files", "JANTAR_S3_ACCESS_KEY": "key", "JANTAR_S3_SECRET_KEY": "secret",
        "JANTAR_S3_PREFIX": "jantar"}  # fmt: skip


@pytest.fixture(scope="module")
def server() -> Iterator[str]:
    """The address of the service."""
    from moto.server import ThreadedMotoServer

    running = ThreadedMotoServer(ip_address="127.0.0.1", port=0, verbose=False)
    running.start()
    host, port = running.get_host_and_port()
    yield f"http://{host}:{port}"
    running.stop()


@pytest.fixture
def places(server: str, settings: Settings, tmp_path: Path) -> Any:
    """Both storages set up, the directory in use."""
    remote = bucket({**KEYS, "JANTAR_S3_ENDPOINT": server})
    local = {"BACKEND": "django.core.files.storage.FileSystemStorage", "OPTIONS": {"location": tmp_path / "files"}}
    settings.FILE_STORAGES = {"local": local, "s3": remote}
    settings.STORAGES = {**settings.STORAGES, "default": local}
    made = storage_named("s3")
    made.connection.meta.client.create_bucket(Bucket="files")
    return settings.FILE_STORAGES


@pytest.fixture
def in_bucket(places: dict[str, Any], settings: Settings) -> None:
    settings.STORAGES = {**settings.STORAGES, "default": places["s3"]}


def stored(content: bytes = b"Hello, world", name: str = "a.txt") -> StoredFile:
    return store_file(io.BytesIO(content), name=name, purpose="test")


def body(response: Any) -> bytes:
    return b"".join(response.streaming_content)


def asked(header: str, **more: str) -> Any:
    return RequestFactory().get("/", headers={"Range": header, **more})


def test_a_file_is_kept_in_the_bucket_and_comes_from_there(in_bucket: None) -> None:
    source = io.BytesIO(b"x" * 3_000_000)
    file = store_file(source, name="a.bin", purpose="test")
    assert not source.closed
    with open_file(file) as content:
        content.seek(2_999_999)
        assert content.read() == b"x"
    response = serve_file(file)
    assert (body(response), response["Content-Length"]) == (b"x" * 3_000_000, "3000000")
    assert response["Content-Security-Policy"] == "sandbox; default-src 'none'"
    response.close()


def test_what_is_not_there_is_not_found_and_deleting_is_final(in_bucket: None) -> None:
    file = stored()
    default_storage.delete(file.path)
    assert not default_storage.exists(file.path)
    with pytest.raises(FileNotFoundError):
        open_file(file)
    StoredFile.objects.update(expires_at="2026-01-01T00:00:00Z")
    assert delete_expired() == 1
    assert delete_unclaimed() == 0


@pytest.mark.parametrize("place", ["local", "s3"])
def test_a_part_is_sent_when_a_part_is_asked_for(places: Any, settings: Settings, place: str) -> None:
    settings.STORAGES = {**settings.STORAGES, "default": places[place]}
    file = stored()
    for header, content, said in (
        ("bytes=0-4", b"Hello", "bytes 0-4/12"),
        ("bytes=7-", b"world", "bytes 7-11/12"),
        ("bytes=-5", b"world", "bytes 7-11/12"),
        ("bytes=10-99", b"ld", "bytes 10-11/12"),
    ):
        response = serve_file(file, asked=asked(header))
        assert (response.status_code, body(response), response["Content-Range"]) == (206, content, said)
        assert response["Content-Length"] == str(len(content))
        assert response["Cache-Control"] == "private, no-store"
        response.close()
    for request in (
        asked("bytes=0-1,3-4"),
        asked("pages=1-2"),
        asked("bytes=5-2"),
        asked("bytes=0-4", **{"If-Range": "a"}),
    ):
        response = serve_file(file, asked=request)
        assert (response.status_code, body(response), response["Accept-Ranges"]) == (200, b"Hello, world", "bytes")
        response.close()
    response = serve_file(file, asked=asked("bytes=12-"))
    assert (response.status_code, response["Content-Range"]) == (416, "bytes */12")


def test_ranges_of_nothing_are_none() -> None:
    assert span_of("", 10) is None
    assert span_of("bytes=-", 10) is None
    for header, size in (("bytes=-0", 10), ("bytes=0-", 0)):
        with pytest.raises(OutOfRange):
            span_of(header, size)


def test_files_are_carried_to_the_bucket_and_back(places: Any) -> None:
    files = [stored(f"content {number}".encode()) for number in range(3)]
    assert carry("s3") == Carried(copied=3)
    assert carry("s3") == Carried(there=3)
    remote, local = storage_named("s3"), storage_named("local")
    assert carry("s3", remove=True) == Carried(there=3, removed=3)
    assert not local.exists(files[0].path)
    assert carry("local", remove=True) == Carried(copied=3, removed=3)
    assert not remote.exists(files[0].path)
    assert open_file(files[2]).read() == b"content 2"


def test_carrying_goes_on_where_it_was_stopped_and_mends_what_was_half_written(places: Any) -> None:
    files = [stored(f"content {number}".encode()) for number in range(3)]

    class Stopped(Exception):
        pass

    def stop(done: Carried) -> None:
        if done.copied == 2:
            raise Stopped

    with pytest.raises(Stopped):
        carry("s3", tell=stop)
    remote = storage_named("s3")
    remote.save(files[0].path, io.BytesIO(b"half"))
    assert carry("s3") == Carried(copied=2, there=1)
    assert remote.open(files[0].path).read() == b"content 0"


def test_a_damaged_or_lost_file_is_told_and_never_replaces_a_good_one(places: Any) -> None:
    damaged, lost = stored(b"good"), stored(b"lost")
    local = storage_named("local")
    Path(local.path(damaged.path)).write_bytes(b"evil")
    local.delete(lost.path)
    done = carry("s3", remove=True)
    assert done == Carried(missing=1, damaged=1)
    assert not done.is_whole
    assert not storage_named("s3").exists(damaged.path)
    assert local.exists(damaged.path)


def test_a_bucket_that_does_not_answer_is_told_everywhere(places: Any, settings: Settings) -> None:
    file = stored()
    gone = bucket({**KEYS, "JANTAR_S3_ENDPOINT": "http://127.0.0.1:9"})
    gone["OPTIONS"]["client_config"] = gone["OPTIONS"]["client_config"].merge(
        type(gone["OPTIONS"]["client_config"])(retries={"max_attempts": 0})
    )
    settings.STORAGES = {**settings.STORAGES, "default": gone}
    settings.FILE_STORAGES = {**places, "s3": gone}
    response: Any = serve_file(file)
    assert (response.status_code, b"can't be reached" in response.content) == (503, True)
    with pytest.raises(Unreachable):
        stored()
    with pytest.raises(Unreachable):
        carry("s3")
    finding = health.check_storage()
    assert finding.level == "error"
    assert finding.message.startswith("bucket files at http://127.0.0.1:9 cannot be written: ")
    health._files_asked = (float("-inf"), "ok")
    assert health.readiness() == {"database": "ok", "migrations": "ok", "files": "unreachable"}
    health._files_asked = (float("-inf"), "ok")


def test_a_bucket_that_is_not_there_is_unreachable(places: Any, server: str, settings: Settings) -> None:
    wrong = bucket({**KEYS, "JANTAR_S3_ENDPOINT": server, "JANTAR_S3_BUCKET": "nowhere"})
    settings.STORAGES = {**settings.STORAGES, "default": wrong}
    with pytest.raises(OSError, match=r"exist|404|Not Found"):
        default_storage.check()  # type: ignore[attr-defined]
    assert health.check_storage().level == "error"


def test_the_variables_are_checked_together() -> None:
    assert problems({"JANTAR_STORAGE": "s3"}) == ["JANTAR_S3_BUCKET must name the bucket when JANTAR_STORAGE is s3."]
    assert problems({**KEYS, "JANTAR_STORAGE": "s3"}) == []
    assert problems({"JANTAR_S3_ENDPOINT": "minio"}) == [
        "JANTAR_S3_ENDPOINT must be an address such as https://crm.example.com."
    ]
    with pytest.raises(LookupError):
        storage_named("nowhere")
