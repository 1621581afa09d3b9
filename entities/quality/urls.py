"""Addresses of the quality of data."""

from django.urls import path

from entities.quality import views

app_name = "quality"
urlpatterns = [
    path("quality/", views.board, name="board"),
    path("quality/<slug:code>/", views.body_board, name="body"),
    path("quality/<slug:code>/refused/", views.refused, name="refused"),
    path("quality/<slug:code>/records/", views.records, name="records"),
]
