"""What API views of a product share, and the API of rounds."""

from __future__ import annotations

from typing import Any

from django.db.models import Count, F, Q, QuerySet
from rest_framework import generics, permissions, serializers

from stakeholders import access
from stakeholders.models import Round, Seat


class OfProduct:
    """A view below `/products/<slug>/`: finds the caller's seat, or answers 404 to strangers."""

    permission_classes = (permissions.IsAuthenticated,)
    request: Any
    kwargs: dict[str, Any]

    @property
    def seat(self) -> Seat:
        if not hasattr(self, "_seat"):
            self._seat = access.seat(self.request.user, self.kwargs["slug"])
        return self._seat


class RoundSerializer(serializers.ModelSerializer):
    """How many were asked and how many have answered; never what anybody said."""

    id = serializers.CharField(source="public_id")
    asked = serializers.IntegerField()
    answered = serializers.IntegerField()
    outcome = serializers.SerializerMethodField()

    class Meta:
        model = Round
        fields = [
            "id", "kind", "title", "opened_at", "deadline_at", "zone", "closed_at", "cancelled_at", "asked", "answered", "outcome",
        ]  # fmt: skip

    def get_outcome(self, round: Round) -> str | None:
        """The sentence that everyone got when the round closed."""
        return (round.outcome or {}).get("sentence")


class Rounds(OfProduct, generics.ListAPIView):
    """Rounds of a product, newest first."""

    serializer_class = RoundSerializer

    def get_queryset(self) -> QuerySet[Round]:
        if getattr(self, "swagger_fake_view", False):
            return Round.objects.none()
        standing = Q(invitations__removed_at=None, invitations__seat__left_at=None)
        return Round.objects.filter(product=self.seat.product, opened_at__isnull=False).annotate(
            asked=Count("invitations", filter=standing),
            answered=Count("invitations", filter=standing & ~Q(invitations__answered_at=None)),
        ).order_by(F("opened_at").desc(), "-pk")  # fmt: skip
