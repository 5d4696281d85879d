"""Messages arrive at least once, signed, in the shape of the API, and nothing hangs on a broken other side."""

import json
import re
import time
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from django.utils import timezone

from jantar.engine.history.models import Cause
from jantar.engine.history.operations import operation
from jantar.engine.permissions.models import Scope
from jantar.engine.records import write
from jantar.engine.testing.actors import make_user
from jantar.engine.testing.api_client import ApiClient, data_of
from jantar.engine.testing.fake.records import books, shelves
from jantar.engine.testing.receiver import plain, unused_port
from jantar.engine.timeline.services import add_comment
from jantar.engine.webhooks import sending, services
from jantar.engine.webhooks.models import Attempt, Delivery, Webhook
from jantar.engine.webhooks.sending import DELAYS, delete_old_messages, wake_overdue
from jantar.platform.jobs.models import JobRun
from jantar.platform.jobs.running import execute, run_waiting_jobs
from jantar.platform.mail.models import SentMail

pytestmark = [pytest.mark.django_db, pytest.mark.capability("C125", "N10")]


def message(receiver, number=-1):
    return json.loads(receiver.received[number].body)


GUIDE = Path(__file__).resolve().parents[4] / "docs" / "how-to" / "use-webhooks.md"


def signatures(received, secret):
    """Checked by the code in the guide."""
    [code] = re.findall(r"```python\n(.*?)```", GUIDE.read_text(), re.DOTALL)
    names: dict[str, Any] = {}
    exec(code, names)  # the example as it stands there
    found: bool = names["is_from_jantar"](secret, received.headers, received.body)
    assert not names["is_from_jantar"](secret, received.headers, received.body + b" ")
    assert not names["is_from_jantar"](secret, {**received.headers, "webhook-timestamp": "1000"}, received.body)
    return found


def due_now() -> None:
    """Lets the waiting time pass."""
    Delivery.objects.update(next_at=timezone.now() - timedelta(seconds=1))
    Webhook.objects.update(rests_until=None)
    JobRun.objects.filter(state="waiting").update(run_at=None)


def test_a_message_is_signed_and_holds_the_record_as_the_api_shows_it(make_hook, receiver, actor, ada) -> None:
    hook = make_hook(record_type="books", events=["changed"])
    book = write.create(books, {"title": "Lalka", "copies": [{"number": "A1"}]}, actor=actor)
    write.update(books, book.pk, {"title": "Quo vadis"}, actor=actor)
    run_waiting_jobs()
    [received] = receiver.received
    assert signatures(received, hook.told)
    said = message(receiver)
    assert said["type"] == "books.changed"
    [item] = said["data"]["records"]
    assert (item["id"], item["changed"]) == (book.pk, ["title"])
    assert item["record"] == data_of(ApiClient(ada).get(f"/books/{book.pk}"))
    assert said["data"]["operation"]["who"] == {"id": ada.pk, "title": "Ada"}
    delivery = Delivery.objects.get()
    assert (delivery.state, received.headers["webhook-id"]) == ("sent", delivery.message_id)
    assert abs(int(received.headers["webhook-timestamp"]) - time.time()) < 30


def test_what_its_user_may_not_see_when_it_is_sent_is_not_said(make_hook, receiver, actor) -> None:
    eve = make_user("Eve", scope=Scope.OWN)
    make_hook(user=eve.pk, events=["created"])
    attic = write.create(shelves, {"name": "Attic", "owner": eve}, actor=actor)
    write.update(shelves, attic.pk, {"owner": None}, actor=actor)
    run_waiting_jobs()
    assert message(receiver)["data"]["records"] == [{"id": attic.pk, "record": None}]
    assert b"Attic" not in receiver.received[0].body


def test_records_its_user_may_not_see_are_not_named_by_those_it_may(make_hook, receiver, actor) -> None:
    eve = make_user("Eve", scope=Scope.OWN)
    make_hook(user=eve.pk, record_type="books", events=["created"])
    attic = write.create(shelves, {"name": "Hidden shelf"}, actor=actor)
    write.create(books, {"title": "Lalka", "shelf": attic, "owner": eve}, actor=actor)
    run_waiting_jobs()
    assert message(receiver)["data"]["records"][0]["record"]["shelf"]["id"] is None
    assert b"Hidden shelf" not in receiver.received[0].body


def test_deleted_merged_and_commented_records_are_told_with_what_matters(make_hook, receiver, actor) -> None:
    attic = write.create(shelves, {"name": "Attic"}, actor=actor)
    make_hook(events=["deleted", "entry"])
    add_comment(attic, text="a word", actor=actor)
    write.delete(shelves, [attic.pk], actor=actor)
    run_waiting_jobs()
    by_type = {one["type"]: one["data"] for one in map(json.loads, (r.body for r in receiver.received))}
    assert by_type["shelves.deleted"]["records"][0]["record"]["name"] == "Attic"
    assert by_type["shelves.entry"]["entries"] == []  # gone meanwhile


