"""Credit checks of lists."""

from django.urls import path

from credit_platform.portal.credit_checks import views

app_name = "credit_checks"
urlpatterns = [
    path("credit-checks/", views.checks, name="list"),
    path("credit-checks/<int:check_id>/", views.detail, name="detail"),
    path("credit-checks/<int:check_id>/progress/", views.progress, name="progress"),
]
