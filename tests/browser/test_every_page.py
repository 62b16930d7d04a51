"""Every page that the access table knows, in Chromium: nothing serious for axe, no policy violation, no sideways scroll."""

import re
from itertools import product

import pytest
from axe_playwright_python.sync_playwright import Axe
from django.urls import get_resolver

from tests.access import engine, world
from tests.access.table import TABLE
from tests.browser.visitors import cookies_of

pytestmark = pytest.mark.browser

AXE = Axe()
WIDTHS, THEMES = (390, 1280), ("light", "dark")
PARTS = 2
"""The pages are looked at in two halves, one a processor."""
NO_PAGES = re.compile(
    r"^(api/|-/)|token/$|(file|calendar)/$|/now/$|snapshot/$|suggestions/$|letter/$|meeting/count/$|accounts/logout"
)
"""What answers with data rather than a page."""


def persons(route: engine.Route) -> list[str]:
    """Whose eyes a page is looked at with: the most powerful one, and the humblest where the page differs for them."""
    allowed = route.get or ()
    if "anonymous" in allowed:
        return ["anonymous"]
    return [role for role in ("owner", "reader", "voter", "confirmer") if role in allowed]


@pytest.fixture
def here(transactional_db, olga, mia, stan, vera, max):
    return world.build(olga, mia, stan, vera, max)


@pytest.mark.parametrize("part", range(PARTS))
def test_no_page_has_a_fault_that_a_customer_would_meet(part, here, live_server, browser, settings, record_property):
    settings.ALLOWED_HOSTS = ["*"]
    settings.CSRF_TRUSTED_ORIGINS = [live_server.url]
    patterns = dict(engine.named_routes(get_resolver().url_patterns))
    routes = [(name, route) for name, route in TABLE.items() if not NO_PAGES.search(patterns[name])]
    looked, faults = 0, []
    pages = {role: _page_for(here.clients[role], browser, live_server.url, faults) for role in here.clients}
    for name, route in routes[part::PARTS]:
        for role in persons(route):
            page = pages[role]
            page.set_viewport_size({"width": WIDTHS[0], "height": 844})
            page.goto(live_server.url + here.address(name, patterns), wait_until="load")
            page.evaluate(AXE.axe_script)
            for width, theme in product(WIDTHS, THEMES):
                page.set_viewport_size({"width": width, "height": 844})
                page.emulate_media(color_scheme=theme)
                looked += 1
                faults += [f"{name} as {role}, {theme}, {width}: {fault}" for fault in _axe_faults(page)]
            page.set_viewport_size({"width": 320, "height": 700})
            over = page.evaluate("document.documentElement.scrollWidth - document.documentElement.clientWidth")
            if over > 0:
                faults.append(f"{name} as {role}: scrolls sideways by {over} px at 320 px")
    record_property("figures", f"axe: {looked} looks (pages × widths × themes), {len(faults)} faults")
    assert looked > 100
    assert not faults, "\n" + "\n".join(faults)


def _page_for(client, browser, url: str, faults: list[str]):
    """Open a browser of its own for a person, which notes what its console complains about."""
    context = browser.new_context(reduced_motion="reduce")  # colours change at once with the theme
    context.add_cookies(cookies_of(client, url))
    page = context.new_page()
    page.on("console", lambda line: _note_error(faults, page.url, line))
    page.on("pageerror", lambda error: faults.append(f"{page.url}: {error}"))
    return page


def _note_error(faults: list[str], at: str, line) -> None:
    # a page that answers 4xx by design says so in the console too
    if line.type == "error" and "Failed to load resource" not in line.text:
        faults.append(f"{at}: {line.text}")


def _axe_faults(page) -> list[str]:
    found = page.evaluate("axe.run(document, {resultTypes: ['violations']}).then(found => found.violations)")
    return [
        f"axe {each['impact']} {each['id']} × {len(each['nodes'])}: {each['nodes'][0]['html'][:120]}"
        for each in found
        if each["impact"] in ("serious", "critical")
    ]
