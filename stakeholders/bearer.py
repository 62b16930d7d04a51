"""Knows a program by its API token."""

from drf_spectacular.extensions import OpenApiAuthenticationExtension
from rest_framework import authentication, exceptions

from stakeholders import clock
from stakeholders.actions.tokens import find_token


class TokenAuthentication(authentication.BaseAuthentication):
    """`Authorization: Bearer acc_<key>.<secret>`."""

    def authenticate(self, request):
        header = authentication.get_authorization_header(request).split()
        if not header or header[0].lower() != b"bearer":
            return None
        token = find_token(header[1].decode("ascii", "replace"), now=clock.now()) if len(header) == 2 else None
        if token is None:
            raise exceptions.AuthenticationFailed("This token is unknown, revoked or expired.")
        return token.user, token

    def authenticate_header(self, request) -> str:
        return "Bearer"


class TokenScheme(OpenApiAuthenticationExtension):
    """Tells the schema about our tokens."""

    target_class = "stakeholders.bearer.TokenAuthentication"
    name = "token"

    def get_security_definition(self, auto_schema) -> dict[str, str]:
        return {"type": "http", "scheme": "bearer"}
