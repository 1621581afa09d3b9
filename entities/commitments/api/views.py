"""Commitments for other systems: the same scope and services as the pages."""

from django.utils import timezone
from drf_spectacular.utils import extend_schema, extend_schema_view
from rest_framework import mixins, status, viewsets
from rest_framework.decorators import action
from rest_framework.request import Request
from rest_framework.response import Response

from credit_platform.common.api import ERRORS
from credit_platform.common.parsers import SoundJSONParser
from entities.api.serializers import SYSTEMS
from entities.commitments import policies, selectors, services
from entities.commitments.api.serializers import CommitmentIn, CommitmentOut, ReasonIn, TemplateOut
from entities.commitments.models import Commitment, CommitmentTemplate


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

    @extend_schema(
        summary="Take back a commitment that your department handed in by mistake",
        request=ReasonIn,
        responses={200: CommitmentOut, **ERRORS},
    )
    @action(detail=True, methods=["post"], url_path="take-back")
    def take_back(self, request: Request, number: str) -> Response:
        """Nobody is bound by it any more; the entity is told why."""
        sent = ReasonIn(data=request.data)
        sent.is_valid(raise_exception=True)
        taken = services.take_back_commitment(by=request.user, number=number, **sent.validated_data)
        return Response(CommitmentOut(taken).data)


@extend_schema_view(
    list=extend_schema(
        summary="What may be promised today, with the wording to be signed",
        responses={200: TemplateOut(many=True), **ERRORS},
    ),
    retrieve=extend_schema(
        summary="One template by its code, in the wording in force", responses={200: TemplateOut, **ERRORS}
    ),
)
class CommitmentTemplateViewSet(mixins.ListModelMixin, mixins.RetrieveModelMixin, viewsets.GenericViewSet):
    """By what a commitment may be given today, for the windows of departments."""

    token_scopes = SYSTEMS
    serializer_class = TemplateOut
    lookup_field = "code"
    filter_backends = ()
    queryset = CommitmentTemplate.objects.none()

    def get_queryset(self):
        if not policies.may_see_register(self.request.user):
            return CommitmentTemplate.objects.none()
        return selectors.wordings_in_force(timezone.localdate())
