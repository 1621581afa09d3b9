"""Statements beside records."""

from django.urls import path

from entities.statements import views

app_name = "statements"
urlpatterns = [
    path("records/<int:record_id>/statement/", views.of_record, name="of-record"),
    path("statements/<int:statement_id>/withdraw/", views.withdraw, name="withdraw"),
    path("statements/<int:statement_id>/hide/", views.hide, name="hide"),
    path("statements/<int:statement_id>/show/", views.show_again, name="show-again"),
]
