"""Handing documents out. Who may have one is the business of whatever the document belongs to."""

from django.http import FileResponse

from credit_platform.common.errors import Missing
from entities.models import Document


def file_response(document: Document) -> FileResponse:
    """The file as a download, never shown in the page: for views that have checked their own scope.

    Raises:
        Missing: the time for which it was kept is over, and it was deleted.
    """
    if not document.file:
        raise Missing
    response = FileResponse(
        document.file.open("rb"),
        as_attachment=True,
        filename=document.name,
        content_type=document.content_type,
    )
    response["X-Content-Type-Options"] = "nosniff"
    response["Cache-Control"] = "private, no-store"
    return response
