"""What every API view shares: paging and the shape of errors."""

from rest_framework import serializers
from rest_framework.pagination import CursorPagination, PageNumberPagination
from rest_framework.response import Response
from rest_framework.views import exception_handler as rest_exception_handler, set_rollback

from credit_platform.common.errors import DomainError, InvalidInput


class Pages(PageNumberPagination):
    page_size = 50
    page_size_query_param = "page_size"
    max_page_size = 500


class NewestFirst(CursorPagination):
    """For lists that may grow without end: no page costs more than the first, and none is counted or skipped over.

    By key, so that what is entered meanwhile neither repeats a row nor loses one; `next` leads on.
    """

    ordering = "-pk"
    page_size = 50
    page_size_query_param = "page_size"
    max_page_size = 500


class ErrorOut(serializers.Serializer):
    """Every error of the REST interface."""

    code = serializers.CharField(
        help_text="A word for programs: not_permitted, not_found, invalid, wrong_state …"
    )
    message = serializers.CharField(help_text="A sentence for people, in the language of the request.")
    problems = serializers.DictField(
        child=serializers.ListField(child=serializers.CharField()),
        required=False,
        help_text="What is wrong with the input, by field.",
    )


#: For `extend_schema(responses={200: …, **ERRORS})`.
ERRORS = {401: ErrorOut, 403: ErrorOut, 404: ErrorOut, 409: ErrorOut, 422: ErrorOut, 429: ErrorOut}


def exception_handler(exc, context):
    """Every error is `{"code", "message"}`, with `problems` by field where input was wrong."""
    if isinstance(exc, DomainError):
        set_rollback()
        body: dict[str, object] = {"code": exc.code, "message": str(exc)}
        if isinstance(exc, InvalidInput):
            body["problems"] = exc.problems
        return Response(body, status=exc.http_status)
    response = rest_exception_handler(exc, context)
    if response is None:
        return None
    if response.status_code == 400:
        response.data = {"code": "invalid", "message": str(exc), "problems": response.data}
    else:
        detail = response.data.get("detail", str(exc)) if isinstance(response.data, dict) else str(exc)
        response.data = {"code": getattr(detail, "code", "error"), "message": str(detail)}
    return response
