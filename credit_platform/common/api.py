"""What every API view shares: paging and the shape of errors."""

from collections.abc import Mapping
from typing import Any

from django.core.exceptions import RequestDataTooBig
from django.utils.translation import gettext_lazy as _
from rest_framework import serializers, status
from rest_framework.exceptions import APIException
from rest_framework.pagination import CursorPagination, PageNumberPagination
from rest_framework.response import Response
from rest_framework.views import exception_handler as rest_exception_handler, set_rollback

from credit_platform.common.errors import DomainError, InvalidInput


class TooLarge(APIException):
    """More was sent at once than a request may hold."""

    status_code = status.HTTP_413_REQUEST_ENTITY_TOO_LARGE
    default_code = "too_large"
    default_detail = _("This request is too large. Send fewer records at once, or a file.")


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
        help_text="What is wrong with the input, by field: `field`, `field.inner`, or `n.field` in the n-th of several.",
    )


#: For `extend_schema(responses={200: …, **ERRORS})`.
ERRORS = dict.fromkeys((400, 401, 403, 404, 409, 413, 422, 429), ErrorOut)


def exception_handler(exc, context):
    """Every error is `{"code", "message"}`, with `problems` by field where input was wrong."""
    if isinstance(exc, DomainError):
        set_rollback()
        return Response(_told(exc), status=exc.http_status)
    if isinstance(exc, RequestDataTooBig):
        exc = TooLarge()
    response = rest_exception_handler(exc, context)
    if response is None:
        return None
    if response.status_code == status.HTTP_400_BAD_REQUEST:
        response.data = _told(InvalidInput(by_field(response.data)))
    else:
        detail = response.data.get("detail", str(exc)) if isinstance(response.data, dict) else str(exc)
        response.data = {"code": getattr(detail, "code", "error"), "message": str(detail)}
    return response


def _told(error: DomainError) -> dict[str, Any]:
    told: dict[str, Any] = {"code": error.code, "message": str(error)}
    return told | {"problems": error.problems} if isinstance(error, InvalidInput) else told


#: Under these names REST framework has what is wrong with the whole.
OF_THE_WHOLE = ("detail", "non_field_errors")


def by_field(found: Any, field: str = "") -> dict[str, list[str]]:
    """What REST framework found in whatever depth, as services say it: sentences by field, "" for the whole."""
    inner: list[tuple[Any, Any]]
    if isinstance(found, Mapping):
        inner = list(found.items())
    elif isinstance(found, list) and any(isinstance(one, Mapping | list) for one in found):
        inner = list(enumerate(found))
    else:
        return {field: [str(one) for one in (found if isinstance(found, list) else [found])]}
    problems: dict[str, list[str]] = {}
    for name, below in inner:
        path = [part for part in (field, "" if name in OF_THE_WHOLE else str(name)) if part]
        problems |= by_field(below, ".".join(path)) if below else {}
    return problems
