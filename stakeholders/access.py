"""The only way from a user, or a browser with a grant, to a seat, a round or an invitation."""

from __future__ import annotations

from django.core.exceptions import PermissionDenied
from django.http import Http404, HttpRequest

from stakeholders import grants
from stakeholders.models import Invitation, Organisation, Round, Seat, User

READ = Seat.Role.READER
ANSWER = Seat.Role.STAKEHOLDER
EDIT = Seat.Role.MANAGER
OWN = Seat.Role.OWNER


def seat(user, slug: str, *, need: str = READ) -> Seat:
    """Return this user's seat at a product, with product, user and department loaded.

    Raises Http404 to strangers (that the product exists is a secret), PermissionDenied to a role below `need`.
    """
    found = (
        Seat.objects.current()
        .select_related("product", "user", "department")
        .filter(user_id=user.pk, product__slug=slug, product__purge_started_at=None)
        .first()
    )
    if found is None:
        raise Http404
    if not found.reaches(need):
        raise PermissionDenied
    return found


def round_of(user, slug: str, public_id: str, *, need: str = READ) -> tuple[Seat, Round]:
    """Return the user's seat and a round of that product. Raises as `seat` does."""
    holder = seat(user, slug, need=need)
    found = (
        Round.objects.filter(product_id=holder.product_id, public_id=public_id)
        .select_related("opened_by__user", "closed_by__user")
        .first()
    )
    if found is None:
        raise Http404
    found.product = holder.product
    return holder, found


def granted_invitation(request: HttpRequest, public_id: str, *, kind: str | None = None) -> Invitation:
    """Return the invitation that this browser may answer, with round, product, seat, user and department loaded.

    `kind` is the kind of round whose page asks; None asks for any. The grant, its link, the seat and the round are read anew on every request; a signed-in user's own session
    never answers here. Raises Http404 when the browser holds no grant for the round, `grants.Gone` (410) when it
    held one whose link was revoked or renewed, or whose seat or invitation was taken back.
    """
    return for_its_person(request, grants.invitation(request, public_id, kind=kind))


def for_its_person(request: HttpRequest, invitation: Invitation) -> Invitation:
    """Return the invitation, unless what is sent comes from a page that this browser opened as somebody else.

    One browser may hold the grants of two people in one round, such as a delegate's two links or a tablet that goes
    round; the button pressed last counts. An older page says in `answerer` whose it is: its answers are never saved as
    the other's. Raises `grants.AnotherAnswers` (409).
    """
    sent = request.POST.get("answerer", "") if request.method == "POST" else ""
    if sent and sent != invitation.answerer:
        raise grants.AnotherAnswers(invitation)
    return invitation


def own_invitation(user: User, public_id: str) -> Invitation:
    """Return the standing invitation of a user who is signed in, with round, product, seat, user and department loaded.

    It shows them that they are asked; answering takes a grant. Raises Http404 to everybody who is not asked.
    """
    found = (
        Invitation.objects.standing()
        .filter(round__public_id=public_id, seat__user_id=user.pk, round__product__purge_started_at=None)
        .select_related("round__product", "round__opened_by__user", "seat__user", "seat__department", "department")
        .first()
    )
    if found is None:
        raise Http404
    return found


def is_admin(user: User) -> bool:
    """Whether this user administers the organisation."""
    return user.is_authenticated and Organisation.objects.filter(pk=1, admins=user).exists()


def organisation(user: User) -> Organisation:
    """Return the organisation to one of its admins. Raises Http404 before set-up, PermissionDenied to others."""
    found = Organisation.current()
    if found is None:
        raise Http404
    if not is_admin(user):
        raise PermissionDenied
    return found
