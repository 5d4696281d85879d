from typing import Any

import pytest

from jantar.engine.permissions.actor import actor_for
from jantar.engine.testing.actors import make_user
from jantar.engine.testing.receiver import Receiver
from jantar.engine.webhooks import services


@pytest.fixture(autouse=True)
def loopback(settings: Any) -> None:
    settings.OUTGOING_NETWORKS = ["127.0.0.1/32"]
    settings.API_REQUESTS_PER_MINUTE = 0


@pytest.fixture
def ada(db: None) -> Any:
    return make_user("Ada", admin=True)


@pytest.fixture
def actor(ada: Any) -> Any:
    return actor_for(ada)


@pytest.fixture
def receiver() -> Any:
    with Receiver() as running:
        yield running


@pytest.fixture
def make_hook(actor: Any, receiver: Receiver) -> Any:
    """make_hook(record_type="books", events=[...], ...): a webhook to the receiver; its secret is `hook.told`."""

    def make(**values: Any) -> Any:
        given = {"name": "Shop", "url": receiver.url, "events": ["created", "changed"], **values}
        hook: Any
        hook, secret = services.add_webhook(given, actor=actor)
        hook.told = secret
        return hook

    return make
