"""What a request says about where it came from and how: a stranger is not believed."""

import pytest
from django.test import RequestFactory

from stakeholders.peers import address_of


@pytest.fixture
def behind_a_proxy(settings):
    settings.TRUSTED_PROXIES = ["10.0.0.0/8", "fd00::/8"]
    settings.SECURE_PROXY_SSL_HEADER = ("HTTP_X_FORWARDED_PROTO", "https")


@pytest.mark.parametrize(
    ("peer", "is_believed"), [("10.1.2.3", True), ("fd00::7", True), ("203.0.113.9", False), ("", False), ("?", False)]
)
def test_the_scheme_is_believed_of_a_trusted_proxy_alone(client, db, behind_a_proxy, peer, is_believed):
    answer = client.get("/-/live", REMOTE_ADDR=peer, HTTP_X_FORWARDED_PROTO="https")
    assert answer.wsgi_request.is_secure() is is_believed


@pytest.mark.parametrize(
    ("peer", "forwarded", "address"),
    [
        ("203.0.113.9", "198.51.100.1", "203.0.113.9"),
        ("10.1.2.3", "198.51.100.1", "198.51.100.1"),
        ("10.1.2.3", "192.0.2.66, 198.51.100.1, 10.9.9.9", "198.51.100.1"),
        ("10.1.2.3", "2001:db8:1:2:3::4", "2001:db8:1:2::/64"),
        ("10.1.2.3", "nonsense", "unknown"),
        ("10.1.2.3", "", "10.1.2.3"),
    ],
)
def test_the_address_is_the_last_one_that_no_trusted_proxy_has(behind_a_proxy, peer, forwarded, address):
    request = RequestFactory().get("/", REMOTE_ADDR=peer, HTTP_X_FORWARDED_FOR=forwarded)
    assert address_of(request) == address
