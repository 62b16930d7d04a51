"""Who works on Beacon: nineteen made-up people in six departments."""

from __future__ import annotations

from dataclasses import dataclass

from stakeholders.models import Seat

ORGANISATION = "Lighthouse"
ZONE = "Europe/Berlin"
DOMAIN = "lighthouse.example"
DEPARTMENTS = ("Sales", "Support", "Engineering", "Operations", "Finance", "Leadership")


@dataclass(frozen=True, slots=True)
class SamplePerson:
    """A person of the sample. `key` is the part of the address before the @."""

    name: str
    key: str
    department: str
    role: str = Seat.Role.STAKEHOLDER
    weight: float = 1.0
    must_confirm: bool = True

    @property
    def address(self) -> str:
        return f"{self.key}@{DOMAIN}"


MANAGER, STAKEHOLDER, LEADER = "mia.okafor", "stan.lindqvist", "aiko.mori"
"""Whose sign-in links the console prints."""

PEOPLE = (
    SamplePerson("Mia Okafor", MANAGER, "Engineering", Seat.Role.OWNER, must_confirm=False),
    SamplePerson("Tomás Silva", "tomas.silva", "Sales", weight=2.0),
    SamplePerson("Stan Lindqvist", STAKEHOLDER, "Sales"),
    SamplePerson("Rosa Marchetti", "rosa.marchetti", "Sales"),
    SamplePerson("Kofi Asante", "kofi.asante", "Sales"),
    SamplePerson("Ines Duarte", "ines.duarte", "Support"),
    SamplePerson("Lea Fontaine", "lea.fontaine", "Support"),
    SamplePerson("Wen Li", "wen.li", "Support"),
    SamplePerson("Tove Nilsen", "tove.nilsen", "Support"),
    SamplePerson("Marek Dvořák", "marek.dvorak", "Support"),
    SamplePerson("Jonas Weber", "jonas.weber", "Engineering", weight=2.0),
    SamplePerson("Omar Haddad", "omar.haddad", "Engineering", Seat.Role.MANAGER),
    SamplePerson("Noor Rahimi", "noor.rahimi", "Engineering"),
    SamplePerson("Hanna Berg", "hanna.berg", "Operations"),
    SamplePerson("Yusuf Demir", "yusuf.demir", "Operations"),
    SamplePerson("Priya Raman", "priya.raman", "Finance"),
    SamplePerson("Ben Achterberg", "ben.achterberg", "Finance"),
    SamplePerson("Aiko Mori", LEADER, "Leadership", weight=3.0),
    SamplePerson("Greta Olsen", "greta.olsen", "Leadership", weight=3.0),
)
