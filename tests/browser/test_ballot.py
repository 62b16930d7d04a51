"""Journey c: from the mail to done on a phone, with and without JavaScript, against real processes in both worlds."""

import re
import time

import pytest
from playwright.sync_api import Browser, Locator, Page, expect

from tests.browser.mails import link_in, mail_to
from tests.browser.stories import VotingStory, voting_story

pytestmark = pytest.mark.browser

FEATURES = 12
SKIPPED = 5
CRITERIA = ("Business impact", "Technical effort", "Operational ease", "Customer happiness")
KEYS = ("impact", "effort", "ease", "happiness")
PHONE = {"viewport": {"width": 390, "height": 844}, "is_mobile": True, "has_touch": True}
SAVED = re.compile(r"^Saved at \d\d:\d\d\. You can change it until the deadline\.$")


@pytest.fixture
def story(world) -> VotingStory:
    return voting_story(world, features=FEATURES)


@pytest.fixture
def short_story(world) -> VotingStory:
    return voting_story(world, features=2)


@pytest.fixture
def phone(browser: Browser):
    """Open a page on a phone; what goes wrong in its console fails the test."""
    contexts, wrong = [], []

    def _phone(*, javascript: bool = True, **options) -> Page:
        context = browser.new_context(java_script_enabled=javascript, **{**PHONE, **options})
        contexts.append(context)
        page = context.new_page()
        page.on("pageerror", lambda error: wrong.append(str(error)))
        page.on("console", lambda line: wrong.append(line.text) if "Content Security Policy" in line.text else None)
        return page

    yield _phone
    for context in contexts:
        context.close()
    assert not wrong


def said(page: Page) -> Locator:
    """Where the ballot says whether an answer is saved."""
    return page.locator("[data-role=said]")


def enter(page: Page, story: VotingStory, link: str = "") -> None:
    """Open the personal link, and press its button."""
    page.goto(link or story.link)
    page.get_by_role("button", name="Open my ballot").click()
    expect(page).to_have_url(story.ballot)


def reopened(page: Page) -> Page:
    """Close the page while there is no network, and return another one of the same browser, with the network back."""
    context = page.context
    page.close()
    context.set_offline(False)
    return context.new_page()


def choose(page: Page, criterion: str, value: str) -> None:
    page.get_by_role("group", name=criterion).get_by_role("radio", name=re.compile(f"^{value}\\b")).click()


@pytest.mark.parametrize("javascript", [True, False], ids=["with JavaScript", "without JavaScript"])
def test_from_the_mail_to_done_on_a_phone(story, phone, javascript):
    page = phone(javascript=javascript)
    enter(page, story, link_in(mail_to(story.world, story.stan, "Open my ballot")))
    expect(page.get_by_role("heading", level=1)).to_have_text("Hello Stan")
    expect(page.get_by_text(f"{FEATURES} features, about 2 min, closes in 3 days.")).to_be_visible()
    page.get_by_role("link", name="Start").click()

    given = {}
    for number in range(1, FEATURES + 1):
        expect(page.get_by_text(f"{number} of {FEATURES}", exact=True)).to_be_visible()
        title = page.get_by_role("heading", level=1).inner_text()
        onwards = page.get_by_role("button", name=re.compile("Next feature|See all answers|Save and next"))
        if number == SKIPPED:
            given |= dict.fromkeys((title, place) for place in range(len(CRITERIA)))
            page.get_by_role("button", name="No opinion on this feature").click()
        else:
            for place, criterion in enumerate(CRITERIA):
                value = "No opinion" if (number, place) == (6, 2) else str((number + place) % 5 + 1)
                given[title, place] = int(value) if value.isdigit() else None
                if javascript:
                    assert onwards.get_attribute("data-incomplete") is not None
                    with page.expect_response(lambda answer: answer.url.endswith("/rate/") and answer.ok):
                        choose(page, criterion, value)
                else:
                    choose(page, criterion, value)
        if javascript:
            expect(said(page)).to_have_text(SAVED)
            assert onwards.get_attribute("data-incomplete") is None
        if javascript or number != SKIPPED:
            onwards.click()

    expect(page.get_by_text(f"All {FEATURES * 4} answers are there.")).to_be_visible()
    expect(page.locator(".answers__note")).to_have_text("no opinion")
    page.get_by_role("button", name="Done").click()
    expect(page.get_by_role("heading", level=1)).to_have_text(f"Your {FEATURES * 4} answers are in")

    assert story.ratings() == {(title, KEYS[place]): value for (title, place), value in given.items()}
    assert len(given) == 48
    assert "You can change it until" in mail_to(story.world, story.stan, "your 48 answers are in")


