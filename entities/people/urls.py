"""Addresses of the page of people and what is done there."""

from django.urls import path

from entities.people import password_views, views

app_name = "people"
urlpatterns = [
    path("people/", views.people, name="list"),
    path("people/new/", views.give, name="give"),
    path("people/invite/", views.invite, name="invite"),
    path("people/invitations/<int:invitation_id>/withdraw/", views.withdraw, name="withdraw"),
    path("people/<int:person_id>/", views.person, name="person"),
    path("people/<int:person_id>/close/", views.close, name="close"),
    path("people/<int:person_id>/reopen/", views.reopen, name="reopen"),
    path("people/<int:person_id>/password/", views.send_link, name="send-link"),
    path("people/invitations/<int:invitation_id>/again/", views.send_again, name="send-again"),
    path("accounts/password/forgotten/", password_views.forgotten, name="forgotten"),
    path(
        "accounts/password/new/<str:uidb64>/<str:token>/",
        password_views.NewPassword.as_view(),
        name="new-password",
    ),
    path("people/roles/<int:role_id>/change/", views.change, name="change"),
    path("people/roles/<int:role_id>/end/", views.end, name="end"),
]
