"""Writes down what people settled about a feature."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime

from django.db import transaction

from roadmap.models import Decision, Feature
from stakeholders.activity import record
from stakeholders.models import Seat, Verb


@transaction.atomic
def decide(
    feature: Feature, *, text: str, why: str = "", present: Iterable[Seat] = (), nonce: str, by: Seat, now: datetime
) -> Decision:
    """Keep a decision about a feature, which no later act changes, and tell the activity log.

    text     what was decided, in one sentence
    present  who was there beside the one who writes it down: seats of the product
    nonce    of the form: the same request again returns the first decision and logs nothing

    Raises ValidationError for an empty or too long text.
    """
    Feature.objects.select_for_update(no_key=True).get(pk=feature.pk)
    if first := Decision.objects.filter(feature=feature, nonce=nonce).first():
        return first
    made = Decision(product_id=feature.product_id, feature=feature, text=text, why=why, by=by, at=now, nonce=nonce)
    made.full_clean(exclude=["product", "feature", "by"])
    made.save()
    made.present.set([seat for seat in present if seat.product_id == feature.product_id and seat.pk != by.pk])
    record(by, Verb.DECIDED, feature, at=now, outcome=text)
    return made