def test_a_wrong_tap_is_tapped_again_and_going_back_loses_nothing(short_story, phone):
    page = phone()
    enter(page, short_story)
    page.get_by_role("link", name="Start").click()
    title = page.get_by_role("heading", level=1).inner_text()
    for value in ("2", "5"):
        choose(page, "Business impact", value)
        expect(said(page)).to_have_text(SAVED)
    page.get_by_role("button", name="Next feature").click()
    expect(page.get_by_text("2 of 2", exact=True)).to_be_visible()
    page.get_by_role("link", name="Back").click()
    expect(page.get_by_role("group", name="Business impact").get_by_role("radio", checked=True)).to_have_value("5")
    assert short_story.ratings() == {(title, "impact"): 5}


NOT_YET = "Not saved yet, trying again."


def test_a_network_cut_in_the_middle_loses_nothing_doubles_nothing_and_is_told_truly(short_story, phone):
    """20 s without network in the embedded world, 3 in the other; the page is closed before they are over."""
    page = phone()
    enter(page, short_story)
    page.get_by_role("link", name="Start").click()
    title = page.get_by_role("heading", level=1).inner_text()
    choose(page, "Customer happiness", "5")
    expect(said(page)).to_have_text(SAVED)

    page.context.set_offline(True)
    cut_at = time.monotonic()
    choose(page, "Business impact", "2")
    choose(page, "Business impact", "4")
    choose(page, "Technical effort", "1")
    expect(said(page)).to_have_text(NOT_YET)
    page.get_by_role("button", name="Next feature").click()
    while time.monotonic() < cut_at + (20 if "start" in short_story.world.processes else 3):
        assert said(page).inner_text() == NOT_YET
        assert page.locator("[data-unsaved]").count() == 2
        assert page.url.endswith("/1/")
        page.wait_for_timeout(500)
    assert short_story.ratings() == {(title, "happiness"): 5}

    page = reopened(page)
    page.goto(f"{short_story.ballot}1/")
    expect(said(page)).to_have_text(SAVED)
    expect(page.locator("[data-unsaved]")).to_have_count(0)
    assert short_story.ratings() == {(title, "happiness"): 5, (title, "impact"): 4, (title, "effort"): 1}
    assert short_story.changes() == 3
    assert page.evaluate("Object.keys(localStorage).length") == 0


def test_when_only_the_replies_are_lost_the_tap_is_repeated_and_is_one_answer(short_story, phone):
    page = phone()
    enter(page, short_story)
    page.get_by_role("link", name="Start").click()
    lost = []

    def lose(route):
        lost.append(route.fetch().status)
        route.abort()

    page.route("**/rate/", lose, times=2)
    choose(page, "Business impact", "4")
    expect(said(page)).to_have_text(NOT_YET)
    expect(said(page)).to_have_text(SAVED)
    assert lost == [200, 200]
    assert (list(short_story.ratings().values()), short_story.changes()) == ([4], 1)


def test_done_waits_for_what_is_not_saved_yet(short_story, phone):
    page = phone()
    enter(page, short_story)
    page.get_by_role("link", name="Start").click()
    page.route("**/rate/", lambda route: route.fulfill(status=503, headers={"Retry-After": "2"}, body=""))
    choose(page, "Business impact", "4")
    expect(said(page)).to_have_text(NOT_YET)
    page.on("dialog", lambda dialog: dialog.accept())
    page.goto(f"{short_story.ballot}answers/")
    page.get_by_role("button", name="Done for now").click()
    expect(said(page)).to_have_text(NOT_YET)
    assert not short_story.ratings()
    page.unroute("**/rate/")
    expect(page.get_by_role("heading", level=1)).to_have_text("Your 1 answer is in")
    assert list(short_story.ratings().values()) == [4]


