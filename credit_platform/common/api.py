"""What every API view shares: paging and the shape of errors."""

from rest_framework.pagination import PageNumberPagination
from rest_framework.response import Response
from rest_framework.views import exception_handler as rest_exception_handler
from rest_framework.views import set_rollback

from credit_platform.common.errors import DomainError, InvalidInput


class Pages(PageNumberPagination):
    page_size = 50
    page_size_query_param = "page_size"
    max_page_size = 500


def exception_handler(exc, context):
    """Every error is `{"code", "message"}`, with `problems` by field where input was wrong."""
    if isinstance(exc, DomainError):
        set_rollback()
        body = {"code": exc.code, "message": str(exc)}
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
