"""What pages mark: deals that are won or lost, and deadlines that are past."""

from datetime import timedelta

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from jantar.engine.permissions.actor import actor_for
from jantar.engine.permissions.models import Scope
from jantar.engine.records import write
from jantar.engine.records.registry import registry
from jantar.engine.testing.actors import make_team, make_user
from jantar.modules.sales.models import Stage

pytestmark = pytest.mark.django_db
LATE = '<span class="late">'


@pytest.fixture
def anna(client):
    user = make_user("Anna", make_team("North"), scope=Scope.TEAM)
    client.force_login(user)
    return actor_for(user)


@pytest.fixture
def late_deal(anna):
    customer = write.create(registry.get("companies"), {"name": "Amber"}, actor=anna)
    values = {"name": "Machine", "customer": customer, "expected_close": anna.today - timedelta(days=3)}
    return write.create(registry.get("deals"), values, actor=anna)


@pytest.mark.capability("C21", "C32")
def test_an_open_deal_past_its_expected_close_is_marked_on_list_board_and_record(client, anna, late_deal):
    column = f"/deals/board/column/?column={late_deal.stage_id}"
    pages = ("/deals/?columns=name,expected_close", column, f"/deals/{late_deal.pk}/")
    for page in pages:
        assert LATE in client.get(page).content.decode(), page
    write.update(registry.get("deals"), late_deal.pk, {"expected_close": anna.today}, actor=anna)
    for page in pages:
        assert LATE not in client.get(page).content.decode(), page


@pytest.mark.capability("C21", "C36")
def test_a_closed_deal_is_not_late_any_more(client, anna, late_deal):
    client.post(f"/deals/{late_deal.pk}/acts/win/")
    assert LATE not in client.get(f"/deals/{late_deal.pk}/").content.decode()
    assert LATE not in client.get("/deals/?columns=name,expected_close").content.decode()


def test_marking_costs_no_statement_per_row(client, anna, late_deal):
    def statements():
        with CaptureQueriesContext(connection) as found:
            assert LATE in client.get("/deals/?columns=name,expected_close").content.decode()
        return len(found)

    one = statements()
    for number in range(10):
        values = {"name": f"Deal {number}", "customer": late_deal.customer, "expected_close": late_deal.expected_close}
        write.create(registry.get("deals"), values, actor=anna)
    assert statements() == one


@pytest.mark.capability("C36")
@pytest.mark.parametrize(
    ("act", "data", "sentence", "mark"),
    [("win", {}, "Deal won.", "Won"), ("lose", {"loss_reason": "price"}, "Deal lost.", "Lost")],
)
def test_a_closed_deal_says_so_beside_its_title_and_can_only_be_reopened(
    client, anna, late_deal, act, data, sentence, mark
):
    page = f"/deals/{late_deal.pk}/"
    assert '<span id="record-mark"></span>' in client.get(page).content.decode()
    client.post(f"{page}acts/{act}/", data)
    html = client.get(page).content.decode()
    assert sentence in html
    assert f">{mark}</span></span>" in html.split('id="record-mark"')[1][:200]
    assert "acts/win/" not in html
    assert "acts/lose/" not in html
    client.post(f"{page}acts/reopen/")
    html = client.get(page).content.decode()
    assert "Deal reopened." in html
    assert "acts/win/" in html
    assert "acts/lose/" in html


@pytest.mark.capability("C32")
def test_a_stage_has_its_colour_on_board_list_and_record(client, anna, late_deal):
    Stage.objects.filter(pk=late_deal.stage_id).update(tone="pink")
    assert 'data-tone="pink"' in client.get(f"/deals/board/column/?column={late_deal.stage_id}").content.decode()
    for page in ("/deals/", f"/deals/{late_deal.pk}/"):
        assert f'badge-dot" data-tone="pink">{late_deal.stage}' in client.get(page).content.decode(), page
