"""The page on which an entity asks for all that is held about it."""

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import FileResponse, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_safe

from credit_platform.common.errors import Missing
from credit_platform.portal import own as own_credit
from credit_platform.portal.held_data import packing, parts, services
from credit_platform.portal.held_data.models import HeldDataFile
from entities.documents import file_response
from entities.models import Entity

FILES_SHOWN = 20


@login_required
@require_http_methods(["GET", "HEAD", "POST"])
def own(request: HttpRequest, credit_code: str) -> HttpResponse:
    """The files that were made, and what is in one; POST asks for one of today."""
    entity = own_credit.own_entity(request.user, credit_code)
    if request.method == "POST":
        services.ask_for_everything(by=request.user, entity=entity)
        messages.success(request, _("It is being made. You will also find a notice when it is ready."))
        return redirect("held_data:own", credit_code=entity.credit_code)
    files = list(HeldDataFile.objects.visible_to(request.user).filter(entity=entity)[:FILES_SHOWN])
    waiting = next((file for file in files if file.state == HeldDataFile.State.WAITING), None)
    context = {
        "entity": entity,
        "files": [file for file in files if file is not waiting],
        "waiting": waiting,
        "steps": _steps(waiting),
        "total": packing.steps(),
        "parts": [part.title for part in parts.PARTS],
        "left_out": sorted({str(why) for why in (*parts.LEFT_OUT.values(), *parts.NOT_TOLD)}),
        "kept_days": services.KEPT.days,
    }
    return render(request, "portal/held_data/own.html", context)


@login_required
@require_safe
def progress(request: HttpRequest, credit_code: str, file_id: int) -> HttpResponse:
    """How far one is, for the page while it stands open."""
    entity = own_credit.own_entity(request.user, credit_code)
    file = _file_or_404(request, entity, file_id)
    context = {"entity": entity, "waiting": file, "steps": _steps(file), "total": packing.steps()}
    response = render(request, "portal/held_data/_progress.html", context)
    if file.state != HeldDataFile.State.WAITING:
        response["HX-Refresh"] = "true"
    return response


@login_required
@require_safe
def download(request: HttpRequest, credit_code: str, file_id: int) -> FileResponse:
    """The file, for whoever acts for the entity today."""
    entity = own_credit.own_entity(request.user, credit_code)
    return file_response(services.take(by=request.user, entity=entity, file_id=file_id))


def _file_or_404(request: HttpRequest, entity: Entity, file_id: int) -> HeldDataFile:
    file = HeldDataFile.objects.visible_to(request.user).filter(entity=entity, pk=file_id).first()
    if file is None:
        raise Missing
    return file


def _steps(file: HeldDataFile | None) -> list[dict[str, str]]:
    """The steps of the component that shows progress."""
    if file is None:
        return []
    state = "current" if file.state == HeldDataFile.State.WAITING else "done"
    return [{"state": state, "label": _("Putting together what is held")}]
