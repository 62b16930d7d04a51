"""The drawn roadmap in Chromium: nothing overlaps, one page of paper, keys, and what a leader learns in half a minute."""

from __future__ import annotations

import re
from datetime import UTC, date, datetime, timedelta

import pytest
from playwright.sync_api import expect

from roadmap.actions.share import ShareTerms, make_share
from roadmap.models import Dependency, Milestone, Product
from stakeholders.actions.links import url_of
from stakeholders.models import Seat
from tests import factories
from tests.browser.visitors import cookies_of
from tests.roadmap.confirming import publish

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]

OVERLAPS = """() => {
  const svg = document.querySelector(".timeline svg.drawing")
  const boxes = [...svg.querySelectorAll("text")].map((text) => ({ text: text.textContent, box: text.getBoundingClientRect() }))
  const edge = svg.getBoundingClientRect()
  const touching = []
  boxes.forEach(({ text, box }, index) => {
    if (box.right > edge.right + 1) touching.push(`${text} leaves the drawing`)
    for (const other of boxes.slice(index + 1)) {
      const wide = Math.min(box.right, other.box.right) - Math.max(box.left, other.box.left)
      const high = Math.min(box.bottom, other.box.bottom) - Math.max(box.top, other.box.top)
      if (wide > 0.5 && high > 4) touching.push(`${text} × ${other.text}`)
    }
  })
  return touching
}"""


def roadmap(features: int = 24, title: str = "Feature {n}: what it does for whom, and why now") -> Product:
    """A product whose features are spread over a year and a half from this week on."""
    factories.organisation()
    beacon = factories.product("beacon", key="BCN", name="Beacon")
    mia = factories.seat(beacon, Seat.Role.MANAGER, name="Mia Okafor")
    today = datetime.now(UTC).date()
    lanes = [factories.objective(beacon, letter, name=f"Objective {letter} of the year") for letter in "ABCD"]
    teams = [factories.team(beacon, name) for name in ("Inbox", "Platform")]
    starts_on, releases = today - timedelta(days=30), []
    for number in range(5):
        ends_on = starts_on + timedelta(days=90)
        releases.append(factories.release(beacon, f"R{number + 1}", starts_on, ends_on))
        for team in teams:
            factories.capacity(team, releases[-1], 40)
        starts_on = ends_on + timedelta(days=1)
    Milestone.objects.create(product=beacon, name="ISO audit", on=today + timedelta(days=200))
    for n in range(features):
        begin = today - timedelta(days=20) + timedelta(days=(n * 37) % 400)
        end = begin + timedelta(days=20 + (n * 13) % 60)
        factories.feature(
            beacon, title.format(n=n), objective=lanes[n % 4], days=6, team=teams[n % 2], owner=mia, status="planned",
            release=next((each for each in releases if each.ends_on >= end), releases[-1]),
            starts_on=begin, ends_on=end, progress=0.5 if begin < today else 0,
        )  # fmt: skip
    return beacon


def open_page(browser, client, live_server, settings, path, *, width=1280, height=900):
    settings.ALLOWED_HOSTS = ["*"]
    context = browser.new_context(viewport={"width": width, "height": height})
    context.add_cookies(cookies_of(client, live_server.url))
    page = context.new_page()
    page.goto(live_server.url + path)
    return page


@pytest.mark.parametrize("width", [1100, 1280, 1920])
@pytest.mark.parametrize("query", ["", "?lanes=team", "?scale=months"])
def test_no_text_of_the_drawing_touches_another(browser, client, sign_in, live_server, settings, width, query):
    beacon = roadmap()
    sign_in(beacon.seats.get())
    page = open_page(browser, client, live_server, settings, f"/p/beacon/roadmap/{query}", width=width)
    assert page.locator(".timeline svg.drawing a.bar").count() == 24
    assert page.evaluate(OVERLAPS) == []


def test_beside_the_panel_nothing_touches_either(browser, client, sign_in, live_server, settings):
    beacon = roadmap()
    sign_in(beacon.seats.get())
    page = open_page(browser, client, live_server, settings, "/p/beacon/roadmap/?feature=BCN-3")
    assert page.locator("#panel").is_visible()
    assert page.evaluate(OVERLAPS) == []
    box = page.evaluate(
        "(() => { const t = document.querySelector('.timeline'); return t.scrollWidth - t.clientWidth })()"
    )
    assert box == 0


@pytest.mark.parametrize(("features", "pages"), [(24, 1), (60, 1)])
def test_it_prints_on_one_page_of_a4_in_landscape(browser, client, sign_in, live_server, settings, features, pages):
    beacon = roadmap(features, title="Feature {n}")
    sign_in(beacon.seats.get())
    page = open_page(browser, client, live_server, settings, "/p/beacon/roadmap/")
    if page.locator(".timeline-appendix").count():
        page.evaluate("document.querySelector('.timeline-appendix').remove()")
    pdf = page.pdf(prefer_css_page_size=True, print_background=True)
    assert re.findall(rb"/Type\s*/Pages.*?/Count\s+(\d+)|/Count\s+(\d+)", pdf)[-1][1] == str(pages).encode()
    left, bottom, right, top = map(float, re.search(rb"/MediaBox\s*\[([^\]]*)\]", pdf)[1].split())
    assert (round(right - left), round(top - bottom)) == (842, 595)


