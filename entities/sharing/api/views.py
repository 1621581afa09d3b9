"""What is shared, for other systems: the same scopes as the pages."""

from django.utils.translation import gettext as _
from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import OpenApiParameter, extend_schema, extend_schema_view
from rest_framework import mixins, viewsets
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from credit_platform.audit.models import AccessEntry
from credit_platform.common.api import ERRORS
from credit_platform.common.errors import InvalidInput, Missing
from entities.api.serializers import SYSTEMS
from entities.sharing import feed, selectors
from entities.sharing.api.serializers import ChangesOut, LookOut
from entities.sharing.filters import LookFilter


@extend_schema_view(
    list=extend_schema(
        summary="Who looked at what is not public, newest first",
        description=(
            "The lead office reads every look, a body those of its own people, an entity's agent those at the entity."
        ),
        responses={200: LookOut(many=True), **ERRORS},
    )
)
class LookViewSet(mixins.ListModelMixin, viewsets.GenericViewSet):
    """The access log, as far as it is yours."""

    serializer_class = LookOut
    filterset_class = LookFilter
    queryset = AccessEntry.objects.none()

    def get_queryset(self):
        return selectors.looks_for_list(user=self.request.user)


EVERYTHING = "all"


class ChangesView(APIView):
    """What changed at the entities that you follow."""

    token_scopes = SYSTEMS

    @extend_schema(
        operation_id="changes_since",
        summary="What changed since a cursor, complete and in order",
        description=(
            "Oldest first. Begin without `since`, or with the cursor of `?since=now` to hear only what changes from "
            "now on. What a transaction changed appears once all older transactions have ended, so no cursor ever "
            "skips a change. Records that are over or withdrawn appear too, with `gone`."
        ),
        parameters=[
            OpenApiParameter(
                "since", OpenApiTypes.STR, description="The `next` of the answer before, or `now`."
            ),
            OpenApiParameter(
                "list",
                OpenApiTypes.STR,
                description="The number of one watch list; left out, all lists of your body; `all`: every entity.",
            ),
            OpenApiParameter(
                "body", OpenApiTypes.STR, description="Code of your body, where you act for several."
            ),
            OpenApiParameter("limit", OpenApiTypes.INT, description=f"At most so many, up to {feed.MOST}."),
        ],
        responses={200: ChangesOut, **ERRORS},
    )
    def get(self, request: Request) -> Response:
        asked = request.query_params
        bodies = {body.code: body for body in selectors.bodies_watching(request.user)}
        body = bodies.get(asked["body"]) if asked.get("body") else next(iter(bodies.values()), None)
        if body is None:
            raise Missing
        if asked.get("since") == "now":
            return Response({"changes": [], "next": str(feed.now()), "more": False})
        answer = feed.changes_since(
            body=body,
            since=feed.place_from(asked.get("since", "")),
            watch_lists=_lists(request.user, body, asked.get("list", "")),
            limit=asked_limit(asked.get("limit", "")),
        )
        shown = {"changes": answer.changes, "next": str(answer.next), "more": answer.more}
        return Response(ChangesOut(shown).data)


def _lists(user, body, asked: str):
    if asked == EVERYTHING:
        return None
    lists = selectors.watch_lists(user=user).filter(body=body)
    if not asked:
        return list(lists)
    found = lists.filter(pk=asked).first() if asked.isdecimal() and len(asked) < 19 else None
    if found is None:
        raise Missing
    return [found]


def asked_limit(asked: str) -> int:
    """How many changes were asked for; `InvalidInput` for what is no such number."""
    if not asked:
        return feed.MOST
    if not (asked.isdecimal() and 1 <= int(asked[:9]) <= feed.MOST):
        raise InvalidInput({"limit": [_("Ask for 1 to %(most)d changes.") % {"most": feed.MOST}]})
    return int(asked)
