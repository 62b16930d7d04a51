"""Deletes a product for good: the one act by which rows go that are never rewritten."""

from __future__ import annotations

from datetime import datetime

import structlog
from django.core.exceptions import PermissionDenied
from django.db import transaction
from django.db.models import QuerySet

from prioritization.models import (
    Ballot,
    CountRequest,
    Criterion,
    RankingColumns,
    Rating,
    RatingChange,
    RatingStamp,
    Remark,
    ScoreRequest,
    ScoreResult,
    ScoreRun,
    ScoringTerms,
    Tally,
    VoterCheck,
    VotingFeature,
    VotingRound,
    WeightSet,
)
from roadmap.models import (
    Answer,
    AnswerFeature,
    Capacity,
    Confirmation,
    Contribution,
    Decision,
    Dependency,
    Effort,
    Feature,
    Import,
    LateAnswer,
    Measurement,
    Milestone,
    Objective,
    Product,
    Relation,
    Release,
    ShareLink,
    Standing,
    Team,
    Version,
)
from stakeholders.models import Activity, Delegation, Extension, Grant, Invitation, Link, Message, Reveal, Round, Seat

log = structlog.get_logger(__name__)


@transaction.atomic
def purge_product(product: Product, *, by: Seat, now: datetime) -> None:
    """Delete a product and every row that hangs on it; nothing of it is left but a line in the log.

    The triggers let its append-only rows go from the moment on that `purge_started_at` is set. Raises PermissionDenied
    to anyone but an owner of it.
    """
    if by.product_id != product.pk or not by.reaches(Seat.Role.OWNER):
        raise PermissionDenied
    product = Product.objects.select_for_update().get(pk=product.pk)
    product.purge_started_at = now
    product.save(update_fields=["purge_started_at"])
    # Django's own cascade would refuse: it asks about PROTECT before it looks whether the protecting row goes too
    gone = sum(rows._raw_delete(rows.db) for rows in [*_rows_of(product), Product.objects.filter(pk=product.pk)])
    log.warning("product_purged", product=product.slug, by=by.user_id, rows=gone)


def _rows_of(product: Product) -> list[QuerySet]:
    """Return the product's rows table by table: what leads a guarded row to its product goes after that row."""
    of_round = {"round__product": product}
    return [
        Remark.objects.filter(**of_round),
        RatingChange.objects.filter(ballot__voting__round__product=product),
        Rating.objects.filter(ballot__voting__round__product=product),
        Ballot.objects.filter(voting__round__product=product),
        VotingFeature.objects.filter(voting__round__product=product),
        VotingRound.objects.filter(**of_round),
        ScoreResult.objects.filter(**of_round),
        Tally.objects.filter(feature__product=product),
        Criterion.raters.through.objects.filter(criterion__product=product),
        *(
            model.objects.filter(product=product)
            for model in (
                Criterion,
                CountRequest,
                RatingStamp,
                WeightSet,
                ScoreRun,
                ScoreRequest,
                ScoringTerms,
                VoterCheck,
                Standing,
            )
        ),
        RankingColumns.objects.filter(seat__product=product),
        Decision.present.through.objects.filter(decision__product=product),
        Decision.objects.filter(product=product),
        AnswerFeature.objects.filter(answer__confirmation__round__product=product),
        Answer.objects.filter(confirmation__round__product=product),
        LateAnswer.objects.filter(confirmation__round__product=product),
        Confirmation.objects.filter(**of_round),
        Grant.objects.filter(link__round__product=product),
        Grant.objects.filter(link__share__product=product),
        Link.objects.filter(pk__in=ShareLink.objects.filter(product=product).values("link")),
        ShareLink.objects.filter(product=product),
        Link.objects.filter(**of_round),
        Delegation.objects.filter(invitation__round__product=product),
        *(model.objects.filter(product=product) for model in (Version, Import, Message, Activity)),
        Extension.objects.filter(**of_round),
        Reveal.objects.filter(**of_round),
        Invitation.objects.filter(**of_round),
        Round.objects.filter(product=product),
        Dependency.objects.filter(feature__product=product),
        Relation.objects.filter(first__product=product),
        Effort.objects.filter(feature__product=product),
        Contribution.objects.filter(feature__product=product),
        Capacity.objects.filter(team__product=product),
        Measurement.objects.filter(objective__product=product),
        *(model.objects.filter(product=product) for model in (Feature, Release, Milestone, Team, Objective, Seat)),
    ]
