"""Every address of the platform."""

from django.urls import include, path

urlpatterns = [
    path("", include("credit_platform.accounts.urls")),
]
