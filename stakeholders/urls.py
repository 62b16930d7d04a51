"""Addresses of people, links, rounds and the outbox."""

from django.urls import path

from stakeholders.views import links

app_name = "stakeholders"
urlpatterns = [
    path("s/<str:token>/", links.link, name="link"),
    path("s/<str:token>/open/", links.open_link, name="link-open"),
    path("round/<slug:public_id>/", links.round_door, name="round-door"),
    path("round/<slug:public_id>/not-you/", links.not_you, name="round-not-you"),
]
