"""What the API owes to every record type. Inherit from ApiConformance (FieldConformance: what it owes to fields) and
provide the fixture `record_type`."""

from typing import Any

import jsonschema_rs
import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from jantar.engine.api.openapi import all_schemas
from jantar.engine.api.schemas import reference, schema_name
from jantar.engine.fields.base import NO_OPERAND
from jantar.engine.permissions.actor import Actor, actor_for
from jantar.engine.permissions.models import Scope
from jantar.engine.records.record_type import RecordType
from jantar.engine.testing.actors import make_team, make_user
from jantar.engine.testing.api_client import ApiClient, data_of, problem_in
from jantar.engine.testing.samples import sample_record, sample_values
from jantar.platform.accounts.models import User

BOOKKEEPING = ("version", "updated_at")


def content_of(record: dict[str, Any]) -> dict[str, Any]:
    return {name: value for name, value in record.items() if name not in BOOKKEEPING}


@pytest.mark.django_db
class Conformance:
    """Who asks in conformance tests: an administrator, as often as the tests like."""

    @pytest.fixture(autouse=True)
    def no_limit(self, settings: Any) -> None:
        settings.API_REQUESTS_PER_MINUTE = 0

    @pytest.fixture
    def admin(self) -> User:
        return make_user("Admin", admin=True)

    @pytest.fixture
    def actor(self, admin: User) -> Actor:
        return actor_for(admin)


class FieldConformance(Conformance):
    """What holds for every field of a type."""

    @pytest.fixture
    def api(self, admin: User) -> ApiClient:
        return ApiClient(admin)

    def test_a_record_is_created_and_read_as_it_was_sent(
        self, record_type: RecordType, actor: Actor, api: ApiClient
    ) -> None:
        sent = sample_values(record_type, actor)
        answer = api.post(f"/{record_type.name}", sent)
        created = data_of(answer, 201)
        assert {name: plain(created[name]) for name in sent} == sent
        assert answer["Location"] == f"/api/v1/{record_type.name}/{created['id']}"
        assert data_of(api.get(f"/{record_type.name}/{created['id']}")) == created
        assert created["owner"]["id"] == actor.user_id

    def test_answers_are_as_the_document_says(self, record_type: RecordType, actor: Actor, api: ApiClient) -> None:
        record = sample_record(record_type, actor)
        validate(record_type, "", data_of(api.get(f"/{record_type.name}/{record.pk}")))
        names = ",".join([record_type.title, *(part.name for part in record_type.parts)])
        validate(record_type, "Page", data_of(api.get(f"/{record_type.name}")))
        validate(record_type, "Page", data_of(api.get(f"/{record_type.name}", fields=names)))
        validate(record_type, "Create", sample_values(record_type, actor))

    def test_records_are_merged_and_the_merge_is_taken_back(
        self, record_type: RecordType, actor: Actor, api: ApiClient
    ) -> None:
        one, two = sample_record(record_type, actor).pk, sample_record(record_type, actor, 2).pk
        before = [data_of(api.get(f"/{record_type.name}/{pk}")) for pk in (one, two)]
        merged = data_of(api.post(f"/{record_type.name}/{one}/merge", {"with": [two]}))
        validate(record_type, "Merged", merged)
        assert merged["record"]["id"] == one
        gone = problem_in(api.get(f"/{record_type.name}/{two}"), 404)
        assert gone["merged_into"] == one
        undone = data_of(api.post(f"/operations/{merged['operation']}/undo"))
        assert undone["conflicts"] == []
        after = [data_of(api.get(f"/{record_type.name}/{pk}")) for pk in (one, two)]
        assert [content_of(record) for record in after] == [content_of(record) for record in before]

    def test_many_are_changed_and_deleted_at_once_and_both_is_taken_back(
        self, record_type: RecordType, actor: Actor, api: ApiClient
    ) -> None:
        pks = [sample_record(record_type, actor, number).pk for number in (1, 2)]
        before = [data_of(api.get(f"/{record_type.name}/{pk}")) for pk in pks]
        address = f"/{record_type.name}/bulk"
        for act in ({"values": {"owner": None}}, {"delete": True}):
            tried = data_of(api.post(address, {"ids": pks, **act, "dry_run": True}))
            assert tried == {"found": 2, "allowed": 2, "changed": 2, "dry_run": True, "operation_id": None}
            assert data_of(api.get(f"/{record_type.name}/{pks[0]}"))["version"] == before[0]["version"]
            done = data_of(api.post(address, {"filter": {}, **act}))
            assert (done["changed"], done["dry_run"]) == (2, False)
            undone = data_of(api.post(f"/operations/{done['operation_id']}/undo"))
            assert undone["conflicts"] == []
            after = [data_of(api.get(f"/{record_type.name}/{pk}")) for pk in pks]
            assert [content_of(record) for record in after] == [content_of(record) for record in before]
            before = after

    def test_wrong_types_are_refused_by_name(self, record_type: RecordType, actor: Actor, api: ApiClient) -> None:
        record = sample_record(record_type, actor)
        for name, field in record_type.fields(actor).items():
            if field.read_only:
                continue
            problem = problem_in(api.patch(f"/{record_type.name}/{record.pk}", {name: {"wrong": [True]}}), 422)
            assert set(problem["errors"]) == {name}
        record.refresh_from_db()
        assert record.version == 1

    def test_pages_follow_one_another_without_gaps(self, record_type: RecordType, actor: Actor, api: ApiClient) -> None:
        pks = {sample_record(record_type, actor, number).pk for number in range(1, 6)}
        for name, field in record_type.fields(actor).items():
            if not field.sortable:
                continue
            for sort in (name, f"-{name}"):
                assert sorted(all_ids(api, record_type, sort)) == sorted(pks), sort

    def test_every_operator_can_be_used(self, record_type: RecordType, actor: Actor, api: ApiClient) -> None:
        sample_record(record_type, actor)
        values = sample_values(record_type, actor)
        for name, field in record_type.fields(actor).items():
            lines = [filter_line(name, field, op, values.get(name)) for op in field.operators]
            assert data_of(api.get(f"/{record_type.name}", filter={"any": lines}, fields="id"))["count"] <= 2, name

    def test_a_list_costs_the_same_for_one_row_and_for_fifty(
        self, record_type: RecordType, actor: Actor, api: ApiClient
    ) -> None:
        make_team("Sellers")
        sample_record(record_type, actor, references=True)
        names = ",".join([*record_type.fields(actor), *(part.name for part in record_type.parts)])
        statements_of(api, record_type, names)
        one = statements_of(api, record_type, names)
        for number in range(2, 51):
            sample_record(record_type, actor, number, references=True)
        fifty = statements_of(api, record_type, names)
        assert one == fifty
        assert statements_of(api, record_type, record_type.title) <= fifty - len(record_type.parts)


