"""Takes who is signed in on Django's test client into a real browser."""

from django.test import Client


def cookies_of(client: Client, url: str) -> list[dict[str, str]]:
    """Return a client's cookies as a browser's context takes them, for the server at `url`."""
    return [{"name": name, "value": morsel.value, "url": url} for name, morsel in client.cookies.items()]
