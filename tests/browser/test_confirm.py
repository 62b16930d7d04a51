"""Journeys b at 9:00 and c, later: a manager publishes, a stakeholder confirms on a phone; in both worlds."""

import re

import pytest
from playwright.sync_api import Browser, Page, expect

from tests.browser.confirmations import ConfirmationStory, confirmation_story, publish
from tests.browser.mails import link_in, mail_to
from tests.worlds import wait_until

pytestmark = pytest.mark.browser

PHONE = {"viewport": {"width": 390, "height": 844}, "is_mobile": True, "has_touch": True}
BOTH = pytest.mark.parametrize("javascript", [True, False], ids=["with JavaScript", "without JavaScript"])


@pytest.fixture
def story(world) -> ConfirmationStory:
    return confirmation_story(world)


@pytest.fixture
def visit(browser: Browser):
    """Open a page as someone else; what goes wrong in its console fails the test."""
    contexts, wrong = [], []

    def _visit(**options) -> Page:
        context = browser.new_context(**options)
        contexts.append(context)
        page = context.new_page()
        page.on("pageerror", lambda error: wrong.append(str(error)))
        page.on("console", lambda line: wrong.append(line.text) if "Content Security Policy" in line.text else None)
        return page

    yield _visit
    for context in contexts:
        context.close()
    assert not wrong


def open_mail(page: Page, story: ConfirmationStory, name: str) -> None:
    page.goto(link_in(mail_to(story.world, story.address(name), "do you confirm version 2?")))
    page.get_by_role("button", name="Read and answer").click()
    expect(page).to_have_url(re.compile("/confirm/"))


@BOTH
def test_from_publishing_to_the_receipt_and_the_outcome(story, visit, javascript):
    mia = visit(java_script_enabled=javascript)
    round = publish(mia, story)

    stan = visit(java_script_enabled=javascript, **PHONE)
    open_mail(stan, story, "stan")
    expect(stan.get_by_role("heading", level=1)).to_have_text("Do you confirm the Beacon roadmap?")
    expect(stan.get_by_text("You last confirmed version 1")).to_be_visible()
    expect(stan.get_by_text("Two things have changed since.")).to_be_visible()
    first = stan.locator("[data-change]").first
    expect(first).to_contain_text("Weekly digest")
    expect(stan.locator("[data-change]").nth(1)).to_contain_text("2027.2 · ends May")
    for radio in stan.get_by_role("radio").all():
        expect(radio).not_to_be_checked()

    stan.get_by_role("button", name="Send my answer").click()
    expect(stan.get_by_text("Choose one of the four answers.")).to_be_visible()
    stan.get_by_role("radio", name="I confirm, with concerns").check()
    stan.get_by_role("button", name="Confirm with concerns").click()
    expect(stan.get_by_text("Say what people should look at.")).to_be_visible()
    expect(stan.get_by_role("radio", name="I confirm, with concerns")).to_be_checked()
    stan.get_by_label("What people should look at").fill("Skills must be kept up to date by someone.")
    stan.get_by_text("Name the features it is about").locator("visible=true").click()
    stan.get_by_role("checkbox", name=re.compile("Route by skill")).locator("visible=true").check()
    stan.get_by_role("button", name="Confirm with concerns").click()
    expect(stan.get_by_text("Your answer is in.")).to_be_visible()
    expect(stan.get_by_text("You can change it until")).to_be_visible()
    assert story.answers(round, "stan") == [
        ["concerns", "Skills must be kept up to date by someone.", ["Route by skill"]]
    ]
    receipt = mail_to(story.world, story.address("stan"), "your answer on version 2 is in")
    assert "Skills must be kept up to date by someone." in receipt

    stan.get_by_role("link", name="Change my answer").click()
    expect(stan.get_by_label("What people should look at")).to_have_value("Skills must be kept up to date by someone.")
    stan.get_by_role("radio", name="I confirm", exact=False).first.check()
    stan.get_by_role("button", name="Confirm version 2").click()
    expect(stan.get_by_text("Your answer is in.")).to_be_visible()
    assert [verdict for verdict, *_ in story.answers(round, "stan")] == ["concerns", "confirm"]

    story.pass_the_deadline(round)
    outcome = wait_until(lambda: story.outcome(round), "the round to close by itself", seconds=30)
    assert outcome["sentence"] == "Version 2 is confirmed with concerns. 1 of 2 confirms it. One has not answered."
    stan.reload()
    expect(stan.get_by_text("This round closed on")).to_be_visible()
    expect(stan.get_by_text("Version 2 is confirmed with concerns")).to_be_visible()
    expect(stan.get_by_text("It stands in the record of version 2.")).to_be_visible()
    assert "confirmed with concerns" in mail_to(story.world, story.address("ines"), "“Confirm version 2” has closed")
    assert mia.evaluate("document.documentElement.scrollWidth <= document.documentElement.clientWidth")
    assert stan.evaluate("document.documentElement.scrollWidth <= document.documentElement.clientWidth")


@BOTH
def test_a_late_tap_loses_nothing_and_is_refused_politely(story, visit, javascript):
    round = publish(visit(), story)
    ines = visit(java_script_enabled=javascript, **PHONE)
    open_mail(ines, story, "ines")
    ines.get_by_role("radio", name="I object").check()
    ines.get_by_label("Why, and what would have to change").fill("Voice was promised to Kestrel.")
    story.pass_the_deadline(round)
    ines.get_by_role("button", name="Object to version 2").click()
    expect(ines.get_by_role("heading", level=1)).to_have_text("This answer came too late to count")
    expect(ines.get_by_label("Note under the outcome")).to_have_value("Voice was promised to Kestrel.")
    ines.get_by_role("button", name="Leave a note").click()
    expect(ines.get_by_text("Notes after the deadline")).to_be_visible()
    assert story.answers(round, "ines") == []


def test_the_answer_can_be_given_by_keyboard_alone(story, visit):
    round = publish(visit(), story)
    page = visit()
    open_mail(page, story, "stan")
    for _ in range(40):
        page.keyboard.press("Tab")
        if page.evaluate("document.activeElement.name") == "answer":
            break
    page.keyboard.press("ArrowUp")
    expect(page.get_by_role("radio", name="I abstain")).to_be_checked()
    page.keyboard.press("Tab")
    expect(page.get_by_role("button", name="Abstain")).to_be_focused()
    page.keyboard.press("Enter")
    expect(page.get_by_text("Your answer is in.")).to_be_visible()
    assert story.answers(round, "stan") == [["abstain", "", []]]
