"""The catalogue for other systems: open to everybody, for it says what the law lets the platform collect."""

from datetime import date

from django.utils import timezone
from django.utils.dateparse import parse_date
from django.utils.translation import gettext as _
from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import OpenApiParameter, extend_schema
from rest_framework import serializers, viewsets
from rest_framework.permissions import AllowAny
from rest_framework.request import Request
from rest_framework.response import Response

from credit_platform.common.api import ERRORS
from credit_platform.common.errors import InvalidInput
from entities.api.serializers import SYSTEMS
from entities.cataloguing import selectors
from entities.cataloguing.serializers import InstrumentOut, RuleOut, TypeVersionOut
from entities.models import CatalogueProposal

Kind = CatalogueProposal.Kind
ON = OpenApiParameter(
    "on", OpenApiTypes.DATE, description="The day whose catalogue is asked for; today without it."
)


class _CatalogueViewSet(viewsets.ViewSet):
    """The versions in force on a day, and all versions of one entry."""

    token_scopes = SYSTEMS

    permission_classes = (AllowAny,)
    lookup_field = "code"
    lookup_value_regex = "[-a-z0-9]+"
    kind: str
    shape: type[serializers.Serializer]

    def _list(self, request: Request) -> Response:
        day = _day(request)
        found = [entry.now for entry in selectors.entries(self.kind, day) if entry.now]
        return Response(self.shape(found, many=True).data)

    def _retrieve(self, code: str) -> Response:
        return Response(self.shape(selectors.entry_versions(self.kind, code), many=True).data)


def _day(request: Request) -> date:
    typed = request.query_params.get("on", "")
    if not typed:
        return timezone.localdate()
    try:
        day = parse_date(typed)
    except ValueError:
        day = None
    if day is None:
        raise InvalidInput({"on": [_("Write the day as 2026-05-06.")]})
    return day


class CatalogueTypeViewSet(_CatalogueViewSet):
    kind, shape = Kind.RECORD_TYPE, TypeVersionOut

    @extend_schema(
        summary="The record types in force on a day",
        parameters=[ON],
        responses={200: TypeVersionOut(many=True), **ERRORS},
    )
    def list(self, request: Request) -> Response:
        return self._list(request)

    @extend_schema(
        operation_id="catalogue_type_versions",
        summary="Every version of a record type, the newest first",
        responses={200: TypeVersionOut(many=True), **ERRORS},
    )
    def retrieve(self, request: Request, code: str = "") -> Response:
        return self._retrieve(code)


class CatalogueRuleViewSet(_CatalogueViewSet):
    kind, shape = Kind.PUBLICITY_RULE, RuleOut

    @extend_schema(
        summary="The publicity rules in force on a day",
        parameters=[ON],
        responses={200: RuleOut(many=True), **ERRORS},
    )
    def list(self, request: Request) -> Response:
        return self._list(request)

    @extend_schema(
        operation_id="catalogue_rule_versions",
        summary="Every version of a publicity rule, the newest first",
        responses={200: RuleOut(many=True), **ERRORS},
    )
    def retrieve(self, request: Request, code: str = "") -> Response:
        return self._retrieve(code)


class CatalogueInstrumentViewSet(_CatalogueViewSet):
    kind, shape = Kind.INSTRUMENT, InstrumentOut

    @extend_schema(
        summary="The legal instruments in force on a day",
        parameters=[ON],
        responses={200: InstrumentOut(many=True), **ERRORS},
    )
    def list(self, request: Request) -> Response:
        return self._list(request)

    @extend_schema(
        operation_id="catalogue_instrument_versions",
        summary="A legal instrument and those whose place it took, the newest first",
        responses={200: InstrumentOut(many=True), **ERRORS},
    )
    def retrieve(self, request: Request, code: str = "") -> Response:
        return self._retrieve(code)
