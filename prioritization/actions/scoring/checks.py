"""Writes what a run found about single voters and about the order's robustness. For managers; no score waits for it."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import numpy as np
from django.db import transaction
from numpy.typing import NDArray

from prioritization.actions.scoring.inputs import Inputs
from prioritization.models import ScoreRun, VoterCheck
from prioritization.rules.ballot_influence import ballot_influence, through_the_average
from prioritization.rules.fit import Voters
from prioritization.rules.flags import Flag, flags_of
from prioritization.rules.reliability import concordance_of
from prioritization.rules.robust import survivals
from prioritization.rules.scoring import Judged, Scored
from roadmap.models import Feature, Product

WRITTEN = ("run", "ratings", "style", "influence", "bound", "flags")
DIGITS = 3


def check_voters(product: Product, run: ScoreRun, inputs: Inputs, scored: Scored, *, top: int) -> int:
    """Write a check of every voter that changed and delete those of people whose votes are gone; return how many changed.

    Nothing is said of anybody who voted anonymously anywhere in the product. The run learns how its order survives the
    trimmed mean and the median, and how alike people rank what all of them rated.
    """
    counting = inputs.given.weight > 0
    voters = inputs.voters().only(counting)
    seats = inputs.given.seat[counting]
    criteria = [replace(each, table=each.table[:, counting]) for each in inputs.judged()]
    found = _found(product, inputs, criteria, voters, seats, scored)
    unnamed = set(inputs.given.seat[~inputs.given.is_named].tolist())
    fresh = {seat: row for seat, row in found.items() if seat not in unnamed}
    used = {**run.used, **_order_checks(inputs, criteria, voters, scored, top)}
    with transaction.atomic():
        held = {row.seat_id: row for row in VoterCheck.objects.filter(product=product)}
        VoterCheck.objects.filter(pk__in=[row.pk for seat, row in held.items() if seat not in fresh]).delete()
        changed = [
            VoterCheck(product=product, seat_id=seat, run=run.pk, **row)
            for seat, row in fresh.items()
            if seat not in held or any(getattr(held[seat], name) != value for name, value in row.items())
        ]
        VoterCheck.objects.bulk_create(
            changed, update_conflicts=True, unique_fields=["product", "seat"], update_fields=list(WRITTEN)
        )
        run.used = used
        run.save(update_fields=["used"])
    return len(changed)


def _found(
    product: Product,
    inputs: Inputs,
    criteria: list[Judged],
    voters: Voters,
    seats: NDArray[np.int64],
    scored: Scored,
) -> dict[int, dict[str, Any]]:
    """Return the fields of a check by seat; a seat with several columns has them added up."""
    tables = [each.table for each in criteria]
    if not len(seats) or not len(inputs.ids):
        return {}
    influence, bound = ballot_influence(tables, voters, scored.fits, scored.shares, beta=inputs.terms.beta)
    bound += through_the_average(tables, voters, scored.fits, scored.shares)
    ratings = np.sum([each.ratings for each in scored.fits], axis=0)
    flags = flags_of(tables, voters.department, _owned(product, inputs), seed=inputs.seed)
    keys = [each.key for each in inputs.criteria]
    rows: dict[int, dict[str, Any]] = {}
    for at, seat in enumerate(seats.tolist()):
        if not ratings[at]:
            continue
        row = rows.setdefault(seat, {"ratings": 0, "style": {}, "influence": 0.0, "bound": 0.0, "flags": []})
        row["ratings"] += int(ratings[at])
        row["influence"] = round(row["influence"] + float(influence[:, at].sum()), DIGITS)
        row["bound"] = max(row["bound"], round(float(bound[:, at].max()), DIGITS))
        row["flags"] += [_as_json(flag, seats) for flag in flags[at]]
        if scored.without_style:
            row["style"] |= {
                key: float(each.bias[at]) for key, each in zip(keys, scored.fits, strict=True) if each.ratings[at]
            }
    return rows


def _owned(product: Product, inputs: Inputs) -> NDArray[np.bool_]:
    """Return (d, n) which department stands behind which feature: its owner's."""
    owners = dict(
        Feature.objects.filter(product=product, owner__department__isnull=False).values_list(
            "pk", "owner__department_id"
        )
    )
    behind = np.array([owners.get(pk, -1) for pk in inputs.ids.tolist()], dtype=np.int64)
    return inputs.departments[:, None] == behind


def _as_json(flag: Flag, seats: NDArray[np.int64]) -> dict[str, Any]:
    """Return a flag as it is stored; whom a bloc is with is told by seat."""
    evidence = dict(flag.evidence)
    if "with" in evidence:
        evidence["with"] = int(seats[evidence["with"]])
    return {"kind": flag.kind, **evidence}


def _order_checks(inputs: Inputs, criteria: list[Judged], voters: Voters, scored: Scored, top: int) -> dict[str, Any]:
    ids = inputs.ids
    keys = [each.key for each in inputs.criteria]
    return {
        "robust": {
            name: {
                "tau": None if each.tau is None else round(each.tau, 4),
                "entering": ids[each.entering].tolist(),
                "leaving": ids[each.leaving].tolist(),
            }
            for name, each in survivals(ids, criteria, voters, scored, top=top).items()
        },
        "concordance": {key: concordance_of(each.table) for key, each in zip(keys, criteria, strict=True)},
    }
