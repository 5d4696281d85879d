"""Working hours: one's own, those of the company, what the calendar shades."""

from datetime import time

import pytest

from jantar.engine.permissions.models import Scope
from jantar.engine.records.models import WorkingHours
from jantar.engine.testing.actors import make_team, make_user

pytestmark = [pytest.mark.django_db, pytest.mark.capability("C22")]
OWN, COMPANY = "/account/hours/", "/settings/hours/"


@pytest.fixture
def ada(client):
    user = make_user("Ada", make_team("North"), scope=Scope.OWN)
    client.force_login(user)
    return user


def stored():
    return {row.user_id: (row.begins, row.ends, row.days) for row in WorkingHours.objects.all()}


def shaded(client):
    page = client.get("/calendar/?day=2026-11-24").content.decode()
    return [tuple(piece.split('"')[0::2][:2]) for piece in page.split('data-work-from="')[1:]]


def test_ones_own_hours_are_stored_shaded_and_given_up_again(client, ada):
    assert shaded(client) == [("480", "1080")] * 5 + [("0", "0")] * 2
    page = client.get(OWN).content.decode()
    assert "Use the hours of the company" not in page
    assert client.post(OWN, {"begins": "07:00", "ends": "15:30", "days": ["0", "5"]}).url == OWN
    assert stored() == {ada.pk: (time(7), time(15, 30), [0, 5])}
    assert shaded(client) == [("420", "930")] + [("0", "0")] * 4 + [("420", "930"), ("0", "0")]
    assert "Use the hours of the company" in client.get(OWN).content.decode()
    client.post(f"{OWN}default/")
    assert stored() == {}


@pytest.mark.parametrize(
    ("values", "words"),
    [
        ({"begins": "18:00", "ends": "08:00", "days": ["0"]}, "The end has to be after the start."),
        ({"begins": "08:00", "ends": "18:00"}, "Choose at least one day."),
        ({"begins": "soon", "ends": "18:00", "days": ["0"]}, "Enter a valid time."),
        ({"begins": "08:00", "ends": "18:00", "days": ["9"]}, "9 is not one of the available choices"),
    ],
)
def test_hours_that_cannot_be_are_refused_and_stay_typed(client, ada, values, words):
    answer = client.post(OWN, values)
    assert answer.status_code == 422
    assert words in answer.content.decode()
    assert f'value="{values["begins"]}"' in answer.content.decode()
    assert stored() == {}


def test_the_hours_of_the_company_are_for_administrators_and_hold_for_the_others(client, ada):
    values = {"begins": "06:00", "ends": "14:00", "days": ["0", "1", "2", "3", "4"]}
    assert client.post(COMPANY, values).status_code == 403
    assert stored() == {}
    client.force_login(make_user("Boss", admin=True))
    assert client.post(COMPANY, values).url == COMPANY
    assert stored() == {None: (time(6), time(14), [0, 1, 2, 3, 4])}
    client.force_login(ada)
    assert shaded(client)[0] == ("360", "840")
    assert 'value="06:00"' in client.get(OWN).content.decode()
