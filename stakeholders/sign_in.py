"""Signing in: by a mailed code (allauth), or by a link of ours that ends in the same log-in."""

from __future__ import annotations

from allauth.account.adapter import DefaultAccountAdapter
from allauth.account.internal.flows.login import perform_login
from allauth.account.models import Login
from django.conf import settings
from django.http import HttpRequest, HttpResponse

from stakeholders.models import User


class AccountAdapter(DefaultAccountAdapter):
    """Nobody signs up by themselves: people are invited; mail comes from Accord's own address."""

    def is_open_for_signup(self, request: HttpRequest) -> bool:
        return False

    def get_from_email(self) -> str:
        return settings.DEFAULT_FROM_EMAIL


def sign_in(request: HttpRequest, user: User, *, to: str) -> HttpResponse:
    """Sign `user` in through allauth's own log-in (new session id, its signals and stages) and go to `to`."""
    login = Login(user=user, redirect_url=to, email_verification="none")
    return perform_login(request, login)
