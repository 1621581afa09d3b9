"""Pages of confirmations."""

from django.urls import path

from repair.proof import views

app_name = "proof"
urlpatterns = [
    path("confirmations/", views.confirmation_list, name="list"),
    path("confirmations/differences/", views.differences, name="differences"),
    path("confirmations/<uuid:key>/confirm/", views.confirm, name="confirm"),
    path("confirmations/<uuid:key>/excuse/", views.excuse, name="excuse"),
]
