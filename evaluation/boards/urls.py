"""Boards beside that of the whole city."""

from django.urls import path

from evaluation.boards import views

app_name = "boards"
urlpatterns = [
    path("districts/", views.districts, name="districts"),
    path("industries/", views.industries, name="industries"),
    path("departments/", views.departments, name="departments"),
    path("watched/", views.watched, name="watched"),
    path("calendar/", views.calendar, name="calendar"),
]
