"""What a story of confirming begins with: version 1 confirmed by Stan, and a roadmap that has moved on since."""

import re
import secrets
from dataclasses import dataclass

from playwright.sync_api import Page, expect

from tests.browser.stories import PASS_THE_DEADLINE
from tests.worlds import World

A_CONFIRMED_VERSION = """
import json
from datetime import date, timedelta
from roadmap.actions.confirming import answer_confirmation
from stakeholders import clock
from stakeholders.actions.links import make_sign_in_link, url_of
from stakeholders.actions.rounds import withdraw_round
from stakeholders.models import Seat
from tests import factories
from tests.roadmap.confirming import plan_beacon, publish, round_of

factories.organisation()
beacon = factories.product({slug!r}, key={key!r}, name="Beacon")
mia = factories.seat(beacon, Seat.Role.MANAGER, user=factories.user("Mia Okafor", email="mia-{slug}@people.example"))
stan = factories.seat(beacon, user=factories.user("Stan Lindqvist", email="stan-{slug}@people.example"), must_confirm=True)
ines = factories.seat(beacon, user=factories.user("Ines Duarte", email="ines-{slug}@people.example"),
    department_name="Support", must_confirm=True)
features = plan_beacon(beacon, mia)
round = round_of(publish(beacon, mia, required=[stan, ines]))
for seat in (stan, ines):
    answer_confirmation(round.invitations.select_related("round__product", "seat__user").get(seat=seat),
        verdict="confirm", nonce=f"{{round.pk}}-{{seat.pk}}", arrived=clock.arrived_at())
withdraw_round(round, why="Something better came up.", by=mia, now=clock.now())
later = beacon.releases.get(name="2027.2")
factories.capacity(beacon.teams.get(), later, 60)
features[0].release, features[0].ends_on = later, date(2027, 5, 20)
features[0].save(update_fields=["release", "ends_on"])
factories.feature(beacon, "Weekly digest", objective=beacon.objectives.get(), days=5, owner=stan, status="planned",
    release=beacon.releases.get(name="2027.1"), starts_on=date(2027, 2, 1), ends_on=date(2027, 3, 1))
print(json.dumps([url_of(make_sign_in_link(mia.user, now=clock.now(), ttl=timedelta(hours=1)))]))
"""

ANSWERS = """
import json
from roadmap.models import Answer
rows = Answer.objects.filter(confirmation__round__public_id={round!r}, seat__user__email={email!r})
print(json.dumps([[row.verdict, row.text, [each.feature.title for each in row.features.all()]] for row in rows]))
"""

OUTCOME = """
import json
from stakeholders.models import Round
print(json.dumps(Round.objects.get(public_id={round!r}).outcome))
"""


@dataclass(frozen=True)
class ConfirmationStory:
    """`sign_in` is the link by which Mia signs in, once."""

    world: World
    slug: str
    sign_in: str

    def address(self, name: str) -> str:
        return f"{name}-{self.slug}@people.example"

    def answers(self, round: str, name: str) -> list[list]:
        """Every answer row of one person: [verdict, text, titles of the features it names]."""
        return self.world.tell(ANSWERS.format(round=round, email=self.address(name)))

    def outcome(self, round: str) -> dict | None:
        return self.world.tell(OUTCOME.format(round=round))

    def pass_the_deadline(self, round: str) -> None:
        assert self.world.tell(PASS_THE_DEADLINE.format(round=round)) == 1


def confirmation_story(world: World) -> ConfirmationStory:
    name = secrets.token_hex(3)
    code = A_CONFIRMED_VERSION.format(slug=f"plan-{name}", key=f"P{name.upper()}")
    return ConfirmationStory(world, f"plan-{name}", *world.tell(code))


def publish(page: Page, story: ConfirmationStory) -> str:
    """Publish version 2 as Mia; return the public id of the round."""
    page.goto(story.sign_in)
    page.get_by_role("button", name="Sign in").click()
    page.goto(f"{story.world.url}/p/{story.slug}/roadmap/publish/")
    expect(page.get_by_text("Two things have changed since version 1.")).to_be_visible()
    expect(page.get_by_text("Nothing is missing.")).to_be_visible()
    expect(page.get_by_role("group", name="Ines Duarte").get_by_role("radio", name="must confirm")).to_be_checked()
    page.get_by_label("What people should know").fill("Read the second one with care.")
    page.get_by_label("How many must answer").select_option("half of those who must")
    page.get_by_role("button", name="Publish version 2…").click()
    expect(page.get_by_role("heading", level=1)).to_have_text("Publish version 2 to 2 people?")
    expect(page.get_by_text("At least 1 of the 2 people who must answer have to, or it lapses.")).to_be_visible()
    page.get_by_role("button", name="Publish version 2 to 2 people").click()
    expect(page).to_have_url(f"{story.world.url}/p/{story.slug}/versions/2/")
    expect(page.get_by_role("status")).to_contain_text("Version 2 is published. 2 people are asked to confirm it.")
    href = page.get_by_role("link", name="Open the round").first.get_attribute("href")
    return re.search(r"/rounds/([^/]+)/", str(href))[1]
