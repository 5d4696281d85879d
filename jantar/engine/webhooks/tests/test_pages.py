"""Administrators set webhooks up, see what was sent, and send it again."""

import re

import pytest
from django.test import Client

from jantar.engine.permissions.models import Scope
from jantar.engine.records import write
from jantar.engine.testing.actors import make_user
from jantar.engine.testing.fake.records import shelves
from jantar.engine.testing.receiver import plain
from jantar.engine.webhooks.models import Delivery, Webhook
from jantar.platform.jobs.running import run_waiting_jobs

pytestmark = [pytest.mark.django_db, pytest.mark.capability("C125", "N10")]
ROOT = "/settings/webhooks/"


@pytest.fixture
def client(ada):
    client = Client()
    client.force_login(ada)
    return client


def test_a_webhook_is_made_with_a_filter_and_its_secret_is_shown_once(client, ada, receiver) -> None:
    assert "No webhooks yet" in client.get(ROOT).content.decode()
    form = client.get(f"{ROOT}new/?type=shelves").content.decode()
    assert 'data-controller="filter draft"' in form
    data = {
        "name": "Shop", "url": receiver.url, "user": ada.pk, "events": ["created", "changed"], "fields_": ["name"],
        "node": ["f1", "f2", "", ""], "f1-kind": "group", "f1-how": "all", "f2-field": "city", "f2-op": "is",
        "f2-value": "Brno",
    }  # fmt: skip
    page = client.post(f"{ROOT}new/?type=shelves", data).content.decode()
    secret = re.search(r'value="(whsec_[^"]+)"', page)
    assert secret
    hook = Webhook.objects.get()
    assert (hook.record_type, hook.fields) == ("shelves", ["name"])
    assert hook.filter == {"all": [{"field": "city", "op": "is", "value": "Brno"}]}
    for address in (ROOT, f"{ROOT}{hook.pk}/", f"{ROOT}{hook.pk}/edit/"):
        page = client.get(address).content.decode()
        assert secret[1] not in page
    listed = client.get(ROOT).content.decode()
    assert re.search(r"Shelves where City is .?Brno.?: created, changed", listed)


def test_a_wrong_form_keeps_what_was_typed(client, ada, receiver) -> None:
    answer = client.post(f"{ROOT}new/", {"name": "Shop", "url": "nowhere", "user": ada.pk, "events": ["created"]})
    page = answer.content.decode()
    assert answer.status_code == 422
    assert "Please enter an address such as" in page
    assert 'value="nowhere"' in page
    assert not Webhook.objects.exists()


def test_what_was_sent_and_answered_is_shown_and_sent_again(client, make_hook, receiver, actor) -> None:
    hook = make_hook(events=["created"])
    receiver.answer = plain(400, "<b>I do not like it</b>")
    write.create(shelves, {"name": "Attic"}, actor=actor)
    run_waiting_jobs()
    delivery = Delivery.objects.get()
    log = client.get(f"{ROOT}{hook.pk}/").content.decode()
    assert "Shelves: created" in log
    assert "The answer was 400." in log
    page = client.get(f"{ROOT}{hook.pk}/messages/{delivery.pk}/").content.decode()
    assert "&lt;b&gt;I do not like it&lt;/b&gt;" in page
    assert delivery.message_id in page
    assert "Attic" in page
    Delivery.objects.update(state="failed")
    receiver.answer = plain(200)
    client.post(f"{ROOT}{hook.pk}/redeliver/", {"message": [delivery.pk, "x"]})
    run_waiting_jobs()
    assert Delivery.objects.get().state == "sent"
    client.post(f"{ROOT}{hook.pk}/redeliver/", {"failed": "1"})
    assert Delivery.objects.get().state == "sent"


def test_it_is_paused_tested_turned_on_renewed_changed_and_deleted(client, make_hook, receiver, ada) -> None:
    hook = make_hook(events=["created"])
    at = f"{ROOT}{hook.pk}/"
    client.post(f"{at}test/")
    run_waiting_jobs()
    assert b'"type":"test"' in receiver.received[0].body
    client.post(f"{at}pause/")
    assert Webhook.objects.get().state == "paused"
    assert client.post(f"{at}test/").status_code == 422
    client.post(f"{at}resume/")
    assert Webhook.objects.get().state == "on"
    page = client.post(f"{at}secret/").content.decode()
    assert "whsec_" in page
    assert hook.told not in page
    client.post(f"{at}edit/", {"name": "Store", "url": hook.url, "user": ada.pk, "events": ["deleted"]})
    assert Webhook.objects.values_list("name", "events").get() == ("Store", ["deleted"])
    client.post(f"{at}delete/")
    assert not Webhook.objects.exists()


def test_nobody_else_sees_or_changes_anything(make_hook) -> None:
    hook = make_hook(events=["created"])
    client = Client()
    client.force_login(make_user("Eve", scope=Scope.ALL))
    for address in ("", "new/", f"{hook.pk}/", f"{hook.pk}/edit/", f"{hook.pk}/messages/1/"):
        assert client.get(ROOT + address).status_code == 403
    for address in (
        "new/",
        f"{hook.pk}/edit/",
        *(f"{hook.pk}/{verb}/" for verb in ("pause", "test", "delete", "secret", "redeliver")),
    ):
        assert client.post(ROOT + address).status_code == 403
    assert Webhook.objects.get().state == "on"


@pytest.mark.parametrize("url", ["http://127.0.0.1:9999/x", "http://localhost/x", "https://10.1.2.3/", "http://[::1]/"])
def test_an_address_of_a_private_network_is_refused_at_its_field(client, ada, settings, url) -> None:
    settings.OUTGOING_NETWORKS = []
    answer = client.post(f"{ROOT}new/", {"name": "Shop", "url": url, "user": ada.pk, "events": ["created"]})
    page = answer.content.decode()
    assert answer.status_code == 422
    assert "The address is in a private network." in page
    assert f'value="{url}"' in page
    assert not Webhook.objects.exists()


def test_messages_that_wait_are_looked_at_again_while_they_wait(client, make_hook) -> None:
    hook = make_hook(events=["created"])
    client.post(f"{ROOT}{hook.pk}/test/")
    message = Delivery.objects.get()
    page = client.get(f"{ROOT}{hook.pk}/").content.decode()
    assert f'hx-select-oob="#message-{message.pk}"' in page
    assert f'<tr id="message-{message.pk}">' in page
    run_waiting_jobs()
    assert 'id="messages-waiting"' not in client.get(f"{ROOT}{hook.pk}/").content.decode()
