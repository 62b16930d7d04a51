"""Says who sees how one voted: on the ballot, in its mail, and to those who run the round."""

from __future__ import annotations

from django.utils.translation import gettext as _

from prioritization.models import VotingRound
from prioritization.rules.secrecy import AT_LEAST
from roadmap.models import Product


def promise(voting: VotingRound, product: Product) -> str:
    """Return what the person who votes is told."""
    match voting.secrecy:
        case VotingRound.Secrecy.NAMED:
            return _("With names: whoever may see the results sees how you voted.")
        case VotingRound.Secrecy.ANONYMOUS:
            return _(
                "Anonymous: nobody sees how you voted, neither do those who run the round. Your answers are only shown"
                " together with those of at least %(others)d others; your department is kept, your name is not shown."
            ) % {"others": AT_LEAST - 1}
    return _("Only those who run %(product)s see how you voted; everybody else sees results without names.") % {
        "product": product.name
    }


def terms(voting: VotingRound) -> str:
    """Return what those who run the round are told."""
    match voting.secrecy:
        case VotingRound.Secrecy.NAMED:
            return _("With names: whoever may see the results sees who voted how.")
        case VotingRound.Secrecy.ANONYMOUS:
            return _(
                "Anonymous: nobody sees who voted how. Until it closes, a department’s answers on a feature come out"
                " %(least)d or more at a time, and the newest %(least)d wait; whatever fewer than %(least)d people"
                " answered is not counted."
            ) % {"least": AT_LEAST}
    return _("Names for managers only: everybody else sees results without names.")
