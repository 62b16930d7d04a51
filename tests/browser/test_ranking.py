"""Votes become a ranking by the real workers, and the ranking explains itself, with and without JavaScript."""

import re
import secrets

import pytest
from playwright.sync_api import Browser, Page, expect

from tests.worlds import World, wait_until

pytestmark = pytest.mark.browser

A_CLOSED_ROUND = """
import json
from datetime import timedelta
from stakeholders import clock
from stakeholders.actions.links import make_sign_in_link, url_of
from stakeholders.models import Seat
from tests import factories
from tests.prioritization.votes import rate_all, voting_round

factories.organisation()
beacon = factories.product({slug!r}, key={key!r}, name="Beacon")
mia = factories.seat(beacon, Seat.Role.MANAGER, user=factories.user("Mia Okafor", email="mia-{slug}@people.example"))
people = [factories.seat(beacon, user=factories.user(f"Person {{n}}", email=f"p{{n}}-{slug}@people.example")) for n in range(3)]
features = [factories.feature(beacon, title, days=10) for title in ("Undo send", "Dark theme", "Voice calls")]
voting = voting_round(beacon, features, opened_at=clock.now() - timedelta(days=30), closed=True)
for feature, value in zip(features, (5, 4, 2)):
    for person in people:
        rate_all(voting, person, feature, value)
print(json.dumps(url_of(make_sign_in_link(mia.user, now=clock.now(), ttl=timedelta(hours=1)))))
"""

ONE_MORE_FEATURE = """
import json
from roadmap.models import Product
from tests import factories
factories.feature(Product.objects.get(slug={slug!r}), "Shared inbox")
print(json.dumps(True))
"""

ONE_MORE_VOTE = """
import json
from tests.prioritization.votes import rate_all
from prioritization.models import VotingRound
from roadmap.models import Feature
from stakeholders.models import Seat
voting = VotingRound.objects.get(round__product__slug={slug!r})
for seat in Seat.objects.filter(product__slug={slug!r}, role="stakeholder"):
    rate_all(voting, seat, Feature.objects.get(product__slug={slug!r}, title={title!r}), {value})
print(json.dumps(True))
"""


class RankingStory:
    """A product whose closed round ranks Undo send, Dark theme, Voice calls; `link` signs its manager in."""

    def __init__(self, world: World) -> None:
        name = secrets.token_hex(3)
        self.world, self.slug, self.key = world, f"beacon-{name}", f"B{name.upper()}"
        self.link = self.run(A_CLOSED_ROUND)

    def run(self, code: str, **more):
        words = {"slug": self.slug, "key": self.key, **more}
        return self.world.tell(code.format(**words))

    @property
    def ranking(self) -> str:
        return f"{self.world.url}/p/{self.slug}/ranking/"


@pytest.fixture
def story(world) -> RankingStory:
    return RankingStory(world)


@pytest.fixture
def desk(browser: Browser, story):
    """Sign Mia in at a desk; return her page. What goes wrong in its console fails the test."""
    contexts, wrong = [], []

    def _desk(*, javascript: bool = True) -> Page:
        context = browser.new_context(java_script_enabled=javascript, viewport={"width": 1280, "height": 900})
        contexts.append(context)
        page = context.new_page()
        page.on("pageerror", lambda error: wrong.append(str(error)))
        page.on("console", lambda line: wrong.append(line.text) if "Content Security Policy" in line.text else None)
        page.goto(story.link)
        page.get_by_role("button", name="Sign in").click()
        return page

    yield _desk
    for context in contexts:
        context.close()
    assert not wrong


def order(page: Page, story: RankingStory) -> list[str]:
    """The titles of the features that have a rank by now."""
    page.goto(story.ranking)
    return page.locator(".ranking tbody:not(.ranking__unranked) .ranking__title").all_inner_texts()


def uncounted(page: Page) -> int:
    return page.get_by_text("is not counted yet").count()


def test_votes_are_ranked_within_seconds_and_a_later_vote_too(story, desk):
    page = desk(javascript=False)
    wait_until(
        lambda: order(page, story) == ["Undo send", "Dark theme", "Voice calls"], "the first ranking", seconds=60
    )
    story.run(ONE_MORE_VOTE, title="Undo send", value=1)
    wait_until(lambda: order(page, story) == ["Dark theme", "Voice calls", "Undo send"], "the later votes", seconds=60)
    wait_until(lambda: order(page, story) and not uncounted(page), "every vote is counted", seconds=60)


