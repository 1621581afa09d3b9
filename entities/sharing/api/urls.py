"""Addresses of the interface of sharing."""

from django.urls import path
from rest_framework.routers import SimpleRouter

from entities.sharing.api.views import ChangesView, LookViewSet

router = SimpleRouter()
router.register("looks", LookViewSet, basename="api-look")
urlpatterns = [path("changes/", ChangesView.as_view(), name="api-changes"), *router.urls]
