"""Every address of Accord."""

from django.conf import settings
from django.urls import include, path

from config import health
from stakeholders.views.components import components

urlpatterns = [
    path("-/live", health.live, name="live"),
    path("-/ready", health.ready, name="ready"),
    path("-/status", health.status, name="status"),
    path("", include("prioritization.urls")),
    path("", include("roadmap.urls")),
    path("", include("stakeholders.urls")),
    path("accounts/", include("allauth.urls")),
]
if settings.DEBUG:
    urlpatterns += [path("-/components/", components, name="components")]
handler404 = "stakeholders.views.errors.not_found"
handler403 = "stakeholders.views.errors.forbidden"
handler500 = "stakeholders.views.errors.broken"
