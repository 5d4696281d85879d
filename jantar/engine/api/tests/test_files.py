"""Files through the API."""

from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile

from jantar.engine.documents.tests.conftest import ada, attic, storage  # noqa: F401 - fixtures
from jantar.engine.permissions.models import Scope
from jantar.engine.testing.actors import make_user
from jantar.engine.testing.api_client import ROOT, ApiClient, data_of, problem_in
from jantar.engine.testing.conformance_api import validate_as
from jantar.platform.accounts.models import User

pytestmark = [pytest.mark.django_db, pytest.mark.capability("C25")]


@pytest.fixture
def api(ada: Any) -> ApiClient:  # noqa: F811
    return ApiClient(User.objects.get(pk=ada.user_id))


def send(api: ApiClient, path: str, name: str, content: bytes, **data: str) -> Any:
    form = {"file": SimpleUploadedFile(name, content), **data}
    return api.client.post(ROOT + path, form, headers=api.headers)


def test_a_file_is_attached_versioned_and_read(api: ApiClient, attic: Any) -> None:  # noqa: F811
    created = send(api, "/documents/upload", "offer.txt", b"one", about=f"shelves/{attic.pk}")
    document = data_of(created, 201)
    assert created["Location"] == f"/api/v1/documents/{document['id']}"
    assert (document["name"], document["number"], document["about"]["id"]) == ("offer.txt", 1, attic.pk)
    path = f"/documents/{document['id']}"
    data_of(send(api, f"{path}/versions", "offer.txt", b"two", note="dearer"), 201)
    versions = data_of(api.get(f"{path}/versions"))
    assert [(one["number"], one["note"], one["size"]) for one in versions] == [(2, "dearer", 3), (1, "", 3)]
    validate_as("DocumentVersion", versions[0])
    first: Any = api.get(f"{path}/versions/1/file")
    assert b"".join(first.streaming_content) == b"one"
    assert data_of(api.post(f"{path}/versions/1/restore"))["number"] == 3
    answer: Any = api.get(f"{path}/file")
    assert b"".join(answer.streaming_content) == b"one"
    assert answer["Content-Disposition"] == 'attachment; filename="offer.txt"'


def test_what_is_wrong_is_named(api: ApiClient, attic: Any) -> None:  # noqa: F811
    assert set(problem_in(send(api, "/documents/upload", "a.txt", b"a", colour="red"), 422)["errors"]) == {"colour"}
    assert set(problem_in(send(api, "/documents/upload", "a.txt", b""), 422)["errors"]) == {"file"}
    assert set(problem_in(send(api, "/documents/upload", "a.txt", b"a", about="x"), 422)["errors"]) == {"about"}
    assert set(problem_in(send(api, "/documents/upload", "a.txt", b"a", folder="9"), 422)["errors"]) == {"folder"}
    problem_in(api.post("/documents/upload", {}), 415)
    assert data_of(api.get("/documents"))["items"] == []


@pytest.mark.capability("C26")
def test_a_file_is_put_into_a_folder(api: ApiClient, attic: Any) -> None:  # noqa: F811
    folder = data_of(api.post("/folders", {"name": "Offers", "about": f"shelves/{attic.pk}"}), 201)
    document = data_of(send(api, "/documents/upload", "a.txt", b"a", folder=str(folder["id"])), 201)
    assert (document["folder"]["id"], document["about"]["id"]) == (folder["id"], attic.pk)


def test_strangers_find_nothing(api: ApiClient, attic: Any) -> None:  # noqa: F811
    pk = data_of(send(api, "/documents/upload", "a.txt", b"a", about=f"shelves/{attic.pk}"), 201)["id"]
    stranger = ApiClient(make_user("Stranger", scope=Scope.OWN))
    for path in ("", "/versions", "/file", "/versions/1/file"):
        problem_in(stranger.get(f"/documents/{pk}{path}"), 404)
    problem_in(send(stranger, f"/documents/{pk}/versions", "a.txt", b"b"), 404)
    problem_in(stranger.post(f"/documents/{pk}/versions/1/restore"), 404)
    assert data_of(stranger.get("/documents"))["items"] == []
