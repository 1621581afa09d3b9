"""Invitations: accepting one."""

from django.urls import path

from entities.invitations import views

app_name = "invitations"
urlpatterns = [
    path("invitations/<slug:invitation_code>/", views.accept, name="accept"),
]
