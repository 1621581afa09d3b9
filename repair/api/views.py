"""Cases for other systems: the same scopes, policies and services as the pages."""

from django.http import FileResponse
from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import extend_schema, extend_schema_view
from rest_framework import mixins, status, viewsets
from rest_framework.decorators import action
from rest_framework.parsers import MultiPartParser
from rest_framework.request import Request
from rest_framework.response import Response

from credit_platform.common.api import ERRORS, NewestFirst
from credit_platform.common.parsers import SoundJSONParser
from entities.documents import file_response
from repair import selectors, services
from repair.api.serializers import (
    BasisIn,
    CaseIn,
    CaseOut,
    CaseRowOut,
    DraftIn,
    PaperOut,
    ProofIn,
    SignatureIn,
    StepIn,
)
from repair.filters import CaseFilter
from repair.models import Case


@extend_schema_view(
    list=extend_schema(
        summary="The cases you may see, the last to be opened first",
        responses={200: CaseRowOut(many=True), **ERRORS},
    ),
    retrieve=extend_schema(
        summary="One case, with the actions open to you", responses={200: CaseOut, **ERRORS}
    ),
)
class CaseViewSet(mixins.ListModelMixin, viewsets.GenericViewSet):
    """Follow the cases you may see; apply for entities you act for; take the steps that are open to you."""

    serializer_class = CaseRowOut
    filterset_class = CaseFilter
    pagination_class = NewestFirst
    lookup_field = "number"
    lookup_value_regex = "[^/]+"
    parser_classes = (SoundJSONParser,)
    queryset = Case.objects.none()

    def get_queryset(self):
        return selectors.cases_for_list(user=self.request.user)

    def retrieve(self, request: Request, number: str) -> Response:
        return self._answer(number)

    @extend_schema(
        summary="Begin an application, or file an objection",
        description="An application begins as a draft; an objection is filed at once and marks the record, unless it is to be a draft. "
        "Asking again while a case about the record is open answers with that case.",
        request=CaseIn,
        responses={201: CaseOut, **ERRORS},
    )
    def create(self, request: Request) -> Response:
        sent = _valid(CaseIn(data=request.data))
        if sent["kind"] == Case.Kind.OBJECTION:
            begin = services.open_objection if sent["draft"] else services.file_objection
            case = begin(
                by=request.user,
                record_id=sent["record"],
                ground=sent["ground"],
                statement=sent["statement"],
            )
        else:
            case = services.open_case(by=request.user, record_id=sent["record"])
        return self._answer(case.number, status.HTTP_201_CREATED)

    @extend_schema(
        summary="Tell that the basis of a record has fallen",
        description="By whoever acts for the entity, or by the department of the record. Filed at once.",
        request={"multipart/form-data": BasisIn},
        responses={201: CaseOut, **ERRORS},
    )
    @action(detail=False, methods=["post"], url_path="basis", parser_classes=(MultiPartParser,))
    def basis(self, request: Request) -> Response:
        sent = _valid(BasisIn(data=request.data))
        case = services.file_basis(
            by=request.user,
            record_id=sent["record"],
            fallen=services.Fallen(
                *(sent[f"basis_{name}"] for name in ("outcome", "forum", "authority", "number", "decided_on"))
            ),
            statement=sent["statement"],
            uploads=[sent["file"]],
        )
        return self._answer(case.number, status.HTTP_201_CREATED)

    @extend_schema(summary="Save the draft", request=DraftIn, responses={200: CaseOut, **ERRORS})
    @action(detail=True, methods=["put"], url_path="draft")
    def draft(self, request: Request, number: str) -> Response:
        services.save_draft(by=request.user, number=number, **_valid(DraftIn(data=request.data)))
        return self._answer(number)

    @extend_schema(
        summary="Sign the commitment letter", request=SignatureIn, responses={200: CaseOut, **ERRORS}
    )
    @action(detail=True, methods=["post"], url_path="commitment")
    def commitment(self, request: Request, number: str) -> Response:
        services.sign_commitment(by=request.user, number=number, **_valid(SignatureIn(data=request.data)))
        return self._answer(number)

    @extend_schema(
        summary="Take a step",
        description="`actions` of the case says which are open to you. Sending the same step twice takes it once.",
        request=StepIn,
        responses={200: CaseOut, **ERRORS},
    )
    @action(detail=True, methods=["post"], url_path="steps")
    def steps(self, request: Request, number: str) -> Response:
        services.act_on_case(by=request.user, number=number, **_valid(StepIn(data=request.data)))
        return self._answer(number)

    @extend_schema(
        summary="Answer a request for material, with documents",
        description="Multipart: `files`, any number; `note` and `version` as in a step.",
        request={
            "multipart/form-data": {
                "type": "object",
                "required": ["version"],
                "properties": {
                    "files": {"type": "array", "items": {"type": "string", "format": "binary"}},
                    "note": {"type": "string"},
                    "version": {"type": "integer"},
                },
            }
        },
        responses={200: CaseOut, **ERRORS},
    )
    @action(detail=True, methods=["post"], url_path="answer", parser_classes=(MultiPartParser,))
    def answer(self, request: Request, number: str) -> Response:
        sent = _valid(StepIn(data={"action": "supply_material", **request.POST.dict()}))
        services.act_on_case(by=request.user, number=number, uploads=request.FILES.getlist("files"), **sent)
        return self._answer(number)

    @extend_schema(
        summary="Add a proof to the draft",
        request={"multipart/form-data": ProofIn},
        responses={201: PaperOut, **ERRORS},
    )
    @action(detail=True, methods=["post"], url_path="documents", parser_classes=(MultiPartParser,))
    def documents(self, request: Request, number: str) -> Response:
        upload = _valid(ProofIn(data=request.data))["file"]
        paper = services.add_proof(by=request.user, number=number, upload=upload)
        context = {"request": request, "number": number}
        return Response(PaperOut(paper, context=context).data, status=status.HTTP_201_CREATED)

    @extend_schema(summary="The file of a document", responses={200: OpenApiTypes.BINARY, **ERRORS})
    @action(
        detail=True,
        methods=["get"],
        url_path="documents/(?P<key>[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12})",
        url_name="document",
    )
    def document(self, request: Request, number: str, key: str) -> FileResponse:
        return file_response(selectors.paper_of(user=request.user, number=number, key=key).document)

    @extend_schema(summary="Take a document out of the draft", request=None, responses={204: None, **ERRORS})
    @document.mapping.delete
    def remove_document(self, request: Request, number: str, key: str) -> Response:
        services.remove_paper(by=request.user, number=number, key=key)
        return Response(status=status.HTTP_204_NO_CONTENT)

    def _answer(self, number: str, code: int = status.HTTP_200_OK) -> Response:
        page = selectors.case_page(user=self.request.user, number=number)
        context = {
            "request": self.request,
            "moves": page.moves,
            "steps": page.steps,
            "internal": page.internal,
            "asked_papers": page.asked_papers,
        }
        return Response(CaseOut(page.case, context=context).data, status=code)


def _valid(serializer) -> dict:
    serializer.is_valid(raise_exception=True)
    return serializer.validated_data
