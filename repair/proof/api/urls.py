"""Addresses of the interface of confirmations."""

from rest_framework.routers import SimpleRouter

from repair.proof.api.views import ConfirmationViewSet

router = SimpleRouter()
router.register("confirmations", ConfirmationViewSet, basename="api-confirmation")
urlpatterns = router.urls
