"""Where links lead when nobody says at which address Jantar is opened."""

import os

import pytest

from jantar.project.commands.web import here, tell_address

pytestmark = pytest.mark.capability("N24")


@pytest.mark.parametrize(
    ("host", "address"),
    [
        ("127.0.0.1", "http://127.0.0.1:8931"),
        ("::1", "http://[::1]:8931"),
        ("0.0.0.0", "http://localhost:8931"),
        ("::", "http://localhost:8931"),
    ],
)
def test_links_begin_with_the_address_that_is_listened_on(monkeypatch, host, address):
    monkeypatch.setenv("JANTAR_ADDRESS", "")
    monkeypatch.delenv("JANTAR_ORIGINS", raising=False)
    tell_address(host, 8931)
    assert (os.environ["JANTAR_ADDRESS"], here(host, 8931)) == (address, address)


@pytest.mark.parametrize("name", ["JANTAR_ADDRESS", "JANTAR_ORIGINS"])
def test_the_address_of_the_environment_stays(monkeypatch, name):
    monkeypatch.delenv("JANTAR_ADDRESS", raising=False)
    monkeypatch.delenv("JANTAR_ORIGINS", raising=False)
    monkeypatch.setenv(name, "https://crm.example.com")
    tell_address("127.0.0.1", 8931)
    assert os.environ[name] == "https://crm.example.com"
    assert name == "JANTAR_ADDRESS" or "JANTAR_ADDRESS" not in os.environ
