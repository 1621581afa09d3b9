"""Addresses of the REST interface to cases."""

from rest_framework.routers import SimpleRouter

from repair.api.views import CaseViewSet

router = SimpleRouter()
router.register("cases", CaseViewSet, basename="api-case")
urlpatterns = router.urls
