"""Answers that a script needs in another shape than a browser, the language that an address names, and acts of readers."""

from django.conf import settings
from django.http import HttpResponse
from django.utils import translation

from credit_platform.ui import waiting

SAFE = frozenset({"GET", "HEAD", "OPTIONS", "TRACE"})


class LanguageOfTheAddress:
    """Answer in the language that the address names by `hl`, whatever browser and cookie say; nothing is kept.

    So that each language of a public page has an address of its own, which search engines need.
    """

    def __init__(self, get_response):
        self.get_response = get_response
        self.known = frozenset(code for code, _name in settings.LANGUAGES)

    def __call__(self, request):
        asked = request.GET.get("hl") if request.method in {"GET", "HEAD"} else None
        if asked in self.known:
            translation.activate(asked)
            request.LANGUAGE_CODE = asked
        return self.get_response(request)


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


class CountsAfterActs:
    """Have the bars count anew for whoever did something: on the page that answers it, and on all that follow."""

    def __init__(self, get_response):
        self.get_response = get_response

    def __call__(self, request):
        if request.method in SAFE:
            return self.get_response(request)
        waiting.note_act(request.user)
        try:
            return self.get_response(request)
        finally:
            waiting.note_act(request.user)
