"""Measures because of records."""

from django.urls import path

from agencies.measures import views

app_name = "measures"
urlpatterns = [
    path("measures/", views.measure_list, name="list"),
    path("records/<int:record_id>/measures/", views.of_record, name="of-record"),
    path("records/<int:record_id>/measures/new/", views.new, name="new"),
    path("entities/<str:credit_code>/measures/", views.of_entity, name="of-entity"),
    path("measures/<int:measure_id>/lift/", views.lift, name="lift"),
]
