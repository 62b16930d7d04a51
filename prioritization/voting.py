"""Voting as a kind of round: its mails, its pages, how it stands and what is counted when it closes."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any

from django.db.models import Count, Q
from django.urls import reverse
from django.utils.html import format_html
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext

from prioritization import secrecy_wording
from prioritization.actions.remarks import mail_held_questions
from prioritization.actions.scores import request_scores
from prioritization.actions.tallies import recount
from prioritization.mail import entered_mail, given_by_others, question_mail
from prioritization.models import Ballot, Rating, VotingRound
from prioritization.queries.ballot import criteria_for
from prioritization.queries.behalf import given_for
from prioritization.rules.ballots import seconds_for
from prioritization.rules.secrecy import AT_LEAST
from stakeholders import deadline_wording, wording
from stakeholders.kinds import Conclusion, MailWords, Refusal, ShownAnswer, Words
from stakeholders.models import Invitation, Message, Round, Seat

NAME = "voting"


class Voting:
    """See stakeholders.kinds.RoundKind."""

    name = NAME
    noun = gettext_lazy("voting round")
    button = gettext_lazy("Open my ballot")
    has_consulted = False

    def asks(self, round: Round, seat: Seat) -> int:
        voting = VotingRound.objects.get(round=round)
        return len(criteria_for(voting, seat.department_id)) * voting.asked.count()

    def removal_words(self, invitation: Invitation) -> Words:
        if invitation.answered:
            return _("The votes given so far stay, and count in the ranking as they do now.")
        return _("No vote has been given, so the ranking stays as it is.")

    def invitation_words(self, round: Round) -> Words:
        voting = VotingRound.objects.get(round=round)
        features = voting.asked.count()
        return _("Vote on %(features)s, about %(time)s") % {
            "features": features_in_words(features),
            "time": wording.duration(seconds_for(features * len(voting.criteria))),
        }

    def answer_url(self, round: Round) -> str:
        return reverse("prioritization:ballot", args=[round.public_id])

    def part_url(self, round: Round) -> str:
        return reverse("prioritization:round-remarks", args=[round.product.slug, round.public_id])

    def entry_url(self, invitation: Invitation) -> str:
        round = invitation.round
        voting = getattr(round, "voting", None)
        if voting is None or voting.secrecy == VotingRound.Secrecy.ANONYMOUS:
            return ""
        return reverse("prioritization:answers-enter", args=[round.product.slug, round.public_id, invitation.pk])

    def results_url(self, round: Round) -> str:
        return reverse("prioritization:meeting-results", args=[round.product.slug, round.public_id])

    def mail(self, message: Message, invitation: Invitation, now: datetime) -> MailWords:
        words = {
            Message.Kind.INVITATION: _invitation,
            Message.Kind.REMINDER: _reminder,
            Message.Kind.RECEIPT: _receipt,
        }[Message.Kind(message.kind)]
        return words(message, invitation)

    def question(self, message: Message) -> MailWords:
        return question_mail(message)

    def answers(self, round: Round) -> Mapping[int, ShownAnswer]:
        given = given_for(round)
        return {each.seat_id: _shown(each, given.get(each.seat_id, [])) for each in round.invitations.all()}

    def conclusion(self, round: Round, now: datetime) -> Conclusion:
        if round.outcome:
            return Conclusion(
                round.outcome["sentence"], short=_("closed"), tone="ok" if round.outcome["voters"] else "warn"
            )
        asked = round.invitations.standing()
        through, begun, people = (
            asked.exclude(answered_at=None).count(),
            asked.filter(answered__gt=0).count(),
            asked.count(),
        )
        sentence = ngettext(
            "%(through)d of %(people)d person has voted", "%(through)d of %(people)d people have voted", people
        ) % {"through": through, "people": people}
        if underway := begun - asked.filter(answered__gt=0).exclude(answered_at=None).count():
            sentence = _("%(sentence)s, %(count)d more have begun") % {"sentence": sentence, "count": underway}
        return Conclusion(f"{sentence}.", short=f"{through} / {people}")

    def rule(self, round: Round) -> Words:
        counts = _(
            "The ranking counts every answer that arrives before the deadline; “no opinion” counts as no answer."
        )
        return f"{counts} {secrecy_wording.terms(round.voting)}"

    def refuses_to_close_early(self, round: Round) -> Refusal | None:
        return None

    def on_close(self, round: Round, now: datetime) -> dict[str, Any]:
        """Count the round's own rows once more, tallies included: they are what the ranking is made of."""
        VotingRound.objects.filter(round=round).update(revealed_at=now)
        features = list(round.voting.asked.values_list("feature_id", flat=True))
        recount(round.product_id, features, now=now)
        # also when nothing changed: the run that follows keeps the standings as this round's result
        request_scores(round.product_id, now=now)
        mail_held_questions(round, now=now)
        return counted(round)

    def on_withdraw(self, round: Round, now: datetime) -> None:
        """Take the round's answers out of tallies and ranking: what people said in an earlier one counts again."""
        recount(round.product_id, list(round.voting.asked.values_list("feature_id", flat=True)), now=now)


