"""Only public addresses are called, however they are written and whatever a name server says."""

import socket

import pytest

from jantar.platform.outgoing.addresses import RefusedAddress, UnknownHost, may_be_called, targets
from jantar.platform.outgoing.client import problem_of


@pytest.mark.parametrize("address", [
    "127.0.0.1", "10.1.2.3", "172.16.0.1", "192.168.1.1", "169.254.169.254", "100.64.0.1", "0.0.0.0", "224.0.0.1",
    "255.255.255.255", "240.0.0.1", "::1", "::", "fe80::1", "fe80::1%eth0", "fc00::1", "fd12::1", "ff02::1",
    "::ffff:127.0.0.1", "::ffff:10.0.0.1", "::127.0.0.1", "64:ff9b::7f00:1", "64:ff9b::a9fe:a9fe", "2002:7f00:1::1",
    "2001:db8::1", "nonsense",
])  # fmt: skip
def test_private_addresses_are_refused(address) -> None:
    assert not may_be_called(address)


@pytest.mark.parametrize("address", ["93.184.216.34", "2606:2800:220:1:248:1893:25c8:1946", "::ffff:93.184.216.34"])
def test_public_addresses_may_be_called(address) -> None:
    assert may_be_called(address)


def test_the_operator_may_name_networks(settings) -> None:
    settings.OUTGOING_NETWORKS = ["10.1.0.0/16", "fd12::/16"]
    assert [may_be_called(one) for one in ("10.1.2.3", "::ffff:10.1.2.3", "fd12::5", "10.2.0.1", "fd13::1")] == [
        True, True, True, False, False,
    ]  # fmt: skip


@pytest.mark.parametrize("host", ["2130706433", "0x7f.1", "127.1", "localhost", "017700000001"])
def test_other_spellings_of_the_machine_itself_are_refused_too(host) -> None:
    with pytest.raises((RefusedAddress, UnknownHost)):
        targets(host, 80)


@pytest.mark.parametrize("host", [
    "127.0.0.1", "127.1", "2130706433", "0x7f.1", "localhost", "LOCALHOST.", "a.localhost", "[::1]", "10.1.2.3",
    "[::ffff:10.0.0.1]", "[fe80::1]",
])  # fmt: skip
def test_an_address_written_out_is_refused_before_anything_is_sent(host, settings) -> None:
    assert problem_of(f"http://{host}:9999/x") == "The address is in a private network."
    settings.OUTGOING_NETWORKS = ["127.0.0.0/8", "::1/128", "0.0.0.1/32", "10.0.0.0/8"]
    assert (problem_of(f"http://{host}:9999/x") == "") is (host != "[fe80::1]")


@pytest.mark.parametrize("host", ["example.com", "93.184.216.34", "[2606:2800:220:1:248:1893:25c8:1946]", "intra"])
def test_names_and_public_addresses_are_looked_at_when_something_is_sent(host) -> None:
    assert problem_of(f"https://{host}/x") == ""


def test_of_a_name_with_public_and_private_addresses_only_the_public_are_called(monkeypatch) -> None:
    found = [
        (socket.AF_INET, socket.SOCK_STREAM, 6, "", ("10.0.0.1", 80)),
        (socket.AF_INET, socket.SOCK_STREAM, 6, "", ("93.184.216.34", 80)),
    ]
    monkeypatch.setattr(socket, "getaddrinfo", lambda *_a, **_k: found)
    assert [one.address for one in targets("example.com", 80)] == ["93.184.216.34"]


def test_the_connection_goes_to_the_address_that_was_checked(monkeypatch, settings) -> None:
    """A name server that answers otherwise the second time leads nowhere else."""
    from jantar.engine.testing.receiver import Receiver
    from jantar.platform.outgoing.client import post

    settings.OUTGOING_NETWORKS = ["127.0.0.1/32"]
    asked: list[str] = []
    with Receiver() as receiver:
        port = int(receiver.url.split(":")[2].split("/")[0])

        def answer(host, *_arguments, **_options):
            asked.append(host)
            address = "127.0.0.1" if len(asked) == 1 else "169.254.169.254"
            return [(socket.AF_INET, socket.SOCK_STREAM, 6, "", (address, port))]

        monkeypatch.setattr(socket, "getaddrinfo", answer)
        assert post(f"http://crm.example:{port}/in", b"{}", {}).status == 200
        assert (asked, receiver.received[0].headers["host"]) == (["crm.example"], f"crm.example:{port}")
