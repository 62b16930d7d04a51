"""What has ended goes by itself, and nothing else does."""

from datetime import timedelta

from django.contrib.sessions.backends.db import SessionStore
from django.contrib.sessions.models import Session
from django.utils import timezone

from stakeholders.actions.links import seat_link
from stakeholders.models import Grant, Made
from stakeholders.tasks import forget_ended
from tests import factories


def test_only_what_has_ended_is_forgotten(beacon, stan):
    now = timezone.now()
    link = seat_link(stan, factories.round_(beacon, deadline_at=now + timedelta(days=3)), now=now)
    for name, ends_in in (("over", -timedelta(seconds=1)), ("open", timedelta(hours=1))):
        Grant.objects.create(browser_hash=name, link=link, generation=0, created_at=now, expires_at=now + ends_in)
        session = SessionStore()
        session["whose"] = name
        session.create()
        Session.objects.filter(pk=session.session_key).update(expire_date=now + ends_in)
    for name, age in (("old", 31), ("new", 29)):
        Made.objects.create(by=stan.user, digest=name, object_kind="Feature", at=now - timedelta(days=age))
    for _ in range(2):
        forget_ended()
        assert [each.browser_hash for each in Grant.objects.all()] == ["open"]
        assert [each.get_decoded()["whose"] for each in Session.objects.all()] == ["open"]
        assert [each.digest for each in Made.objects.all()] == ["new"]
