"""Addresses of people, links, rounds and the outbox."""

from django.urls import path

from stakeholders.views import (
    delegation,
    doors,
    links,
    mail_links,
    meeting,
    organisation,
    outbox,
    people,
    round_people,
    rounds,
    tokens,
)

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
    path("p/<slug:slug>/outbox/", outbox.outbox, name="outbox"),
    path("p/<slug:slug>/outbox/<int:pk>/", outbox.message, name="message"),
    path("p/<slug:slug>/outbox/<int:pk>/try-again/", outbox.try_again, name="message-try-again"),
    path("p/<slug:slug>/rounds/", rounds.rounds, name="rounds"),
    path("p/<slug:slug>/rounds/<slug:public_id>/", rounds.round, name="round"),
    path("p/<slug:slug>/rounds/<slug:public_id>/remind/", rounds.remind_people, name="round-remind"),
    path("p/<slug:slug>/rounds/<slug:public_id>/extend/", rounds.extend_round, name="round-extend"),
    path("p/<slug:slug>/rounds/<slug:public_id>/close/", rounds.close_round, name="round-close"),
    path("p/<slug:slug>/rounds/<slug:public_id>/reminders/", rounds.change_reminders, name="round-reminders"),
    path("p/<slug:slug>/rounds/<slug:public_id>/people/add/", round_people.invite_people, name="round-invite"),
    path("p/<slug:slug>/rounds/<slug:public_id>/withdraw/", rounds.withdraw_round, name="round-withdraw"),
    path(
        "p/<slug:slug>/rounds/<slug:public_id>/people/<int:pk>/extend/",
        round_people.extend_for,
        name="invitation-extend",
    ),
    path(
        "p/<slug:slug>/rounds/<slug:public_id>/people/<int:pk>/remove/",
        round_people.remove_invitation,
        name="invitation-remove",
    ),
    path("p/<slug:slug>/rounds/<slug:public_id>/people/<int:pk>/copy-link/", round_people.copy_link, name="link-copy"),
    path(
        "p/<slug:slug>/rounds/<slug:public_id>/people/<int:pk>/renew-link/", round_people.renew_link, name="link-renew"
    ),
    path("p/<slug:slug>/rounds/<slug:public_id>/people/<int:pk>/end-link/", round_people.end_link, name="link-end"),
    path("p/<slug:slug>/rounds/<slug:public_id>/meeting/", meeting.meeting, name="meeting"),
    path("p/<slug:slug>/rounds/<slug:public_id>/meeting/count/", meeting.meeting_count, name="meeting-count"),
    path("p/<slug:slug>/rounds/<slug:public_id>/meeting/reveal/", meeting.reveal, name="meeting-reveal"),
    path("p/<slug:slug>/rounds/<slug:public_id>/meeting/hide/", meeting.hide, name="meeting-hide"),
    path(
        "p/<slug:slug>/rounds/<slug:public_id>/delegations/<int:pk>/approve/",
        delegation.approve_delegate,
        name="delegate-approve",
    ),
    path(
        "p/<slug:slug>/rounds/<slug:public_id>/delegations/<int:pk>/decline/",
        delegation.decline_delegate,
        name="delegate-decline",
    ),
    path(
        "p/<slug:slug>/rounds/<slug:public_id>/delegations/<int:pk>/end/",
        delegation.end_delegation,
        name="delegation-end",
    ),
    path("round/<slug:public_id>/delegate/", delegation.delegate, name="delegate"),
    path("round/<slug:public_id>/delegate/end/", delegation.end_own_delegation, name="delegate-end"),
    path("round/<slug:public_id>/", doors.round_door, name="round-door"),
    path("round/<slug:public_id>/enter/", doors.enter_round, name="round-enter"),
    path("round/<slug:public_id>/send-link/", doors.send_link, name="round-send-link"),
    path("round/<slug:public_id>/not-you/", links.not_you, name="round-not-you"),
    path("round/<slug:public_id>/calendar/", links.calendar_file, name="round-calendar"),
    path("m/<str:token>/", mail_links.mail_link, name="mail-link"),
    path("s/<str:token>/", links.link, name="link"),
    path("s/<str:token>/open/", links.open_link, name="link-open"),
    path("set-up/", organisation.set_up, name="set-up"),
    path("tokens/", tokens.tokens, name="tokens"),
    path("tokens/<slug:key>/revoke/", tokens.revoke_token, name="token-revoke"),
]
