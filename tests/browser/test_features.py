"""The list of features and its forms in Chromium: filters, keys, search for features, two editors, no JavaScript."""

import re

import pytest
from django.test import Client
from playwright.sync_api import Browser, BrowserContext, Page, expect

from roadmap.models import Feature
from tests import factories
from tests.browser.visitors import cookies_of

pytestmark = pytest.mark.browser


@pytest.fixture
def features(transactional_db, beacon, mia):
    factories.feature(beacon, "Undo send", status=Feature.Status.PLANNED, days=5)
    factories.feature(beacon, "Single sign-on", status=Feature.Status.CANDIDATE)
    factories.feature(beacon, "Dark theme", status=Feature.Status.PLANNED)


@pytest.fixture
def signed_in(features, sign_in, live_server, browser: Browser):
    """Open a browser of its own, signed in as this person, at the list of features."""

    def _signed_in(who, client, *, javascript: bool = True) -> Page:
        sign_in(who, on=client)
        context: BrowserContext = browser.new_context(java_script_enabled=javascript, base_url=live_server.url)
        context.add_cookies(cookies_of(client, live_server.url))
        page = context.new_page()
        page.goto("/p/beacon/features/?sort=number")
        return page

    return _signed_in


def titles(page: Page):
    return page.locator(".features tbody th")


def test_filters_change_the_list_and_the_address_and_back_undoes_both(signed_in, mia, client):
    page = signed_in(mia, client)
    page.get_by_label("Status").select_option("planned")
    expect(titles(page)).to_have_text(["Undo send", "Dark theme"])
    expect(page).to_have_url(re.compile(r"\?status=planned&sort=number$"))
    page.get_by_label("Search title, summary and key").fill("undo")
    expect(titles(page)).to_have_text(["Undo send"])
    expect(page.get_by_label("Search title, summary and key")).to_be_focused()
    page.go_back()
    expect(titles(page)).to_have_text(["Undo send", "Dark theme"])
    expect(page.get_by_label("Search title, summary and key")).to_have_value("")
    page.get_by_label("Size").select_option("no")
    page.get_by_label("Search title, summary and key").fill("undo")
    expect(page.get_by_text("No feature matches.")).to_be_visible()


def test_the_list_is_walked_and_a_feature_opened_edited_and_begun_by_keys_alone(signed_in, mia, client):
    page = signed_in(mia, client)
    for key in ("j", "j", "k"):
        page.keyboard.press(key)
    expect(page.get_by_role("link", name="Undo send")).to_be_focused()
    page.keyboard.press("Enter")
    page.wait_for_url("**/features/BCN-1/")
    page.keyboard.press("e")
    expect(page).to_have_url(re.compile("/features/BCN-1/edit/$"))
    page.goto("/p/beacon/features/")
    page.keyboard.press("c")
    expect(page).to_have_url(re.compile("/features/new/$"))


def test_a_feature_that_is_needed_first_is_searched_and_added_by_keyboard(signed_in, mia, client):
    page = signed_in(mia, client)
    page.goto("/p/beacon/features/1/edit/")
    page.get_by_label("Search a feature to add to “Needs first”").fill("sign-on")
    expect(page.get_by_role("button", name="Single sign-on")).to_be_visible()
    page.keyboard.press("Enter")
    expect(page.get_by_label("Needs first", exact=False).first).to_have_value("BCN-2 Single sign-on")
    page.get_by_role("button", name="Save feature").click()
    expect(page.get_by_role("heading", name="Needs first")).to_be_visible()
    expect(page.get_by_role("link", name="BCN-2 Single sign-on")).to_be_visible()


def test_the_second_of_two_editors_is_shown_both_texts(signed_in, mia, olga, client):
    first, second = signed_in(mia, client), signed_in(olga, Client())
    for page in (first, second):
        page.goto("/p/beacon/features/1/edit/")
    first.get_by_label("Summary").fill("Saved first.")
    first.get_by_role("button", name="Save feature").click()
    expect(first.get_by_text("BCN-1 is saved.")).to_be_visible()
    second.get_by_label("Summary").fill("Typed meanwhile.")
    second.get_by_role("button", name="Save feature").click()
    alert = second.get_by_role("alert")
    expect(alert).to_contain_text("Mia Okafor changed this at")
    expect(alert).to_contain_text("Saved first.")
    expect(second.get_by_label("Summary")).to_have_value("Typed meanwhile.")


def test_without_javascript_the_list_filters_and_the_form_saves(signed_in, mia, client):
    page = signed_in(mia, client, javascript=False)
    page.get_by_label("Status").select_option("planned")
    page.get_by_role("button", name="Show").click()
    expect(titles(page)).to_have_text(["Undo send", "Dark theme"])
    page.get_by_role("link", name="Undo send").click()
    page.get_by_role("link", name="How people voted on this feature").click()
    expect(page.get_by_text("Nobody has voted on it yet.")).to_be_visible()
    page.goto("/p/beacon/features/1/edit/")
    page.get_by_label("Title").fill("Undo send for a minute")
    page.get_by_role("button", name="Save feature").click()
    expect(page.get_by_role("heading", name="Undo send for a minute")).to_be_visible()
