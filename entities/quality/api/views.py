"""The quality of data for other systems: the same scope as the pages."""

from drf_spectacular.utils import extend_schema, extend_schema_view
from rest_framework import mixins, viewsets

from credit_platform.common.api import ERRORS
from entities.quality.api.serializers import QualityMonthOut
from entities.quality.models import QualityMonth


@extend_schema_view(
    list=extend_schema(
        summary="Quality by body, record type and month",
        description="The lead office reads every body's figures, a body its own. Counted every night.",
        responses={200: QualityMonthOut(many=True), **ERRORS},
    )
)
class QualityViewSet(mixins.ListModelMixin, viewsets.GenericViewSet):
    """Timeliness, completeness and accuracy, month by month."""

    serializer_class = QualityMonthOut
    queryset = QualityMonth.objects.none()

    def get_queryset(self):
        found = QualityMonth.objects.visible_to(self.request.user).select_related("body", "record_type")
        return found.order_by("-month", "body", "record_type")
