"""Ratings for other systems: the same scopes, the same kernel as the pages."""

import django_filters
from django.utils import timezone
from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import OpenApiParameter, extend_schema, extend_schema_view
from rest_framework import mixins, viewsets
from rest_framework.request import Request
from rest_framework.response import Response

from credit_platform.common.api import ERRORS, NewestFirst
from evaluation import selectors
from evaluation.any_day import DAY_FIELDS, explanation_on
from evaluation.api.serializers import ExplanationOut, RatingOut
from evaluation.models import CurrentRating, Scheme


class RatingFilter(django_filters.FilterSet):
    """By scheme, family, grade, entity and district. Without scheme or family only comprehensive evaluations: what is
    no evaluation never stands in one column with them."""

    family = django_filters.ChoiceFilter(field_name="scheme__family", choices=Scheme.Family.choices)
    scheme = django_filters.CharFilter(field_name="scheme__code")
    grade = django_filters.CharFilter(field_name="grade")
    entity = django_filters.CharFilter(field_name="entity__credit_code")
    district = django_filters.CharFilter(field_name="entity__district")

    class Meta:
        model = CurrentRating
        fields = ("scheme", "family", "grade", "entity", "district")

    def filter_queryset(self, queryset):
        """The ratings asked for, of one family unless one scheme is named."""
        asked = self.form.cleaned_data
        if not asked["scheme"] and not asked["family"]:
            queryset = queryset.filter(scheme__family=Scheme.Family.EVALUATION)
        return super().filter_queryset(queryset)


@extend_schema_view(
    list=extend_schema(
        summary="The grades you may see, the last to be given for the first time first",
        description="Of one family: comprehensive evaluations, unless another family or one scheme is asked for. Internal"
        " risk classes and sector grades are no evaluations, and grades of different schemes are not to be compared.",
        responses={200: RatingOut(many=True), **ERRORS},
    ),
    retrieve=extend_schema(
        summary="Why an entity has its grade, today or on any day before",
        parameters=[
            OpenApiParameter("credit_code", OpenApiTypes.STR, OpenApiParameter.PATH),
            OpenApiParameter(
                "scheme",
                OpenApiTypes.STR,
                description="Code of the scheme; the comprehensive evaluation if left out.",
            ),
            OpenApiParameter(
                "day", OpenApiTypes.DATE, description="The day of the grade; today if left out."
            ),
            OpenApiParameter(
                "known_on",
                OpenApiTypes.DATE,
                description="Worked out from what was known at the end of this day; of the day of the grade if left out.",
            ),
            OpenApiParameter(
                "version",
                OpenApiTypes.INT,
                description="By which published version of the scheme; the one that held on the day if left out.",
            ),
        ],
        responses={200: ExplanationOut, **ERRORS},
    ),
)
class RatingViewSet(mixins.ListModelMixin, viewsets.GenericViewSet):
    """Grades, and what led to each."""

    serializer_class = RatingOut
    filterset_class = RatingFilter
    pagination_class = NewestFirst
    lookup_field = "credit_code"
    queryset = CurrentRating.objects.none()

    def get_queryset(self):
        return selectors.ratings_for_list(user=self.request.user)

    def retrieve(self, request: Request, credit_code: str) -> Response:
        params, today = request.query_params, timezone.localdate()
        scheme_code = params.get("scheme", "")
        if any(params.get(name) for name in DAY_FIELDS):
            explained = explanation_on(
                user=request.user,
                credit_code=credit_code,
                scheme_code=scheme_code,
                params=params,
                today=today,
            )
        else:
            explained = selectors.explanation_for(
                user=request.user, credit_code=credit_code, scheme_code=scheme_code, day=today
            )
        return Response(ExplanationOut(explained, context={"user": request.user}).data)
