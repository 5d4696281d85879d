from collections.abc import Callable, Iterator

import pytest
from django.contrib.auth import get_user_model
from django.db import connection

from jantar.platform.accounts.models import User


@pytest.fixture
def notes(db: None) -> Iterator[Callable[[], list[str]]]:
    """The rows that the sample jobs wrote."""
    with connection.cursor() as cursor:
        cursor.execute("CREATE TABLE IF NOT EXISTS sample_notes (id serial, text text)")
        cursor.execute("TRUNCATE sample_notes")

    def read() -> list[str]:
        with connection.cursor() as cursor:
            cursor.execute("SELECT text FROM sample_notes ORDER BY id")
            return [row[0] for row in cursor.fetchall()]

    yield read
    with connection.cursor() as cursor:
        cursor.execute("DROP TABLE sample_notes")


@pytest.fixture
def anna(db: None) -> User:
    return get_user_model().objects.create_user("anna@example.com", "password", full_name="Anna", language="cs")


@pytest.fixture
def jan(db: None) -> User:
    return get_user_model().objects.create_user("jan@example.com", "password", full_name="Jan")
