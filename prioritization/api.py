"""The read-only API of the ranking."""

from __future__ import annotations

from django.db.models import QuerySet
from rest_framework import generics, serializers

from prioritization.access import hiding_round
from roadmap.models import Standing
from stakeholders.api import OfProduct


class StandingSerializer(serializers.ModelSerializer):
    """Where a feature stands. Points are 0 to 100; `split` is a share, or null with fewer than 3 votes."""

    key = serializers.SerializerMethodField()
    title = serializers.CharField(source="feature.title")

    class Meta:
        model = Standing
        fields = ["key", "title", "rank", "score", "split", "votes", "run"]

    def get_key(self, standing: Standing) -> str:
        return f"{standing.product.key}-{standing.feature.number}"


class Ranking(OfProduct, generics.ListAPIView):
    """Features by rank, of one run of the scoring engine. Empty for those who may not see results yet."""

    serializer_class = StandingSerializer
    queryset = Standing.objects.none()

    def get_queryset(self) -> QuerySet[Standing]:
        if hiding_round(self.seat):
            return Standing.objects.none()
        ranked = Standing.objects.filter(product=self.seat.product, rank__isnull=False)
        return ranked.select_related("feature", "product").order_by("rank", "feature_id")
