"""Addresses of the registry's REST interface."""

from rest_framework.routers import SimpleRouter

from entities.api.catalogue import CatalogueInstrumentViewSet, CatalogueRuleViewSet, CatalogueTypeViewSet
from entities.api.submissions import SubmissionViewSet
from entities.api.views import EntityViewSet, RecordViewSet

router = SimpleRouter()
router.register("entities", EntityViewSet, basename="api-entity")
router.register("records", RecordViewSet, basename="api-record")
router.register("submissions", SubmissionViewSet, basename="api-submission")
router.register("catalogue/types", CatalogueTypeViewSet, basename="api-catalogue-type")
router.register("catalogue/rules", CatalogueRuleViewSet, basename="api-catalogue-rule")
router.register("catalogue/instruments", CatalogueInstrumentViewSet, basename="api-catalogue-instrument")
urlpatterns = router.urls
