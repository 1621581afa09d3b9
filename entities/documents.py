"""Handing documents out. Who may have one is the business of whatever the document belongs to."""

from django.http import FileResponse

from entities.models import Document


def file_response(document: Document) -> FileResponse:
    """The file as a download, never shown in the page: for views that have checked their own scope."""
    response = FileResponse(
        document.file.open("rb"),
        as_attachment=True,
        filename=document.name,
        content_type=document.content_type,
    )
    response["X-Content-Type-Options"] = "nosniff"
    response["Cache-Control"] = "private, no-store"
    return response