class ApiConformance(FieldConformance):
    def test_a_change_touches_only_what_it_names(self, record_type: RecordType, actor: Actor, api: ApiClient) -> None:
        pk = sample_record(record_type, actor).pk
        before = data_of(api.get(f"/{record_type.name}/{pk}"))
        name = changeable(record_type, actor)
        wanted = sample_values(record_type, actor, 2)[name]
        after = data_of(api.patch(f"/{record_type.name}/{pk}", {name: wanted, "version": before["version"]}))
        assert after[name] == wanted
        assert after["version"] == before["version"] + 1
        changed = {key for key in before if before[key] != after[key]} - {*BOOKKEEPING, name}
        assert changed <= {key for key, field in record_type.own_fields.items() if field.read_only} | parts(record_type)

    def test_a_deleted_record_is_gone_until_it_is_restored(
        self, record_type: RecordType, actor: Actor, api: ApiClient
    ) -> None:
        pk = sample_record(record_type, actor).pk
        before = data_of(api.get(f"/{record_type.name}/{pk}"))
        assert data_of(api.delete(f"/{record_type.name}/{pk}"), 204) is None
        problem_in(api.get(f"/{record_type.name}/{pk}"), 404)
        assert data_of(api.get(f"/{record_type.name}"))["items"] == []
        restored = data_of(api.post(f"/{record_type.name}/{pk}/restore"))
        assert without_bookkeeping(restored) == without_bookkeeping(before)

    def test_unknown_and_read_only_fields_are_refused_by_name(
        self, record_type: RecordType, actor: Actor, api: ApiClient
    ) -> None:
        sent = {**sample_values(record_type, actor), "no_such_field": 1, "created_at": "2020-01-01T00:00:00Z", "id": 7}
        problem = problem_in(api.post(f"/{record_type.name}", sent), 422)
        assert set(problem["errors"]) == {"no_such_field", "created_at", "id"}
        assert not record_type.visible_to(actor).exists()

    def test_records_of_others_are_not_there(self, record_type: RecordType, actor: Actor) -> None:
        pk = sample_record(record_type, actor).pk
        stranger = ApiClient(make_user("Stranger", scope=Scope.OWN))
        path = f"/{record_type.name}/{pk}"
        refusals = [
            stranger.get(path),
            stranger.patch(path, {}),
            stranger.delete(path),
            stranger.post(f"{path}/restore"),
        ]
        refusals += [stranger.post(f"{path}/actions/{action.name}", {}) for action in record_type.actions]
        for refusal in refusals:
            problem_in(refusal, 404)
        assert data_of(stranger.get(f"/{record_type.name}"))["items"] == []
        assert record_type.visible_to(actor).get(pk=pk).version == 1

    @pytest.mark.parametrize("scope", [Scope.OWN, Scope.ALL])
    def test_the_list_shows_and_counts_what_is_visible(
        self, record_type: RecordType, actor: Actor, scope: Scope
    ) -> None:
        user = make_user("Seller", scope=scope)
        mine, others = ([sample_record(record_type, one, n).pk for n in range(start, start + 3)]
                        for one, start in ((actor_for(user), 1), (actor, 11)))  # fmt: skip
        listed = data_of(ApiClient(user).get(f"/{record_type.name}", limit=500))
        visible = set(record_type.visible_to(actor_for(user)).values_list("pk", flat=True))
        assert {item["id"] for item in listed["items"]} == visible
        assert visible == {*mine, *others} if scope is Scope.ALL else visible >= {*mine}
        assert (listed["count"], listed["count_is_exact"], listed["next_cursor"]) == (len(visible), True, None)


