"""Domain errors become pages in one place."""

from django.http import Http404, QueryDict
from django.shortcuts import render

from credit_platform.common.errors import DomainError


class DomainErrorMiddleware:
    """Answers an uncaught `DomainError` with its own status and sentence; a missing thing is an ordinary 404."""

    def __init__(self, get_response):
        self.get_response = get_response

    def __call__(self, request):
        # PostgreSQL stores no NUL: no path with one means anything here, and what is asked is asked without it.
        if "\x00" in request.path_info:
            raise Http404
        while "%00" in (query := request.META.get("QUERY_STRING", "")):
            request.META["QUERY_STRING"] = query.replace("%00", "")
            request.GET = QueryDict(request.META["QUERY_STRING"])
        return self.get_response(request)

    def process_exception(self, request, exception):
        if not isinstance(exception, DomainError):
            return None
        if exception.http_status == 404:
            raise Http404(str(exception)) from exception
        return render(request, "refused.html", {"problem": exception}, status=exception.http_status)
