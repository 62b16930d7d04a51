"""Counts tries per address, so that nobody guesses for long."""

from __future__ import annotations

from django.core.cache import cache


def too_many(key: str, limit: int, seconds: int) -> bool:
    """Count one try under `key`; whether there were more than `limit` in the window of `seconds`."""
    cache.add(key, 0, timeout=seconds)
    try:
        return cache.incr(key) > limit
    except ValueError:
        return False
