"""People, seats, rounds, links, messages and the activity log."""

from stakeholders.models.activity import Activity, Verb
from stakeholders.models.delegations import Delegation
from stakeholders.models.links import ApiToken, Grant, Link
from stakeholders.models.meetings import Reveal
from stakeholders.models.messages import Message
from stakeholders.models.once import Made
from stakeholders.models.people import Department, Organisation, Seat, User
from stakeholders.models.rounds import Extension, Invitation, Round
from stakeholders.models.tries import Tries
from stakeholders.models.workers import Heartbeat

__all__ = [
    "Activity",
    "ApiToken",
    "Delegation",
    "Department",
    "Extension",
    "Grant",
    "Heartbeat",
    "Invitation",
    "Link",
    "Made",
    "Message",
    "Organisation",
    "Reveal",
    "Round",
    "Seat",
    "Tries",
    "User",
    "Verb",
]
