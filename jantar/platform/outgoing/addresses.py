"""Which addresses may be called for users: public ones, and networks that the operator has named.

A name is resolved once and the connection goes to the address that was checked, so that a second answer of the name
server can lead nowhere else.
"""

import ipaddress
import socket
from collections.abc import Iterator
from dataclasses import dataclass

from django.conf import settings

IPAddress = ipaddress.IPv4Address | ipaddress.IPv6Address
Network = ipaddress.IPv4Network | ipaddress.IPv6Network
#: IPv6 addresses that carry an IPv4 address in their last 32 bits for translators of the network.
TRANSLATED = (ipaddress.IPv6Network("64:ff9b::/96"), ipaddress.IPv6Network("::/96"))


class RefusedAddress(Exception):
    """The host is within a private network (or the machine itself)."""


class UnknownHost(Exception):
    """There is no address for the name."""


@dataclass(frozen=True)
class Target:
    family: int
    address: str
    port: int


def targets(host: str, port: int) -> list[Target]:
    """The addresses of a host that may be called. Raises UnknownHost or RefusedAddress when there is none."""
    try:
        found = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)
    except (OSError, UnicodeError) as error:
        raise UnknownHost(host) from error
    allowed = [
        Target(int(family), str(place[0]), port)
        for family, _kind, _protocol, _name, place in found
        if family in (socket.AF_INET, socket.AF_INET6) and may_be_called(str(place[0]))
    ]
    if not allowed:
        raise RefusedAddress(host)
    return allowed


def may_be_called(text: str) -> bool:
    """Whether an address is public, or in a network that the setting OUTGOING_NETWORKS names."""
    try:
        address = ipaddress.ip_address(text)
    except ValueError:  # also what has a scope ("fe80::1%eth0")
        return False
    meant = list(meanings(address))
    return all(is_public(one) or is_named(one) for one in meant)


def may_be_named(host: str) -> bool:
    """False for an address, however it is spelled, or a name of this machine that may not be called.

    Other names are known when something is sent only: what they lead to may change until then.
    """
    host = host.rstrip(".").lower()
    if host == "localhost" or host.endswith(".localhost"):
        return may_be_called("127.0.0.1")
    try:
        return may_be_called(socket.inet_ntoa(socket.inet_aton(host)))  # knows "127.1" and "0x7f.1" as well
    except OSError:
        return ":" not in host or may_be_called(host)


def meanings(address: IPAddress) -> Iterator[IPAddress]:
    """The address, and the IPv4 addresses that an IPv6 address stands for."""
    if not isinstance(address, ipaddress.IPv6Address):
        yield address
        return
    if address.ipv4_mapped:  # nothing but another way to write it
        yield address.ipv4_mapped
        return
    yield address
    if address.sixtofour:
        yield address.sixtofour
    if address.teredo:
        yield from address.teredo
    if any(address in network for network in TRANSLATED):
        yield ipaddress.IPv4Address(int(address) & 0xFFFFFFFF)


def is_public(address: IPAddress) -> bool:
    return address.is_global and not (address.is_multicast or address.is_reserved or address.is_unspecified)


def is_named(address: IPAddress) -> bool:
    networks: list[Network] = [ipaddress.ip_network(one) for one in settings.OUTGOING_NETWORKS]
    return any(address.version == network.version and address in network for network in networks)
