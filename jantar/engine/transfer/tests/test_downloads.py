"""Files of exports wait for their owner as long as the owner may export."""

import pytest

from jantar.engine.permissions.actor import actor_for
from jantar.engine.permissions.models import Action, Grant, Scope
from jantar.engine.records import write
from jantar.engine.records.listing import Query
from jantar.engine.testing.actors import grant, make_user, signed_in
from jantar.engine.testing.fake.records import books
from jantar.engine.transfer.archive.jobs import write_later
from jantar.engine.transfer.exporting import Export
from jantar.engine.transfer.exports_later import export_later
from jantar.platform.accounts.models import User
from jantar.platform.jobs.models import JobRun
from jantar.platform.jobs.running import run_waiting_jobs

pytestmark = [pytest.mark.django_db, pytest.mark.capability("C110", "N10")]


@pytest.fixture
def eva() -> User:
    user = make_user("Eva")
    grant(user, dict.fromkeys((Action.SEE, Action.CREATE, Action.EXPORT), Scope.ALL), "books")
    write.create(books, {"title": "The Doll"}, actor=actor_for(user))
    return user


@pytest.fixture
def address(eva: User) -> str:
    """Of the file that was written for her."""
    run = export_later(Export(Query(books, actor_for(eva), columns=("title",)), "csv"))
    run_waiting_jobs()
    run.refresh_from_db()
    return str((run.result or {})["url"])


def test_who_may_export_gets_the_file(eva: User, address: str) -> None:
    answer = signed_in(eva).get(address)
    assert answer.status_code == 200
    assert b"The Doll" in b"".join(answer.streaming_content)  # type: ignore[attr-defined]


@pytest.mark.parametrize("action", [Action.EXPORT, Action.SEE])
def test_who_may_no_longer_is_told_so(eva: User, address: str, action: Action) -> None:
    Grant.objects.filter(role__users=eva, action=action).delete()
    answer = signed_in(eva).get(address)
    assert answer.status_code == 403
    assert "You may not export here." in answer.content.decode()


def test_whose_account_was_taken_away_gets_nothing(eva: User, address: str) -> None:
    client = signed_in(eva)
    User.objects.filter(pk=eva.pk).update(is_active=False)
    assert client.get(address).status_code == 302


def test_a_file_nobody_knows_the_export_of_is_not_given(eva: User, address: str) -> None:
    JobRun.objects.all().delete()
    assert signed_in(eva).get(address).status_code == 404


def test_an_archive_is_for_administrators_only(transactional_db: None) -> None:
    root = make_user("Root", admin=True)
    run = write_later(actor_for(root))
    run_waiting_jobs()
    run.refresh_from_db()
    address = (run.result or {})["url"]
    assert signed_in(root).get(address).status_code == 200
    User.objects.filter(pk=root.pk).update(is_admin=False)
    answer = signed_in(root).get(address)
    assert answer.status_code == 403
    assert "Only administrators may do this." in answer.content.decode()
