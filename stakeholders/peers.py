"""Knows where a request came from, and which proxies are believed when they say so."""

from __future__ import annotations

from ipaddress import ip_address, ip_network

from django.conf import settings
from django.http import HttpRequest


def is_from_proxy(request: HttpRequest) -> bool:
    """Whether the peer that sent the request is one of TRUSTED_PROXIES."""
    return _is_trusted(_peer_of(request))


def address_of(request: HttpRequest) -> str:
    """Return the IPv4 address or the IPv6 /64 that a request came from.

    X-Forwarded-For is believed only when the peer itself is one of TRUSTED_PROXIES; then the last untrusted
    address in it counts.
    """
    peer = _peer_of(request)
    hops = [hop.strip() for hop in request.META.get("HTTP_X_FORWARDED_FOR", "").split(",") if hop.strip()]
    while hops and _is_trusted(peer):
        peer = hops.pop()
    try:
        address = ip_address(peer)
    except ValueError:
        return "unknown"
    return str(address) if address.version == 4 else str(ip_network(f"{address}/64", strict=False))


def _peer_of(request: HttpRequest) -> str:
    return request.META.get("REMOTE_ADDR") or "0.0.0.0"  # noqa: S104


def _is_trusted(peer: str) -> bool:
    try:
        address = ip_address(peer)
    except ValueError:
        return False
    return any(address in ip_network(net, strict=False) for net in settings.TRUSTED_PROXIES)
