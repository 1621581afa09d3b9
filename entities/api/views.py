"""The registry for other systems: the same scopes and services as the pages."""

import json
from typing import Any

from django.db.models import prefetch_related_objects
from django.utils.translation import gettext as _
from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import (
    OpenApiParameter,
    PolymorphicProxySerializer,
    extend_schema,
    extend_schema_view,
)
from rest_framework import mixins, status, viewsets
from rest_framework.renderers import JSONRenderer
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.serializers import Serializer

from credit_platform.common.api import ERRORS, NewestFirst
from credit_platform.common.errors import InvalidInput
from credit_platform.common.parsers import SoundJSONParser
from entities import codes, selectors
from entities.api.serializers import SYSTEMS, EntityOut, RecordIn, RecordOut, RecordTakenOut, draft_from
from entities.filters import RecordFilter
from entities.intake.doubts import doubts_about
from entities.models import CreditRecord, Entity
from entities.search import find_entities
from entities.services import records
from entities.services.entities import entity_of_former_code
from entities.systems.services import answer_once

MOST_MATCHES = 50
#: So many records in one request; whole files go to submissions.
MOST_AT_ONCE = 200


def plain_json(data: Any) -> Any:
    """What the answer says, as JSON has it; so it is the same when it is given again."""
    return json.loads(JSONRenderer().render(data))


def sent_as(data: Any) -> bytes:
    """What was sent, in one form for all ways of writing the same."""
    return json.dumps(data, sort_keys=True, ensure_ascii=False, default=str).encode()


def one_or_many(serializer: type[Serializer]) -> PolymorphicProxySerializer:
    """For the schema: an object, or a list of such objects."""
    return PolymorphicProxySerializer(
        component_name=f"{serializer.__name__}OneOrMany",
        serializers=[serializer, serializer(many=True)],
        resource_type_field_name=None,
        many=False,
    )


@extend_schema_view(
    list=extend_schema(
        summary="Find entities, or page through those you may see",
        parameters=[
            OpenApiParameter(
                "q", OpenApiTypes.STR,
                description=f"Code, name, part of a name, former name or initials: the best {MOST_MATCHES} matches.",
            )
        ],
        responses={200: EntityOut(many=True), **ERRORS},
    ),
    retrieve=extend_schema(summary="One entity by its code", responses={200: EntityOut, **ERRORS}),
)  # fmt: skip
class EntityViewSet(mixins.ListModelMixin, mixins.RetrieveModelMixin, viewsets.GenericViewSet):
    """The entities that you may open."""

    token_scopes = SYSTEMS
    serializer_class = EntityOut
    lookup_field = "credit_code"
    filter_backends = ()
    pagination_class = NewestFirst
    queryset = Entity.objects.none()

    def get_queryset(self):
        entities = Entity.objects.visible_to(self.request.user)
        return entities.select_related("head_office").prefetch_related("former_names", "identifiers")

    def get_object(self):
        """The entity of that code, or the one into which it was merged."""
        if survivor := entity_of_former_code(codes.normalise(self.kwargs[self.lookup_field])):
            self.kwargs[self.lookup_field] = survivor.credit_code
        return super().get_object()

    def list(self, request: Request, *args, **kwargs) -> Response:
        query = request.query_params.get("q", "").strip()
        if not query:
            return super().list(request, *args, **kwargs)
        found = [match.entity for match in find_entities(user=request.user, query=query, limit=MOST_MATCHES)]
        prefetch_related_objects(found, "head_office", "former_names", "identifiers")
        results = EntityOut(found, many=True, context={"request": request}).data
        return Response({"next": None, "previous": None, "results": results})


@extend_schema_view(
    list=extend_schema(
        summary="The records you may see, the last to be entered first",
        responses={200: RecordOut(many=True), **ERRORS},
    ),
    retrieve=extend_schema(summary="One record", responses={200: RecordOut, **ERRORS}),
    create=extend_schema(
        summary="Submit one record or several; they wait for a colleague's review",
        description=(
            f"One object or a list of at most {MOST_AT_ONCE}. All are taken or none; the problems of the n-th, counted "
            "from 0, stand under `n.field`. What a file would only be warned of is taken and told in `warnings`: look "
            "at those before a colleague approves the record. "
            "Sending the same again changes nothing and answers with what is there. "
            "With an `Idempotency-Key` the request is done once; again within two days it gets the same answer."
        ),
        parameters=[OpenApiParameter("Idempotency-Key", OpenApiTypes.STR, OpenApiParameter.HEADER)],
        request=one_or_many(RecordIn),
        responses={201: one_or_many(RecordTakenOut), **ERRORS},
    ),
)
class RecordViewSet(mixins.ListModelMixin, mixins.RetrieveModelMixin, viewsets.GenericViewSet):
    """Read the records you may see; submit records for a body you act for."""

    token_scopes = SYSTEMS
    serializer_class = RecordOut
    filterset_class = RecordFilter
    pagination_class = NewestFirst
    parser_classes = (SoundJSONParser,)
    queryset = CreditRecord.objects.none()

    def get_queryset(self):
        return selectors.records_for_list(user=self.request.user)

    def create(self, request: Request) -> Response:
        key = request.headers.get("Idempotency-Key")
        if key is None:
            status_code, data = self._submit(request)
            return Response(data, status=status_code)
        status_code, data, repeated = answer_once(
            by=request.user,
            key=key,
            request=(request.method or "", request.path, sent_as(request.data)),
            answer=lambda: self._submit(request),
        )
        return Response(data, status=status_code, headers={"Idempotent-Replayed": str(repeated).lower()})

    @staticmethod
    def _submit(request: Request) -> tuple[int, Any]:
        is_many = isinstance(request.data, list)
        if is_many and len(request.data) > MOST_AT_ONCE:
            sentence = _("At most %(most)d records at once; send a file for more.") % {"most": MOST_AT_ONCE}
            raise InvalidInput({"": [sentence]})
        sent = RecordIn(data=request.data, many=is_many)
        sent.is_valid(raise_exception=True)
        drafts = sent.validated_data if is_many else [sent.validated_data]
        saved = records.submit_drafts(
            by=request.user,
            entries=[
                records.Entry(item["body"], item["entity"], item["record_type"], draft_from(item))
                for item in drafts
            ],
            numbered=is_many,
        )
        doubts = {record.pk: told for record, told in zip(saved, doubts_about(saved), strict=True)}
        shown = RecordTakenOut(saved, many=True, context={"doubts": doubts}).data
        return status.HTTP_201_CREATED, plain_json(shown if is_many else shown[0])
