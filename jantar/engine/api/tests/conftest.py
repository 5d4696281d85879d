from typing import Any

import pytest

from jantar.engine.permissions.actor import Actor, actor_for
from jantar.engine.permissions.models import Scope
from jantar.engine.testing.actors import make_team, make_user
from jantar.engine.testing.api_client import ApiClient
from jantar.platform.accounts.models import User


@pytest.fixture(autouse=True)
def no_limit(settings: Any) -> None:
    settings.API_REQUESTS_PER_MINUTE = 0


@pytest.fixture
def ada(db: None) -> User:
    return make_user("Ada", make_team("Readers"), scope=Scope.TEAM)


@pytest.fixture
def actor(ada: User) -> Actor:
    return actor_for(ada)


@pytest.fixture
def api(ada: User) -> ApiClient:
    return ApiClient(ada)
