"""The letters of a case."""

from django.urls import path

from repair.letters import views

app_name = "letters"
urlpatterns = [
    path("cases/<str:number>/certificate/", views.certificate, name="certificate"),
    path("cases/<str:number>/letters/<str:letter>/", views.letter, name="letter"),
    path("cases/<str:number>/letters/<str:letter>/statement.json", views.statement, name="statement"),
    path("cases/<str:number>/letters/<str:letter>/statement.sig", views.signature, name="signature"),
]
