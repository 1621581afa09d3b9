"""The rest of a file as an answer, for its page and for the API."""

from urllib.parse import quote

from django.http import FileResponse, HttpResponseBase, StreamingHttpResponse
from django.utils.translation import gettext as _

from credit_platform.common.errors import Missing
from entities.intake import returning
from entities.models import Submission

WITH_REST = (Submission.State.READY, Submission.State.DONE, Submission.State.TAKEN_BACK)


def rest_response(submission: Submission, asked: str) -> HttpResponseBase:
    """The rest as a download, for the page and for the API; `Missing` while there is none, and once it is deleted."""
    if submission.state not in WITH_REST or not submission.document.file:
        raise Missing
    kind = returning.kind_of(submission, asked)
    stem, _dot, _ending = submission.document.name.rpartition(".")
    name = f"{stem or submission.document.name}-{_('rest')}.{kind}"
    if kind == returning.XLSX:
        response: HttpResponseBase = FileResponse(
            returning.as_xlsx(submission), as_attachment=True, filename=name
        )
    else:
        # Its encoding is that of the file, so the header does not promise another one.
        response = StreamingHttpResponse(returning.as_csv(submission), content_type="text/csv")
        response["Content-Disposition"] = f"attachment; filename*=UTF-8''{quote(name)}"
    response["X-Content-Type-Options"] = "nosniff"
    response["Cache-Control"] = "private, no-store"
    return response
