"""Forgets what has ended and nobody can use any more: sessions, browsers' rights, and which form made what."""

from __future__ import annotations

from datetime import datetime, timedelta
from importlib import import_module

from django.conf import settings

from stakeholders.models import Grant, Made

A_FORM_IS_SENT_AGAIN_WITHIN = timedelta(days=30)
"""A tab that a browser brings back after longer than that may make its thing a second time."""


def forget_ended(*, now: datetime) -> int:
    """Delete sessions and grants that have expired, and old notes of what a form made; return how many of the latter two."""
    import_module(settings.SESSION_ENGINE).SessionStore.clear_expired()
    ended = (
        Grant.objects.filter(expires_at__lt=now),
        Made.objects.filter(at__lt=now - A_FORM_IS_SENT_AGAIN_WITHIN),
    )
    return sum(each.delete()[0] for each in ended)
