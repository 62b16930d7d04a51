"""The kind of round by which people confirm a version: what the deadline machine asks of it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime
from math import ceil
from typing import Any

from django.urls import reverse
from django.utils.html import format_html
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext

from roadmap.models import Answer, Confirmation
from roadmap.queries import confirmation as reads
from roadmap.queries import outcome_words as words
from roadmap.queries.changes import ShownChange, count_words, small_number
from roadmap.queries.confirm_page import Since, doing_nothing, since
from roadmap.queries.snapshots import CONFIRMATION
from roadmap.queries.versions import covers, snapshot_of
from roadmap.rules.outcome import outcome, to_plain
from stakeholders import deadline_wording, wording
from stakeholders.kinds import Conclusion, MailRow, MailWords, Refusal, ShownAnswer, Words
from stakeholders.models import Invitation, Message, Round, Seat

MOST_ROWS = 5


class ConfirmationKind:
    """See stakeholders.kinds.RoundKind."""

    name = CONFIRMATION
    noun: Words = gettext_lazy("confirmation")
    button: Words = gettext_lazy("Read and answer")
    has_consulted = True

    def asks(self, round: Round, seat: Seat) -> int:
        return 1

    def removal_words(self, invitation: Invitation) -> Words:
        if not invitation.is_required:
            return _("Their answer is shown with the others no longer; who must answer stays the same.")
        round = invitation.round
        required = round.invitations.standing().filter(is_required=True).count() - 1
        if required < 1:
            return _(
                "Nobody would be left who must answer, so the round would lapse: withdraw it instead, or ask someone else first."
            )
        quorum = ceil(reads.rule_of(reads.confirmation_of(round)).quorum * required)
        return ngettext(
            "%(count)d person still must answer; the round lapses unless %(quorum)d of them answers.",
            "%(count)d people still must answer; the round lapses unless %(quorum)d of them answer.",
            required,
        ) % {"count": required, "quorum": quorum}

    def invitation_words(self, round: Round) -> Words:
        return _("Confirm version %(number)s of the roadmap, about two minutes") % {
            "number": reads.confirmation_of(round).version.number
        }

    def answer_url(self, round: Round) -> str:
        return reverse("roadmap:confirm", args=[round.public_id])

    def part_url(self, round: Round) -> str:
        return reverse("roadmap:round-confirmation", args=[round.product.slug, round.public_id])

    def entry_url(self, invitation: Invitation) -> str:
        """A confirmation is a signature: nobody enters it for others (see actions.confirming)."""
        return ""

    def results_url(self, round: Round) -> str:
        return ""

    def answers(self, round: Round) -> Mapping[int, ShownAnswer]:
        return {
            row.seat.pk: ShownAnswer(
                state=row.state,
                label=row.label,
                said=row.said,
                at=row.at,
                needs=row.needs,
                by=_("answered by %(who)s") % {"who": row.by} if row.by else "",
            )
            for row in reads.people(reads.confirmation_of(round))
        }

    def conclusion(self, round: Round, now: datetime) -> Conclusion:
        confirmation = reads.confirmation_of(round)
        confirmation.round = round
        found = reads.outcome_of(confirmation, now=now)
        return Conclusion(
            sentence=words.sentence_with_names(found, confirmation.version.number, reads.people(confirmation)),
            short=str(words.VERDICTS[found.verdict]),
            tone=words.TONES[found.verdict],
        )

    def rule(self, round: Round) -> Words:
        required = round.invitations.standing().filter(is_required=True).count()
        return words.rule_in_words(reads.rule_of(reads.confirmation_of(round)), required=required)

    def refuses_to_close_early(self, round: Round) -> Refusal | None:
        missing = list(round.invitations.silent().filter(is_required=True).select_related("seat__user", "department"))
        if not missing:
            return None
        names = [invitation.seat.user.get_full_name() for invitation in missing]
        why = ngettext(
            "It can close early only when everyone who must answer has. %(names)s has not.",
            "It can close early only when everyone who must answer has. %(names)s have not.",
            len(names),
        ) % {"names": ", ".join(names)}
        return Refusal(why=why, missing=missing)

    def on_withdraw(self, round: Round, now: datetime) -> None:
        """Nothing: its answers are kept, and no outcome comes of them."""

    def on_close(self, round: Round, now: datetime) -> dict[str, Any]:
        confirmation = reads.confirmation_of(round)
        confirmation.round = round
        rule = reads.rule_of(confirmation)
        found = outcome(reads.signers(confirmation, now=now), rule)
        return {
            "sentence": words.sentence(found, confirmation.version.number),
            "version": confirmation.version.number,
            "answers": {
                "rows": confirmation.answers.count(),
                "digest": reads.digest_of_answers(confirmation),
            },
            **to_plain(found, rule),
        }

    def mail(self, message: Message, invitation: Invitation, now: datetime) -> MailWords:
        confirmation = reads.confirmation_of(invitation.round)
        match message.kind:
            case Message.Kind.RECEIPT:
                return _receipt(message, confirmation)
            case Message.Kind.REMINDER:
                return _reminder(message, invitation, confirmation)
        return _invitation(message, invitation, confirmation)


# mails


def _invitation(message: Message, invitation: Invitation, confirmation: Confirmation) -> MailWords:
    version = confirmation.version
    snapshot = snapshot_of(version)
    found = since(invitation, version, snapshot)
    asks = format_html(
        _(
            "{who} asks you to confirm <strong>version {number}</strong> of the {product} roadmap by {deadline}: {covers}."
        ),
        who=_asker(confirmation),
        number=version.number,
        product=version.product.name,
        covers=covers(snapshot),
        deadline=deadline_wording.short(invitation),
    )
    return MailWords(
        subject=_("Do you confirm the %(product)s roadmap?") % {"product": version.product.name},
        headline=_("%(name)s, do you confirm version %(number)s?") % _facts(message, confirmation),
        paragraphs=[
            asks,
            _before(found),
            _("You can confirm, confirm with concerns, object, or leave it to the owner. It takes about two minutes."),
        ],
        button=_("Read it and answer"),
        rows_title=_("What has changed") if found.version else "",
        rows=_rows(found),
        rows_more=_more(found),
        aside=[doing_nothing(confirmation, is_required=invitation.is_required)],
    )


def _reminder(message: Message, invitation: Invitation, confirmation: Confirmation) -> MailWords:
    asked = list(Invitation.objects.filter(round=invitation.round).standing().values_list("answered_at", flat=True))
    answered = sum(at is not None for at in asked)
    found = since(invitation, confirmation.version, snapshot_of(confirmation.version))
    facts = {
        "name": message.user.get_short_name(),
        "answered": answered,
        "asked": len(asked),
        "number": confirmation.version.number,
        "who": _asker(confirmation),
        "deadline": deadline_wording.short(invitation),
    }
    if answered == len(asked) - 1 and answered:
        headline = _("%(name)s, %(answered)s of %(asked)s have answered. You are the one left.") % facts
    elif answered:
        headline = _("%(name)s, %(answered)s of %(asked)s have answered, and you have not yet") % facts
    else:
        headline = _("%(name)s, nobody has answered yet. You could be the first.") % facts
    return MailWords(
        subject=_("Do you confirm the %(product)s roadmap?") % {"product": confirmation.version.product.name},
        headline=headline,
        paragraphs=[
            _("%(who)s asks whether you confirm version %(number)s by %(deadline)s. Four answers, about two minutes.")
            % facts,
            _before(found),
        ],
        button=_("Read it and answer"),
        rows_title=_("What has changed") if found.version else "",
        rows=_rows(found),
        rows_more=_more(found),
        aside=[doing_nothing(confirmation, is_required=invitation.is_required)],
    )


def _receipt(message: Message, confirmation: Confirmation) -> MailWords:
    answer = Answer.objects.select_related("entered_by__user").get(pk=message.facts["answer"])
    zone = confirmation.round.zone
    paragraphs: list[Words] = [
        format_html(
            _("Received {when}: <strong>{answer}</strong>."),
            when=wording.instant(answer.arrived_at, zone),
            answer=answer.get_verdict_display(),
        )
    ]
    if answer.text:
        paragraphs.append(f"“{answer.text}”")
    facts = _facts(message, confirmation)
    headline = _("%(name)s, your answer on version %(number)s is in") % facts
    if answer.entered_by:
        facts["delegate"] = answer.entered_by.user.get_full_name()
        headline = _("%(name)s, %(delegate)s answered on version %(number)s for you") % facts
        paragraphs.append(_("It stands under both names. Your own answer, whenever it comes, replaces it."))
    return MailWords(
        subject=_("Your answer on version %(number)s") % _facts(message, confirmation),
        headline=headline,
        paragraphs=paragraphs,
        button=_("See or change my answer"),
        aside=[_("After the deadline it stands in the record of this version.")],
    )


def _facts(message: Message, confirmation: Confirmation) -> dict[str, Any]:
    return {"name": message.user.get_short_name(), "number": confirmation.version.number}


def _asker(confirmation: Confirmation) -> str:
    by = confirmation.round.opened_by
    return by.user.get_full_name() if by else _("The product manager")


def _before(found: Since) -> str:
    """What the person knew before, and how much is new."""
    if found.version is None:
        return _("It is the first version.")
    facts = {
        "number": found.version.number,
        "day": wording.day(found.confirmed_at) if found.confirmed_at else "",
        "changed": count_words(found.count),
    }
    if found.confirmed_at:
        return _("You last confirmed version %(number)s, on %(day)s. %(changed)s") % facts
    return _("You have not confirmed a version yet; the one before is version %(number)s. %(changed)s") % facts


def _told_first(found: Since) -> Sequence[ShownChange]:
    return [change for group in found.groups for change in group.changes]


def _rows(found: Since) -> list[MailRow]:
    if found.version is None:
        return []
    return [
        MailRow(
            sign=change.sign,
            text=f"{change.key} {change.label}".strip(),
            note=change.after or ", ".join(change.notes),
            struck=change.before if change.is_struck else "",
        )
        for change in _told_first(found)[:MOST_ROWS]
    ]


def _more(found: Since) -> str:
    rest = found.count - MOST_ROWS
    if found.version is None or rest <= 0:
        return ""
    return ngettext("and one more", "and %(count)s more", rest) % {"count": small_number(rest)}
