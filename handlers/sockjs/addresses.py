"""What counts as one address, and how many of something each address has."""

from collections import Counter
from ipaddress import IPv6Address, ip_address, ip_network

IPV6_PREFIX = 64
"""The smallest network that a customer is given (RFC 6177): any address in it is one person's to take."""


def one_address(ip: str) -> str:
    """``ip`` as it is counted: an IPv6 network of one customer is one address; what is none is itself."""
    try:
        found = ip_address(ip)
    except ValueError:
        return ip
    if not isinstance(found, IPv6Address):
        return ip
    if found.ipv4_mapped is not None:
        return str(found.ipv4_mapped)
    return str(ip_network((int(found), IPV6_PREFIX), strict=False))


class ByAddress(Counter[str]):
    """How many each address has. Who has none is not in it."""

    def add(self, address: str) -> None:
        """One more."""
        self[address] += 1

    def remove(self, address: str) -> None:
        """One less."""
        self[address] -= 1
        if not self[address]:
            del self[address]
