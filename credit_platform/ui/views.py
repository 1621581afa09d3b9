from django.conf import settings
from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import check_for_language, gettext as _
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.http import require_GET, require_POST
from django.views.i18n import set_language as keep_in_cookie

from credit_platform.ui import styleguide


@csrf_exempt
@require_POST
def set_language(request: HttpRequest) -> HttpResponse:
    """Change the reader's language: kept in a cookie, and on the user for the next machine.

    Nothing is won by forging it; so the form for it, which stands on every page, needs no reader's own token, and a page
    without another form is the same for everybody.
    """
    language = request.POST.get("language", "")
    if (
        request.user.is_authenticated
        and language in dict(settings.LANGUAGES)
        and check_for_language(language)
    ):
        request.user.language = language
        request.user.save(update_fields=("language",))
    return keep_in_cookie(request)


@require_GET
def show_styleguide(request: HttpRequest) -> HttpResponse:
    """Every component with invented content; the documentation of `{% load ui %}`."""
    return render(request, "ui/styleguide.html", styleguide.content(request))


@login_required
@require_POST
def try_styleguide(request: HttpRequest) -> HttpResponse:
    """Check what was typed into the style guide's forms as a real page would, and keep nothing.

    For whoever is signed in: what anybody could send, anybody could fill the disk with.
    """
    content = styleguide.content(request)
    form_class = styleguide.UploadForm if "file" in request.FILES else styleguide.PenaltyForm
    form = form_class(request.POST, request.FILES)
    content["upload" if "file" in request.FILES else "form"] = form
    if form.is_valid():
        messages.success(request, _("Record sent to review"))
        return redirect("ui:styleguide")
    return render(request, "ui/styleguide.html", {**content, "tried": True}, status=422)


@require_GET
def styleguide_lookup(request: HttpRequest) -> HttpResponse:
    """What the look-up of the style guide finds: the same three invented entities."""
    options = styleguide.options(request.GET.get("q", ""))
    return render(request, "ui/_lookup_answer.html", {"options": options, "query": request.GET.get("q", "")})


@require_GET
def styleguide_job(request: HttpRequest) -> HttpResponse:
    """The job panel of the style guide, always at the same place."""
    return render(request, "ui/_styleguide_job.html", {"job": styleguide.job()})
