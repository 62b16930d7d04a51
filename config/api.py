"""The addresses of the API, version 1: read-only, by token."""

from django.urls import path, re_path
from drf_spectacular.views import SpectacularAPIView
from rest_framework.permissions import IsAuthenticated

from prioritization import api as prioritization
from roadmap import api as roadmap
from roadmap import converters  # noqa: F401  makes <feature:ref> known
from stakeholders import api as stakeholders
from stakeholders.problems import no_such_page

app_name = "api"
PRODUCT = "products/<slug:slug>/"
urlpatterns = [
    path("schema/", SpectacularAPIView.as_view(permission_classes=[IsAuthenticated]), name="schema"),
    path("products/", roadmap.Products.as_view(), name="products"),
    path(PRODUCT, roadmap.OneProduct.as_view(), name="product"),
    path(PRODUCT + "features/", roadmap.Features.as_view(), name="features"),
    path(PRODUCT + "features/<feature:ref>/", roadmap.OneFeature.as_view(), name="feature"),
    path(PRODUCT + "milestones/", roadmap.Milestones.as_view(), name="milestones"),
    path(PRODUCT + "objectives/", roadmap.Objectives.as_view(), name="objectives"),
    path(PRODUCT + "ranking/", prioritization.Ranking.as_view(), name="ranking"),
    path(PRODUCT + "releases/", roadmap.Releases.as_view(), name="releases"),
    path(PRODUCT + "rounds/", stakeholders.Rounds.as_view(), name="rounds"),
    path(PRODUCT + "teams/", roadmap.Teams.as_view(), name="teams"),
    path(PRODUCT + "versions/", roadmap.Versions.as_view(), name="versions"),
    path(PRODUCT + "versions/<int:number>/", roadmap.OneVersion.as_view(), name="version"),
    re_path(".*", no_such_page, name="nothing"),
]
