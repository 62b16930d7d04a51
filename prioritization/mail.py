"""What mails say about questions asked on a ballot, and about answers that somebody gave in the person's place."""

from __future__ import annotations

from django.urls import reverse
from django.utils.html import format_html
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from prioritization.models import Rating, Remark
from prioritization.queries.ballot import criteria_for
from prioritization.queries.behalf import given_for
from prioritization.queries.remarks import asker_of
from stakeholders.kinds import MailRow, MailWords, Words
from stakeholders.models import Invitation, Message, Seat


def question_mail(message: Message) -> MailWords:
    """Return the words of the question that `message.facts["remark"]` names; an anonymous round names nobody."""
    remark = Remark.objects.select_related("round__voting", "round__product", "seat__user", "feature__product").get(
        pk=message.facts["remark"]
    )
    feature, asker = remark.feature, asker_of(remark)
    assert feature  # noqa: S101  a constraint: a question is about a feature
    parts = {
        "name": message.user.get_short_name(),
        "who": asker.user.get_full_name() if asker else _("Someone"),
        "feature": feature.title,
        "round": remark.round.title,
    }
    return MailWords(
        subject=_("A question about “%(feature)s”") % parts,
        headline=_("%(name)s, %(who)s asks you about “%(feature)s”") % parts,
        paragraphs=[
            format_html("“{}”", remark.text),
            format_html(_("Asked on the ballot “{round}”, while deciding how to vote."), **parts),
        ],
        button=_("Open the feature"),
        path=reverse("roadmap:feature", args=[feature.product.slug, feature.key]),
        aside=[
            _("Reply to this mail to answer %(who)s.") % parts
            if asker
            else _(
                "The round is anonymous, so there is nobody to reply to: put the answer into the feature’s description."
            )
        ],
        asker=asker,
    )


MOST_ROWS = 20
"""Features of which a mail lists what was entered; the ballot behind its button has all of them."""


def given_by_others(invitation: Invitation) -> list[Words]:
    """Return the sentence of a receipt that says who gave answers in the person's place; none where nobody did."""
    names = given_for(invitation.round).get(invitation.seat_id)
    if not names:
        return []
    return [
        _("%(who)s gave some of them for you; they stand under both names, until you answer yourself.")
        % {"who": ", ".join(names)}
    ]


def entered_mail(message: Message, invitation: Invitation) -> MailWords:
    """Return the words of the mail by which a person learns what a manager entered for them, cell by cell.

    It is made from what stands when it goes out: of what the person has answered themselves since, nothing is in it.
    """
    by = Seat.objects.select_related("user").get(pk=message.facts["entered_by"])
    ratings = (
        Rating.objects.filter(ballot__invitation=invitation, entered_by=by, feature_id__in=message.facts["features"])
        .select_related("feature")
        .order_by("feature__number")
    )
    names = {each.key: each.name for each in criteria_for(invitation.round.voting, invitation.department_id)}
    lines: dict[str, list[str]] = {}
    for each in ratings:
        value = _("no opinion") if each.value is None else str(each.value)
        lines.setdefault(each.feature.title, []).append(f"{names.get(each.criterion, each.criterion)} {value}")
    parts = {
        "name": message.user.get_short_name(),
        "who": by.user.get_full_name(),
        "title": invitation.round.title,
        "count": ngettext("%(n)d answer", "%(n)d answers", len(ratings)) % {"n": len(ratings)},
    }
    return MailWords(
        subject=_("Entered for you: “%(title)s”") % parts,
        headline=_("%(name)s, %(who)s entered %(count)s for you") % parts,
        paragraphs=[
            _("They are what you are said to have told %(who)s about “%(title)s”, and count under both names.") % parts,
            _("Is anything different? Answer yourself: your own answer always replaces what was entered."),
        ],
        rows_title=_("What was entered, from 1 to 5"),
        rows=[MailRow("→", title, " · ".join(cells)) for title, cells in list(lines.items())[:MOST_ROWS]],
        rows_more=_("and %(count)d more features") % {"count": len(lines) - MOST_ROWS}
        if len(lines) > MOST_ROWS
        else "",
        button=_("See or change my answers"),
    )
