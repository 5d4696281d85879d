"""Programs of administrators set webhooks up as the pages do."""

import pytest

from jantar.engine.permissions.models import Scope
from jantar.engine.records import write
from jantar.engine.testing.actors import make_user
from jantar.engine.testing.api_client import ApiClient, data_of, problem_in
from jantar.engine.testing.fake.records import shelves
from jantar.engine.testing.receiver import plain
from jantar.engine.webhooks.models import Webhook
from jantar.platform.jobs.running import run_waiting_jobs

pytestmark = [pytest.mark.django_db, pytest.mark.capability("C125", "N10")]


@pytest.fixture
def api(ada):
    return ApiClient(ada)


def test_a_webhook_is_made_changed_paused_and_deleted(api, ada, receiver, actor) -> None:
    given = {
        "name": "Shop", "url": receiver.url, "record_type": "shelves", "events": ["created"],
        "filter": {"field": "city", "op": "is", "value": "Brno"},
    }  # fmt: skip
    made = data_of(api.post("/webhooks", given), 201)
    assert made.pop("secret").startswith("whsec_")
    assert {name: made[name] for name in given} == given
    assert (made["user"], made["state"]) == ({"id": ada.pk, "title": "Ada"}, "on")
    at = f"/webhooks/{made['id']}"
    assert data_of(api.get(at)) == made
    assert data_of(api.patch(at, {"filter": {}, "events": ["created", "deleted"]}))["events"] == ["created", "deleted"]
    assert data_of(api.post(f"{at}/rotate"))["secret"].startswith("whsec_")
    assert data_of(api.post(f"{at}/pause"))["state"] == "paused"
    assert "errors" in problem_in(api.post(f"{at}/test"), 422)
    assert data_of(api.post(f"{at}/resume"))["state"] == "on"
    assert data_of(api.post(f"{at}/test"), 201)["type"] == "test"
    run_waiting_jobs()
    assert receiver.received[0].headers["content-type"] == "application/json"
    assert api.delete(at).status_code == 204
    assert data_of(api.get("/webhooks"))["items"] == []


def test_messages_are_listed_with_their_attempts_and_sent_again(api, make_hook, receiver, actor) -> None:
    hook = make_hook(events=["created"])
    receiver.answer = plain(400, "I do not like it")
    for name in ("Attic", "Cellar", "Loft"):
        write.create(shelves, {"name": name}, actor=actor)
    run_waiting_jobs()
    hook.deliveries.update(state="failed")
    at = f"/webhooks/{hook.pk}"
    page = data_of(api.get(f"{at}/messages", state="failed", limit=2))
    assert (len(page["items"]), page["next_cursor"]) == (2, str(page["items"][-1]["id"]))
    assert len(data_of(api.get(f"{at}/messages", cursor=page["next_cursor"]))["items"]) == 1
    one = data_of(api.get(f"{at}/messages/{page['items'][0]['id']}"))
    assert [(tried["status"], tried["answer"]) for tried in one["tries"]] == [(400, "I do not like it")]
    receiver.answer = plain(200)
    receiver.received.clear()
    assert data_of(api.post(f"{at}/messages/{one['id']}/redeliver"))["state"] == "waiting"
    assert data_of(api.post(f"{at}/redeliver")) == {"count": 2}
    run_waiting_jobs()
    assert data_of(api.get(f"{at}/messages", state="sent"))["items"][0]["message_id"] == one["message_id"]
    assert sorted(item["state"] for item in data_of(api.get(f"{at}/messages"))["items"]) == ["sent"] * 3


@pytest.mark.parametrize(
    ("given", "name"),
    [
        ({"name": ""}, "name"),
        ({"url": "ftp://x"}, "url"),
        ({"events": []}, "events"),
        ({"events": ["painted"]}, "events"),
        ({"user": 10**6}, "user"),
        ({"user": "me"}, "user"),
        ({"record_type": "unicorns"}, "record_type"),
        ({"fields": ["name"]}, "fields"),
        ({"record_type": "shelves", "fields": ["wings"]}, "fields"),
        ({"filter": {"field": "name", "op": "is", "value": "x"}}, "filter"),
        ({"record_type": "shelves", "filter": {"field": "wings", "op": "is", "value": "x"}}, "filter"),
        ({"secret": "mine"}, "secret"),
    ],
)
def test_wrong_settings_are_refused_by_name(api, receiver, given, name) -> None:
    whole = {"name": "Shop", "url": receiver.url, "events": ["created"], **given}
    assert name in problem_in(api.post("/webhooks", whole), 422)["errors"]
    assert not Webhook.objects.exists()


def test_nobody_but_administrators_gets_at_them(make_hook, receiver) -> None:
    hook = make_hook(events=["created"])
    eve = ApiClient(make_user("Eve", scope=Scope.ALL))
    at = f"/webhooks/{hook.pk}"
    for answer in (
        eve.get("/webhooks"), eve.get(at), eve.post("/webhooks", {"name": "x"}), eve.patch(at, {"name": "y"}),
        eve.delete(at), eve.post(f"{at}/rotate"), eve.post(f"{at}/test"), eve.get(f"{at}/messages"),
        eve.post(f"{at}/redeliver"),
    ):  # fmt: skip
        problem_in(answer, 403)
    assert Webhook.objects.get().name == "Shop"
