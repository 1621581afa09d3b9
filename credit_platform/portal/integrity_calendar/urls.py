"""The integrity calendar: the public pages and files, and where the lead office keeps it."""

from django.urls import path

from credit_platform.portal.integrity_calendar import views

app_name = "integrity_calendar"
urlpatterns = [
    path("calendar/", views.month, name="month"),
    path("calendar/coming/", views.coming, name="coming"),
    path("calendar/coming/feed/", views.feed, name="feed"),
    path("calendar.ics", views.file, name="file"),
    path("calendar/entries/", views.entries, name="entries"),
    path("calendar/entries/<int:entry_id>/take-out/", views.take_out, name="take-out"),
]
