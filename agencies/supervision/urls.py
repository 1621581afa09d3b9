"""Pages of what grades lead to."""

from django.urls import path

from agencies.supervision import draw_views, views

app_name = "supervision"
urlpatterns = [
    path("supervision/inspections/", views.due, name="due"),
    path("supervision/draws/", draw_views.draw_list, name="draws"),
    path("supervision/draws/new/", draw_views.new_draw, name="new-draw"),
    path("supervision/draws/<int:draw_id>/", draw_views.draw, name="draw"),
    path("supervision/rules/", views.rule_list, name="rules"),
    path("supervision/rules/new/", views.new, name="new"),
    path("supervision/rules/<int:rule_id>/", views.rule, name="rule"),
    path("supervision/rules/<int:rule_id>/entities/", views.reach, name="reach"),
    path("supervision/rules/<int:rule_id>/approve/", views.approve, name="approve"),
    path("supervision/rules/<int:rule_id>/discard/", views.discard, name="discard"),
    path("supervision/rules/<int:rule_id>/end/", views.end, name="end"),
    path("entities/<str:credit_code>/what-follows/", views.of_entity, name="of-entity"),
]
