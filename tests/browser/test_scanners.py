"""Scanners open every link of the real mails, with scripts and without: no row changes, and the person's tap works."""

import re

import pytest
from playwright.sync_api import Browser, expect

from tests.browser.mails import html_to
from tests.browser.stories import VotingStory, voting_story
from tests.scanners import BY_REQUEST, ScriptedScanner, ask, changed, rows_of
from tests.stakeholders.fire import Sql

pytestmark = pytest.mark.browser

OPENINGS = 6


@pytest.fixture
def story(world) -> VotingStory:
    return voting_story(world, features=2)


def test_scanners_change_nothing_and_the_persons_tap_works_afterwards(story, browser: Browser):
    world = story.world
    html = html_to(world, story.stan, "Open my ballot")
    html_to(world, f"ines-{story.slug}@people.example", "Open my ballot")  # all mail of this round is out
    scanner = ScriptedScanner(browser, world.url)
    before = rows_of(Sql(world))

    links = scanner.read_mail(html)
    assert story.link in links
    for link in links:
        seen = {scanner.open(link) for _ in range(OPENINGS)}
        seen |= {ask(link, way) for way in BY_REQUEST for _ in range(OPENINGS // 3)}
        assert seen <= {200, 204, 405}, link
    assert scanner.posted == []
    assert changed(before, rows_of(Sql(world))) == []
    scanner.close()

    context = browser.new_context()
    page = context.new_page()
    page.goto(story.link)
    page.get_by_role("button", name="Open my ballot").click()
    expect(page).to_have_url(story.ballot)
    page.get_by_role("link", name="Start").click()
    with page.expect_response(lambda answer: answer.url.endswith("/rate/") and answer.ok):
        page.get_by_role("group", name="Business impact").get_by_role("radio", name=re.compile("^4")).click()
    context.close()
    assert list(story.ratings().values()) == [4]
    tables = {row.partition(":")[0] for row in changed(before, rows_of(Sql(world)))}
    assert {"stakeholders_grant", "stakeholders_invitation", "prioritization_rating"} <= tables, "the dump sees a tap"
