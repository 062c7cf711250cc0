"""来源: the address a request comes from, also behind a proxy that is trusted to tell it."""

from collections.abc import Sequence
from functools import lru_cache
from ipaddress import IPv4Network, IPv6Network, ip_address

from starlette.types import Scope

Network = IPv4Network | IPv6Network

_FORWARDED = b"x-forwarded-for"


class Origins:
    """Tells where requests come from.

    What a peer forwards is believed only of a proxy on this machine or in a trusted network: the
    last address it names that is not itself such a proxy's. All before that anybody could have
    written.
    """

    def __init__(self, trusted: Sequence[Network]) -> None:
        self._trusted = tuple(trusted)
        self._passes = lru_cache(4096)(self._is_proxy)

    def of(self, scope: Scope) -> str | None:
        """The client's address as text, unchecked; None where the server does not know any."""
        client = scope.get("client")
        if client is None:
            return None
        peer: str = client[0]
        if not self._passes(peer):
            return peer
        forwarded = [value for name, value in scope["headers"] if name == _FORWARDED]
        if not forwarded:
            return peer
        named = b",".join(forwarded).decode("latin-1").split(",")
        for address in reversed(named):
            told = normalised(address.strip())
            if told is None:
                return peer
            if not self._in_networks(told):
                return told
        return peer

    def _is_proxy(self, peer: str) -> bool:
        address = normalised(peer)
        if address is None:
            return False
        return ip_address(address).is_loopback or self._in_networks(address)

    def _in_networks(self, address: str) -> bool:
        return any(ip_address(address) in network for network in self._trusted)


@lru_cache(4096)
def normalised(address: str | None) -> str | None:
    """An IP address in its one form, without a zone; None where it is none."""
    try:
        parsed = ip_address((address or "").partition("%")[0])
    except ValueError:
        return None
    mapped = getattr(parsed, "ipv4_mapped", None)
    return str(mapped or parsed)
