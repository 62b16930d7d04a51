"""A small instance in the middle of its story, and a browser for each kind of person."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import timedelta

from django.conf import settings
from django.test import Client
from django.urls import reverse

from prioritization.actions.voting import open_voting_round
from prioritization.actions.weights import keep_weights
from roadmap.actions.imports.writing import Written
from roadmap.actions.share import ShareTerms, make_share
from roadmap.models import Feature, Import
from stakeholders import clock
from stakeholders.actions import links
from stakeholders.actions.tokens import make_token
from stakeholders.models import Link, Message, Organisation, Seat
from tests import factories
from tests.roadmap import confirming

_PARAMETER = re.compile(r"<(?:\w+:)?(\w+)>")


@dataclass
class World:
    """Who is here and which ids stand for what; `other` are the ids of a product that nobody here has a seat at."""

    clients: dict[str, Client] = field(default_factory=dict)
    ids: dict[str, object] = field(default_factory=dict)
    by_route: dict[str, dict[str, object]] = field(default_factory=dict)
    other: dict[str, object] = field(default_factory=dict)
    other_by_route: dict[str, dict[str, object]] = field(default_factory=dict)

    def address(self, name: str, patterns: Mapping[str, str]) -> str:
        """Return a path of the route that leads to something real."""
        return self._path(name, patterns, self.ids | self.by_route.get(name, {}))

    def swapped(self, name: str, patterns: Mapping[str, str]) -> list[str]:
        """Return the paths in which one nested id at a time is another product's."""
        own = self.ids | self.by_route.get(name, {})
        other = self.other | self.other_by_route.get(name, {})
        nested = [each for each in _PARAMETER.findall(patterns[name]) if each not in ("slug", "token")]
        return [self._path(name, patterns, own | {each: other[each]}) for each in nested]

    def _path(self, name: str, patterns: Mapping[str, str], ids: Mapping[str, object]) -> str:
        wanted = _PARAMETER.findall(patterns[name])
        if name == "nothing":
            return "/p/never/there/"
        if name == "api:nothing":
            return "/api/v1/never/"
        return reverse(name, kwargs={each: ids[each] for each in wanted})


def _token_of(url: str) -> str:
    return url.rstrip("/").rpartition("/")[2]


def build(olga: Seat, mia: Seat, stan: Seat, vera: Seat, max) -> World:
    """Make the rows, by the real acts, and sign everyone in."""
    world, now, beacon = World(), clock.now(), olga.product
    Organisation.current().admins.set([olga.user])
    for role, who in {"stranger": max, "reader": vera, "stakeholder": stan, "manager": mia, "owner": olga}.items():
        user = getattr(who, "user", who)
        world.clients[role] = Client()
        world.clients[role].force_login(user, backend="django.contrib.auth.backends.ModelBackend")
        _token, text = make_token(user, name="test", expires_at=None, now=now)
        world.clients[role].defaults["HTTP_AUTHORIZATION"] = f"Bearer {text}"
    for role in ("anonymous", "voter", "confirmer", "share"):
        world.clients[role] = Client()

    mine = _fill(beacon, mia, stan)
    other_owner = factories.seat(factories.product("other", key="OTH"), Seat.Role.OWNER, name="Otto")
    theirs = _fill(other_owner.product, other_owner, factories.seat(other_owner.product, name="Oona"))
    world.ids = mine["ids"] | {"slug": "beacon"}
    world.other = theirs["ids"]
    world.by_route, world.other_by_route = mine["by_route"], theirs["by_route"]

    for role, round in (("voter", mine["voting"]), ("confirmer", mine["confirming"])):
        path = links.url_of(links.seat_link(stan, round, now=now)).removeprefix(settings.BASE_URL)
        assert world.clients[role].post(path + "open/").status_code == 303
    world.by_route["stakeholders:link"] = world.by_route["stakeholders:link-open"] = {"token": _token_of(path)}
    unsubscribe = links.link_of(Link.Kind.UNSUBSCRIBE, stan, mine["voting"], now=now)
    world.by_route["stakeholders:mail-link"] = {"token": _token_of(links.url_of(unsubscribe))}
    return world