def test_a_comment_is_told_with_its_text(make_hook, receiver, actor) -> None:
    attic = write.create(shelves, {"name": "Attic"}, actor=actor)
    make_hook(events=["entry"])
    add_comment(attic, text="a word", actor=actor)
    run_waiting_jobs()
    [entry] = message(receiver)["data"]["entries"]
    assert (entry["id"], entry["type"], entry["entry"]["text"]) == (attic.pk, "shelves", "a word")


def test_many_records_come_in_few_messages(make_hook, receiver, actor) -> None:
    make_hook(events=["created"])
    with operation(actor, Cause.BULK):
        made = [write.create(shelves, {"name": f"Shelf {number}"}, actor=actor).pk for number in range(120)]
    run_waiting_jobs()
    ids = [item["id"] for one in receiver.received for item in json.loads(one.body)["data"]["records"]]
    assert (len(receiver.received), ids) == (2, made)


def test_records_too_large_for_a_message_are_told_by_id(make_hook, receiver, actor, monkeypatch) -> None:
    monkeypatch.setattr("jantar.engine.webhooks.payload.MOST_BYTES", 5000)
    make_hook(record_type="books", events=["created"])
    with operation(actor, Cause.BULK):
        large = write.create(books, {"title": "Large", "summary": "x" * 9000}, actor=actor)
        small = write.create(books, {"title": "Small"}, actor=actor)
    run_waiting_jobs()
    assert len(receiver.received[0].body) <= 5000
    first, second = message(receiver)["data"]["records"]
    assert first == {"id": large.pk, "left_out": True}
    assert (second["id"], second["record"]["title"]) == (small.pk, "Small")


def test_a_failed_message_is_sent_again_unchanged_under_the_same_id(make_hook, receiver, actor) -> None:
    make_hook(events=["created"])
    receiver.answer = plain(500, "out of order")
    attic = write.create(shelves, {"name": "Attic"}, actor=actor)
    run_waiting_jobs()
    delivery = Delivery.objects.get()
    assert (delivery.state, delivery.attempts) == ("waiting", 1)
    assert 4 <= (delivery.next_at - timezone.now()).total_seconds() <= 6
    hook = Webhook.objects.get()
    assert (hook.failing_since is not None, hook.last_error) == (True, "The answer was 500.")
    write.update(shelves, attic.pk, {"name": "Loft"}, actor=actor)
    receiver.answer = plain(204)
    due_now()
    run_waiting_jobs()
    first, again = receiver.received[0], receiver.received[1]
    assert (first.headers["webhook-id"], first.body) == (again.headers["webhook-id"], again.body)
    assert Delivery.objects.filter(pk=delivery.pk, state="sent", attempts=2).exists()
    assert Webhook.objects.get().failing_since is None
    assert [one.status for one in Attempt.objects.filter(delivery=delivery).order_by("pk")] == [500, 204]


def test_after_a_day_of_attempts_a_message_is_given_up(make_hook, receiver, actor) -> None:
    assert timedelta(hours=22) < sum(DELAYS, timedelta()) < timedelta(hours=26)
    make_hook(events=["created"])
    receiver.answer = plain(400)
    write.create(shelves, {"name": "Attic"}, actor=actor)
    for _number in range(len(DELAYS) + 3):
        run_waiting_jobs()
        due_now()
    assert Delivery.objects.get().state == "failed"
    assert len(receiver.received) == len(DELAYS) + 1


def test_one_message_that_is_refused_does_not_hold_up_the_others(make_hook, receiver, actor) -> None:
    make_hook(events=["created"])

    def picky(handler):
        plain(422 if b"Attic" in receiver.received[-1].body else 200)(handler)

    receiver.answer = picky
    write.create(shelves, {"name": "Attic"}, actor=actor)
    write.create(shelves, {"name": "Cellar"}, actor=actor)
    run_waiting_jobs()
    assert [one.state for one in Delivery.objects.order_by("pk")] == ["waiting", "sent"]


def test_when_nobody_answers_the_other_messages_wait_too(make_hook, actor) -> None:
    make_hook(events=["created"], url=f"http://127.0.0.1:{unused_port()}/")
    for name in ("Attic", "Cellar", "Loft"):
        write.create(shelves, {"name": name}, actor=actor)
    run_waiting_jobs()
    assert Attempt.objects.count() == 1
    assert Attempt.objects.get().error == "The connection failed."


def test_private_addresses_get_nothing_and_the_log_says_so(make_hook, receiver, actor, settings) -> None:
    make_hook(events=["created"])
    settings.OUTGOING_NETWORKS = []
    write.create(shelves, {"name": "Attic"}, actor=actor)
    run_waiting_jobs()
    assert receiver.received == []
    assert Attempt.objects.get().error == "The address is in a private network."


