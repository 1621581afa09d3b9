"""Letters as downloads, and the button that has a certificate made."""

import base64

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import FileResponse, HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST, require_safe

from entities.documents import file_response
from repair.letters import selectors, services


@login_required
@require_POST
def certificate(request: HttpRequest, number: str) -> HttpResponse:
    """Have a certificate of today made."""
    issued = services.issue_certificate(by=request.user, number=number)
    if issued.document_id is None:
        messages.success(request, _("The certificate is being typed; it is here within a few minutes."))
    else:
        messages.success(request, _("The certificate stands below; nothing has changed since it was made."))
    return redirect(f"{reverse('repair:case-detail', args=(number,))}#letters")


@login_required
@require_safe
def letter(request: HttpRequest, number: str, letter: str) -> FileResponse:
    """The PDF."""
    return file_response(selectors.letter_for(user=request.user, case_number=number, number=letter).document)


@login_required
@require_safe
def statement(request: HttpRequest, number: str, letter: str) -> HttpResponse:
    """Exactly the bytes that are signed."""
    found = selectors.letter_for(user=request.user, case_number=number, number=letter)
    return _download(found.statement.encode(), f"{found.number}.json", "application/json")


@login_required
@require_safe
def signature(request: HttpRequest, number: str, letter: str) -> HttpResponse:
    """The signature, 64 bytes as they are."""
    found = selectors.letter_for(user=request.user, case_number=number, number=letter)
    return _download(base64.b64decode(found.signature), f"{found.number}.sig", "application/octet-stream")


def _download(content: bytes, name: str, content_type: str) -> HttpResponse:
    response = HttpResponse(content, content_type=content_type)
    response["Content-Disposition"] = f'attachment; filename="{name}"'
    response["X-Content-Type-Options"] = "nosniff"
    response["Cache-Control"] = "private, no-store"
    return response