def test_what_waited_beyond_the_deadline_is_refused_politely_and_kept_in_sight(short_story, phone):
    page = phone()
    enter(page, short_story)
    page.get_by_role("link", name="Start").click()
    title = page.get_by_role("heading", level=1).inner_text()
    page.context.set_offline(True)
    choose(page, "Business impact", "4")
    expect(said(page)).to_have_text(NOT_YET)
    short_story.pass_the_deadline()
    page = reopened(page)
    page.goto(short_story.ballot)
    expect(page.get_by_role("heading", level=1)).to_contain_text("losed")
    expect(said(page)).to_contain_text("Your answers until then count.")
    expect(page.locator("[data-role=refused] li")).to_have_text(f"{title} · Business impact · 4")
    assert not short_story.ratings()


def test_two_devices_agree_when_either_is_looked_at_or_tapped(short_story, phone):
    one, other = phone(), phone()
    for page in (one, other):
        enter(page, short_story)
        page.get_by_role("link", name="Start").click()
    choose(one, "Business impact", "2")
    expect(said(one)).to_have_text(SAVED)
    choose(other, "Technical effort", "5")
    chosen = other.get_by_role("group", name="Business impact").get_by_role("radio", checked=True)
    expect(chosen).to_have_value("2")

    with other.expect_response(lambda answer: answer.url.endswith("/rate/") and answer.ok):
        choose(other, "Business impact", "3")
    one.evaluate("document.dispatchEvent(new Event('visibilitychange', {bubbles: true}))")
    expect(said(one)).to_have_text("Newer answers of yours, from another page, are shown.")
    expect(one.get_by_role("group", name="Business impact").get_by_role("radio", checked=True)).to_have_value("3")
    expect(one.get_by_role("group", name="Technical effort").get_by_role("radio", checked=True)).to_have_value("5")


def test_a_tap_from_a_page_whose_cookie_was_renewed_is_repeated_with_the_fresh_token(short_story, phone):
    page = phone()
    enter(page, short_story)
    page.get_by_role("link", name="Start").click()
    page.context.clear_cookies(name=re.compile("csrf"))
    choose(page, "Business impact", "3")
    expect(said(page)).to_have_text(SAVED)
    assert list(short_story.ratings().values()) == [3]


def test_a_late_tap_is_refused_politely_and_the_next_page_shows_what_counts(short_story, phone):
    page = phone()
    enter(page, short_story)
    page.get_by_role("link", name="Start").click()
    choose(page, "Business impact", "3")
    expect(said(page)).to_have_text(SAVED)
    short_story.pass_the_deadline()
    choose(page, "Business impact", "1")
    expect(said(page)).to_have_text(
        re.compile(r"^This round closed on .*; this answer came at \d\d:\d\d:\d\d\. Your answers until then count\.$")
    )
    assert list(short_story.ratings().values()) == [3]
    page.reload()
    expect(page.get_by_role("heading", level=2)).to_have_text("Your 1 answer")


COUNT_TAPS = """
addEventListener("pointerdown", (event) => {
  if (event.isTrusted) sessionStorage.taps = Number(sessionStorage.taps ?? 0) + 1;
}, true);
"""


def test_all_forty_eight_answers_take_at_most_sixty_two_taps(story, phone, record_property):
    """From “Start” to the receipt, as a thumb does it: every answer, twelve times onwards, Start and Done."""
    page = phone()
    page.add_init_script(COUNT_TAPS)
    enter(page, story)
    page.evaluate("sessionStorage.taps = 0")
    page.get_by_role("link", name="Start").tap()
    given = {}
    for number in range(1, FEATURES + 1):
        expect(page.get_by_text(f"{number} of {FEATURES}", exact=True)).to_be_visible()
        title = page.get_by_role("heading", level=1).inner_text()
        for place, key in enumerate(KEYS):
            value = (number + place) % 5 + 1
            page.locator(f"input[name={key}][value='{value}']").tap()
            given[title, key] = value
        page.locator("[data-role=next]").tap()
    expect(page.get_by_text("All 48 answers are there.")).to_be_visible()
    page.get_by_role("button", name="Done").tap()
    expect(page.get_by_role("heading", level=1)).to_have_text("Your 48 answers are in")
    taps = page.evaluate("Number(sessionStorage.taps)")
    record_property("figures", f"48 answers took {taps} taps")
    assert 48 < taps <= 48 + 14
    assert story.ratings() == given


