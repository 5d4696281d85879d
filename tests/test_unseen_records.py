"""What a row of a part refers to is told by number neither in pages nor by the API to those who may not see it."""

import re
from typing import Any

import pytest
from django.test import Client

from jantar.engine.fields.record_key import RecordKey
from jantar.engine.permissions.actor import actor_for
from jantar.engine.permissions.models import Scope
from jantar.engine.records import write
from jantar.engine.records.registry import registry
from jantar.engine.testing.actors import make_team, make_user
from jantar.engine.testing.api_client import ApiClient, data_of
from jantar.engine.testing.browserless import fields_of

pytestmark = pytest.mark.django_db
companies, activities = registry.get("companies"), registry.get("activities")
HIDDEN = "(not visible to you)"


@pytest.fixture
def seller(settings: Any) -> Any:
    settings.API_REQUESTS_PER_MINUTE = 0
    return make_user("Anna", make_team("North"), scope=Scope.OWN)


@pytest.fixture
def stored(seller: Any) -> dict[str, Any]:
    """A company and an activity of the seller that name a company of the chief."""
    chief = actor_for(make_user("Chief", admin=True))
    secret = write.create(companies, {"name": "Secret"}, actor=chief)
    companies.model.objects.filter(pk=secret.pk).update(id=730173)
    secret = companies.model.objects.get(pk=730173)
    own = {"owner": seller, "team": None}
    rows = [{"kind": "partner", "other": secret, "note": "since school"}]
    company = write.create(companies, {"name": "Own", "relationships": rows, **own}, actor=chief)
    values = {"kind": "call", "subject": "Offer", "links": [{"record": RecordKey("companies", secret.pk)}]}
    activity = write.create(activities, {**values, **own}, actor=chief)
    return {"secret": secret, "company": company, "activity": activity}


def addresses(stored: dict[str, Any]) -> list[str]:
    company, activity = f"/companies/{stored['company'].pk}", f"/activities/{stored['activity'].pk}"
    pages = [f"{one}/{rest}" for one in (company, activity) for rest in ("", "edit/", "history/", "facts/")]
    return [*pages, f"{company}/parts/relationships/", f"{activity}/parts/links/"]


def test_no_page_and_no_answer_tells_the_number(seller: Any, stored: dict[str, Any]) -> None:
    client, api = Client(headers={"HX-Request": "true"}), ApiClient(seller)
    client.force_login(seller)
    for address in addresses(stored):
        answer = client.get(address)
        text = answer.content.decode()
        assert answer.status_code == 200, address
        assert "730173" not in text, address
        assert "Secret" not in text, address
        assert HIDDEN in text or address.endswith("history/"), address
    for address in ("companies", "activities"):
        for rest in ("", "/history"):
            record = stored["company" if address == "companies" else "activity"]
            assert "730173" not in api.get(f"/{address}/{record.pk}{rest}").content.decode(), (address, rest)
    company = data_of(api.get(f"/companies/{stored['company'].pk}"))
    assert company["relationships"][0]["other"] == {"id": None, "title": HIDDEN}
    activity = data_of(api.get(f"/activities/{stored['activity'].pk}"))
    assert [row["record"] for row in activity["links"]] == [{"type": None, "id": None, "title": HIDDEN}]


def test_what_is_sent_back_as_it_was_read_stays_as_it_is(seller: Any, stored: dict[str, Any]) -> None:
    api, client = ApiClient(seller), Client(headers={"HX-Request": "true"})
    client.force_login(seller)
    company, activity = stored["company"], stored["activity"]
    read = data_of(api.get(f"/companies/{company.pk}"))
    [row] = read["relationships"]
    data_of(api.patch(f"/companies/{company.pk}", {"relationships": [{**row, "note": "since 2001"}]}))
    links = data_of(api.get(f"/activities/{activity.pk}"))["links"]
    data_of(api.patch(f"/activities/{activity.pk}", {"subject": "Offer 2", "links": links}))

    form = client.get(f"/companies/{company.pk}/parts/relationships/").content.decode()
    typed = {**fields_of(form), "relationships-0-note": "since 2002"}
    assert client.post(f"/companies/{company.pk}/parts/relationships/", typed).status_code == 204
    form = client.get(f"/activities/{activity.pk}/edit/").content.decode()
    answer = client.post(f"/activities/{activity.pk}/edit/", {**fields_of(form), "subject": "Offer 3"})
    assert answer.status_code == 200

    [relationship] = company.relationships.all()
    assert (relationship.other_id, relationship.note) == (stored["secret"].pk, "since 2002")
    activity.refresh_from_db()
    assert activity.subject == "Offer 3"
    assert [str(link.record) for link in activity.links.all()] == ["companies/730173"]
    assert not re.search(r"730173", form)
