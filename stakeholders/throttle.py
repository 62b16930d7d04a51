"""Counts tries per address, so that nobody guesses for long."""

from __future__ import annotations

from ipaddress import ip_address, ip_network

from django.conf import settings
from django.core.cache import cache
from django.http import HttpRequest


def address_of(request: HttpRequest) -> str:
    """Return the IPv4 address or the IPv6 /64 that a request came from.

    X-Forwarded-For is believed only when the peer itself is one of TRUSTED_PROXIES; then the last untrusted
    address in it counts.
    """
    peer = request.META.get("REMOTE_ADDR") or "0.0.0.0"  # noqa: S104
    trusted = [ip_network(net, strict=False) for net in settings.TRUSTED_PROXIES]
    hops = [hop.strip() for hop in request.META.get("HTTP_X_FORWARDED_FOR", "").split(",") if hop.strip()]
    while hops and _within(peer, trusted):
        peer = hops.pop()
    try:
        address = ip_address(peer)
    except ValueError:
        return "unknown"
    return str(address) if address.version == 4 else str(ip_network(f"{address}/64", strict=False))


def _within(peer: str, networks: list) -> bool:
    try:
        address = ip_address(peer)
    except ValueError:
        return False
    return any(address in network for network in networks)


def too_many(key: str, limit: int, seconds: int) -> bool:
    """Count one try under `key`; whether there were more than `limit` in the window of `seconds`."""
    cache.add(key, 0, timeout=seconds)
    try:
        return cache.incr(key) > limit
    except ValueError:
        return False
