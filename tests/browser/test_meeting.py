"""A round on the wall of a meeting: the count grows by itself while phones answer, and results come when revealed."""

import re

import pytest
from playwright.sync_api import Browser, expect

from tests.browser.stories import sign_in_link, voting_story

pytestmark = pytest.mark.browser


def test_the_wall_counts_by_itself_and_shows_results_only_when_told(world, browser: Browser):
    story = voting_story(world, features=1)
    context = browser.new_context(viewport={"width": 1920, "height": 1080})
    wall, wrong, tags = context.new_page(), [], []
    wall.on("pageerror", lambda error: wrong.append(str(error)))
    wall.on("console", lambda line: wrong.append(line.text) if line.type == "error" else None)
    wall.on("request", lambda asked: tags.append(asked.url) if asked.url.endswith("/meeting/count/") else None)
    wall.goto(sign_in_link(world, f"mia-{story.slug}@people.example"))
    wall.get_by_role("button", name="Sign in").click()
    wall.goto(f"{world.url}/p/{story.slug}/rounds/{story.round}/meeting/")
    expect(wall.locator(".meeting__number")).to_have_text(re.compile(r"^0\s+of 2 have answered"))
    loaded = wall.evaluate("performance.timeOrigin")

    phone = browser.new_context().new_page()
    phone.goto(story.link)
    phone.get_by_role("button", name="Open my ballot").click()
    for key in ("impact", "effort", "ease", "happiness"):
        phone.request.post(
            f"{story.ballot}1/rate/",
            form={key: "4", "csrfmiddlewaretoken": phone.locator("[name=csrfmiddlewaretoken]").first.input_value()},
            headers={"Referer": story.ballot},
        )
    expect(wall.locator(".meeting__number")).to_have_text(re.compile(r"^1\s+of 2 have answered"), timeout=20_000)
    assert wall.evaluate("performance.timeOrigin") == loaded  # the page itself was not loaded again
    assert len(tags) >= 2
    expect(wall.locator("#meeting-results")).to_be_empty()

    wall.get_by_role("link", name="Reveal results…").click()
    wall.get_by_role("button", name="Reveal results").click()
    expect(wall.get_by_text("Results show when three people have begun")).to_be_visible()
    context.close()
    phone.context.close()
    assert not wrong