def _fill(product, manager: Seat, stakeholder: Seat) -> dict:
    now = clock.now()
    planned = confirming.plan_beacon(product, manager)
    version = confirming.publish(product, manager, required=[stakeholder], now=now)
    idea = factories.feature(product, "Dark theme", status=Feature.Status.IDEA)
    voting = open_voting_round(
        product,
        title="Q1 priorities",
        features=planned,
        seats=[stakeholder],
        deadline=confirming.deadline(),
        by=manager,
        now=now - timedelta(minutes=1),
    )
    confirming_round = confirming.round_of(version)
    objective, team, release = product.objectives.first(), product.teams.first(), product.releases.first()
    milestone = product.milestones.create(name="Audit", on=now.date())
    measurement = objective.measurements.create(measured_on=now.date(), value=3)
    token, _text = make_token(manager.user, name="other", expires_at=None, now=now)
    message = Message.objects.filter(round=voting).first()
    imported = Import.objects.create(product=product, at=now, by=manager, source="pasted", before=Written().as_json())
    return {
        "voting": voting,
        "confirming": confirming_round,
        "ids": {
            "ref": str(idea.number) if product.slug == "beacon" else f"{product.key}-{idea.number}",
            "number": version.number if product.slug == "beacon" else 7,
            "public_id": voting.public_id,
            "pk": stakeholder.pk,
            "key": token.key,
        },
        "by_route": _ids_by_route(
            objective=objective, team=team, release=release, milestone=milestone, measurement=measurement, message=message,
            confirming=confirming_round, stakeholder=stakeholder, imported=imported,
            invitation=voting.invitations.get(),
            delegation=voting.invitations.get().delegations.create(address="new@people.example", asked_at=now),
            kept=keep_weights(product, name="Board", weights={"impact": 1}, by=manager, now=now),
            share=make_share(product, terms=ShareTerms(audience="Board"), by=manager, now=now),
        ),
    }  # fmt: skip


def _ids_by_route(
    *,
    objective,
    team,
    release,
    milestone,
    measurement,
    message,
    confirming,
    stakeholder,
    imported,
    invitation,
    kept,
    share,
    delegation,
) -> dict:
    """Ids of the routes whose `pk`, `number` or `public_id` is of another kind than most."""
    return {
        "stakeholders:department": {"pk": stakeholder.department_id},
        **{f"roadmap:objective-{act}": {"pk": objective.pk} for act in ("edit", "delete", "measure")},
        **{f"roadmap:team-{act}": {"pk": team.pk} for act in ("edit", "delete")},
        **{f"roadmap:release-{act}": {"pk": release.pk} for act in ("edit", "delete")},
        **{f"roadmap:milestone-{act}": {"pk": milestone.pk} for act in ("edit", "delete")},
        "roadmap:measurement-forget": {"pk": measurement.pk},
        "roadmap:feature-plan-undo": {"token": "never-given"},
        "roadmap:share": {"token": _token_of(links.url_of(share.link))},
        "roadmap:share-revoke": {"pk": share.pk},
        "stakeholders:message": {"pk": message.pk},
        "stakeholders:message-letter": {"pk": message.pk},
        "stakeholders:message-try-again": {"pk": message.pk},
        **dict.fromkeys(
            ("stakeholders:delegate-approve", "stakeholders:delegate-decline", "stakeholders:delegation-end"),
            {"pk": delegation.pk},
        ),
        **dict.fromkeys(
            (
                "prioritization:answers-enter",
                "stakeholders:invitation-extend",
                "stakeholders:invitation-remove",
                "stakeholders:link-copy",
                "stakeholders:link-renew",
                "stakeholders:link-end",
            ),
            {"pk": invitation.pk},
        ),
        "roadmap:confirm": {"public_id": confirming.public_id},
        "roadmap:confirm-answer": {"public_id": confirming.public_id},
        "roadmap:confirm-note": {"public_id": confirming.public_id},
        "roadmap:round-confirmation": {"public_id": confirming.public_id},
        **dict.fromkeys(("roadmap:feature-import-receipt", "roadmap:feature-import-undo"), {"pk": imported.pk}),
        "prioritization:weights-forget": {"pk": kept.pk},
        "prioritization:ballot-feature": {"number": 1},
        "prioritization:feature-rate": {"number": 1},
    }
