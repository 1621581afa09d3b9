"""Addresses of the REST interface to missing records."""

from rest_framework.routers import SimpleRouter

from repair.missing.api.views import MissingViewSet

router = SimpleRouter()
router.register("missing-records", MissingViewSet, basename="api-missing")
urlpatterns = router.urls
