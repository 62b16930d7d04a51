"""Sets how a product's scores are made, where that is not as usual."""

from __future__ import annotations

from datetime import datetime

from django.db import transaction

from prioritization.actions.criteria import CriteriaLocked
from prioritization.actions.scores import request_scores
from prioritization.models import ScoringTerms
from prioritization.queries.criteria import locking_round
from roadmap.models import Product
from stakeholders.activity import record
from stakeholders.models import Seat, Verb

SET = ("takes_out_style", "largest_share")


@transaction.atomic
def set_terms(product: Product, *, takes_out_style: bool, largest_share: float, by: Seat, now: datetime) -> None:
    """Set a product's scoring terms, log what changed, and ask for new scores; the same as before changes nothing.

    largest_share  of the weight behind one feature and criterion that one voter may hold, in [0.05, 1]

    Raises CriteriaLocked while a voting round is open: nobody turns a setting until live scores please them.
    ValidationError for a share outside its range.
    """
    Product.objects.select_for_update(no_key=True).get(pk=product.pk)
    if round := locking_round(product):
        raise CriteriaLocked(round)
    terms = ScoringTerms.objects.filter(product=product).first() or ScoringTerms(product=product)
    wanted = {"takes_out_style": takes_out_style, "largest_share": largest_share}
    changes = {name: [getattr(terms, name), wanted[name]] for name in SET if getattr(terms, name) != wanted[name]}
    if not changes:
        return
    terms.takes_out_style, terms.largest_share = takes_out_style, largest_share
    terms.full_clean(exclude=["product"])
    terms.save()
    record(by, Verb.CHANGED, terms, at=now, label=product.name, changes=changes)
    request_scores(product.pk, now=now)
