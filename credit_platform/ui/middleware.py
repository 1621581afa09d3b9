"""Answers that a script needs in another shape than a browser."""

from django.http import HttpResponse


class UploadRedirects:
    """Tell a script that sends a file where to go next, instead of sending it there.

    A script cannot see a redirect: it would fetch the next page, use up its messages, and the reader
    would see that page a second time without them.
    """

    def __init__(self, get_response):
        self.get_response = get_response

    def __call__(self, request):
        response = self.get_response(request)
        if request.headers.get("X-Upload") != "1" or not 300 <= response.status_code < 400:
            return response
        told = HttpResponse(status=204, headers={"X-Location": response["Location"]})
        told.cookies = response.cookies
        return told
