"""PostgreSQL knows how many records a number or a name has, so that it looks them up however many there are."""

import pytest
from django.db import connection

from jantar.modules.contacts.models import Person

pytestmark = pytest.mark.django_db

MANY = 4000


@pytest.mark.parametrize("column", ["name", "family_name", "phone", "registration_number", "vat_number"])
def test_one_of_many_is_expected_to_be_one(column: str) -> None:
    """Without statistics it expects the 200th part of all."""
    Person.objects.bulk_create(
        Person(kind="person", family_name=f"Novák {n}", name=f"Novák {n}", phone=f"+420 601 {n}",
               registration_number=str(n), vat_number=f"CZ{n}")
        for n in range(MANY)
    )  # fmt: skip
    with connection.cursor() as cursor:
        cursor.execute("ANALYZE contacts_party")
        cursor.execute(f"EXPLAIN (FORMAT JSON) SELECT id FROM contacts_party WHERE jantar_fold({column}) = 'none'")
        ((plan,),) = cursor.fetchall()
    expected = plan[0]["Plan"].get("Plan Rows")
    assert expected < MANY / 400
