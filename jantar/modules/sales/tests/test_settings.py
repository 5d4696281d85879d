"""Pipelines and stages are set up by administrators in the settings."""

import re
from decimal import Decimal

import pytest

from jantar.engine.permissions.actor import actor_for
from jantar.engine.permissions.models import Scope
from jantar.engine.records import write
from jantar.engine.records.registry import registry
from jantar.engine.testing.actors import make_team, make_user
from jantar.modules.sales import queries, services, setting_up
from jantar.modules.sales.models import Pipeline, Stage

pytestmark = pytest.mark.django_db


@pytest.fixture
def admin():
    return make_user("Alice", make_team("North"), admin=True)


@pytest.fixture
def web(client, admin):
    client.force_login(admin)
    return client


@pytest.fixture
def renewals():
    stages = [("Due", "open", 60), ("Asked", "open", 80), ("Signed", "won", 100), ("Gone", "lost", 0)]
    return services.create_pipeline("Renewals", stages)


def stage(name):
    return Stage.with_retired.get(name=name)


def deal_in(user, name):
    actor = actor_for(user)
    party = write.create(registry.get("companies"), {"name": "Amber"}, actor=actor)
    values = {"name": "Machine", "customer": party, "stage": stage(name)}
    return write.create(registry.get("deals"), values, actor=actor)


def names(pipeline):
    return list(Stage.objects.filter(pipeline=pipeline).order_by("position").values_list("name", flat=True))


@pytest.mark.capability("C35")
def test_a_pipeline_is_added_with_the_stages_of_another_and_renamed(web, renewals):
    answer = web.post("/settings/pipelines/new/", {"name": "Partners", "like": renewals.pk})
    partners = Pipeline.objects.get(name="Partners")
    assert answer["HX-Redirect"] == f"/settings/pipelines/{partners.pk}/"
    assert names(partners) == names(renewals) == ["Due", "Asked", "Signed", "Gone"]
    web.post(f"/settings/pipelines/{partners.pk}/name/", {"name": "Resellers"})
    assert Pipeline.objects.get(pk=partners.pk).name == "Resellers"
    refused = web.post(f"/settings/pipelines/{partners.pk}/name/", {"name": "renewals"})
    assert refused.status_code == 422
    assert "There is already a pipeline of this name." in refused.content.decode()


@pytest.mark.capability("C35")
def test_stages_are_added_changed_and_put_in_order(web, renewals):
    address = f"/settings/pipelines/{renewals.pk}/"
    web.post(f"{address}stages/new/", {"name": "Meeting", "probability": "70", "status": "open", "tone": "pink"})
    meeting = stage("Meeting")
    assert (meeting.probability, meeting.status, meeting.shown_tone) == (Decimal(70), "open", "pink")
    order = [stage(name).pk for name in ("Due", "Meeting", "Asked", "Signed", "Gone")]
    assert web.post(f"{address}order/", {"stage": order}).status_code == 204
    assert names(renewals) == ["Due", "Meeting", "Asked", "Signed", "Gone"]
    change = {"name": "Visit", "probability": "72.5", "status": "open", "tone": ""}
    web.post(f"{address}stages/{meeting.pk}/", change)
    assert (stage("Visit").probability, stage("Visit").position) == (Decimal("72.5"), 1)
    for wrong, message in (
        ({"name": "due"}, "This pipeline already has a stage of this name"),
        ({"probability": "120"}, "120"),
        ({"probability": "much"}, "much"),
    ):
        refused = web.post(f"{address}stages/{meeting.pk}/", {**change, **wrong})
        assert refused.status_code == 422, wrong
        assert message in refused.content.decode()
    assert (stage("Visit").probability, stage("Visit").position) == (Decimal("72.5"), 1)


@pytest.mark.capability("C35")
def test_the_order_of_pipelines_is_that_of_the_board(web, renewals):
    first = Pipeline.objects.exclude(pk=renewals.pk).get()
    assert web.post("/settings/pipelines/order/", {"pipeline": [renewals.pk, first.pk]}).status_code == 204
    assert [pk for pk, _name in queries.pipelines(None)] == [renewals.pk, first.pk]


