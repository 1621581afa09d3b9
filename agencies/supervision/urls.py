"""Pages of what grades lead to."""

from django.urls import path

from agencies.supervision import views

app_name = "supervision"
urlpatterns = [
    path("supervision/inspections/", views.due, name="due"),
    path("supervision/rules/", views.rule_list, name="rules"),
    path("supervision/rules/new/", views.new, name="new"),
    path("supervision/rules/<int:rule_id>/", views.rule, name="rule"),
    path("supervision/rules/<int:rule_id>/approve/", views.approve, name="approve"),
    path("supervision/rules/<int:rule_id>/discard/", views.discard, name="discard"),
    path("supervision/rules/<int:rule_id>/end/", views.end, name="end"),
    path("entities/<str:credit_code>/what-follows/", views.of_entity, name="of-entity"),
]
