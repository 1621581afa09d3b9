"""Pages of sections."""

from django.urls import path

from repair.sections import views

app_name = "sections"
urlpatterns = [
    path("cases/sections/", views.section_list, name="list"),
    path("cases/sections/new/<slug:code>/", views.new, name="new"),
    path("cases/sections/<int:section_id>/", views.detail, name="detail"),
    path("cases/<str:number>/section/", views.move, name="move"),
    path("cases/sections/<int:section_id>/keep/", views.keep, name="keep"),
]