def counted(round: Round) -> dict[str, Any]:
    """Return what came in: people asked and voting, answers with a value and without, and the sentence that says so."""
    ratings = Rating.objects.filter(ballot__voting__round=round)
    numbers = ratings.aggregate(
        values=Count("pk", filter=Q(value__isnull=False)),
        no_opinion=Count("pk", filter=Q(value=None)),
        voters=Count("ballot", distinct=True),
    )
    asked = round.invitations.standing().count()
    features = VotingRound.objects.get(round=round).asked.count()
    if not numbers["voters"]:
        sentence = ngettext(
            "Nobody voted: %(count)d person was asked.", "Nobody voted: %(count)d people were asked.", asked
        ) % {"count": asked}
    else:
        sentence = _("%(voters)d of %(asked)d voted on %(features)s: %(answers)s.") % {
            "voters": numbers["voters"],
            "asked": asked,
            "features": features_in_words(features),
            "answers": _answers_in_words(numbers["values"], numbers["no_opinion"]),
        }
    if uncounted := _too_few(round):
        words = ngettext(
            "%(sentence)s %(count)d rating of fewer than %(least)d people is not counted.",
            "%(sentence)s %(count)d ratings of fewer than %(least)d people are not counted.",
            uncounted,
        )
        sentence = words % {"sentence": sentence, "count": uncounted, "least": AT_LEAST}
    return {"sentence": sentence, "asked": asked, "features": features, **numbers}


def _answers_in_words(values: int, no_opinion: int) -> str:
    """Return how many answers of either sort there are, without a sort that nobody gave: "35 ratings, “no opinion” once"."""
    rated = ngettext("%(count)s rating", "%(count)s ratings", values)
    skipped = ngettext("“no opinion” once", "“no opinion” %(count)s times", no_opinion)
    counts = [(rated, values), (skipped, no_opinion)]
    return ", ".join(words % {"count": wording.decimal(count)} for words, count in counts if count)


def _too_few(round: Round) -> int:
    """Return how many ratings of an anonymous round are not counted, because too few people gave one there."""
    given = Rating.objects.filter(
        ballot__voting__round=round, ballot__voting__secrecy=VotingRound.Secrecy.ANONYMOUS, value__isnull=False
    )
    cells = given.order_by().values("feature", "criterion").annotate(people=Count("pk"))
    return sum(cells.filter(people__lt=AT_LEAST).values_list("people", flat=True))


def features_in_words(count: int) -> str:
    return ngettext("%(count)d feature", "%(count)d features", count) % {"count": count}


def _shown(invitation: Invitation, given_by: Sequence[str]) -> ShownAnswer:
    label = _("%(answered)d of %(asked)d answers") % {"answered": invitation.answered, "asked": invitation.asked}
    by = _("entered by %(who)s") % {"who": ", ".join(given_by)} if given_by else ""
    if invitation.answered_at:
        return ShownAnswer("answered", label, by=by, at=invitation.last_answer_at or invitation.answered_at)
    if invitation.answered:
        return ShownAnswer("started", label, by=by, at=invitation.last_answer_at, needs=2)
    return ShownAnswer("silent", _("no answer yet"), needs=1)


