"""Addresses of the interface of measures."""

from rest_framework.routers import SimpleRouter

from agencies.measures.api.views import MeasureViewSet

router = SimpleRouter()
router.register("measures", MeasureViewSet, basename="api-measure")
urlpatterns = router.urls
