"""Pages of courses: parse, call, render."""

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_safe

from associations.courses import policies, selectors, services
from associations.courses.forms import CourseForm, SignUpForm
from credit_platform.common.errors import InvalidInput, Missing, WrongState
from entities.forms import show_problems


@require_safe
def coming(request: HttpRequest) -> HttpResponse:
    """What anybody may sign up for; an agent sees in addition what its own people take part in."""
    context = {
        "courses": list(selectors.coming_courses()),
        "own": list(selectors.own_sign_ups(request.user)) if request.user.is_authenticated else [],
        "keeps": policies.keeps_courses(request.user),
    }
    return render(request, "associations/courses/coming.html", context)


@login_required
@require_safe
def ours(request: HttpRequest) -> HttpResponse:
    """The courses of the reader's association."""
    return render(
        request, "associations/courses/ours.html", {"courses": list(selectors.courses_kept(request.user))}
    )


@login_required
@require_http_methods(["GET", "HEAD", "POST"])
def new(request: HttpRequest) -> HttpResponse:
    """Offer a course."""
    association = selectors.own_association(request.user)
    form = CourseForm(request.POST if request.method == "POST" else None)
    if form.is_valid():
        said = form.cleaned_data | {"types": tuple(form.cleaned_data["types"])}
        try:
            services.offer_course(by=request.user, association=association, offer=services.Offer(**said))
        except InvalidInput as refused:
            show_problems(form, refused)
        else:
            messages.success(request, _("The course is offered; anybody may read it."))
            return redirect("courses:ours")
    context = {"form": form, "association": association}
    return render(request, "associations/courses/new.html", context, status=422 if form.errors else 200)


@require_http_methods(["GET", "HEAD", "POST"])
def course(request: HttpRequest, course_id: int) -> HttpResponse:
    """One course; POST signs somebody up for it."""
    shown = selectors.course_for(course_id)
    entities = selectors.own_entities(request.user) if request.user.is_authenticated else []
    if request.method == "POST" and not entities:
        raise Missing
    form = SignUpForm(request.POST if request.method == "POST" else None, entities=entities)
    problem = ""
    if form.is_valid():
        try:
            services.sign_up(
                by=request.user,
                entity=next(one for one in entities if one.pk == form.cleaned_data["entity"]),
                course_id=course_id,
                attendee=form.cleaned_data["attendee"],
            )
        except InvalidInput as refused:
            show_problems(form, refused)
        except WrongState as refused:
            problem = str(refused)
        else:
            messages.success(request, _("Signed up. The association is told."))
            return redirect("courses:course", course_id=course_id)
    context = {
        "course": shown,
        "form": form,
        "problem": problem,
        "acts": bool(entities),
        "own": list(selectors.own_sign_ups(request.user, shown)) if entities else [],
    }
    status = WrongState.http_status if problem else InvalidInput.http_status if form.errors else 200
    return render(request, "associations/courses/course.html", context, status=status)


@login_required
@require_http_methods(["GET", "HEAD", "POST"])
def cancel(request: HttpRequest, course_id: int) -> HttpResponse:
    """Call a course off; asks first."""
    shown = selectors.course_kept(request.user, course_id)
    if request.method == "POST":
        services.cancel_course(by=request.user, course_id=course_id)
        messages.success(request, _("The course is called off; everybody who signed up is told."))
        return redirect("courses:ours")
    return _ask(
        request,
        title=_("Call off “%(course)s”?") % {"course": shown},
        consequence=_("It leaves the public list, and everybody who signed up is told."),
        verb=_("Call it off"),
        back_url=reverse("courses:ours"),
    )


@login_required
@require_http_methods(["GET", "HEAD", "POST"])
def withdraw(request: HttpRequest, sign_up_id: int) -> HttpResponse:
    """Give a seat back; asks first."""
    made = selectors.own_sign_up(request.user, sign_up_id)
    back_url = reverse("courses:course", args=(made.course_id,))
    if request.method == "POST":
        services.withdraw_sign_up(by=request.user, sign_up_id=sign_up_id)
        messages.success(request, _("The seat is given back."))
        return redirect(back_url)
    return _ask(
        request,
        title=_("Give back the seat of %(attendee)s?") % {"attendee": made.attendee},
        consequence=_("Somebody else may take it."),
        verb=_("Give it back"),
        back_url=back_url,
        own=True,
    )


def _ask(request: HttpRequest, *, own: bool = False, **context) -> HttpResponse:
    """The question before an act; of an entity's `own` doing in the white bar."""
    asked = {"action": request.path, "form": None, "danger": True} | context
    asked["shell"] = "base_portal.html" if own else "base.html"
    return render(request, "ui/confirm.html", asked)


@login_required
@require_http_methods(["GET", "HEAD", "POST"])
def attendance(request: HttpRequest, course_id: int) -> HttpResponse:
    """Who takes part in a course; POST says of one person whether they were there."""
    shown, problem = selectors.course_kept(request.user, course_id), ""
    if request.method == "POST":
        key, said = request.POST.get("sign_up", ""), request.POST.get("said", "")
        if not key.isdecimal() or said not in {"attended", "absent"}:
            raise Missing
        try:
            services.confirm_attendance(by=request.user, sign_up_id=int(key), attended=said == "attended")
        except WrongState as refused:
            problem = str(refused)
        else:
            return redirect("courses:attendance", course_id=course_id)
    context = {
        "course": shown,
        "sign_ups": list(selectors.sign_ups_to(shown)),
        "problem": problem,
    }
    return render(request, "associations/courses/attendance.html", context, status=409 if problem else 200)


@login_required
@require_safe
def certificate(request: HttpRequest, number: str) -> HttpResponse:
    """The certificate of attendance, to be read and printed."""
    found = selectors.certificate_for(user=request.user, number=number)
    shell = "base.html" if policies.keeps_courses(request.user) else "base_portal.html"
    return render(request, "associations/courses/certificate.html", {"sign_up": found, "shell": shell})
