"""The read-only API of products, features, objectives, teams, releases, milestones and versions."""

from __future__ import annotations

import json
from typing import Any

from django.db.models import Prefetch, QuerySet
from django.http import Http404
from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import OpenApiParameter, extend_schema, extend_schema_field
from rest_framework import generics, permissions, serializers

from roadmap import access
from roadmap.filters import FeatureFilter, FilterChoices, in_order, sort_of
from roadmap.models import (
    Contribution,
    Dependency,
    Effort,
    Feature,
    Milestone,
    Objective,
    Product,
    Release,
    Team,
    Version,
)
from stakeholders.api import OfProduct


class ProductSerializer(serializers.ModelSerializer):
    class Meta:
        model = Product
        fields = [
            "slug", "key", "name", "tagline", "time_zone", "stage", "vision", "target_market", "benefits", "business_case", "is_sample",
        ]  # fmt: skip


class ObjectiveSerializer(serializers.ModelSerializer):
    class Meta:
        model = Objective
        fields = ["id", "letter", "name", "measure", "unit", "baseline", "target", "current", "due_on", "weight"]


class TeamSerializer(serializers.ModelSerializer):
    class Meta:
        model = Team
        fields = ["id", "name"]


class ReleaseSerializer(serializers.ModelSerializer):
    class Meta:
        model = Release
        fields = ["id", "name", "starts_on", "ends_on"]


class MilestoneSerializer(serializers.ModelSerializer):
    class Meta:
        model = Milestone
        fields = ["id", "name", "on"]


class EffortSerializer(serializers.ModelSerializer):
    """Person-days of one team."""

    team = serializers.CharField(source="team.name")

    class Meta:
        model = Effort
        fields = ["team", "low", "likely", "high"]


class ContributionSerializer(serializers.ModelSerializer):
    objective = serializers.CharField(source="objective.letter")

    class Meta:
        model = Contribution
        fields = ["objective", "strength"]


class FeatureSerializer(serializers.ModelSerializer):
    """A feature as the list shows it; scores are in the ranking."""

    key = serializers.CharField(help_text="such as BCN-175")
    owner = serializers.SerializerMethodField()
    lead_team = serializers.CharField(source="lead_team.name", default=None)
    release = serializers.CharField(source="release.name", default=None)
    effort = EffortSerializer(source="efforts", many=True)
    objectives = ContributionSerializer(source="contributions", many=True)
    needs = serializers.SerializerMethodField()

    class Meta:
        model = Feature
        fields = [
            "key", "title", "summary", "description", "status", "progress", "owner", "lead_team", "release", "starts_on", "ends_on",
            "precision", "external_key", "effort", "objectives", "needs", "created_at", "updated_at",
        ]  # fmt: skip

    def get_owner(self, feature: Feature) -> str | None:
        return feature.owner.user.get_full_name() if feature.owner else None

    @extend_schema_field({"type": "array", "items": {"type": "string"}})
    def get_needs(self, feature: Feature) -> list[str]:
        return [f"{feature.product.key}-{each.needs.number}" for each in feature.dependencies.all()]


class VersionSerializer(serializers.ModelSerializer):
    class Meta:
        model = Version
        fields = ["number", "published_at", "note", "snapshot_hash", "previous_hash"]


class WholeVersionSerializer(VersionSerializer):
    """With the snapshot, whose canonical JSON the hash is of."""

    snapshot = serializers.SerializerMethodField()

    class Meta(VersionSerializer.Meta):
        fields = [*VersionSerializer.Meta.fields, "snapshot"]

    @extend_schema_field(OpenApiTypes.OBJECT)
    def get_snapshot(self, version: Version) -> Any:
        return json.loads(version.snapshot)


class Products(generics.ListAPIView):
    """Products at which you have a seat."""

    permission_classes = (permissions.IsAuthenticated,)
    serializer_class = ProductSerializer
    queryset = Product.objects.none()

    def get_queryset(self) -> QuerySet[Product]:
        return Product.objects.visible_to(self.request.user)


class OneProduct(OfProduct, generics.RetrieveAPIView):
    serializer_class = ProductSerializer
    queryset = Product.objects.none()

    def get_object(self) -> Product:
        return self.seat.product


def features_of(product: Product) -> QuerySet[Feature]:
    """Return the product's features with all that the serializer prints loaded in a fixed number of queries."""
    return Feature.objects.filter(product=product).select_related("product", "owner__user", "lead_team", "release").prefetch_related(
        Prefetch("efforts", Effort.objects.select_related("team").order_by("team__position", "team__name")),
        Prefetch("contributions", Contribution.objects.select_related("objective").order_by("objective__position")),
        Prefetch("dependencies", Dependency.objects.select_related("needs").order_by("needs__number")),
    )  # fmt: skip


class Features(OfProduct, generics.ListAPIView):
    """Features of a product: the same filters and sorting as on the page."""

    serializer_class = FeatureSerializer
    queryset = Feature.objects.none()

    @extend_schema(
        parameters=[
            OpenApiParameter(
                "sort", str, description="number, title, team, size, release, status or updated; a minus turns it round"
            ),
            *(
                OpenApiParameter(name, str, description=words)
                for name, words in {
                    "q": "words in title, summary or key",
                    "status": "a status, or `open`",
                    "objective": "id, or `none`",
                    "team": "id, or `none`",
                    "release": "id, or `none`",
                    "owner": "id of a seat, or `none`",
                    "size": "`yes` or `no`",
                }.items()
            ),
        ]
    )
    def get(self, request, *args, **kwargs):
        return super().get(request, *args, **kwargs)

    def get_queryset(self) -> QuerySet[Feature]:
        product = self.seat.product
        chosen = FeatureFilter(self.request.query_params, features_of(product), choices=FilterChoices.of(product))
        return in_order(chosen.qs, sort_of(self.request.query_params.get("sort", "number"), with_scores=False))


class OneFeature(OfProduct, generics.RetrieveAPIView):
    serializer_class = FeatureSerializer
    queryset = Feature.objects.none()

    def get_object(self) -> Feature:
        _seat, found = access.feature(self.request.user, self.kwargs["slug"], self.kwargs["ref"])
        return features_of(found.product).get(pk=found.pk)


class _Listed(OfProduct, generics.ListAPIView):
    """All rows of a model that belong to the product."""

    def get_queryset(self) -> QuerySet:
        model = self.serializer_class.Meta.model
        if getattr(self, "swagger_fake_view", False):
            return model.objects.none()
        return model.objects.filter(product=self.seat.product)


class Objectives(_Listed):
    serializer_class = ObjectiveSerializer


class Teams(_Listed):
    serializer_class = TeamSerializer


class Releases(_Listed):
    serializer_class = ReleaseSerializer


class Milestones(_Listed):
    serializer_class = MilestoneSerializer


class Versions(_Listed):
    """Published versions, newest first."""

    serializer_class = VersionSerializer


class OneVersion(OfProduct, generics.RetrieveAPIView):
    serializer_class = WholeVersionSerializer
    queryset = Version.objects.none()

    def get_object(self) -> Version:
        found = Version.objects.filter(product=self.seat.product, number=self.kwargs["number"]).first()
        if found is None:
            raise Http404
        return found
