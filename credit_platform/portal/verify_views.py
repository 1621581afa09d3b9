"""Anybody checks whether a letter or a certificate was issued here and still holds.

These pages say nothing of whom or what a paper is about: its holder has it in hand, and the public may no longer
be shown what was repaired.
"""

import hashlib

from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.http import require_POST

from credit_platform.portal import limits
from credit_platform.portal.views import TOO_MANY_REQUESTS, public_page
from repair.letters import papers, selectors

LONGEST_NUMBER = 40
NOT_FOUND = 404


@public_page(limits.PAGES)
def verify_home(request: HttpRequest) -> HttpResponse:
    """The box for a number, and the public keys."""
    asked = request.GET.get("number", "").strip().upper()[:LONGEST_NUMBER]
    if asked and "/" not in asked:
        return redirect("portal:verify", number=asked)
    return render(request, "portal/verify_home.html", {"keys": selectors.signing_keys(), "asked": asked})


@public_page(limits.SEARCH, robots="noindex, noarchive")
def verify(request: HttpRequest, number: str) -> HttpResponse:
    """Whether the number was issued here and holds. Limited like the look-up, so that nobody tries numbers out."""
    return _page(request, number)


@require_POST
def verify_file(request: HttpRequest, number: str) -> HttpResponse:
    """Whether a file is the one that was issued under the number; it is read once and not kept."""
    if not limits.SEARCH.allows(request):
        return render(request, "429.html", status=TOO_MANY_REQUESTS)
    digest = hashlib.sha256()
    for upload in request.FILES.getlist("file")[:1]:
        for chunk in upload.chunks():
            digest.update(chunk)
    return _page(request, number, digest=digest.hexdigest())


def _page(request: HttpRequest, number: str, *, digest: str = "") -> HttpResponse:
    checked = papers.check(number)
    compared = ""
    if checked and digest:
        compared = "same" if digest == checked.sha256 else "different"
    context = {"number": number.upper(), "checked": checked, "compared": compared}
    return render(request, "portal/verify.html", context, status=200 if checked else NOT_FOUND)


@public_page(limits.PAGES)
def verify_key(request: HttpRequest, code: str) -> HttpResponse:
    """A public key in PEM."""
    key = selectors.signing_key(code)
    response = HttpResponse(key.public_pem, content_type="application/x-pem-file")
    response["Content-Disposition"] = f'attachment; filename="{key.code}.pem"'
    return response
