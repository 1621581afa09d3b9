"""Measures in force for other systems, in the same scope as on the pages."""

import django_filters
from drf_spectacular.utils import extend_schema, extend_schema_view
from rest_framework import mixins, viewsets

from agencies.measures.api.serializers import MeasureOut
from agencies.measures.models import Measure
from credit_platform.common.api import ERRORS


class MeasureFilter(django_filters.FilterSet):
    """By whom they concern, and who keeps them up."""

    entity = django_filters.CharFilter("record__entity__credit_code")
    body = django_filters.CharFilter("body__code")


@extend_schema_view(
    list=extend_schema(
        summary="Measures in force that you may see",
        description="One that is lifted, or whose record has ended, is gone from here at once.",
        responses={200: MeasureOut(many=True), **ERRORS},
    )
)
class MeasureViewSet(mixins.ListModelMixin, viewsets.GenericViewSet):
    """What departments restrict or watch because of records."""

    serializer_class = MeasureOut
    filterset_class = MeasureFilter
    queryset = Measure.objects.none()

    def get_queryset(self):
        return (
            Measure.objects.visible_to(self.request.user).standing().select_related("body", "record__entity")
        )