@pytest.mark.parametrize("width", [320, 390])
def test_what_votes_became_fits_a_phone(story, desk, width):
    page = desk()
    wait_until(lambda: len(order(page, story)) == 3, "the ranking", seconds=60)
    page.set_viewport_size({"width": width, "height": 800})
    product = story.ranking.removesuffix("ranking/")
    key = f"{story.key}-1"
    for path in (
        f"features/{key}/votes/",
        f"ranking/?feature={key}",
        f"ranking/compare/?a={key}&b={story.key}-2",
        "agenda/ask/",
    ):
        page.goto(product + path)
        over = page.evaluate("document.documentElement.scrollWidth - document.documentElement.clientWidth")
        assert over <= 0, path
    page.goto(f"{product}ranking/compare/?a={key}&b={story.key}-2")
    expect(page.get_by_role("button", name="Compare")).to_be_in_viewport(ratio=1)
    page.goto(f"{story.ranking}?feature={key}")
    grounds = page.locator(".row--selected > :is(td, th)").evaluate_all(
        "cells => cells.map(each => getComputedStyle(each).backgroundColor)"
    )
    assert set(grounds) == {"rgba(0, 0, 0, 0)"}, "no cell of the chosen row covers another"


def test_x_explains_the_row_beside_the_list(story, desk):
    page = desk()
    wait_until(lambda: len(order(page, story)) == 3, "the ranking", seconds=60)
    page.keyboard.press("j")
    page.keyboard.press("j")
    page.keyboard.press("x")
    panel = page.get_by_role("complementary", name="Explanation")
    expect(panel.get_by_role("heading", level=2)).to_have_text("Dark theme")
    expect(page).to_have_url(re.compile(rf"\?feature={story.key}-2$"))
    expect(page.locator(".row--selected")).to_contain_text("Dark theme")
    page.keyboard.press("j")
    page.keyboard.press("x")
    expect(panel.get_by_role("heading", level=2)).to_have_text("Voice calls")
    page.reload()
    expect(panel.get_by_role("heading", level=2)).to_have_text("Voice calls")
    page.keyboard.press("Escape")
    expect(panel).to_have_count(0)


def test_x_says_why_a_feature_has_no_rank(story, desk):
    story.run(ONE_MORE_FEATURE)
    page = desk()
    wait_until(lambda: len(order(page, story)) == 3, "the ranking", seconds=60)
    page.get_by_role("link", name="Shared inbox", exact=True).focus()
    page.keyboard.press("x")
    panel = page.get_by_role("complementary", name="Explanation")
    expect(panel.get_by_role("heading", level=2)).to_have_text("Shared inbox")
    expect(panel).to_contain_text("Not ranked: nobody has voted on it yet.")
    expect(page.locator(".row--selected")).to_contain_text("Shared inbox")


def test_of_two_rows_explained_at_once_the_later_is_shown(story, desk):
    page = desk()
    wait_until(lambda: len(order(page, story)) == 3, "the ranking", seconds=60)
    waiting, over = [], []
    page.route(re.compile(rf"/ranking/{story.key}-\d/$"), lambda route: waiting.append(route))
    for end in ("requestfinished", "requestfailed"):
        page.on(end, lambda request: over.append(request))
    for number in (1, 2):
        page.keyboard.press("j")
        page.keyboard.press("x")
        wait_until(lambda number=number: page.wait_for_timeout(20) or len(waiting) == number, "it is asked for")
    for each in waiting:
        each.continue_()
        wait_until(lambda each=each: page.wait_for_timeout(20) or each.request in over, "it is answered")
    panel = page.get_by_role("complementary", name="Explanation")
    expect(panel.get_by_role("heading", level=2)).to_have_text("Dark theme")
    expect(page.locator(".row--selected")).to_contain_text("Dark theme")


def test_a_filter_redraws_the_list_alone(story, desk):
    page = desk()
    wait_until(lambda: len(order(page, story)) == 3, "the ranking", seconds=60)
    page.get_by_role("combobox", name="Objective").focus()
    page.get_by_role("combobox", name="Objective").select_option("none")
    expect(page.get_by_text("3 of 3 ranked features")).to_be_visible()
    expect(page.get_by_role("combobox", name="Objective")).to_be_focused()
    page.get_by_role("combobox", name="Status").select_option("planned")
    expect(page.get_by_text("No ranked feature matches.")).to_be_visible()
    page.get_by_role("link", name="Clear all filters").click()
    expect(page.locator(".ranking__title")).to_have_count(3)


def test_without_javascript_the_score_leads_to_its_explanation(story, desk):
    page = desk(javascript=False)
    wait_until(lambda: len(order(page, story)) == 3, "the ranking", seconds=60)
    page.get_by_role("link", name="how the score of Undo send is made").click()
    panel = page.get_by_role("complementary", name="Explanation")
    expect(panel).to_contain_text("Ranked 1st of 3")
    panel.get_by_text("The formula with its numbers").click()
    expect(panel).to_contain_text("voters × 5.00")
    panel.get_by_role("link", name="Close").click()
    expect(panel).to_have_count(0)
    page.get_by_role("combobox", name="Show").select_option("split")
    page.get_by_role("button", name="Show").click()
    expect(page.get_by_text("No ranked feature matches.")).to_be_visible()
