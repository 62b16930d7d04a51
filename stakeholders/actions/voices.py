"""The refusal that a person's own answer stands, in words."""

from __future__ import annotations

from django.core.exceptions import ValidationError
from django.utils.translation import gettext as _

from stakeholders.models import Invitation


class OwnAnswerStands(ValidationError):
    """Somebody else's answer for a person who has answered; nothing was written."""


def own_answer_stands(invitation: Invitation) -> str:
    """Return the sentence that says why an answer given in a person's place was refused."""
    return _("%(who)s has answered this in person, and that answer stands. Nothing was changed.") % {
        "who": invitation.seat.user.get_full_name()
    }
