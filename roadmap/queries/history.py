"""Checks that what was published and answered still is what it was: versions by their chain, answers by their seal."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace

from roadmap.models import Confirmation, Product
from roadmap.queries.confirmation import digest_of_answers, rule_of, signers
from roadmap.queries.versions import broken_link
from roadmap.rules.outcome import outcome, to_plain
from roadmap.rules.snapshot import Fault


@dataclass(frozen=True)
class HistoryFault:
    """The first row that does not hold; `where` names it, `what` says what is wrong."""

    where: str
    what: str


_WORDS = {
    Fault.MISSING: "its row is missing",
    Fault.CHANGED: "its content does not give its hash",
    Fault.UNCHAINED: "it does not name the hash of the version before",
    Fault.CONTRADICTED: "a column says something else than its content",
}


def first_fault(product: Product) -> HistoryFault | None:
    """Return the first thing of a product's history that was changed afterwards, or None: versions first, by number.

    A closed confirmation is checked twice: every answer row against the digest that was written when it closed, and the
    outcome against a recount of the rows. Answers of an open round have no seal yet.
    """
    if broken := broken_link(product):
        return HistoryFault(f"version {broken.number}", _WORDS[broken.fault])
    return next(_faults_of_confirmations(product), None)


def _faults_of_confirmations(product: Product) -> Iterator[HistoryFault]:
    for confirmation in closed_confirmations(product):
        where = f"confirmation of version {confirmation.version.number}"
        stored = confirmation.round.outcome or {}
        seal = stored.get("answers", {})
        if seal != {"rows": confirmation.answers.count(), "digest": digest_of_answers(confirmation)}:
            yield HistoryFault(where, "its answers are not those that were counted when it closed")
        elif any(stored.get(key) != value for key, value in _recounted(confirmation, stored.get("left", [])).items()):
            yield HistoryFault(where, "its outcome is not what its answers come to")


def _recounted(confirmation: Confirmation, left: list[int]) -> dict:
    """Count again, with those away who were away when it closed: people may have left since."""
    rule = rule_of(confirmation)
    people = [
        replace(signer, has_left=signer.seat in left)
        for signer in signers(confirmation, now=confirmation.round.closed_at)  # type: ignore[arg-type]
    ]
    return to_plain(outcome(people, rule), rule)


def closed_confirmations(product: Product) -> list[Confirmation]:
    return list(
        Confirmation.objects.filter(version__product=product, round__closed_at__isnull=False)
        .select_related("round", "version")
        .order_by("round__closed_at", "pk")
    )
