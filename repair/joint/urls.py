"""Pages of joint filings."""

from django.urls import path

from repair.joint import views

app_name = "joint"
urlpatterns = [
    path("cases/together/new/", views.new, name="new"),
    path("cases/together/<str:number>/", views.detail, name="detail"),
    path("cases/together/<str:number>/draft/", views.draft, name="draft"),
    path("cases/together/<str:number>/withdraw/", views.withdraw, name="withdraw"),
]
