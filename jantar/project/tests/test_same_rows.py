"""Every door shows the same records: pages, API, search, counts and export, for each user of the demo company.

What should be seen is worked out here from roles, teams and owners with plain Python, not with the engine's own
conditions.
"""

import csv
import io
import re

import pytest
from django.test import Client

from jantar.engine.permissions.actor import actor_for
from jantar.engine.permissions.models import Grant, Scope
from jantar.engine.records.listing import Query, count_of
from jantar.engine.records.registry import registry
from jantar.engine.search.searching import count as count_found
from jantar.platform.accounts.models import ApiToken, Team, User
from jantar.project.demo.load import load_demo

pytestmark = pytest.mark.django_db
TYPES = ("companies", "people", "deals", "activities", "tasks")
USERS = ("admin", "manager", "anna", "jan")
WORD = "ma"  # begins many words in all four languages


def expected(user, record_type, *, to_export=False):
    """The ids the user may see (or take along), by the rules as a person would tell them."""
    rows = record_type.model._base_manager.filter(deleted_at=None, **record_type.defaults)
    facts = list(rows.values_list("pk", "owner_id", "team_id"))
    if user.is_admin:
        return {pk for pk, _owner, _team in facts}
    grants = Grant.objects.filter(role__users=user, record_type__in=[record_type.name, "*"], action="see")
    scope = max(grants.values_list("scope", flat=True), default=Scope.NONE)
    teams = set(user.teams.values_list("pk", flat=True))
    if scope == Scope.BELOW:
        while more := set(Team.objects.filter(parent__in=teams).values_list("pk", flat=True)) - teams:
            teams |= more
    if scope == Scope.ALL:
        return {pk for pk, _owner, _team in facts}
    mine = {pk for pk, owner, _team in facts if owner == user.pk and scope >= Scope.OWN}
    if record_type.name == "activities" and not to_export:  # whoever takes part sees them, too
        mine |= set(rows.filter(participants__user=user).values_list("pk", flat=True))
    return mine | {pk for pk, _owner, team in facts if team in teams and scope >= Scope.TEAM}


def in_pages(client, name, query="view=all"):
    """All ids shown by the list, page after page."""
    found, address = [], f"/{name}/?{query}"
    while address:
        text = client.get(address).content.decode()
        found += re.findall(r'name="selected" value="(\d+)"', text)
        following = re.search(r'rel="next" href="([^"]+)"|href="([^"]+)" rel="next"', text)
        address = following and (following[1] or following[2]).replace("&amp;", "&")
        if address and address.startswith("?"):
            address = f"/{name}/{address}"
    assert len(found) == len(set(found))
    return {int(pk) for pk in found}


def in_api(client, token, name, query=""):
    """All ids the API lists, and the count it tells."""
    found, cursor = [], ""
    while cursor is not None:
        address = f"/api/v1/{name}?limit=500&fields=id&{query}&cursor={cursor}"
        answer = client.get(address, headers={"Authorization": f"Bearer {token}"}).json()
        found += [item["id"] for item in answer["items"]]
        cursor = answer["next_cursor"]
    assert len(found) == len(set(found))
    return set(found), answer["count"]


@pytest.fixture
def demo():
    load_demo()
    return {name: User.objects.get(email=f"{name}@demo.example") for name in USERS}


@pytest.mark.capability("C14", "N10")
def test_every_door_shows_exactly_the_same_rows(demo):
    found_by_all = {}
    for who, user in demo.items():
        client, actor = Client(), actor_for(user)
        client.force_login(user)
        token = ApiToken.issue(user, "test")[1]
        for name in TYPES:
            record_type = registry.get(name)
            right = expected(user, record_type)
            listed, count = in_api(Client(), token, name)
            assert listed == right, (who, name, "API")
            assert count == len(right) == count_of(Query(record_type, actor))[0], (who, name, "count")
            assert in_pages(client, name) == right, (who, name, "pages")
            found, count = in_api(Client(), token, name, f"search={WORD}")
            assert found == found_by_all.setdefault(name, found) & right, (who, name, "search in the API")
            assert in_pages(client, name, f"search={WORD}") == found, (who, name, "search in the list")
            assert count_found(WORD, actor, record_type) == (len(found), True), (who, name, "search everywhere")
            taken = expected(user, record_type, to_export=True)
            assert exported(client, name) == taken, (who, name, "export")


def exported(client, name):
    response = client.get(f"/{name}/export/?format=csv&names=fields&columns=id")
    text = b"".join(response.streaming_content).decode("utf-8-sig")
    return {int(row["id"]) for row in csv.DictReader(io.StringIO(text))}


def test_the_demo_users_really_see_different_things(demo):
    """Else the test above would show nothing."""
    seen = {name: len(expected(user, registry.get("deals"))) for name, user in demo.items()}
    assert 0 < seen["anna"] < seen["manager"] <= seen["admin"]
    assert expected(demo["anna"], registry.get("deals")) != expected(demo["jan"], registry.get("deals"))
