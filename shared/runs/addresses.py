"""Which addresses may be told anything: public ones alone. Pure.

An IPv4 address inside an IPv6 one (mapped, 6to4, NAT64) is judged by itself.
"""

import socket
from ipaddress import IPv4Address, IPv6Address, IPv6Network, ip_address
from urllib.parse import urlsplit

_NAT64 = IPv6Network("64:ff9b::/96")
_NEVER = (
    *(IPv6Network("64:ff9b:1::/48"), IPv6Network("2001::/32"), IPv6Network("::/96")),
    *(IPv6Network("fec0::/10"), IPv6Network("100::/64")),
)
"""NAT64 of a network's own, Teredo, IPv4-compatible, site-local, discard."""
_LOCAL_NAMES = ("localhost", "local", "internal", "intranet", "home.arpa", "lan")
_LONGEST = 2_048


def is_public(address: str) -> bool:
    """Whether an IP address is one of the public internet."""
    try:
        found = ip_address(address)
    except ValueError:
        return False
    inner = found if isinstance(found, IPv4Address) else _unmapped(found)
    if isinstance(inner, IPv6Address) and any(inner in network for network in _NEVER):
        return False
    return inner.is_global and not inner.is_multicast and not inner.is_reserved


def _unmapped(address: IPv6Address) -> IPv4Address | IPv6Address:
    if address.ipv4_mapped is not None:
        return address.ipv4_mapped
    if address.sixtofour is not None:
        return address.sixtofour
    if address in _NAT64:
        return IPv4Address(int(address) & 0xFFFFFFFF)
    return address


def url_problem(url: str) -> str | None:
    """What is wrong with a webhook's URL; None when it may be used. Names are not resolved."""
    if len(url) > _LONGEST or not url.isascii() or any(c <= " " or c == "\x7f" for c in url):
        return f"must be at most {_LONGEST} visible ASCII characters"
    try:
        parts = urlsplit(url)
        host, _ = parts.hostname, parts.port
    except ValueError:
        return "is not a URL"
    if parts.scheme != "https" or not host:
        return "must be an https URL"
    if parts.username is not None or parts.password is not None or parts.fragment:
        return "must hold no credentials and no fragment"
    return _host_problem(host.rstrip("."))


def _host_problem(host: str) -> str | None:
    refused = "must not name an address of a private, loopback or link-local network"
    if any(host == name or host.endswith(f".{name}") for name in _LOCAL_NAMES):
        return refused
    literal = _literal(host)
    if literal is not None:
        return None if is_public(literal) else refused
    return None if "." in host else refused


def _literal(host: str) -> str | None:
    """The address that a host is, in any of the forms that resolvers read (127.1, 0x7f000001)."""
    if ":" in host:
        return host
    try:
        return str(IPv4Address(socket.inet_aton(host)))
    except OSError:
        return None
