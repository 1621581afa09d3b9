"""Pages of ratings and schemes."""

from django.urls import include, path

from evaluation import views

app_name = "evaluation"
urlpatterns = [
    path("ratings/", views.board, name="board"),
    path("ratings/", include("evaluation.boards.urls")),
    path("ratings/<str:credit_code>/", views.entity_rating, name="entity-rating"),
    path("ratings/<str:credit_code>/what-if/", views.entity_what_if, name="entity-what-if"),
    path("ratings/<str:credit_code>/any-day/", views.entity_any_day, name="entity-any-day"),
    path("ratings/<str:credit_code>/panel/", views.entity_panel, name="entity-panel"),
    path("schemes/scales/", views.grade_scales, name="scales"),
    path("schemes/<slug:code>/", views.scheme, name="scheme"),
    path("schemes/<slug:code>/document.json", views.scheme_document, name="scheme-document"),
]