def test_under_960_px_it_is_a_list_and_over_it_a_drawing(browser, client, sign_in, live_server, settings):
    beacon = roadmap()
    sign_in(beacon.seats.get())
    page = open_page(browser, client, live_server, settings, "/p/beacon/roadmap/", width=390)
    assert page.locator(".quarters").is_visible()
    assert not page.locator(".timeline").is_visible()
    assert page.locator(".quarters__item").count() == 24
    page.set_viewport_size({"width": 960, "height": 800})
    assert not page.locator(".quarters").is_visible()
    assert page.locator(".timeline").is_visible()


def test_arrow_keys_walk_the_bars_and_what_is_needed_first_shows(browser, client, sign_in, live_server, settings):
    beacon = roadmap(0)
    lane = beacon.objectives.first()
    today = datetime.now(UTC).date()
    days = [(5, 25), (60, 80), (120, 150)]
    made = [
        factories.feature(
            beacon, f"Step {n}", objective=lane, status="planned",
            starts_on=today + timedelta(days=a), ends_on=today + timedelta(days=b),
        )
        for n, (a, b) in enumerate(days)
    ]  # fmt: skip
    Dependency.objects.create(feature=made[2], needs=made[0])
    sign_in(beacon.seats.get())
    page = open_page(browser, client, live_server, settings, "/p/beacon/roadmap/")
    focused = "document.activeElement.dataset.feature"
    page.locator(".timeline a.bar").first.focus()
    page.keyboard.press("ArrowRight")
    page.keyboard.press("ArrowRight")
    assert page.evaluate(focused) == made[2].key
    assert page.locator(f'.timeline a.bar[data-feature="{made[2].key}"] .needs').is_visible()
    page.keyboard.press("ArrowLeft")
    assert page.evaluate(focused) == made[1].key
    assert not page.locator(f'.timeline a.bar[data-feature="{made[2].key}"] .needs').is_visible()
    page.keyboard.press("Enter")
    page.wait_for_url(f"**feature={made[1].key}*")
    assert page.locator("#panel-title").inner_text() == "Step 1"


def test_five_hundred_features_with_long_titles_stay_readable(browser, client, sign_in, live_server, settings):
    beacon = roadmap(500, title="{n} " + "A title of sixty characters, as people write them, long"[:56])
    sign_in(beacon.seats.get())
    page = open_page(browser, client, live_server, settings, "/p/beacon/roadmap/")
    assert page.locator(".timeline svg.drawing--dense a.bar").count() == 500
    assert page.locator(".timeline svg.drawing").bounding_box()["height"] < 1000
    assert page.evaluate(OVERLAPS) == []
    page.get_by_role("link", name="Open lane").first.click()
    expect(page.locator(".timeline svg.drawing a.bar")).to_have_count(125)
    expect(page.locator(".timeline svg.drawing--dense")).to_have_count(0)


@pytest.mark.parametrize(("width", "height"), [(1280, 900), (390, 844)])
def test_a_leader_can_say_what_comes_when_why_and_who_doubts(browser, client, live_server, settings, width, height):
    """JOURNEYS d: no sign-in, no cookie, three answers in the text of the first screen; then the other faces, and back."""
    beacon = roadmap()
    mia = beacon.seats.get()
    stan = factories.seat(beacon, name="Stan Lindqvist", must_confirm=True)
    publish(beacon, mia, required=[stan])
    made = make_share(beacon, terms=ShareTerms("the board"), by=mia, now=datetime.now(UTC))
    path = url_of(made.link).removeprefix("http://testserver")
    page = open_page(browser, client, live_server, settings, path, width=width, height=height)
    assert page.context.cookies() == []
    first = page.evaluate(
        "[...document.querySelectorAll('h1, .share__top p')].filter(e => e.getBoundingClientRect().bottom <= innerHeight)"
        ".map(e => e.innerText).join(' ')"
    )
    for words in (
        "Beacon roadmap",
        "within two hours",
        "Version 1",
        "of 1",
        "Next comes R1",
        "This is the first version.",
    ):
        assert words in first
    assert "Nobody has answered yet." in first
    page.locator("a.bar .bar__body:visible, a.quarters__title:visible").first.click()
    page.wait_for_url("**feature=*")
    assert page.locator("#panel-title").is_visible()
    page.go_back()
    page.get_by_role("link", name="Now / next / later").click()
    assert page.locator('[data-horizon="now"] li').count() > 0
    page.get_by_role("link", name="Table").click()
    assert page.locator("tr[data-feature]").count() == 24
    assert page.context.cookies() == []


def test_a_feature_is_moved_by_form_without_javascript_and_put_back(browser, client, sign_in, live_server, settings):
    beacon = roadmap(3, title="Feature {n}")
    sign_in(beacon.seats.get())
    settings.ALLOWED_HOSTS = ["*"]
    context = browser.new_context(java_script_enabled=False, viewport={"width": 1280, "height": 900})
    context.add_cookies(cookies_of(client, live_server.url))
    page = context.new_page()
    page.goto(f"{live_server.url}/p/beacon/roadmap/?feature=BCN-1")
    was = date.fromisoformat(page.get_by_label("Starts").input_value())
    page.get_by_label("Release").select_option(label="R5")
    page.get_by_role("button", name="Save its place").click()
    assert page.get_by_text("Feature 0 moved to R5.").is_visible()
    assert page.locator(".panel dd", has_text="R5").count() > 0
    page.get_by_role("button", name="Undo").click()
    assert page.get_by_text("BCN-1 is back where it was.").is_visible()
    assert page.locator(".panel dd", has_text="R5").count() == 0
    assert date.fromisoformat(page.get_by_label("Starts").input_value()) == was
