"""The list of keys promises what works on the page where it is opened, and nothing else."""

import re

import pytest
from playwright.sync_api import Page, expect

from tests import factories
from tests.browser.visitors import cookies_of

pytestmark = pytest.mark.browser

SEARCH, FEATURE, HELP = "/ Search", "c New feature", ["? This list", "Esc Close what is open"]
ROWS = ["j k Next and previous row", "↵ Open the row"]
PAGES = {
    "/p/beacon/": [SEARCH, FEATURE, *HELP],
    "/p/beacon/features/": [SEARCH, FEATURE, *ROWS, *HELP],
    "/p/beacon/features/1/": [SEARCH, FEATURE, "e Edit", "m Move…", *HELP],
    "/p/beacon/rounds/": [SEARCH, FEATURE, *HELP],
    "/p/beacon/setup/objectives/": [SEARCH, "c New objective", *ROWS, *HELP],
    "/p/beacon/activity/": [SEARCH, FEATURE, *HELP],
    "/products/": ["c New product", *ROWS, *HELP],
}


@pytest.fixture
def signed_in(transactional_db, beacon, mia, vera, sign_in, live_server, browser):
    """Open a browser of its own, signed in as this person, at Beacon's home."""
    for title in ("Undo send", "Single sign-on"):
        factories.feature(beacon, title, objective=factories.objective(beacon, title[0]))

    def _signed_in(who, client) -> Page:
        sign_in(who, on=client)
        context = browser.new_context(base_url=live_server.url)
        context.add_cookies(cookies_of(client, live_server.url))
        page = context.new_page()
        page.goto("/p/beacon/")
        return page

    return _signed_in


def listed(page: Page) -> list[str]:
    """Open the list by its key, and return its lines."""
    page.keyboard.press("?")
    lines = page.locator("#keys dl > div:not([hidden])")
    expect(lines.first).to_be_visible()
    found = [" ".join(line.split()) for line in lines.all_inner_texts()]
    page.keyboard.press("Escape")
    return found


def test_every_page_lists_the_keys_that_work_there(signed_in, mia, client):
    page = signed_in(mia, client)
    found = {}
    for address in PAGES:
        page.goto(address)
        found[address] = listed(page)
    assert found == PAGES


@pytest.mark.parametrize("address", ["/p/beacon/", "/p/beacon/features/", "/p/beacon/rounds/", "/p/beacon/activity/"])
def test_c_begins_a_feature_on_every_page_of_a_product(signed_in, mia, client, address):
    page = signed_in(mia, client)
    page.goto(address)
    page.keyboard.press("c")
    expect(page).to_have_url(re.compile("/p/beacon/features/new/$"))


def test_c_is_neither_promised_nor_heard_where_nothing_can_be_begun(signed_in, vera, client):
    page = signed_in(vera, client)
    assert FEATURE not in listed(page)
    page.keyboard.press("c")
    expect(page).to_have_url(re.compile("/p/beacon/$"))


def test_c_does_not_throw_away_what_was_typed(signed_in, mia, client):
    page = signed_in(mia, client)
    page.goto("/p/beacon/features/new/")
    page.get_by_label("Title").fill("Undo send for all")
    page.get_by_role("button", name="Add feature").focus()
    assert FEATURE not in listed(page)
    page.keyboard.press("c")
    expect(page.get_by_label("Title")).to_have_value("Undo send for all")


def test_the_menu_opens_the_same_list(signed_in, mia, client):
    page = signed_in(mia, client)
    page.get_by_text("Mia Okafor").first.click()
    page.get_by_role("button", name="Keys").click()
    expect(page.locator("#keys").get_by_text("New feature")).to_be_visible()
    expect(page.locator("#keys").get_by_text("Explain the row")).to_be_hidden()
