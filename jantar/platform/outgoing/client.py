"""Sending one request. Its whole time is bounded, also when the other side sends a byte now and then."""

import http.client
import io
import socket
import ssl
import time
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any
from urllib.parse import SplitResult, urlsplit

from django.utils.translation import gettext as _

from jantar.platform.outgoing.addresses import RefusedAddress, Target, UnknownHost, may_be_named, targets

SECONDS = 10.0
#: How much of an answer is read, and how much of it is kept.
MOST_READ = 64 * 1024
KEPT = 2000


class NotSent(Exception):
    """No answer came. The text says why, in the language in force; `is_refused` when we did not want to send."""

    def __init__(self, message: str, *, is_refused: bool = False) -> None:
        super().__init__(message)
        self.is_refused = is_refused


@dataclass(frozen=True)
class Answer:
    """`text` is the beginning of what was answered."""

    status: int
    text: str
    milliseconds: int


def problem_of(url: str) -> str:
    """What is wrong with an address that shall be called, in the language in force; empty when nothing is."""
    try:
        parts = urlsplit(url)
        fine = parts.scheme in ("http", "https") and bool(parts.hostname) and (parts.port or True)
    except ValueError:
        fine = False
    if not fine or any(letter <= " " or letter == "\x7f" for letter in url) or not url.isascii():
        return _("Please enter an address such as https://example.com/jantar.")
    if parts.username or parts.password:
        return _("Leave name and password out of the address.")
    return "" if may_be_named(parts.hostname or "") else _("The address is in a private network.")


def post(url: str, body: bytes, headers: Mapping[str, str], *, seconds: float = SECONDS) -> Answer:
    """Sends the body. Redirects are not followed: their status is the answer. Raises NotSent."""
    started = time.monotonic()
    status, content, _headers = _guarded("POST", url, body, headers, seconds, MOST_READ)
    text = content[:KEPT].decode("utf-8", "replace").replace("\x00", "")
    return Answer(status, text, round((time.monotonic() - started) * 1000))


@dataclass(frozen=True)
class Fetched:
    """`body` is whole; names of `headers` are in lower case."""

    status: int
    body: bytes
    headers: Mapping[str, str]


def fetch(url: str, headers: Mapping[str, str], *, most: int, seconds: float = SECONDS) -> Fetched:
    """Gets what is at an address, at most so many bytes. Redirects are not followed. Raises NotSent."""
    status, body, found = _guarded("GET", url, b"", headers, seconds, most + 1)
    if len(body) > most:
        raise NotSent(_("The answer is larger than %(size)d MB.") % {"size": most // 1024 // 1024})
    return Fetched(status, body, found)


Reply = tuple[int, bytes, dict[str, str]]


def _guarded(method: str, url: str, body: bytes, headers: Mapping[str, str], seconds: float, most: int) -> Reply:
    if problem := problem_of(url):
        raise NotSent(problem, is_refused=True)
    try:
        return _exchange(method, urlsplit(url), body, headers, time.monotonic() + seconds, most)
    except RefusedAddress as error:
        raise NotSent(_("The address is in a private network."), is_refused=True) from error
    except UnknownHost as error:
        raise NotSent(_("There is no host of this name.")) from error
    except TimeoutError as error:
        raise NotSent(_("No answer came within %(seconds)d seconds.") % {"seconds": seconds}) from error
    except ssl.SSLCertVerificationError as error:
        raise NotSent(_("The certificate of the other side is not valid.")) from error
    except (OSError, http.client.HTTPException, ValueError) as error:
        raise NotSent(_("The connection failed.")) from error


def _exchange(
    method: str, parts: SplitResult, body: bytes, headers: Mapping[str, str], until: float, most: int
) -> Reply:
    host = parts.hostname or ""
    port = parts.port or (443 if parts.scheme == "https" else 80)
    with _connected(targets(host, port), until) as plain:
        line: Any = plain
        if parts.scheme == "https":
            plain.settimeout(_left(until))
            line = ssl.create_default_context().wrap_socket(plain, server_hostname=host)
        try:
            return _ask(method, line, parts, body, headers, until, most)
        finally:
            line.close()


def _connected(found: list[Target], until: float) -> socket.socket:
    """A connection to the first address that takes it."""
    failure: OSError = OSError("no address")
    for target in found:
        line = socket.socket(target.family, socket.SOCK_STREAM)
        try:
            line.settimeout(_left(until))
            line.connect((target.address, target.port))
        except OSError as error:
            line.close()
            failure = error
        else:
            return line
    raise failure


def _ask(
    method: str, line: Any, parts: SplitResult, body: bytes, headers: Mapping[str, str], until: float, most: int
) -> Reply:
    connection = http.client.HTTPConnection(parts.netloc)
    connection.sock = _Bounded(line, until)
    path = f"{parts.path or '/'}{'?' + parts.query if parts.query else ''}"
    given = {**headers, "Connection": "close", "Accept-Encoding": "identity"}
    connection.request(method, path, body or None, given)
    answer = connection.getresponse()
    return answer.status, answer.read(most), {name.lower(): value for name, value in answer.getheaders()}


def _left(until: float) -> float:
    left = until - time.monotonic()
    if left <= 0:
        raise TimeoutError
    return left


class _Bounded:
    """A connection, as http.client uses one, whose every step has only the time that is left of the whole."""

    def __init__(self, line: Any, until: float) -> None:
        self.line = line
        self.until = until

    def sendall(self, data: Any) -> None:
        self.line.settimeout(_left(self.until))
        self.line.sendall(data)

    def makefile(self, mode: str) -> io.BufferedReader:
        return io.BufferedReader(_Reader(self.line, self.until))

    def close(self) -> None:
        """The answer is still read; who opened the connection closes it."""


class _Reader(io.RawIOBase):
    def __init__(self, line: Any, until: float) -> None:
        self.line = line
        self.until = until

    def readable(self) -> bool:
        return True

    def readinto(self, buffer: Any) -> int:
        self.line.settimeout(_left(self.until))
        return int(self.line.recv_into(buffer))
