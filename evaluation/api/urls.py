"""Addresses of the REST interface of ratings."""

from rest_framework.routers import SimpleRouter

from evaluation.api.views import RatingViewSet

router = SimpleRouter()
router.register("ratings", RatingViewSet, basename="api-rating")
urlpatterns = router.urls
