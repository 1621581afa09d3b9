"""Addresses of the interface of quality."""

from rest_framework.routers import SimpleRouter

from entities.quality.api.views import QualityViewSet

router = SimpleRouter()
router.register("quality", QualityViewSet, basename="api-quality")
urlpatterns = router.urls
