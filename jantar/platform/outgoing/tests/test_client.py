"""A request ends in its time and takes no more than it should, whatever the other side does."""

import time

import pytest

from jantar.engine.testing.receiver import Receiver, plain, unused_port
from jantar.platform.outgoing.client import KEPT, NotSent, post


@pytest.fixture(autouse=True)
def loopback(settings) -> None:
    settings.OUTGOING_NETWORKS = ["127.0.0.1/32"]


def test_a_request_is_answered() -> None:
    with Receiver(plain(202, "žluťoučký")) as receiver:
        answer = post(f"{receiver.url}?a=b", b'{"x": 1}', {"Content-Type": "application/json"})
        assert (answer.status, answer.text) == (202, "žluťoučký")
        [received] = receiver.received
        assert (received.path, received.body) == ("/jantar?a=b", b'{"x": 1}')
        assert received.headers["content-type"] == "application/json"


def test_redirects_are_not_followed() -> None:
    with Receiver() as other, Receiver(plain(302, Location=other.url)) as receiver:
        assert post(receiver.url, b"", {}).status == 302
        assert other.received == []


def test_a_huge_answer_is_not_read_to_its_end() -> None:
    def endless(handler):
        handler.send_response(200)
        handler.end_headers()
        while True:
            handler.wfile.write(b"x" * 100_000)

    with Receiver(endless) as receiver:
        answer = post(receiver.url, b"", {}, seconds=5)
        assert (answer.status, len(answer.text)) == (200, KEPT)


def silent(handler):
    time.sleep(3)


def dripping(handler):
    handler.wfile.write(b"HTTP/1.1 200 OK\r\n")
    for _number in range(30):
        handler.wfile.write(b"X: y\r\n")
        handler.wfile.flush()
        time.sleep(0.1)


@pytest.mark.parametrize("answer", [silent, dripping])
def test_a_slow_answer_is_given_up_in_time(answer) -> None:
    with Receiver(answer) as receiver:
        started = time.monotonic()
        with pytest.raises(NotSent, match="within 1 seconds"):
            post(receiver.url, b"", {}, seconds=1)
        assert time.monotonic() - started < 2


def test_what_is_no_http_is_told_as_a_failed_connection() -> None:
    def garbage(handler):
        handler.wfile.write(b"\x00garbage\r\n\r\n")

    with Receiver(garbage) as receiver:
        with pytest.raises(NotSent, match="failed"):
            post(receiver.url, b"", {})
        with pytest.raises(NotSent, match="failed"):
            post(receiver.url.replace("http:", "https:"), b"", {}, seconds=3)
    with pytest.raises(NotSent, match="failed"):
        post(f"http://127.0.0.1:{unused_port()}/", b"", {})


def test_private_addresses_and_unknown_hosts_are_refused(settings) -> None:
    with pytest.raises(NotSent, match="no host"):
        post("http://nobody.invalid/", b"", {})
    settings.OUTGOING_NETWORKS = []
    with Receiver() as receiver:
        with pytest.raises(NotSent, match="private network") as error:
            post(receiver.url, b"", {})
        assert error.value.is_refused
        assert receiver.received == []


@pytest.mark.parametrize(
    "url",
    ["ftp://a.example/", "http://", "http://a b/", "http://a\n.example/", "https://me:pw@a.example/", "http://a:99999/",
     "x", "http://žluť.example/"],
)  # fmt: skip
def test_what_is_no_address_is_refused(url) -> None:
    with pytest.raises(NotSent) as error:
        post(url, b"", {})
    assert error.value.is_refused
