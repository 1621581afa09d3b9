"""Handing documents out. Who may have one is the business of whatever the document belongs to."""

from collections.abc import Callable
from typing import Any, TypeVar, cast

from csp.constants import NONE, SELF
from csp.decorators import csp, csp_update
from django.http import FileResponse, HttpResponseBase

from credit_platform.common.errors import Missing
from entities.models import Document
from entities.services.documents import PDF

View = TypeVar("View", bound=Callable[..., HttpResponseBase])


def file_response(document: Document) -> FileResponse:
    """The file as a download, never shown in the page: for views that have checked their own scope.

    Raises:
        Missing: the time for which it was kept is over, and it was deleted.
    """
    return _response(document, as_attachment=True)


def is_shown(document: Document) -> bool:
    """Whether `shown_response` has it: a PDF by its content, which is still there."""
    return bool(document.file) and document.content_type == PDF


def shown_response(document: Document) -> FileResponse:
    """A PDF for a frame in a page of this platform: for views that have checked their own scope, under `in_a_frame`.

    Raises:
        Missing: it is no PDF, or its time is over.
    """
    if not is_shown(document):
        raise Missing
    response = _response(document, as_attachment=False)
    response["X-Frame-Options"] = "SAMEORIGIN"
    response["Cross-Origin-Resource-Policy"] = "same-origin"
    return response


def in_a_frame(view: View) -> View:
    """For a view that answers with a file for a frame: it stands in pages of this platform only, and loads nothing."""
    policy = {"default-src": [NONE], "base-uri": [NONE], "form-action": [NONE], "frame-ancestors": [SELF]}
    return cast(View, csp(policy)(cast(Any, view)))


def with_frames(view: View) -> View:
    """For a view whose page may hold such a frame; it cannot be led anywhere but to this platform."""
    return cast(View, csp_update({"frame-src": [SELF]})(cast(Any, view)))


def _response(document: Document, *, as_attachment: bool) -> FileResponse:
    if not document.file:
        raise Missing
    response = FileResponse(
        document.file.open("rb"),
        as_attachment=as_attachment,
        filename=document.name,
        content_type=document.content_type,
    )
    response["X-Content-Type-Options"] = "nosniff"
    response["Cache-Control"] = "private, no-store"
    return response
