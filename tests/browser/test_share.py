"""Journey d: a leader opens a share link and understands the roadmap in half a minute; in both worlds."""

import re

import pytest
from playwright.sync_api import Browser, Page, expect

from tests.browser.confirmations import ConfirmationStory, confirmation_story, publish

pytestmark = pytest.mark.browser

PHONE = {"viewport": {"width": 390, "height": 844}, "is_mobile": True, "has_touch": True}
DESK = {"viewport": {"width": 1280, "height": 900}}
FIRST_SCREEN = """
    [...document.querySelectorAll("h1, .share__top p")].filter((each) => each.getBoundingClientRect().bottom <= innerHeight)
        .map((each) => each.innerText).join(" ")
"""


@pytest.fixture
def story(world) -> ConfirmationStory:
    return confirmation_story(world)


@pytest.fixture
def share(browser: Browser, story) -> str:
    """The address of a link that Mia made for the board, once version 2 was out."""
    page = browser.new_context(**DESK).new_page()
    publish(page, story)
    page.goto(f"{story.world.url}/p/{story.slug}/roadmap/shares/")
    page.get_by_label("For whom").fill("the board")
    page.get_by_role("button", name="Make the link").click()
    address = page.get_by_label("Address for the board").input_value()
    page.context.close()
    return address


def read(page: Page, address: str) -> None:
    """What comes when, why in that order, who disagrees: on the first screen; then a feature, back, and the other faces."""
    page.goto(address)
    first = page.evaluate(FIRST_SCREEN)
    comes, why, doubts = "Next comes 2027.1", "First reply within 2 h", "Nobody has answered yet."
    for words in (
        "Beacon roadmap",
        "Version 2",
        "confirmed by 0 of 2",
        "Since version 1 one feature was added and one has moved.",
        comes,
        why,
        doubts,
    ):
        assert words in first
    page.locator("a.bar:visible, a.quarters__title:visible").first.click()
    expect(page.locator("#panel-title")).to_be_visible()
    expect(page.locator("#panel")).to_contain_text("Good for")
    page.go_back()
    expect(page.locator("#panel-title")).to_have_count(0)
    page.get_by_role("link", name="Now / next / later").click()
    expect(page.locator("[data-horizon] li").first).to_be_visible()
    page.get_by_role("link", name="Table").click()
    expect(page.locator("tr[data-feature]").first).to_be_visible()
    assert page.evaluate("document.documentElement.scrollWidth <= document.documentElement.clientWidth")
    assert page.context.cookies() == []
    expect(page).to_have_url(re.compile("/r/"))


@pytest.mark.parametrize("screen", [PHONE, DESK], ids=["phone", "desk"])
def test_a_leader_understands_the_roadmap_from_a_link(browser, share, screen):
    for javascript in (True, False):
        context = browser.new_context(java_script_enabled=javascript, **screen)
        read(context.new_page(), share)
        context.close()
