"""Addresses of the interface of commitments."""

from rest_framework.routers import SimpleRouter

from entities.commitments.api.views import CommitmentViewSet

router = SimpleRouter()
router.register("commitments", CommitmentViewSet, basename="api-commitment")
urlpatterns = router.urls
