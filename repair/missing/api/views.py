"""Missing records for other systems: the same scopes, policies and services as the pages."""

from drf_spectacular.utils import extend_schema, extend_schema_view
from rest_framework import mixins, status, viewsets
from rest_framework.decorators import action
from rest_framework.parsers import MultiPartParser
from rest_framework.request import Request
from rest_framework.response import Response

from credit_platform.common.api import ERRORS
from credit_platform.common.parsers import SoundJSONParser
from repair.missing import selectors, services
from repair.missing.api.serializers import MissingIn, MissingOut, MissingRowOut, MissingStepIn
from repair.missing.lists import MissingFilter
from repair.missing.models import MissingRecord


@extend_schema_view(
    list=extend_schema(
        summary="The missing records you may read of, what is open first",
        responses={200: MissingRowOut(many=True), **ERRORS},
    ),
    retrieve=extend_schema(
        summary="One of them, with the actions open to you", responses={200: MissingOut, **ERRORS}
    ),
)
class MissingViewSet(mixins.ListModelMixin, viewsets.GenericViewSet):
    """Say that a record about an entity you act for is missing, follow it, and answer for your body."""

    serializer_class = MissingRowOut
    filterset_class = MissingFilter
    lookup_field = "number"
    lookup_value_regex = "[^/]+"
    parser_classes = (SoundJSONParser, MultiPartParser)
    queryset = MissingRecord.objects.none()

    def get_queryset(self):
        return selectors.missing_for_list(user=self.request.user)

    def retrieve(self, request: Request, number: str) -> Response:
        return self._answer(number)

    @extend_schema(
        summary="Say that a record is missing",
        description="Asking again for the same while it is open answers with what was asked.",
        request={"application/json": MissingIn, "multipart/form-data": MissingIn},
        responses={201: MissingOut, **ERRORS},
    )
    def create(self, request: Request) -> Response:
        sent = _valid(MissingIn(data=request.data))
        missing = services.ask_for_record(
            by=request.user,
            entity_id=sent["entity"].pk,
            wanted=services.Wanted(
                *(sent[name] for name in ("body", "record_type", "document_number", "decided_on"))
            ),
            statement=sent["statement"],
            upload=sent["paper"],
        )
        return self._answer(missing.number, status.HTTP_201_CREATED)

    @extend_schema(
        summary="Take a step",
        description="`actions` says which are open to you. The step taken last, sent again, changes nothing.",
        request=MissingStepIn,
        responses={200: MissingOut, **ERRORS},
    )
    @action(detail=True, methods=["post"], url_path="steps")
    def steps(self, request: Request, number: str) -> Response:
        sent = _valid(MissingStepIn(data=request.data))
        services.act_on_missing(
            by=request.user,
            number=number,
            action=sent["action"],
            note=sent["note"],
            record_id=sent["record"],
        )
        return self._answer(number)

    def _answer(self, number: str, code: int = status.HTTP_200_OK) -> Response:
        page = selectors.missing_page(user=self.request.user, number=number)
        context = {"request": self.request, "page": page}
        return Response(MissingOut(page.missing, context=context).data, status=code)


def _valid(serializer) -> dict:
    serializer.is_valid(raise_exception=True)
    return serializer.validated_data
