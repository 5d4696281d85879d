import io
import os
from datetime import timedelta
from pathlib import Path

import pytest
from django.core.files.storage import default_storage
from django.db import transaction
from django.test import Client
from django.utils import timezone
from pytest_django import DjangoCaptureOnCommitCallbacks, Settings

from jantar.platform.accounts.models import User
from jantar.platform.files.models import StoredFile
from jantar.platform.files.pages import serve_file
from jantar.platform.files.services import (
    clean_name,
    delete_expired,
    delete_file,
    delete_unclaimed,
    open_file,
    store_file,
)

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def storage(settings: Settings, tmp_path: Path) -> None:
    location = {"BACKEND": "django.core.files.storage.FileSystemStorage", "OPTIONS": {"location": tmp_path}}
    settings.STORAGES = {**settings.STORAGES, "default": location}


@pytest.fixture
def anna(db: None) -> User:
    return User.objects.create_user("anna@example.com", "password", full_name="Anna")


@pytest.fixture
def jan(db: None) -> User:
    return User.objects.create_user("jan@example.com", "password", full_name="Jan")


def stored(owner: User | None = None, name: str = "Seznam lidí.csv", content: bytes = b"a;b\n") -> StoredFile:
    return store_file(io.BytesIO(content), name=name, purpose="test", owner_id=owner.pk if owner else None)


def test_a_file_is_kept_with_its_size_type_and_digest() -> None:
    file = stored(content=b"a;b\n1;2\n")

    with open_file(file) as content:
        assert content.read() == b"a;b\n1;2\n"
    assert (file.name, file.size, file.content_type) == ("Seznam lidí.csv", 8, "text/csv")
    assert file.digest == "403bea5152c251c5bc7ef420d824d191605723f99392e83a0549ad58c6d46291"
    assert file.path.startswith("private/")
    assert "Seznam" not in file.path


def test_the_owner_downloads_it_under_its_name_and_nothing_runs(client: Client, anna: User) -> None:
    file = stored(anna, name="page.html", content=b"<script>alert(1)</script>")
    client.force_login(anna)
    response = client.get(f"/files/{file.key}/")

    assert b"".join(response.streaming_content) == b"<script>alert(1)</script>"  # type: ignore[attr-defined]
    assert response.headers["Content-Disposition"] == 'attachment; filename="page.html"'
    assert response.headers["Content-Type"] == "application/octet-stream"
    assert response.headers["Content-Security-Policy"] == "sandbox; default-src 'none'"
    assert response.headers["X-Content-Type-Options"] == "nosniff"
    assert response.headers["Cache-Control"] == "private, no-store"
    assert response.headers["Content-Length"] == "25"


def test_nobody_else_finds_it(client: Client, anna: User, jan: User) -> None:
    file = stored(anna)
    assert client.get(f"/files/{file.key}/").status_code == 302
    client.force_login(jan)
    assert client.get(f"/files/{file.key}/").status_code == 404


def test_a_file_without_owner_is_found_by_nobody(client: Client, jan: User) -> None:
    client.force_login(jan)
    assert client.get(f"/files/{stored().key}/").status_code == 404


def test_letters_of_our_languages_stay_in_the_name(client: Client, anna: User) -> None:
    file = stored(anna)
    client.force_login(anna)
    disposition = client.get(f"/files/{file.key}/").headers["Content-Disposition"]
    assert disposition == "attachment; filename*=utf-8''Seznam%20lid%C3%AD.csv"


@pytest.mark.parametrize(
    ("name", "shown"),
    [("logo.png", "image/png"), ("logo.svg", "application/octet-stream"), ("a.pdf", "application/octet-stream")],
)
def test_only_pictures_without_scripts_are_shown_inside_a_page(name: str, shown: str) -> None:
    response = serve_file(stored(name=name), inline=True)
    assert response.headers["Content-Type"] == shown
    assert response.headers["Content-Disposition"].startswith("inline" if shown == "image/png" else "attachment")
    response.close()


@pytest.mark.parametrize(
    ("given", "kept"),
    [
        ("../../etc/passwd", "passwd"),
        ("C:\\Users\\Eva\\seznam.xlsx", "seznam.xlsx"),
        ("a\r\nSet-Cookie: x.csv", "aSet-Cookie x.csv"),
        ("fak\u202etxt.exe", "faktxt.exe"),
        ("", "file"),
        ("...", "file"),
        ("x" * 300 + ".csv", "x" * 117 + ".csv"),
        ("žluťoučký.pdf", "žluťoučký.pdf"),
    ],
)
def test_names_are_cleaned(given: str, kept: str) -> None:
    assert clean_name(given) == kept


def test_a_deleted_file_leaves_nothing(django_capture_on_commit_callbacks: DjangoCaptureOnCommitCallbacks) -> None:
    file = stored()
    path = file.path
    with django_capture_on_commit_callbacks(execute=True):
        delete_file(file)
    assert not default_storage.exists(path)
    assert not StoredFile.objects.exists()


def test_expired_files_are_deleted_and_others_kept(
    django_capture_on_commit_callbacks: DjangoCaptureOnCommitCallbacks,
) -> None:
    old, new, lasting = stored(), stored(), stored()
    StoredFile.objects.filter(pk=old.pk).update(expires_at=timezone.now() - timedelta(hours=1))
    StoredFile.objects.filter(pk=new.pk).update(expires_at=timezone.now() + timedelta(hours=1))
    with django_capture_on_commit_callbacks(execute=True):
        assert delete_expired() == 1
    assert set(StoredFile.objects.all()) == {new, lasting}
    assert not default_storage.exists(old.path)


def test_content_of_a_transaction_that_came_to_nothing_is_deleted_after_a_day() -> None:
    kept = stored()
    with transaction.atomic():
        lost = stored()
        transaction.set_rollback(True)
    assert default_storage.exists(lost.path)
    assert delete_unclaimed() == 0
    for file in (kept, lost):
        os.utime(default_storage.path(file.path), ((timezone.now() - timedelta(days=2)).timestamp(),) * 2)
    assert delete_unclaimed() == 1
    assert not default_storage.exists(lost.path)
    with open_file(kept) as content:
        assert content.read() == b"a;b\n"


def test_a_lost_content_is_not_found(client: Client, anna: User) -> None:
    file = stored(anna)
    default_storage.delete(file.path)
    client.force_login(anna)
    assert client.get(f"/files/{file.key}/").status_code == 404
