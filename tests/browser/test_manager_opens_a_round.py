"""Journey b, minutes 4 and 5: a manager opens a voting round and sees who has not answered, in both worlds."""

import re
from datetime import date, timedelta

import pytest
from playwright.sync_api import Page, expect

from tests.browser.mails import link_in, mail_to
from tests.browser.stories import ManagerStory, manager_story

pytestmark = pytest.mark.browser

PEOPLE = [
    ("Stan Lindqvist", "Sales"),
    ("Rosa Marchetti", "Sales"),
    ("Ines Duarte", "Support"),
    ("Wen Li", "Support"),
    ("Hanna Berg", "Operations"),
]
TITLES = [
    f"{what} for {whom}"
    for what in ("Undo send", "Dark theme", "Digest", "Macros")
    for whom in ("agents", "leads", "all", "guests")
]


@pytest.fixture
def story(world) -> ManagerStory:
    return manager_story(world, people=PEOPLE, titles=TITLES)


@pytest.fixture
def desk(browser):
    contexts = []

    def _desk(*, javascript: bool) -> Page:
        context = browser.new_context(java_script_enabled=javascript, viewport={"width": 1280, "height": 900})
        contexts.append(context)
        return context.new_page()

    yield _desk
    for context in contexts:
        context.close()


@pytest.mark.parametrize("javascript", [True, False], ids=["with JavaScript", "without JavaScript"])
def test_twelve_features_by_filter_and_hand_five_people_a_deadline_and_one_question(story, desk, javascript):
    page = desk(javascript=javascript)
    page.goto(story.link)
    page.get_by_role("main").get_by_role("button").click()
    page.goto(story.home + "rounds/")
    page.get_by_role("link", name="Open a voting round").first.click()

    page.get_by_label("Title", exact=True).fill("Q1 2027 priorities")
    for word in ("Undo", "Dark"):
        page.get_by_role("searchbox", name="Search title").fill(word)
        page.get_by_role("button", name="Show", exact=True).click()
        expect(page.get_by_text("4 of 16 shown")).to_be_visible()
        page.get_by_role("button", name="Pick all shown").click()
    page.get_by_role("searchbox", name="Search title").fill("")
    page.get_by_role("button", name="Show", exact=True).click()
    expect(page.get_by_text("8 features, about 1 min each person")).to_be_visible()
    for whom in ("agents", "leads", "all", "guests"):
        page.get_by_role("checkbox", name=f"Digest for {whom}").check()
    if javascript:
        expect(page.get_by_text("12 features, about 2 min each person")).to_be_visible()
    page.get_by_role("checkbox", name="Mia Okafor").uncheck()
    day = date.today() + timedelta(days=9)
    page.get_by_label("Deadline, day").fill(day.isoformat())
    page.get_by_role("button", name="Open the round").last.click()

    expect(page.get_by_role("heading", level=1)).to_have_text("Send 5 invitations now?")
    expect(
        page.get_by_text("“Q1 2027 priorities” asks about 12 features; that takes each person about 2 min.")
    ).to_be_visible()
    deadline = re.compile(rf"\w+ {day.day} \w+ {day.year}, 17:00 in Berlin")
    expect(page.locator("strong").filter(has_text=deadline)).to_be_visible()
    expect(page.locator("pre")).to_have_count(5)
    page.get_by_text("Rosa Marchetti", exact=True).click()
    expect(page.locator("pre").filter(has_text="Rosa, what should Beacon build first?")).to_be_visible()
    expect(page.get_by_text("Whoever is silent is reminded:")).to_be_visible()
    page.get_by_role("button", name="Send 5 invitations").click()

    expect(page.get_by_role("status").first).to_have_text("The round is open; 5 invitations go out.")
    expect(page.get_by_text("0 of 5 people have voted.")).to_be_visible()
    for name, _department in PEOPLE:
        expect(page.get_by_role("row", name=name)).to_be_visible()
    assert "12 features" in mail_to(story.world, story.address("Hanna"), "Open my ballot")

    voter = desk(javascript=javascript)
    voter.goto(link_in(mail_to(story.world, story.address("Stan"), "Open my ballot")))
    voter.get_by_role("button", name="Open my ballot").click()
    voter.get_by_role("link", name="Start").click()
    voter.get_by_role("button", name="No opinion on this feature").click()
    expect(voter.get_by_text("2 of 12" if not javascript else "Saved at")).to_be_visible()
    page.reload()
    expect(page.get_by_text("1 more have begun")).to_be_visible()
    expect(page.get_by_role("row", name="Stan Lindqvist")).to_contain_text("4 of 48 answers")
