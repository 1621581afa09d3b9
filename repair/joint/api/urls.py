"""Addresses of the REST interface to joint filings."""

from rest_framework.routers import SimpleRouter

from repair.joint.api.views import JointFilingViewSet

router = SimpleRouter()
router.register("joint-filings", JointFilingViewSet, basename="api-joint")
urlpatterns = router.urls
