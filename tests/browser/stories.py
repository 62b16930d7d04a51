"""What a story begins with, made inside a world by its own code; returns what a test needs to know."""

import secrets
from dataclasses import dataclass

from tests.worlds import World

OPEN_A_VOTING_ROUND = """
import json
from datetime import timedelta
from stakeholders import clock
from stakeholders.actions.links import seat_link, url_of
from stakeholders.models import Seat
from stakeholders.rules.deadlines import read
from prioritization.actions.voting import open_voting_round
from tests import factories

factories.organisation()
beacon = factories.product({slug!r}, key={key!r}, name="Beacon")
mia = factories.seat(beacon, Seat.Role.MANAGER, user=factories.user("Mia Okafor", email="mia-{slug}@people.example"))
stan = factories.seat(beacon, user=factories.user("Stan Lindqvist", email="stan-{slug}@people.example"))
ines = factories.seat(beacon, user=factories.user("Ines Duarte", email="ines-{slug}@people.example"), department_name="Support")
features = [factories.feature(beacon, f"Feature {{n}}", summary="Two sentences. On what it is.") for n in range(1, {features} + 1)]
now = clock.now()
day = (now + timedelta(days=3)).date()
round = open_voting_round(beacon, title="Q1 2027 priorities", features=features, seats=[stan, ines],
    deadline=read(factories.datetime(day.year, day.month, day.day, 17), "Europe/Berlin"), by=mia, now=now)
print(json.dumps([round.public_id, url_of(seat_link(stan, round, now=now))]))
"""

A_PRODUCT = """
import json
from datetime import timedelta
from stakeholders import clock
from stakeholders.actions.links import make_sign_in_link, url_of
from stakeholders.models import Seat
from tests import factories

factories.organisation()
beacon = factories.product({slug!r}, key={key!r}, name="Beacon")
mia = factories.seat(beacon, Seat.Role.MANAGER, user=factories.user("Mia Okafor", email="mia-{slug}@people.example"))
for name, department in {people!r}:
    address = name.split()[0].lower() + "-{slug}@people.example"
    factories.seat(beacon, user=factories.user(name, email=address), department_name=department)
for title in {titles!r}:
    factories.feature(beacon, title)
print(json.dumps(url_of(make_sign_in_link(mia.user, now=clock.now(), ttl=timedelta(hours=1)))))
"""

SIGN_IN_LINK = """
import json
from datetime import timedelta
from stakeholders import clock
from stakeholders.actions.links import make_sign_in_link, url_of
from stakeholders.models import User
user = User.objects.get(email={email!r})
print(json.dumps(url_of(make_sign_in_link(user, now=clock.now(), ttl=timedelta(hours=1)))))
"""

RATINGS = """
import json
from prioritization.models import Rating
rows = Rating.objects.filter(ballot__voting__round__public_id={round!r}, ballot__invitation__seat__user__email={email!r})
print(json.dumps([[r.feature.title, r.criterion, r.value] for r in rows.select_related("feature")]))
"""

CHANGES = """
import json
from prioritization.models import RatingChange
print(json.dumps(RatingChange.objects.filter(ballot__voting__round__public_id={round!r}).count()))
"""

PASS_THE_DEADLINE = """
from datetime import timedelta
from stakeholders import clock
from stakeholders.models import Round
now = clock.now()
print(Round.objects.filter(public_id={round!r}).update(deadline_at=now, opened_at=now - timedelta(days=3)))
"""


@dataclass(frozen=True)
class VotingStory:
    """A voting round that asks Stan and Ines; `link` is Stan's."""

    world: World
    slug: str
    round: str
    link: str

    @property
    def stan(self) -> str:
        return f"stan-{self.slug}@people.example"

    @property
    def ballot(self) -> str:
        return f"{self.world.url}/ballot/{self.round}/"

    def ratings(self) -> dict[tuple[str, str], int | None]:
        """Stan's ratings as they are stored: (title, criterion) -> value."""
        return {
            (title, key): value
            for title, key, value in self.world.tell(RATINGS.format(round=self.round, email=self.stan))
        }

    def changes(self) -> int:
        """How many answers have come in and changed something, everybody's."""
        return self.world.tell(CHANGES.format(round=self.round))

    def pass_the_deadline(self) -> None:
        assert self.world.tell(PASS_THE_DEADLINE.format(round=self.round)) == 1


def voting_story(world: World, *, features: int) -> VotingStory:
    name = secrets.token_hex(3)
    code = OPEN_A_VOTING_ROUND.format(slug=f"beacon-{name}", key=f"B{name.upper()}", features=features)
    return VotingStory(world, f"beacon-{name}", *world.tell(code))


def sign_in_link(world: World, email: str) -> str:
    """A link that signs this person in."""
    return world.tell(SIGN_IN_LINK.format(email=email))


@dataclass(frozen=True)
class ManagerStory:
    """A product that has features and people, and no round yet; `link` signs its manager in."""

    world: World
    slug: str
    link: str

    @property
    def home(self) -> str:
        return f"{self.world.url}/p/{self.slug}/"

    def address(self, first_name: str) -> str:
        return f"{first_name.lower()}-{self.slug}@people.example"


def manager_story(world: World, *, people: list[tuple[str, str]], titles: list[str]) -> ManagerStory:
    name = secrets.token_hex(3)
    slug = f"beacon-{name}"
    return ManagerStory(
        world, slug, world.tell(A_PRODUCT.format(slug=slug, key=f"B{name.upper()}", people=people, titles=titles))
    )