def _counts(invitation: Invitation) -> tuple[int, int]:
    """Return how many features and how many cells this person is asked about."""
    return invitation.round.voting.asked.count(), invitation.asked


def _names(message: Message, invitation: Invitation) -> dict[str, Any]:
    return {"name": message.user.get_short_name(), "product": invitation.round.product.name}


def _subject(features: int) -> str:
    """Return what invitation and reminder are called: the same, so that mail programs put them together."""
    return ngettext("Is this feature worth it?", "Which %(count)d features first?", features) % {"count": features}


def _invitation(message: Message, invitation: Invitation) -> MailWords:
    features, cells = _counts(invitation)
    parts = {
        **_names(message, invitation),
        "features": format_html("<strong>{}</strong>", features_in_words(features)),
        "time": format_html("<strong>{}</strong>", wording.duration(seconds_for(cells))),
        "deadline": deadline_wording.short(invitation),
        "asker": invitation.round.opened_by.user.get_full_name()
        if invitation.round.opened_by
        else invitation.round.product.name,
    }
    return MailWords(
        subject=_subject(features),
        headline=_("%(name)s, what should %(product)s build first?") % parts,
        paragraphs=[
            format_html(
                _(
                    "{asker} asks for your view on {features} by {deadline}. For each you say how it does on a scale of 1 to 5."
                ),
                **parts,
            ),
            format_html(
                _(
                    "It takes about {time}. You can stop and go on at any time, and answer “no opinion” wherever you have none."
                ),
                **parts,
            ),
        ],
        button=_("Open my ballot"),
        aside=[secrecy_wording.promise(invitation.round.voting, invitation.round.product)],
    )


def _reminder(message: Message, invitation: Invitation) -> MailWords:
    features, cells = _counts(invitation)
    parts = {
        **_names(message, invitation),
        "title": invitation.round.title,
        "left": cells - invitation.answered,
        "time": wording.duration(seconds_for(cells - invitation.answered)),
        "deadline": deadline_wording.short(invitation),
    }
    if invitation.answered:
        paragraph = ngettext(
            "%(left)d answer of “%(title)s” is still open until %(deadline)s; that takes about %(time)s. What you answered is kept.",
            "%(left)d answers of “%(title)s” are still open until %(deadline)s; that takes about %(time)s. What you answered is kept.",
            parts["left"],
        )
        headline = _("%(name)s, you have begun; the rest is waiting")
    else:
        paragraph = _(
            "Your view on “%(title)s” is still missing; it counts until %(deadline)s and takes about %(time)s."
        )
        headline = _("%(name)s, %(product)s would like your view")
    return MailWords(
        subject=_subject(features),
        headline=headline % parts,
        paragraphs=[paragraph % parts],
        button=_("Open my ballot"),
        aside=[_("Without it the ranking is made from the others’ votes alone.")],
    )


def _receipt(message: Message, invitation: Invitation) -> MailWords:
    """Say what is in by now. It is rendered when it goes out, so it counts what arrived since, too."""
    if "entered_by" in message.facts:
        return entered_mail(message, invitation)
    round = invitation.round
    parts = {
        **_names(message, invitation),
        "title": round.title,
        "answers": ngettext("%(count)d answer", "%(count)d answers", invitation.answered)
        % {"count": invitation.answered},
        "asked": invitation.asked,
        "when": wording.instant(invitation.last_answer_at, round.zone),
    }
    is_done = Ballot.objects.filter(invitation=invitation).exclude(done_at=None).exists()
    headline = _("%(name)s, your %(answers)s are in") if is_done else _("%(name)s, we have your %(answers)s so far")
    came = (
        _("The last one came on %(when)s; %(asked)d were asked.")
        if invitation.last_answer_at
        else _("%(asked)d were asked.")
    )
    return MailWords(
        subject=_("Your vote on %(product)s: %(answers)s") % parts,
        headline=headline % parts,
        paragraphs=[came % parts, *given_by_others(invitation)],
        button=_("See my answers"),
    )
