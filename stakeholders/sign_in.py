"""Signing in: by a mailed code (allauth), or by a link of ours that ends in the same log-in."""

from __future__ import annotations

from typing import Any

from allauth.account.adapter import DefaultAccountAdapter
from allauth.account.internal.flows.login import perform_login
from allauth.account.models import Login
from allauth.core import context
from django.conf import settings
from django.contrib.auth.models import AnonymousUser
from django.http import HttpRequest, HttpResponse

from stakeholders import clock
from stakeholders.actions.outbox import queue_sign_in
from stakeholders.models import User
from stakeholders.peers import address_of
from stakeholders.rules.tokens import public_id, sign_in_code

CODE_MAIL = "account/email/login_code"


class AccountAdapter(DefaultAccountAdapter):
    """Nobody signs up by themselves: people are invited. Codes go out through the outbox, like every mail.

    A code is made from LINK_KEY and the name of its mail, so that neither the outbox nor a task holds it. An address
    that nobody has gets no mail and the same answer.
    """

    def is_open_for_signup(self, request: HttpRequest) -> bool:
        return False

    def generate_login_code(self) -> str:
        context.request.sign_in_mail = public_id()
        return sign_in_code(settings.LINK_KEY, context.request.sign_in_mail)

    def get_client_ip(self, request: HttpRequest) -> str:
        """What allauth counts tries by: behind a proxy not the proxy's address, and an IPv6 network as one."""
        return address_of(request)

    def get_login_redirect_url(self, request: HttpRequest) -> str:
        return first_page_of(request.user)

    def send_mail(self, template_prefix: str, email: str, context_: dict[str, Any]) -> None:
        if template_prefix == CODE_MAIL:
            user = User.objects.get(email__iexact=email)
            queue_sign_in(user, name=context.request.sign_in_mail, now=clock.now())


def sign_in(request: HttpRequest, user: User, *, to: str) -> HttpResponse:
    """Sign `user` in through allauth's own log-in (new session id, its signals and stages) and go to `to`."""
    return perform_login(request, Login(user=user, redirect_url=to, email_verification="none"))


def first_page_of(user: User | AnonymousUser) -> str:
    """Return where a person who has just signed in wants to be: at their product, or at the list when there are several."""
    if not isinstance(user, User):
        return "/"
    slugs = user.seats.current().filter(product__purge_started_at=None).values_list("product__slug", flat=True)[:2]
    return f"/p/{slugs[0]}/" if len(slugs) == 1 else "/"
