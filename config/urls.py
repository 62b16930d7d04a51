"""Every address of Accord."""

from django.urls import include, path

urlpatterns = [
    path("", include("prioritization.urls")),
    path("", include("roadmap.urls")),
    path("", include("stakeholders.urls")),
    path("accounts/", include("allauth.urls")),
]
handler404 = "stakeholders.views.errors.not_found"
handler403 = "stakeholders.views.errors.forbidden"
handler500 = "stakeholders.views.errors.broken"
