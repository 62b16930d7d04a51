"""Scanners of mail, which open a person's links before the person does, and the rows that they must leave as they were.

A scanner asks by HEAD, GET or OPTIONS, says that it prefetches, keeps cookies and follows the links of a page; or it is a
Chromium that shows the mail itself, opens every link of it and runs the page's scripts. None of them presses a button.
"""

import contextlib
import http.cookiejar
import re
import urllib.error
import urllib.parse
import urllib.request
from html import unescape
from typing import Any

from playwright.sync_api import Browser, BrowserContext, Page

from tests.stakeholders.fire import Sql

SAFE_LINKS = (
    "Mozilla/5.0 (Windows NT 10.0; Win64; x64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/120.0 Safari/537.36"
)
BY_REQUEST = {
    "HEAD": ("HEAD", {"User-Agent": "Barracuda Sentinel (EE)"}),
    "GET": ("GET", {"User-Agent": SAFE_LINKS}),
    "OPTIONS": ("OPTIONS", {"User-Agent": "Microsoft Office Protocol Discovery"}),
    "prefetch": ("GET", {"Sec-Purpose": "prefetch", "Purpose": "prefetch", "User-Agent": SAFE_LINKS}),
    "prerender": ("GET", {"Sec-Purpose": "prefetch;prerender", "X-Moz": "prefetch", "User-Agent": SAFE_LINKS}),
}
"""How scanners that run no scripts ask: method and headers."""

BACKGROUND = re.compile(
    r"^(accord_cache|sqlite_.*|.*_heartbeat|prioritization_(score|votercheck)\w*|roadmap_standing)$"
)
"""Tables that the workers write by themselves."""


def rows_of(sql: Sql) -> dict[str, list[str]]:
    """Return every row of every table but those of the background, in a fixed order."""
    listed = (
        "SELECT tablename FROM pg_tables WHERE schemaname = 'public'"
        if sql.is_postgresql
        else "SELECT name FROM sqlite_master WHERE type = 'table'"
    )
    names = sorted(name for (name,) in sql(listed) if not BACKGROUND.match(name))
    return {name: sorted(map(repr, sql(f'SELECT * FROM "{name}"'))) for name in names}  # noqa: S608


def changed(before: dict[str, list[str]], after: dict[str, list[str]]) -> list[str]:
    """Return the rows that are not in both, each with its table."""
    return [
        f"{name}: {row}"
        for name in sorted(before.keys() | after.keys())
        for row in sorted(set(before.get(name, [])) ^ set(after.get(name, [])))
    ]


def links_of(html: str, under: str) -> list[str]:
    """Return the addresses below `under` that a page or a mail names in any attribute."""
    found = [unescape(each) for each in re.findall(r"""(?:href|src|action)=["']([^"']+)["']""", html)]
    whole = [urllib.parse.urldefrag(urllib.parse.urljoin(under + "/", each))[0] for each in found]
    return sorted({each for each in whole if each.startswith(under)})


def ask(url: str, way: str) -> int:
    """Open a link as one of BY_REQUEST, with cookies of its own, then all that the page names; return the status."""
    method, headers = BY_REQUEST[way]
    opener = urllib.request.build_opener(
        urllib.request.ProxyHandler({}), urllib.request.HTTPCookieProcessor(http.cookiejar.CookieJar())
    )
    status, body = _open(opener, url, method, headers)
    for each in links_of(body, _origin(url)):
        if "/static/" not in each:
            _open(opener, each, method, headers)
    return status


def _open(opener: urllib.request.OpenerDirector, url: str, method: str, headers: dict[str, str]) -> tuple[int, str]:
    try:
        with opener.open(urllib.request.Request(url, method=method, headers=headers), timeout=60) as answer:
            return answer.status, answer.read().decode("utf-8", "replace")
    except urllib.error.HTTPError as error:
        with error:
            return error.code, ""


class ScriptedScanner:
    """A Chromium that opens links and runs what it finds there; `posted` holds the unsafe requests that pages made."""

    def __init__(self, browser: Browser, under: str) -> None:
        self.under = under
        self.posted: list[str] = []
        self.context: BrowserContext = browser.new_context(user_agent=SAFE_LINKS)
        self.context.on("request", self._note)

    def _note(self, request: Any) -> None:
        if request.method not in ("GET", "HEAD", "OPTIONS"):
            self.posted.append(f"{request.method} {request.url}")

    def read_mail(self, html: str) -> list[str]:
        """Show the mail; return the links that a person would see in it."""
        with self._page() as page:
            page.set_content(html, wait_until="load")
            links: list[str] = page.evaluate("() => Array.from(document.links, link => link.href)")
        return sorted({each for each in links if each.startswith(self.under)})

    def open(self, url: str) -> int:
        """Open a link, let its scripts run, move about in it, leave; return the status."""
        with self._page() as page:
            answer = page.goto(url, wait_until="load")
            page.mouse.move(100, 100)
            page.mouse.wheel(0, 2000)
            page.evaluate("() => new Promise(done => setTimeout(done, 30))")
        return answer.status if answer else 0

    @contextlib.contextmanager
    def _page(self):
        page: Page = self.context.new_page()
        try:
            yield page
        finally:
            page.close()

    def close(self) -> None:
        self.context.close()


def _origin(url: str) -> str:
    parts = urllib.parse.urlsplit(url)
    return f"{parts.scheme}://{parts.netloc}"
