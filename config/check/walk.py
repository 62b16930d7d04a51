"""The main job from an empty product to a confirmed roadmap, as its three people do it: one step a method, in order."""

import time
import urllib.parse
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import date, timedelta

from config.check.browser import Browser, Page, Unexpected
from config.check.mailbox import Mailbox

MANAGER = ("Maren Holt", "maren@check.example")
STAKEHOLDER = ("Stan Weber", "stan@check.example")
FEATURES = [
    ("Undo send", "Take a reply back within ten seconds.", 8),
    ("Saved replies", "Answer what is asked every day with two keys.", 13),
    ("Quiet hours", "Hold what can wait until the morning.", 5),
]
BEST = "Saved replies"
PATIENCE_SECONDS = 60


@dataclass
class Walk:
    """Three browsers, one mailbox, and what has been found on the way."""

    address: str
    set_up_link: str
    mailbox: Mailbox
    kill_a_worker: Callable[[], str]
    manager: Browser = field(default_factory=Browser)
    stakeholder: Browser = field(default_factory=Browser)
    leader: Browser = field(default_factory=Browser)
    product: str = ""
    round: str = ""
    ballot: str = ""
    share: str = ""

    @property
    def steps(self) -> list[tuple[str, Callable[[], str]]]:
        """Return each step with who takes it and what it is; a step returns what it found, in words."""
        return [
            ("manager: sets Accord up by the link that the console printed", self.set_up),
            ("manager: starts a product with a first objective", self.start_product),
            ("manager: adds a team and a release", self.add_team_and_release),
            ("manager: imports three features from a pasted table", self.import_features),
            ("manager: invites a stakeholder who must confirm", self.invite),
            ("manager: opens a voting round and sends the invitation", self.open_round),
            ("kills the worker that sends mail, with -9", self.kill_a_worker),
            ("stakeholder: opens the ballot by the link in the mail", self.open_ballot),
            ("stakeholder: votes on every feature and is done", self.vote),
            ("manager: closes the round, and a receipt and the outcome are mailed", self.close_round),
            ("manager: sees the ranking that the votes make", self.see_ranking),
            ("manager: plans the first feature into the release", self.plan),
            ("manager: publishes version 1", self.publish),
            ("stakeholder: confirms it by the link in the mail", self.confirm),
            ("manager: sees the confirmation and makes a share link", self.make_share_link),
            ("leader: reads the roadmap by the share link, without signing in", self.read_share),
        ]

    def at(self, path: str) -> str:
        return f"{self.address}{path}"

    def set_up(self) -> str:
        door = self.manager.open(self.set_up_link)
        page = self.manager.submit(door, door.form(to="/open/"))
        form = page.form(with_field="organisation")
        answers = {
            "organisation": "Check & Sons",
            "name": MANAGER[0],
            "email": MANAGER[1],
            "time_zone": "Europe/Berlin",
        }
        home = self.manager.submit(page, form, **answers)
        return self._passed(home, "signed in")

    def start_product(self) -> str:
        page = self.manager.open(self.at("/products/new/"))
        form = page.form(with_field="objective")
        answers = {
            "name": "Lighthouse",
            "vision": "Everyone gets a good answer.",
            "objective": "Answer within two hours",
        }
        done = self.manager.submit(page, form, **answers)
        parts = urllib.parse.urlsplit(done.url).path.split("/")
        if parts[1] != "p":
            raise Unexpected(f"Starting a product led to {done.url}: {done.text[:400]}")
        self.product = f"/p/{parts[2]}"
        return self.at(self.product)

    def add_team_and_release(self) -> str:
        self._fill(f"{self.product}/setup/teams/new/", "name", name="Inbox").says("Inbox")
        begins, ends = date.today() + timedelta(days=7), date.today() + timedelta(days=97)
        answers = {"name": "First release", "starts_on": begins.isoformat(), "ends_on": ends.isoformat()}
        self._fill(f"{self.product}/setup/releases/new/", "ends_on", **answers).says("First release")
        return f"it ships on {ends.isoformat()}"

    def import_features(self) -> str:
        rows = [
            "Title\tSummary\tEffort\tTeam",
            *(f"{title}\t{summary}\t{days}\tInbox" for title, summary, days in FEATURES),
        ]
        page = self.manager.open(self.at(f"{self.product}/features/import/"))
        preview = self.manager.submit(page, page.form(with_field="text"), text="\n".join(rows))
        done = self.manager.submit(preview, preview.form(with_field="parcel"), press="Import 3 features")
        self.manager.open(self.at(f"{self.product}/features/")).says(*(title for title, _, _ in FEATURES))
        return self._passed(done, "all three are on the list")

    def invite(self) -> str:
        page = self.manager.open(self.at(f"{self.product}/people/"))
        read = self.manager.submit(page, page.form(to="/people/read/"), text=f"{STAKEHOLDER[0]} <{STAKEHOLDER[1]}>")
        form = read.form(to="/people/add/")
        names = {name.rpartition("-")[2]: name for name, _ in form.fields + form.boxes}
        answers = {names["role"]: "stakeholder", names["department"]: "Sales", names["must_confirm"]: "on"}
        done = self.manager.submit(read, form, **answers)
        self.manager.open(self.at(f"{self.product}/people/")).says(STAKEHOLDER[0])
        return self._passed(done, "no account was needed")

    def open_round(self) -> str:
        page = self.manager.open(self.at(f"{self.product}/rounds/new/voting/"))
        form = page.form(with_field="features")
        page.says(STAKEHOLDER[0])
        answers: dict[str, str | list[str]] = {
            "title": "What comes first?",
            "features": [value for name, value in form.boxes if name == "features"],
            "seats": [value for name, value in form.boxes if name == "seats"],
            **_deadline(),
        }
        sure = self.manager.submit(page, form, press="Open the round", **answers)
        done = self.manager.submit(sure, sure.form(with_field="sure"), press="Send")
        if "/rounds/" not in done.url:
            raise Unexpected(f"Opening the round led to {done.url}: {done.text[:400]}")
        self.round = urllib.parse.urlsplit(done.url).path
        return self._passed(done, self.at(self.round))

    def open_ballot(self) -> str:
        mail = self.mailbox.wait_for(STAKEHOLDER[1], "first?")
        door = self.stakeholder.open(mail.link("/s/")).says("Stan")
        ballot = self.stakeholder.submit(door, door.form(to="/open/"))
        self.ballot = ballot.url
        return self._passed(ballot.says("3 features"), f"mail “{mail.subject}”")

    def vote(self) -> str:
        page = self.stakeholder.open(self.stakeholder.open(self.ballot).link("Start"))
        cells = 0
        for _ in FEATURES:
            form = page.form(to="/rate/")
            questions = list(dict.fromkeys(name for name, value in form.boxes if value in {"1", "2", "3", "4", "5"}))
            rating = "5" if BEST in page.text else "2"
            cells += len(questions)
            page = self.stakeholder.submit(page, form, **dict.fromkeys(questions, rating))
        done = self.stakeholder.submit(page, page.form(to="/done/"))
        return self._passed(done.says(f"{cells} answers are in"), f"{cells} answers are in")

    def close_round(self) -> str:
        page = self.manager.open(self.at(f"{self.round}close/"))
        self._passed(self.manager.submit(page, page.form(with_field="why"), why="Everyone has answered."), "")
        receipt = self.mailbox.wait_for(STAKEHOLDER[1], "answers")
        outcome = self.mailbox.wait_for(STAKEHOLDER[1], "Outcome")
        return f"“{receipt.subject}”, “{outcome.subject}”"

    def see_ranking(self) -> str:
        def first(page: Page) -> bool:
            places = [page.text.find(title) for title, _, _ in FEATURES]
            return page.status == 200 and min(places) >= 0 and min(places) == page.text.find(BEST)

        self._until(f"{self.product}/ranking/", first, f"“{BEST}” on top of the ranking")
        return f"{BEST} comes first"

    def plan(self) -> str:
        listed = self.manager.open(self.at(f"{self.product}/features/"))
        feature = listed.link(BEST, to="/features/")
        page = self.manager.open(feature.split("?")[0].rstrip("/") + "/edit/")
        form = page.form(with_field="release")
        release = next(value for value, words in page.choices["release"] if "First release" in words)
        owner = next(value for value, words in page.choices["owner"] if MANAGER[0] in words)
        begins, ends = date.today() + timedelta(days=14), date.today() + timedelta(days=60)
        answers = {
            "status": "planned",
            "release": release,
            "owner": owner,
            "starts_on": begins.isoformat(),
            "ends_on": ends.isoformat(),
            "precision": "day",
        }
        done = self.manager.submit(page, form, press="Save", **answers)
        self._passed(done, "")
        self.manager.open(self.at(f"{self.product}/roadmap/")).says(BEST)
        return "it is drawn on the timeline"

    def publish(self) -> str:
        page = self.manager.open(self.at(f"{self.product}/roadmap/publish/"))
        form = page.form(with_field="quorum")
        answers = {**_deadline(), "note": "The first one."}
        if form.has("gaps_why"):
            answers["gaps_why"] = "The check has three features and one plan."
        sure = self.manager.submit(page, form, press="Publish version 1", **answers)
        done = self.manager.submit(sure, sure.form(with_field="sure"), press="Publish version 1")
        return self._passed(done.says("1"), done.url)

    def confirm(self) -> str:
        mail = self.mailbox.wait_for(STAKEHOLDER[1], "confirm")
        door = self.stakeholder.open(mail.link("/s/"))
        page = self.stakeholder.submit(door, door.form(to="/open/"))
        done = self.stakeholder.submit(page, page.form(to="/answer/"), answer="confirm")
        return self._passed(done.says("confirm"), f"mail “{mail.subject}”")

    def make_share_link(self) -> str:
        self.manager.open(self.at(f"{self.product}/versions/1/")).says("1 confirmed")
        page = self.manager.open(self.at(f"{self.product}/roadmap/shares/"))
        done = self.manager.submit(page, page.form(to="/shares/make/"), audience="the board")
        found = [value for value in done.inputs if "/r/" in value]
        if not found:
            raise Unexpected(f"{done.url} shows no share link: {done.text[:400]}")
        self.share = found[0]
        return "for the board"

    def read_share(self) -> str:
        page = self.leader.open(self.share)
        page.says("Lighthouse", "Everyone gets a good answer.", BEST)
        if "by 1 of 1" not in page.text:
            page.says("1 of 2")
        return self._passed(page, "it says what, when, and who confirmed it")

    def _fill(self, path: str, with_field: str, **answers: str) -> Page:
        page = self.manager.open(self.at(path))
        done = self.manager.submit(page, page.form(with_field=with_field), **answers)
        self._passed(done, "")
        return done

    def _passed(self, page: Page, found: str) -> str:
        if page.status != 200:
            raise Unexpected(f"{page.url} answered {page.status}: {page.text[:400]}")
        return found

    def _until(self, path: str, is_so: Callable[[Page], bool], what: str) -> Page:
        """Return the manager's page at `path` once it is as it should be; raise Unexpected when it never is."""
        deadline = time.monotonic() + PATIENCE_SECONDS
        while True:
            page = self.manager.open(self.at(path))
            if is_so(page):
                return page
            if time.monotonic() > deadline:
                raise Unexpected(f"{what} was not there after {PATIENCE_SECONDS} s: {page.text[:600]}")
            time.sleep(1)


def _deadline() -> dict[str, str]:
    """Return the fields of a deadline three days from now; no reminder is due before that."""
    day = date.today() + timedelta(days=3)
    return {"deadline_on": day.isoformat(), "deadline_time": "17:00", "deadline_zone": "Europe/Berlin"}
