"""Addresses of the report on retention."""

from django.urls import path

from entities.retention import views

app_name = "retention"
urlpatterns = [
    path("retention/", views.report, name="report"),
    path("retention/archive/", views.archive, name="archive"),
    path("retention/papers/", views.papers, name="papers"),
    path("retention/nights/<slug:night>/", views.night, name="night"),
]
