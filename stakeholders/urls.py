"""Addresses of people, links, rounds and the outbox."""

from django.urls import path

from stakeholders.views import links, organisation, people

app_name = "stakeholders"
urlpatterns = [
    path("organisation/", organisation.organisation, name="organisation"),
    path("organisation/admins/change/", organisation.change_admins, name="organisation-admins-change"),
    path("organisation/departments/add/", organisation.add_department, name="department-add"),
    path("organisation/departments/<int:pk>/", organisation.department, name="department"),
    path("p/<slug:slug>/people/", people.people, name="people"),
    path("p/<slug:slug>/people/read/", people.read_people, name="people-read"),
    path("p/<slug:slug>/people/add/", people.add_people, name="people-add"),
    path("p/<slug:slug>/people/<int:pk>/change/", people.change_seat, name="seat-change"),
    path("p/<slug:slug>/people/<int:pk>/remove/", people.remove_seat, name="seat-remove"),
    path("p/<slug:slug>/people/<int:pk>/restore/", people.restore_seat, name="seat-restore"),
    path("round/<slug:public_id>/", links.round_door, name="round-door"),
    path("round/<slug:public_id>/not-you/", links.not_you, name="round-not-you"),
    path("s/<str:token>/", links.link, name="link"),
    path("s/<str:token>/open/", links.open_link, name="link-open"),
    path("set-up/", organisation.set_up, name="set-up"),
]
