"""Pages of the lead office."""

from django.urls import path

from credit_platform.governance import views

app_name = "governance"
urlpatterns = [path("city/", views.city, name="city")]
