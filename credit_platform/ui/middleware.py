"""Answers that a script needs in another shape than a browser, the language that an address names, what is too large to be
read, and acts of readers."""

from django.conf import settings
from django.http import HttpResponse, JsonResponse
from django.shortcuts import render
from django.utils import translation
from django.utils.translation import gettext as _

from credit_platform.ui import waiting
from credit_platform.ui.formats import file_size

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


class LargestRequest:
    """Refuse what is larger than any form may be before a byte of it is read, so that nobody fills the disk.

    Whole files of records are taken from a person who is signed in, and by the interface, which asks who somebody is before
    it reads.
    """

    INTERFACE, TOO_LARGE = "/api/", 413

    def __init__(self, get_response):
        self.get_response = get_response

    def __call__(self, request):
        size, most = self._size(request), self._most(request)
        if size <= most:
            return self.get_response(request)
        sentence = _("What was sent has %(size)s; at most %(most)s can be taken at once.") % {
            "size": file_size(size),
            "most": file_size(most),
        }
        if request.path_info.startswith(self.INTERFACE):
            return JsonResponse({"code": "too_large", "message": sentence}, status=self.TOO_LARGE)
        return render(request, "413.html", {"sentence": sentence}, status=self.TOO_LARGE)

    def _most(self, request) -> int:
        if (
            self._size(request) <= settings.LARGEST_REQUEST
            or request.path_info not in settings.WHOLE_FILES_AT
        ):
            return settings.LARGEST_REQUEST
        known = request.path_info.startswith(self.INTERFACE) or request.user.is_authenticated
        return settings.LARGEST_SUBMISSION_REQUEST if known else settings.LARGEST_REQUEST

    @staticmethod
    def _size(request) -> int:
        length = request.META.get("CONTENT_LENGTH") or ""
        return int(length) if length.isdecimal() else 0


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
