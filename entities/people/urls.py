"""Addresses of the page of people and what is done there."""

from django.urls import path

from entities.people import views

app_name = "people"
urlpatterns = [
    path("people/", views.people, name="list"),
    path("people/new/", views.give, name="give"),
    path("people/invite/", views.invite, name="invite"),
    path("people/invitations/<int:invitation_id>/withdraw/", views.withdraw, name="withdraw"),
    path("people/<int:person_id>/", views.person, name="person"),
    path("people/<int:person_id>/close/", views.close, name="close"),
    path("people/<int:person_id>/reopen/", views.reopen, name="reopen"),
    path("people/roles/<int:role_id>/change/", views.change, name="change"),
    path("people/roles/<int:role_id>/end/", views.end, name="end"),
]
