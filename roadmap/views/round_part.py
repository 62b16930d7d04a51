"""The part about a confirmation that the manager's round page embeds."""

from __future__ import annotations

from django.contrib.auth.decorators import login_required
from django.http import Http404, HttpRequest, HttpResponse
from django.views.decorators.http import require_safe

from roadmap.models import Confirmation
from roadmap.queries import confirmation as reads
from roadmap.queries.outcome_words import rule_in_words, sentence_with_names
from roadmap.queries.versions import covers, snapshot_of
from stakeholders import clock
from stakeholders.access import EDIT, round_of
from stakeholders.pages import page


@login_required
@require_safe
def round_confirmation(request: HttpRequest, slug: str, public_id: str) -> HttpResponse:
    seat, round = round_of(request.user, slug, public_id, need=EDIT)
    confirmation = Confirmation.objects.filter(round=round).select_related("version").first()
    if confirmation is None:
        raise Http404
    confirmation.round = round
    now = clock.now()
    people = reads.people(confirmation)
    found = reads.outcome_of(confirmation, now=now)
    context = {
        "seat": seat,
        "product": seat.product,
        "can_edit": True,
        "tab": "rounds",
        "round": round,
        "version": confirmation.version,
        "covers": covers(snapshot_of(confirmation.version)),
        "state": reads.state_of(confirmation, now),
        "sentence": sentence_with_names(found, confirmation.version.number, people),
        "counts": reads.counts(people),
        "rule": rule_in_words(reads.rule_of(confirmation), required=found.required.asked),
        "people": people,
        "departments": reads.departments(people),
        "named": reads.named_features(people),
        "notes": list(confirmation.late_answers.select_related("seat__user")),
    }
    return page(
        request,
        "roadmap/round_confirmation.html",
        context,
        part="roadmap/_round_confirmation.html",
    )
