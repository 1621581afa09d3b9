"""Addresses of the interface of commitments."""

from rest_framework.routers import SimpleRouter

from entities.commitments.api.views import CommitmentTemplateViewSet, CommitmentViewSet

router = SimpleRouter()
router.register("commitments", CommitmentViewSet, basename="api-commitment")
router.register("commitment-templates", CommitmentTemplateViewSet, basename="api-commitment-template")
urlpatterns = router.urls