@pytest.mark.capability("C35", "N7")
def test_a_stage_with_deals_is_retired_by_moving_them_and_the_move_can_be_undone(web, admin, renewals):
    deal = deal_in(admin, "Asked")
    address = f"/settings/pipelines/{renewals.pk}/stages/{stage('Asked').pk}/retire/"
    assert "Due" in web.get(address).content.decode()
    refused = web.post(address, {"move_to": stage("Signed").pk})
    assert refused.status_code == 422
    deal.refresh_from_db()
    assert (deal.stage.name, names(renewals)) == ("Asked", ["Due", "Asked", "Signed", "Gone"])
    web.post(address, {"move_to": stage("Due").pk})
    deal.refresh_from_db()
    assert (deal.stage.name, names(renewals)) == ("Due", ["Due", "Signed", "Gone"])
    assert [one.to_stage.name for one in deal.stage_changes.order_by("pk")] == ["Asked", "Due"]
    undo = re.search(r"/operations/\d+/undo/", web.get(f"/settings/pipelines/{renewals.pk}/").content.decode())[0]
    web.post(undo)
    deal.refresh_from_db()
    assert deal.stage.name == "Asked"
    columns = [column.label for column in queries.stage_columns(actor_for(admin), renewals.pk)]
    assert columns == ["Due", "Asked", "Signed", "Gone"], "a deal in a retired stage stays in sight"
    web.post(f"/settings/pipelines/{renewals.pk}/stages/{stage('Asked').pk}/revive/")
    assert names(renewals) == ["Due", "Asked", "Signed", "Gone"]


@pytest.mark.capability("C35")
def test_a_retired_stage_is_offered_nowhere(web, admin, renewals):
    setting_up.retire_stage(stage("Asked"), move_to=None, actor=actor_for(admin))
    deal = deal_in(admin, "Due")
    page = web.get(f"/deals/{deal.pk}/edit/").content.decode()
    assert ">Due</option>" in page
    assert ">Asked</option>" not in page


@pytest.mark.capability("C35")
def test_the_last_stage_of_a_kind_stays_and_a_stage_with_deals_keeps_its_kind(web, admin, renewals):
    signed, due = stage("Signed"), stage("Due")
    address = f"/settings/pipelines/{renewals.pk}/stages/"
    assert web.post(f"{address}{signed.pk}/retire/").status_code == 422
    assert stage("Signed").retired_at is None
    deal_in(admin, "Due")
    change = {"name": "Due", "probability": "60", "status": "won", "tone": ""}
    refused = web.post(f"{address}{due.pk}/", change)
    assert refused.status_code == 422
    assert "while deals are in the stage" in refused.content.decode()
    assert stage("Due").status == "open"


@pytest.mark.capability("C35", "N10")
def test_only_administrators_set_up_pipelines(client, renewals):
    client.force_login(make_user("Anna", make_team("South"), scope=Scope.ALL))
    assert client.get("/settings/pipelines/").status_code == 403
    new = {"name": "X", "probability": "1", "status": "open", "tone": ""}
    assert client.post(f"/settings/pipelines/{renewals.pk}/stages/new/", new).status_code == 403
    assert not Stage.objects.filter(name="X").exists()


@pytest.mark.capability("C35")
def test_the_page_shows_every_stage_with_the_number_of_its_deals_as_a_tab_of_the_settings(web, admin, renewals):
    deal_in(admin, "Due")
    page = web.get(f"/settings/pipelines/{renewals.pk}/").content.decode()
    assert "1 deal" in page
    shown = re.findall(r'name="stage" value="(\d+)"', page)
    assert shown == [str(stage(name).pk) for name in ("Due", "Asked", "Signed", "Gone")]
    assert 'href="/settings/pipelines/" aria-current="page"' in page
    assert 'href="/settings/mail/"' in page
