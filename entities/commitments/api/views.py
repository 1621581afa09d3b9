"""Commitments for other systems: the same scope and services as the pages."""

from drf_spectacular.utils import extend_schema, extend_schema_view
from rest_framework import mixins, status, viewsets
from rest_framework.request import Request
from rest_framework.response import Response

from credit_platform.common.api import ERRORS
from credit_platform.common.parsers import SoundJSONParser
from entities.api.serializers import SYSTEMS
from entities.commitments import services
from entities.commitments.api.serializers import CommitmentIn, CommitmentOut
from entities.commitments.models import Commitment


@extend_schema_view(
    list=extend_schema(
        summary="Commitments that you may see", responses={200: CommitmentOut(many=True), **ERRORS}
    ),
    retrieve=extend_schema(summary="One commitment by its number", responses={200: CommitmentOut, **ERRORS}),
    create=extend_schema(
        summary="Hand in a commitment that was signed at a department's window",
        description=(
            "For departments. While the same commitment of the entity stands unchecked, it is a 409: sent again it "
            "is not given twice."
        ),
        request=CommitmentIn,
        responses={201: CommitmentOut, **ERRORS},
    ),
)
class CommitmentViewSet(mixins.ListModelMixin, mixins.RetrieveModelMixin, viewsets.GenericViewSet):
    """What entities promised."""

    token_scopes = SYSTEMS
    serializer_class = CommitmentOut
    lookup_field = "number"
    lookup_value_regex = "[^/]+"
    parser_classes = (SoundJSONParser,)
    filter_backends = ()
    queryset = Commitment.objects.none()

    def get_queryset(self):
        found = Commitment.objects.visible_to(self.request.user)
        return found.select_related("entity", "template__checked_by", "through").order_by("-given_on", "-pk")

    def create(self, request: Request) -> Response:
        sent = CommitmentIn(data=request.data)
        sent.is_valid(raise_exception=True)
        given = services.take_in_commitment(by=request.user, **sent.validated_data)
        return Response(CommitmentOut(given).data, status=status.HTTP_201_CREATED)