def test_a_worker_that_dies_between_sending_and_noting_sends_again(make_hook, receiver, actor, monkeypatch) -> None:
    make_hook(events=["created"])
    write.create(shelves, {"name": "Attic"}, actor=actor)

    class Killed(BaseException):
        pass

    def die(*_arguments):
        raise Killed

    run = JobRun.objects.get(kind="webhooks.send", state="waiting")
    with monkeypatch.context() as dying:
        dying.setattr(sending, "settle", die)
        with pytest.raises(Killed):
            execute(run.pk, aside=False)
    assert len(receiver.received) == 1
    execute(run.pk, aside=False)  # as the queue does when it misses the worker
    first, again = receiver.received
    assert (first.headers["webhook-id"], first.body) == (again.headers["webhook-id"], again.body)
    assert Delivery.objects.get().state == "sent"


def test_another_job_leaves_alone_what_is_being_sent(make_hook, actor) -> None:
    hook = make_hook(events=["created"])
    write.create(shelves, {"name": "Attic"}, actor=actor)
    assert sending.claim(hook.pk, 1) is not None
    assert sending.claim(hook.pk, 2) is None
    Delivery.objects.update(next_at=timezone.now() - timedelta(seconds=1))
    assert sending.claim(hook.pk, 2) is not None


def test_messages_that_lost_their_job_are_found(make_hook, receiver, actor) -> None:
    make_hook(events=["created"])
    write.create(shelves, {"name": "Attic"}, actor=actor)
    JobRun.objects.filter(kind="webhooks.send").delete()
    Delivery.objects.update(next_at=timezone.now() - timedelta(minutes=2))
    wake_overdue()
    run_waiting_jobs()
    assert len(receiver.received) == 1


def test_after_days_of_failures_it_is_turned_off_and_administrators_are_told(make_hook, receiver, actor) -> None:
    hook = make_hook(events=["created"])
    receiver.answer = plain(503)
    Webhook.objects.update(failing_since=timezone.now() - timedelta(days=4))
    write.create(shelves, {"name": "Attic"}, actor=actor)
    run_waiting_jobs()
    assert Webhook.objects.get().state == "off"
    mail = SentMail.objects.get()
    assert (mail.to, mail.subject) == ("ada@jantar.example", "The webhook “Shop” was turned off")
    assert receiver.url in mail.body
    due_now()
    run_waiting_jobs()
    assert len(receiver.received) == 1
    receiver.answer = plain(200)
    services.resume_webhook(hook, actor=actor)
    run_waiting_jobs()
    assert Delivery.objects.get().state == "sent"


def test_an_address_that_is_gone_turns_it_off_at_once(make_hook, receiver, actor) -> None:
    make_hook(events=["created"])
    receiver.answer = plain(410)
    write.create(shelves, {"name": "Attic"}, actor=actor)
    run_waiting_jobs()
    assert Webhook.objects.get().state == "off"


def test_the_secret_is_kept_sealed_and_the_old_one_signs_for_a_day(make_hook, receiver, actor) -> None:
    hook = make_hook(events=["created"])
    assert hook.told not in Webhook.objects.get().secret
    secret = services.rotate_secret(Webhook.objects.get(), actor=actor)
    write.create(shelves, {"name": "Attic"}, actor=actor)
    run_waiting_jobs()
    assert signatures(receiver.received[0], hook.told)
    assert signatures(receiver.received[0], secret)
    Webhook.objects.update(old_until=timezone.now())
    write.create(shelves, {"name": "Cellar"}, actor=actor)
    run_waiting_jobs()
    assert not signatures(receiver.received[1], hook.told)
    assert signatures(receiver.received[1], secret)


def test_a_secret_sealed_with_another_key_is_told_in_the_log(make_hook, receiver, actor, settings) -> None:
    make_hook(events=["created"])
    settings.SECRET_KEY = "another"
    write.create(shelves, {"name": "Attic"}, actor=actor)
    run_waiting_jobs()
    assert receiver.received == []
    assert Attempt.objects.get().error == "The secret can't be read any more. Make a new one."


def test_paused_messages_wait(make_hook, receiver, actor) -> None:
    hook = make_hook(events=["created"])
    services.pause_webhook(hook, actor=actor)
    write.create(shelves, {"name": "Attic"}, actor=actor)
    run_waiting_jobs()
    assert receiver.received == []
    services.resume_webhook(hook, actor=actor)
    run_waiting_jobs()
    assert len(receiver.received) == 1


def test_messages_are_kept_for_thirty_days(make_hook, receiver, actor) -> None:
    make_hook(events=["created"])
    write.create(shelves, {"name": "Attic"}, actor=actor)
    write.create(shelves, {"name": "Cellar"}, actor=actor)
    run_waiting_jobs()
    old = Delivery.objects.order_by("pk")[0]
    Delivery.objects.filter(pk=old.pk).update(created_at=timezone.now() - timedelta(days=31))
    delete_old_messages()
    assert [one.pk > old.pk for one in Delivery.objects.all()] == [True]
