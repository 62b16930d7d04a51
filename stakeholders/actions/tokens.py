"""Makes and revokes API tokens, and finds whose a token is."""

from __future__ import annotations

import base64
import secrets
from datetime import datetime

from django.utils.crypto import constant_time_compare, salted_hmac

from stakeholders.models import ApiToken, User
from stakeholders.rules.tokens import hash_of, public_id

PREFIX = "acc_"


def make_token(
    user: User, *, name: str, expires_at: datetime | None, now: datetime, request: str = ""
) -> tuple[ApiToken, str]:
    """Create a token; the second value is its text, which is shown this once and kept nowhere.

    request   what tells the request that asks for it from all others and nobody can guess; empty: nothing does
    """
    request = request or secrets.token_hex(32)
    token = ApiToken.objects.create(
        user=user,
        name=name,
        key=public_id(),
        secret_hash=hash_of(_secret_of(request)),
        created_at=now,
        expires_at=expires_at,
    )
    return token, text_of(token, request=request)


def text_of(token: ApiToken, *, request: str) -> str:
    """Return the text of a token to whoever sends the very request again by which it was made."""
    return f"{PREFIX}{token.key}.{_secret_of(request)}"


def revoke_token(token: ApiToken, *, now: datetime) -> None:
    """End a token; does nothing if it has ended already."""
    ApiToken.objects.filter(pk=token.pk, revoked_at=None).update(revoked_at=now)


def _secret_of(request: str) -> str:
    digest = salted_hmac("accord.api-token", request, algorithm="sha256").digest()
    return base64.urlsafe_b64encode(digest).decode().rstrip("=")


def find_token(text: str, *, now: datetime) -> ApiToken | None:
    """Return the live token with this text, with its user, and note the day of use; None for any other text."""
    key, dot, secret = text.removeprefix(PREFIX).partition(".")
    if not (text.startswith(PREFIX) and dot):
        return None
    token = ApiToken.objects.filter(key=key, revoked_at=None, user__is_active=True).select_related("user").first()
    if token is None or not constant_time_compare(token.secret_hash, hash_of(secret)):
        return None
    if token.expires_at and now >= token.expires_at:
        return None
    if token.last_used_on != now.date():
        ApiToken.objects.filter(pk=token.pk).update(last_used_on=now.date())
    return token