def all_ids(api: ApiClient, record_type: RecordType, sort: str) -> list[int]:
    found: list[int] = []
    cursor = ""
    while True:
        page = data_of(api.get(f"/{record_type.name}", sort=sort, limit=3, cursor=cursor, fields="id"))
        found += [item["id"] for item in page["items"]]
        cursor = page["next_cursor"]
        if cursor is None:
            return found


def statements_of(api: ApiClient, record_type: RecordType, fields: str) -> int:
    with CaptureQueriesContext(
        connection,
    ) as captured:
        data_of(api.get(f"/{record_type.name}", fields=fields, limit=500))
    return len(captured)


def filter_line(name: str, field: Any, op: str, sample: Any) -> dict[str, Any]:
    value = {} if op in NO_OPERAND else {"value": operand(op, field, sample)}
    return {"field": name, "op": op, **value}


def operand(op: str, field: Any, sample: Any) -> Any:
    """An operand that the operator of the field takes."""
    single = {
        "user": "me",
        "team": 1,
        "reference": 1,
        "record": 1 if field.is_custom else "no_such/1",
        "records": 1,
        "money": 5,
        "address": "Łódź",
        "tags": "first",
        "rich_text": "first",
    }.get(field.kind, sample)
    if field.kind == "multi_choice":
        single = sample[0]
    if single is None:
        single = {"integer": 1, "date": "today", "datetime": "today", "text": "a", "number": 1}.get(field.kind)
    if single is None:
        single = field.choices[0][0]
    if op == "within":
        return "last 7 days"
    if op == "between":
        return [single, single]
    return [single] if op in ("any_of", "none_of", "has_any", "has_all", "has_none") else single


def changeable(record_type: RecordType, actor: Actor) -> str:
    """A text field that can be written, the title first."""
    fields = record_type.fields(actor)
    samples = sample_values(record_type, actor)
    names = [record_type.title, *fields]
    return next(
        name for name in names if name in samples and fields[name].kind == "text" and not fields[name].read_only
    )


def plain(value: Any) -> Any:
    """A reference, or a file, as it was sent."""
    return value["id"] if isinstance(value, dict) and value.keys() & {"title", "url"} else value


def parts(record_type: RecordType) -> set[str]:
    return {part.name for part in record_type.parts}


def without_bookkeeping(record: dict[str, Any]) -> dict[str, Any]:
    return {name: value for name, value in record.items() if name not in BOOKKEEPING}


def validate(record_type: RecordType, suffix: str, data: Any) -> None:
    validate_as(f"{schema_name(record_type)}{suffix}", data)


def validate_as(name: str, data: Any) -> None:
    """Holds data to a schema of the OpenAPI document."""
    schema = {**reference(name), "components": {"schemas": all_schemas()}}
    errors = [f"{error.instance_path}: {error.message}" for error in jsonschema_rs.iter_errors(schema, data)]
    assert not errors, errors
