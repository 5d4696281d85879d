"""What administrators can and cannot do with custom fields."""

from typing import Any

import pytest

from jantar.engine.fields.custom import COMPUTED, KINDS
from jantar.engine.fields.errors import Invalid, NotAllowed
from jantar.engine.fields.models import CustomField
from jantar.engine.fields.services import (
    change_custom_field,
    create_custom_field,
    order_custom_fields,
    retire_custom_field,
    revive_custom_field,
)
from jantar.engine.permissions.actor import Actor, actor_for
from jantar.platform.accounts.models import User

pytestmark = pytest.mark.django_db
ADMIN = Actor(user_id=None, is_admin=True)


def new(label: str, kind: str = "text", **options: Any) -> CustomField:
    return create_custom_field(record_type="companies", label=label, kind=kind, actor=ADMIN, **options)


@pytest.mark.capability("C130")
def test_the_key_is_made_from_the_label() -> None:
    keys = [new(label).key for label in ("Číslo smlouvy", "VIP?", "2. kontakt", "Ünnep", "日本")]
    assert keys == ["x_cislo_smlouvy", "x_vip", "x_field_2_kontakt", "x_unnep", "x_field"]


def test_the_next_actor_knows_the_field() -> None:
    user = User.objects.create_user("a@demo.example", full_name="A")
    new("Level", "integer", help="1 to 5", required=True)
    field = actor_for(user).custom_fields["companies"]["x_level"]
    assert (field.kind, str(field.label), field.help, field.required) == ("integer", "Level", "1 to 5", True)


def test_only_administrators_may() -> None:
    with pytest.raises(NotAllowed):
        create_custom_field(record_type="companies", label="Level", kind="text", actor=Actor(user_id=1))
    assert not CustomField.objects.exists()


@pytest.mark.parametrize(
    ("options", "field"),
    [
        ({"label": "  "}, "label"),
        ({"label": "x" * 101}, "label"),
        ({"kind": "wibble"}, "kind"),
        ({"help": "x" * 301}, "help"),
        ({"kind": "choice"}, "choices"),
        ({"kind": "choice", "choices": ["Gold", " "], "label": ""}, "label"),
        ({"kind": "choice", "choices": ["Zlatá", "Tin", "ZLATA"]}, "choices"),
        ({"kind": "multi_choice", "choices": ["Gold, silver"]}, "choices"),
        ({"kind": "choice", "choices": ["x" * 101]}, "choices"),
    ],
)
def test_bad_input_names_its_field_and_stores_nothing(options: dict[str, Any], field: str) -> None:
    with pytest.raises(Invalid) as refused:
        new(**{"label": "Level", "kind": "text", **options})
    assert field in refused.value.errors
    assert not CustomField.objects.exists()


def test_two_fields_cannot_have_the_same_label() -> None:
    new("Level")
    with pytest.raises(Invalid) as refused:
        new("LÉVEL")
    assert refused.value.errors == {"label": ["There is already a field “LÉVEL”."]}


def test_labels_that_differ_only_in_signs_get_keys_of_their_own() -> None:
    assert [new("Level").key, new("Level?").key, new("Level!").key] == ["x_level", "x_level_2", "x_level_3"]


def test_the_key_of_a_retired_field_is_never_used_again() -> None:
    old = new("Level")
    retire_custom_field(old.pk, record_type="companies", actor=ADMIN)
    assert new("Level", "integer").key == "x_level_2"
    with pytest.raises(Invalid):
        revive_custom_field(old.pk, record_type="companies", actor=ADMIN)


def test_a_retired_field_can_come_back() -> None:
    old = new("Level")
    retire_custom_field(old.pk, record_type="companies", actor=ADMIN)
    assert CustomField.objects.get().retired_at is not None
    revive_custom_field(old.pk, record_type="companies", actor=ADMIN)
    assert CustomField.objects.get().retired_at is None


def test_a_change_keeps_key_and_kind() -> None:
    field = new("Segment", "choice", choices=["Gold"])
    change_custom_field(
        field.pk,
        record_type="companies",
        actor=ADMIN,
        label="Class",
        help="",
        required=True,
        choices=["Gold", " Tin  can "],
    )
    stored = CustomField.objects.get()
    assert (stored.key, stored.kind, stored.label, stored.required) == ("x_segment", "choice", "Class", True)
    assert stored.choices == ["Gold", "Tin can"]


def test_fields_can_be_put_in_another_order() -> None:
    fields = [new(label) for label in "ABC"]
    order_custom_fields([fields[2].pk, fields[0].pk], record_type="companies", actor=ADMIN)
    assert [field.label for field in CustomField.objects.all()] == ["C", "A", "B"]


def test_no_more_fields_than_the_limit_are_in_use_not_even_by_revival(monkeypatch: pytest.MonkeyPatch) -> None:
    old = new("Chassis")
    new("Engine")
    retire_custom_field(old.pk, record_type="companies", actor=ADMIN)
    monkeypatch.setattr("jantar.engine.fields.services.MOST_FIELDS", 1)
    with pytest.raises(Invalid, match="at most 1 field"):
        new("Wheels")
    with pytest.raises(Invalid, match="at most 1 field"):
        revive_custom_field(old.pk, record_type="companies", actor=ADMIN)


def test_what_an_administrator_can_choose_are_the_kinds_that_fields_are_made_of() -> None:
    assert set(dict(CustomField.KINDS)) == {*KINDS, *COMPUTED}
