import pytest

from jantar.engine.permissions.actor import Actor
from jantar.engine.testing.actors import make_actor


@pytest.fixture
def admin(db: None) -> Actor:
    return make_actor("Admin", admin=True)


@pytest.fixture(autouse=True)
def files_in_a_folder_of_the_test(settings, tmp_path):
    storage = {"BACKEND": "django.core.files.storage.FileSystemStorage", "OPTIONS": {"location": tmp_path}}
    settings.STORAGES = {**settings.STORAGES, "default": storage}
