"""Joint filings for other systems: the same scopes, policies and services as the pages."""

from drf_spectacular.utils import extend_schema, extend_schema_view
from rest_framework import mixins, status, viewsets
from rest_framework.decorators import action
from rest_framework.parsers import MultiPartParser
from rest_framework.request import Request
from rest_framework.response import Response

from credit_platform.common.api import ERRORS, NewestFirst
from credit_platform.common.parsers import SoundJSONParser
from repair.api.serializers import PaperOut
from repair.joint import selectors, services
from repair.joint.api.serializers import (
    JointDraftIn,
    JointFileIn,
    JointIn,
    JointOut,
    JointProofIn,
    JointRowOut,
    JointWithdrawIn,
)
from repair.models import JointFiling


@extend_schema_view(
    list=extend_schema(
        summary="The joint filings of which you see a case, the last to be opened first",
        responses={200: JointRowOut(many=True), **ERRORS},
    ),
    retrieve=extend_schema(
        summary="One joint filing, with the cases of it that you see", responses={200: JointOut, **ERRORS}
    ),
)
class JointFilingViewSet(mixins.ListModelMixin, viewsets.GenericViewSet):
    """Ask for the repair of several records at once, or object to them; each becomes a case, in which steps are taken as in any other."""

    serializer_class = JointRowOut
    pagination_class = NewestFirst
    lookup_field = "number"
    lookup_value_regex = "[^/]+"
    parser_classes = (SoundJSONParser,)
    queryset = JointFiling.objects.none()

    def get_queryset(self):
        return JointFiling.objects.visible_to(self.request.user).select_related("entity")

    def retrieve(self, request: Request, number: str) -> Response:
        return self._answer(number)

    @extend_schema(
        summary="Begin to ask for several records, or to object to them",
        description="As drafts. Asking again, for the same records or more, answers with the same filing.",
        request=JointIn,
        responses={201: JointOut, **ERRORS},
    )
    def create(self, request: Request) -> Response:
        sent = _valid(JointIn(data=request.data))
        filing = services.begin_filing(by=request.user, record_ids=sent["records"], kind=sent["kind"])
        return self._answer(filing.number, status.HTTP_201_CREATED)

    @extend_schema(summary="Save the draft", request=JointDraftIn, responses={200: JointOut, **ERRORS})
    @action(detail=True, methods=["put"], url_path="draft")
    def draft(self, request: Request, number: str) -> Response:
        sent = _valid(JointDraftIn(data=request.data))
        said = services.Said(sent["statement"], sent["of_one"], sent["ground"])
        services.save_filing(by=request.user, number=number, said=said, version=sent["version"])
        return self._answer(number)

    @extend_schema(
        summary="Add a proof, for all its records or for one",
        request={"multipart/form-data": JointProofIn},
        responses={201: PaperOut, **ERRORS},
    )
    @action(detail=True, methods=["post"], url_path="documents", parser_classes=(MultiPartParser,))
    def documents(self, request: Request, number: str) -> Response:
        sent = _valid(JointProofIn(data=request.data))
        paper = services.add_proof(by=request.user, number=number, upload=sent["file"], only=sent["only"])
        context = {"request": request, "number": paper.case.number}
        return Response(PaperOut(paper, context=context).data, status=status.HTTP_201_CREATED)

    @extend_schema(
        summary="Sign every letter and file all of it, or none",
        description="Each record becomes a case with its body. Sending it twice files once.",
        request=JointFileIn,
        responses={200: JointOut, **ERRORS},
    )
    @action(detail=True, methods=["post"], url_path="filing")
    def filing(self, request: Request, number: str) -> Response:
        services.file_filing(by=request.user, number=number, **_valid(JointFileIn(data=request.data)))
        return self._answer(number)

    @extend_schema(
        summary="Withdraw every case of it that nobody has decided",
        request=JointWithdrawIn,
        responses={200: JointOut, **ERRORS},
    )
    @action(detail=True, methods=["post"], url_path="withdrawal")
    def withdrawal(self, request: Request, number: str) -> Response:
        services.withdraw_filing(by=request.user, number=number, **_valid(JointWithdrawIn(data=request.data)))
        return self._answer(number)

    def _answer(self, number: str, code: int = status.HTTP_200_OK) -> Response:
        user = self.request.user
        filing = selectors.filing_for(user=user, number=number)
        context = {
            "request": self.request,
            "cases": selectors.cases_seen(user=user, filing=filing),
            "elsewhere": selectors.elsewhere(user=user, filing=filing),
        }
        return Response(JointOut(filing, context=context).data, status=code)


def _valid(serializer) -> dict:
    serializer.is_valid(raise_exception=True)
    return serializer.validated_data
