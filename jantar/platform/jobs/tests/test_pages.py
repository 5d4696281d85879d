import pytest
from django.test import Client

from jantar.platform.accounts.models import User
from jantar.platform.jobs.models import JobRun, State
from jantar.platform.jobs.tests import sample

pytestmark = pytest.mark.django_db


@pytest.fixture
def admin(db: None) -> User:
    return User.objects.create_user("admin@example.com", "password", full_name="Admin", is_admin=True)


def test_a_user_sees_their_own_runs_only(client: Client, anna: User, jan: User) -> None:
    JobRun.objects.create(kind="x", label="Import of Anna", owner=anna)
    JobRun.objects.create(kind="x", label="Import of Jan", owner=jan)
    client.force_login(jan)

    for address in ("/jobs/", "/jobs/?who=all", "/jobs/rows/"):
        text = client.get(address).content.decode()
        assert "Import of Jan" in text
        assert "Import of Anna" not in text


def test_an_administrator_can_see_everybodys(client: Client, anna: User, admin: User) -> None:
    JobRun.objects.create(kind="x", label="Import of Anna", owner=anna)
    client.force_login(admin)

    mine = client.get("/jobs/").content.decode()
    assert "Import of Anna" not in mine
    assert 'href="/jobs/" aria-current="page"' in mine
    everybodys = client.get("/jobs/?who=all").content.decode()
    assert "Import of Anna" in everybodys
    assert 'href="/jobs/?who=all" aria-current="page"' in everybodys


def test_progress_result_and_error_are_shown(client: Client, jan: User) -> None:
    JobRun.objects.create(kind="x", label="a", owner=jan, state=State.RUNNING, progress=1500, total=3000)
    JobRun.objects.create(kind="x", label="b", owner=jan, state=State.FAILED, error="Row 3 <has> no name.")
    result = {"message": "12 rows", "url": "/people/"}
    JobRun.objects.create(kind="x", label="c", owner=jan, state=State.DONE, result=result)
    client.force_login(jan)

    text = client.get("/jobs/").content.decode()
    assert 'value="50"' in text
    assert "1,500 of 3,000" in text
    assert "Row 3 &lt;has&gt; no name." in text
    assert "12 rows" in text
    assert 'href="/people/"' in text
    assert "data-job-done" not in text


def test_the_table_says_when_nothing_runs_any_more(client: Client, jan: User) -> None:
    JobRun.objects.create(kind="x", label="a", owner=jan, state=State.DONE)
    client.force_login(jan)

    assert "data-job-done" in client.get("/jobs/rows/").content.decode()


@pytest.mark.parametrize("url", ["https://evil.example/", "//evil.example/", "javascript:alert(1)"])
def test_a_result_never_links_to_another_place(url: str) -> None:
    assert JobRun(result={"url": url}).result_url == ""


def test_a_run_is_cancelled_and_tried_again_from_the_page(client: Client, jan: User) -> None:
    run = sample.write_note.later(text="x", actor_id=jan.pk)
    client.force_login(jan)

    response = client.post(f"/jobs/{run.pk}/cancel/", follow=True)
    run.refresh_from_db()
    assert run.state == State.CANCELLED
    assert "is being cancelled" in response.content.decode()

    client.post(f"/jobs/{run.pk}/retry/")
    run.refresh_from_db()
    assert run.state == State.WAITING


@pytest.mark.parametrize("act", ["cancel", "retry"])
def test_the_run_of_somebody_else_is_not_found_and_stays_as_it_is(
    client: Client, anna: User, jan: User, act: str
) -> None:
    state = State.WAITING if act == "cancel" else State.FAILED
    run = JobRun.objects.create(kind="x", label="a", owner=anna, state=state)
    client.force_login(jan)

    assert client.post(f"/jobs/{run.pk}/{act}/").status_code == 404
    assert client.get(f"/jobs/{run.pk}/progress/").status_code == 404
    run.refresh_from_db()
    assert run.state == state


def test_looking_at_an_act_changes_nothing(client: Client, jan: User) -> None:
    run = JobRun.objects.create(kind="x", label="a", owner=jan)
    client.force_login(jan)

    assert client.get(f"/jobs/{run.pk}/cancel/").status_code == 405


def test_older_runs_are_on_further_pages(client: Client, jan: User) -> None:
    JobRun.objects.bulk_create(JobRun(kind="x", label=f"Job number {number:03}", owner=jan) for number in range(60))
    client.force_login(jan)

    first = client.get("/jobs/")
    assert first.content.decode().count('id="job-') == 50
    second = client.get(f"/jobs/?before={first.context['next_before']}").content.decode()
    assert second.count('id="job-') == 10
    assert "Job number 009" in second
    assert client.get("/jobs/?before=" + "9" * 40).status_code == 200
