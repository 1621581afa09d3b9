"""Confirmations for the systems of bodies: the same scopes, policies and services as the pages."""

from drf_spectacular.utils import extend_schema, extend_schema_view
from rest_framework import mixins, viewsets
from rest_framework.decorators import action
from rest_framework.request import Request
from rest_framework.response import Response

from credit_platform.common.api import ERRORS
from repair.proof import selectors, services
from repair.proof.api.serializers import ConfirmationOut
from repair.proof.models import Confirmation


@extend_schema_view(
    list=extend_schema(
        summary="What your body is to take out of its systems and has not confirmed yet, oldest first",
        responses={200: ConfirmationOut(many=True), **ERRORS},
    )
)
class ConfirmationViewSet(mixins.ListModelMixin, viewsets.GenericViewSet):
    """Confirm that a record which is over is gone from your systems."""

    #: A system that only reads keeps what it read, and so has to be able to say that it is gone.
    token_scopes = {"read": "records:read", "write": "records:read"}
    serializer_class = ConfirmationOut
    queryset = Confirmation.objects.none()
    lookup_field = "key"
    lookup_value_regex = "[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}"

    def get_queryset(self):
        return selectors.confirmations_for_list(user=self.request.user)

    @extend_schema(
        summary="Confirm that the record is gone",
        description="Say it once it is taken out everywhere your body keeps it. Saying it again changes nothing.",
        request=None,
        responses={200: ConfirmationOut, **ERRORS},
    )
    @action(detail=True, methods=["post"], url_path="confirm")
    def confirm(self, request: Request, key: str) -> Response:
        how = Confirmation.How.SYSTEM if request.auth is not None else Confirmation.How.PERSON
        services.confirm(by=request.user, key=key, how=how)
        return Response(ConfirmationOut(selectors.confirmation_for(user=request.user, key=key)).data)