def test_all_forty_eight_answers_can_be_given_with_the_keys_alone(story, phone):
    page = phone(is_mobile=False, has_touch=False)
    enter(page, story)
    page.get_by_role("link", name="Start").press("Enter")
    given = {}
    for number in range(1, FEATURES + 1):
        page.wait_for_url(f"**/{number}/", wait_until="load")
        title = page.get_by_role("heading", level=1).inner_text()
        for place, key in enumerate(KEYS):
            digit = (number + place) % 6
            page.keyboard.press(str(digit))
            given[title, key] = digit or None
        expect(page.locator("[data-role=next]")).to_be_focused()
        page.keyboard.press("Enter")
    page.wait_for_url("**/answers/", wait_until="load")
    assert story.ratings() == given
    page.get_by_role("button", name="Done").press("Enter")
    expect(page.get_by_role("heading", level=1)).to_have_text("Your 48 answers are in")


def test_a_question_is_asked_from_the_ballot_and_kept_through_a_cut(short_story, phone):
    page = phone(is_mobile=False, has_touch=False)
    enter(page, short_story)
    page.get_by_role("link", name="Start").click()
    page.wait_for_url("**/1/", wait_until="load")
    page.context.set_offline(True)
    page.keyboard.press("c")
    page.keyboard.type("1 thing: who pays?")
    page.get_by_role("button", name="Ask Mia Okafor").click()
    expect(said(page)).to_have_text(NOT_YET)
    assert page.locator(".remarks__said").count() == 0
    page.context.set_offline(False)
    expect(said(page)).to_have_text(re.compile(r"^Your question was sent at \d\d:\d\d\.$"))
    expect(page.locator(".remarks__said")).to_have_text("You asked: 1 thing: who pays?")
    address = short_story.stan.replace("stan-", "mia-")
    assert "“1 thing: who pays?”" in mail_to(short_story.world, address, "A question about")


def test_the_list_on_a_wide_screen_is_walked_with_arrows(short_story, phone):
    page = phone(viewport={"width": 1280, "height": 900}, is_mobile=False, has_touch=False)
    enter(page, short_story)
    page.get_by_role("link", name="All in one list").click()
    page.locator("#feature-1 input").first.focus()
    page.keyboard.press("ArrowDown")
    page.keyboard.press("ArrowRight")
    page.keyboard.press("3")
    expect(said(page)).to_have_text(re.compile(r"^Saved at \d\d:\d\d$"))
    expect(page.locator("#feature-2 [data-role=state]")).to_have_text("1 of 4")
    second = page.locator("#feature-2 th").inner_text()
    assert short_story.ratings() == {(second, "effort"): 3}


@pytest.mark.parametrize("width", [320, 390, 1280])
def test_no_page_of_the_ballot_scrolls_sideways(short_story, phone, width):
    page = phone(viewport={"width": width, "height": 700})
    enter(page, short_story)
    for path in ("", "1/", "answers/", "list/"):
        page.goto(short_story.ballot + path)
        assert page.evaluate("document.documentElement.scrollWidth") <= width, path


def test_the_first_visit_is_small(story, phone, record_property):
    """From the link to the first feature, everything that comes over the wire, in a browser that has nothing yet."""
    page = phone()
    protocol = page.context.new_cdp_session(page)
    protocol.send("Network.enable")
    sizes: list[float] = []
    protocol.on("Network.loadingFinished", lambda event: sizes.append(event["encodedDataLength"]))
    enter(page, story)
    page.get_by_role("link", name="Start").click()
    page.wait_for_load_state("networkidle")
    record_property("figures", f"first visit to the ballot: {sum(sizes) / 1000:.1f} KB in {len(sizes)} transfers")
    assert 5_000 < sum(sizes) <= 50_000
