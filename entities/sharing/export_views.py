"""Lists as files."""

from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponseBase, StreamingHttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.http import require_safe

from credit_platform.common.errors import Missing
from credit_platform.common.exporting import CONTENT_TYPES, MOST_ROWS_OF_A_SHEET, Format
from entities.sharing import exports


@login_required
@require_safe
def export(request: HttpRequest, code: str, file_format: str) -> HttpResponseBase:
    """The list as its page shows it to this reader, all of it, in the format asked for."""
    if file_format not in Format.values:
        raise Missing
    taken = exports.take(by=request.user, code=code, params=request.GET)
    if file_format == Format.XLSX and not taken.fits_a_sheet:
        address = reverse("sharing:export", args=(code, Format.CSV))
        context = {
            "taken": taken,
            "most": MOST_ROWS_OF_A_SHEET,
            "csv_url": f"{address}?{request.GET.urlencode()}",
        }
        return render(request, "entities/sharing/too_many_rows.html", context, status=422)
    pieces = exports.file_of(taken, by=request.user, file_format=file_format, params=request.GET)
    response = StreamingHttpResponse(pieces, content_type=CONTENT_TYPES[Format(file_format)])
    name = f"{code}-{timezone.localdate():%Y-%m-%d}.{file_format}"
    response["Content-Disposition"] = f'attachment; filename="{name}"'
    response["X-Content-Type-Options"] = "nosniff"
    response["Cache-Control"] = "private, no-store"
    return response
