"""Addresses of connected systems."""

from django.urls import path

from entities.systems import views

app_name = "systems"
urlpatterns = [
    path("", views.system_list, name="list"),
    path("new/", views.system_new, name="new"),
    path("<int:system_id>/renew/", views.system_renew, name="renew"),
    path("<int:system_id>/disconnect/", views.system_revoke, name="revoke"),
]
