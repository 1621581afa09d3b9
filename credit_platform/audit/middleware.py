"""The access log is written with the answer it tells of."""

from django.http import FileResponse

from credit_platform.audit import access

REDIRECTS = range(300, 400)


class AccessLogMiddleware:
    """Writes down what the page or answer shows that is not public, before it leaves.

    When that cannot be written, nothing is shown: the reader gets an error. A redirect shows nothing.
    """

    def __init__(self, get_response):
        self.get_response = get_response

    def __call__(self, request):
        with access.collecting() as noted:
            response = self.get_response(request)
        if noted and response.status_code not in REDIRECTS:
            match = request.resolver_match
            access.write(
                by=request.user,
                noted=noted,
                way=_way(request, response),
                place=match.view_name if match else "",
            )
        return response


def _way(request, response) -> str:
    if isinstance(response, FileResponse):
        return access.Way.FILE
    return access.Way.API if request.path.startswith("/api/") else access.Way.PAGE
