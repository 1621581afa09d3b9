"""Pages of missing records."""

from django.urls import path

from repair.missing import views

app_name = "missing"
urlpatterns = [
    path("cases/missing/", views.missing_list, name="list"),
    path("cases/missing/new/", views.ask, name="new"),
    path("cases/missing/<str:number>/", views.detail, name="detail"),
    path("cases/missing/<str:number>/steps/", views.act, name="act"),
    path("cases/missing/<str:number>/paper/", views.paper, name="paper"),
]
