"""Measures: their list, a panel of a record's and of an entity's page, and pages for whoever notes or lifts one."""

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.core.paginator import Paginator
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_safe

from agencies.measures import lists, policies, selectors, services
from agencies.measures.forms import LiftForm, MeasureForm
from agencies.measures.models import Measure
from credit_platform.common.errors import InvalidInput, Missing
from entities import looks
from entities.forms import show_problems
from entities.models import CreditRecord, Entity, SubmittingBody
from entities.policies import ASSOCIATION, REVIEWING, bodies_of, is_lead, roles_of

RECORD = "entities:record-detail"
PER_PAGE = 25


def _shell(user) -> str:
    return "base.html" if roles_of(user) else "base_portal.html"


def _record(user, record_id: int) -> CreditRecord:
    found = CreditRecord.objects.visible_to(user).select_related("entity", "submitted_by", "record_type")
    record = found.filter(pk=record_id).first()
    if record is None:
        raise Missing
    looks.note([record])
    return record


@login_required
@require_safe
def measure_list(request: HttpRequest) -> HttpResponse:
    """What the reader's departments keep up, and what they kept up before."""
    narrowed, found = lists.measures_asked(request.user, request.GET)
    page = Paginator(found, PER_PAGE).get_page(request.GET.get("page"))
    looks.note([one.record for one in page])
    context = {
        "filter": narrowed,
        "is_filtered": any(request.GET.get(name) for name in narrowed.get_filters()),
        "page": page,
        "rows": [(one, one.stands and policies.may_lift(request.user, one)) for one in page],
        "in_force": found.standing().order_by().count(),
        "several": is_lead(request.user) or "body" in narrowed.form.fields,
    }
    return render(request, "agencies/measures/list.html", context)


@login_required
@require_safe
def of_record(request: HttpRequest, record_id: int) -> HttpResponse:
    """What stands and stood on a record: a fragment for htmx, a page otherwise."""
    record = _record(request.user, record_id)
    measures = Measure.objects.visible_to(request.user).filter(record=record).select_related("body")
    context = {
        "record": record,
        "rows": [(one, one.stands and policies.may_lift(request.user, one)) for one in measures],
        "may_note": policies.may_note(request.user, record),
        "shell": _shell(request.user),
    }
    name = "_of_record" if request.htmx else "of_record"
    return render(request, f"agencies/measures/{name}.html", context)


@login_required
@require_safe
def of_entity(request: HttpRequest, credit_code: str) -> HttpResponse:
    """What stands on the records of an entity today: a fragment for htmx, a page otherwise."""
    entity = Entity.objects.visible_to(request.user).filter(credit_code=credit_code).first()
    if entity is None:
        raise Missing
    measures = selectors.standing_for(request.user, entity)
    looks.note([one.record for one in measures])
    context = {"entity": entity, "measures": measures, "shell": _shell(request.user)}
    name = "_of_entity" if request.htmx else "of_entity"
    return render(request, f"agencies/measures/{name}.html", context)


@login_required
@require_http_methods(["GET", "HEAD", "POST"])
def new(request: HttpRequest, record_id: int) -> HttpResponse:
    """Note a measure because of a record."""
    record = _record(request.user, record_id)
    policies.may_note(request.user, record).require()
    bodies = SubmittingBody.objects.filter(pk__in=bodies_of(request.user, REVIEWING), is_active=True)
    form = MeasureForm(request.POST or None, bodies=bodies.exclude(kind=ASSOCIATION))
    if request.method == "POST" and form.is_valid():
        try:
            services.note_measure(by=request.user, record_id=record.pk, wanted=form.wanted())
        except InvalidInput as refusal:
            show_problems(form, refusal)
        else:
            messages.success(request, _("Noted, and the entity is told. It falls with the record by itself."))
            return redirect(RECORD, record.pk)
    context = {"record": record, "form": form}
    status = 422 if request.method == "POST" else 200
    return render(request, "agencies/measures/new.html", context, status=status)


@login_required
@require_http_methods(["GET", "HEAD", "POST"])
def lift(request: HttpRequest, measure_id: int) -> HttpResponse:
    """Lift a measure while its record still stands."""
    found = Measure.objects.visible_to(request.user).select_related("body", "record__entity")
    measure = found.filter(pk=measure_id).first()
    if measure is None:
        raise Missing
    policies.may_lift(request.user, measure).require()
    form = LiftForm(request.POST if request.method == "POST" else None)
    if request.method == "POST" and form.is_valid():
        services.lift_measure(by=request.user, measure_id=measure.pk, because=form.cleaned_data["because"])
        messages.success(request, _("The measure is lifted, and the entity is told."))
        return redirect(RECORD, measure.record_id)
    context = {"measure": measure, "record": measure.record, "form": form}
    status = 422 if request.method == "POST" else 200
    return render(request, "agencies/measures/lift.html", context, status=status)
