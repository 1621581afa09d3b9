"""Public records for programs, without an account: one entity's, and what changes."""

from django.utils import timezone
from django.utils.cache import patch_cache_control
from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import OpenApiParameter, extend_schema
from rest_framework.generics import ListAPIView
from rest_framework.permissions import AllowAny
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.throttling import BaseThrottle
from rest_framework.views import APIView

from credit_platform.common.api import ERRORS, NewestFirst
from credit_platform.portal import following, limits, selectors
from credit_platform.portal.api.serializers import (
    PublicChangesOut,
    PublicEntityOut,
    PublicRecordOut,
    PublicStoryOut,
)
from credit_platform.portal.stories.models import Story
from credit_platform.portal.stories.selectors import public_stories
from entities.models import CreditRecord
from entities.sharing import feed
from entities.sharing.api.views import asked_limit


class ByAddress(BaseThrottle):
    """So many requests from one address, as on the public pages."""

    def allow_request(self, request: Request, view: APIView) -> bool:
        return limits.INTERFACE.allows(request._request)

    def wait(self) -> int:
        return limits.INTERFACE.seconds


class PublicView(APIView):
    """Answers everybody alike, whoever they are signed in as; nothing of it is kept on the way."""

    authentication_classes = ()
    permission_classes = (AllowAny,)
    throttle_classes = (ByAddress,)

    def finalize_response(self, request, response, *args, **kwargs):
        response = super().finalize_response(request, response, *args, **kwargs)
        patch_cache_control(response, no_store=True)
        response["X-Robots-Tag"] = "noindex"
        return response


class PublicEntityView(PublicView):
    """One entity, by its code."""

    @extend_schema(
        operation_id="public_entity",
        summary="What the register says of an entity to everybody",
        responses={200: PublicEntityOut, **ERRORS},
    )
    def get(self, request: Request, credit_code: str) -> Response:
        return Response(PublicEntityOut(selectors.entity_by_code(credit_code)).data)


class PublicRecordsView(PublicView, ListAPIView):
    """The records of one entity."""

    serializer_class = PublicRecordOut
    pagination_class = NewestFirst
    filter_backends = ()
    queryset = CreditRecord.objects.none()

    @extend_schema(
        operation_id="public_records",
        summary="What is on public record about an entity today",
        responses={200: PublicRecordOut(many=True), **ERRORS},
    )
    def get(self, request: Request, credit_code: str) -> Response:
        return self.list(request)

    def get_queryset(self):
        entity = selectors.entity_by_code(self.kwargs["credit_code"])
        return selectors.public_records_of(entity, timezone.localdate()).select_related("entity")

    def paginate_queryset(self, queryset):
        return feed.with_last_change(super().paginate_queryset(queryset))


class PublicStoriesView(PublicView, ListAPIView):
    """Stories of honest entities."""

    serializer_class = PublicStoryOut
    pagination_class = NewestFirst
    filter_backends = ()
    queryset = Story.objects.none()

    @extend_schema(
        operation_id="public_stories",
        summary="The stories of honest entities that are told today",
        description="Each is gone as soon as it no longer holds: keep no copy for longer than a day without asking again.",
        responses={200: PublicStoryOut(many=True), **ERRORS},
    )
    def get(self, request: Request) -> Response:
        return self.list(request)

    def get_queryset(self):
        return public_stories(timezone.localdate())


class PublicChangesView(PublicView):
    """What was published, changed and removed."""

    @extend_schema(
        operation_id="public_changes",
        summary="What changed of what is public since a cursor, complete and in order",
        description=(
            "Fetch a file of open data, keep the cursor of `?since=now` from just before, and follow from there. A "
            "record that is gone is named by its number alone. Self-employed households are left out, as in the files."
        ),
        parameters=[
            OpenApiParameter(
                "since", OpenApiTypes.STR, description="The `next` of the answer before, or `now`."
            ),
            OpenApiParameter("limit", OpenApiTypes.INT, description=f"At most so many, up to {feed.MOST}."),
        ],
        responses={200: PublicChangesOut, **ERRORS},
    )
    def get(self, request: Request) -> Response:
        asked = request.query_params
        if asked.get("since") == "now":
            return Response({"changes": [], "next": str(feed.now()), "more": False})
        answer = following.public_changes(
            since=feed.place_from(asked.get("since", "")), limit=asked_limit(asked.get("limit", ""))
        )
        shown = {"changes": answer.changes, "next": str(answer.next), "more": answer.more}
        return Response(PublicChangesOut(shown).data)
