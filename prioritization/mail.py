"""The mail that puts a question, asked on a ballot, to the one who can answer it."""

from __future__ import annotations

from django.urls import reverse
from django.utils.html import format_html
from django.utils.translation import gettext as _

from prioritization.models import Remark
from prioritization.queries.remarks import asker_of
from stakeholders.kinds import MailWords
from stakeholders.models import Message


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
