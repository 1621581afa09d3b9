"""Pages of the wordings of decisions."""

from django.urls import path

from repair.wordings import views

app_name = "wordings"
urlpatterns = [
    path("cases/wordings/", views.wording_list, name="list"),
    path("cases/wordings/new/", views.new, name="new"),
    path("cases/wordings/<int:wording_id>/", views.detail, name="detail"),
    path("cases/wordings/<int:wording_id>/approve/", views.approve, name="approve"),
    path("cases/wordings/<int:wording_id>/discard/", views.discard, name="discard"),
    path("cases/wordings/<int:wording_id>/end/", views.end, name="end"),
]
