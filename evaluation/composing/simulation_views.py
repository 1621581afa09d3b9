"""Simulations: begun, watched, read, held beside each other, taken away as files."""

from decimal import Decimal

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse, StreamingHttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from credit_platform.common import exporting
from credit_platform.common.errors import Missing
from evaluation.composing import policies, selectors, services
from evaluation.composing.differences import Head, differing
from evaluation.composing.forms import PlanForm
from evaluation.composing.models import SchemeDraft, Simulation
from evaluation.composing.planned import planned
from evaluation.composing.results import LEAST_GROUP, LOOK_CLOSER, WAYS, Count, Outcome, Table
from evaluation.composing.simulating import SAMPLE
from evaluation.schemes import SchemeDocument

State = Simulation.State
MOVERS_SHOWN = 10


@login_required
@require_http_methods(["GET", "POST"])
def start(request: HttpRequest, draft_id: int) -> HttpResponse:
    """Ask how often each grade is inspected, and begin."""
    draft = selectors.draft_for_page(user=request.user, draft_id=draft_id)
    services.require_state(draft, *SchemeDraft.OPEN)
    form = PlanForm(
        request.POST if request.method == "POST" else None,
        document=SchemeDocument.model_validate(draft.document),
        base=SchemeDocument.model_validate((draft.base or draft).document),
        initial=selectors.last_plan(draft.scheme_id),
        planned=planned(draft.scheme_id, timezone.localdate()),
    )
    if request.method == "POST" and form.is_valid():
        simulation = services.start_simulation(by=request.user, draft_id=draft.pk, inspections=form.plan())
        return redirect("composing:simulation", simulation_id=simulation.pk)
    context = {"draft": draft, "form": form, "sample": SAMPLE}
    return render(
        request, "evaluation/composing/simulate.html", context, status=422 if form.is_bound else 200
    )


@login_required
@require_safe
def simulation(request: HttpRequest, simulation_id: int) -> HttpResponse:
    """What a simulation found, or how far it has come."""
    one = selectors.simulation_for_page(user=request.user, simulation_id=simulation_id)
    context = {
        "simulation": one,
        "may_keep": bool(policies.may_keep_schemes(request.user)),
        "says_the_draft": one.digest == one.draft.digest,
    }
    if one.state != State.DONE:
        context |= _job(one)
        return render(request, "evaluation/composing/at_work.html", context)
    others = selectors.simulations_for(user=request.user).filter(
        draft__scheme=one.draft.scheme_id, state=State.DONE
    )
    outcome = Outcome(one)
    tables, count = outcome.tables(), outcome.count()
    context |= _found(outcome, tables, count) | {"others": others.exclude(pk=one.pk)[:20]}
    if outcome.is_new:
        return render(
            request, "evaluation/composing/simulation_of_new.html", context | _found_of_new(outcome)
        )
    context |= _moved(outcome, tables, count) | {"lines": differing(*_documents(one))}
    return render(request, "evaluation/composing/simulation.html", context)


def _found(outcome: Outcome, tables: dict[str, Table], count: Count) -> dict:
    """Figures, pictures and tables of what was found, whatever there was before."""
    return {
        "outcome": outcome,
        "count": count,
        "tables": tables,
        "parts": [tables[f"by-{way}"] for way in WAYS],
        "months": outcome.months_chart(),
        "stability": outcome.stability(),
        "sensitivity": outcome.sensitivity_chart(),
        "load": tables.get("inspections"),
    }


def _found_of_new(outcome: Outcome) -> dict:
    """Who would get which grade under a scheme under which nobody is rated."""
    grades = outcome.grades()
    everybody = sum(grades.values()) or 1
    return {
        "lanes": [(letter, number, Decimal(number) / everybody) for letter, number in grades.items()],
        "spread": outcome.spread(),
        "spread_by": outcome.spread_by("district"),
    }


def _moved(outcome: Outcome, tables: dict[str, Table], count: Count) -> dict:
    """Who rises and who falls, where and why."""
    return {
        "kept_share": count.share(count.kept),
        "rose_share": count.share(count.rose),
        "fell_share": count.share(count.fell),
        "flow": outcome.flow(),
        "matrix": outcome.matrix(),
        "where": outcome.where_they_fall(),
        "departments": tables["by-department"],
        "fell": outcome.movers("fell")[:MOVERS_SHOWN],
        "rose": outcome.movers("rose")[:MOVERS_SHOWN],
        "look_closer": LOOK_CLOSER,
        "least_group": LEAST_GROUP,
        "marked": [
            f"{table.title}: {row[0]}"
            for table in (tables[f"by-{way}"] for way in WAYS if way != "section")
            for row in table.rows
            if row[-1]
        ],
    }


def _documents(one: Simulation):
    """The version and what was simulated beside it; names and days are not of the simulation."""
    head = Head(one.draft.name_zh, one.draft.name_en)
    return (
        (head, SchemeDocument.model_validate(one.base.document)) if one.base else None,
        (head, SchemeDocument.model_validate(one.document)),
    )


def _job(one: Simulation) -> dict:
    work = selectors.work_of(one)
    running = one.state in Simulation.AT_WORK
    started = work.progress.parts > 0
    steps = [
        {"label": _("Waiting for a worker"), "state": "done" if started else "current"},
        {"label": _("The whole city, range by range"), "state": "current" if started else "to-come"},
        {"label": _("Twelve months and sensitivity"), "state": "to-come"},
    ]
    if one.state == State.FAILED:
        steps[1]["state"] = "failed"
    return {"work": work, "running": running, "steps": steps, "job_state": one.state}


@login_required
@require_safe
def progress(request: HttpRequest, simulation_id: int) -> HttpResponse:
    """The progress alone, for the page that is open; the page itself once it is over."""
    one = selectors.simulation_for_page(user=request.user, simulation_id=simulation_id)
    if not request.htmx:
        return redirect("composing:simulation", simulation_id=one.pk)
    if one.state == State.DONE:
        response = HttpResponse()
        response["HX-Refresh"] = "true"
        return response
    return render(request, "evaluation/composing/_job.html", {"simulation": one, **_job(one)})


@login_required
@require_safe
def beside(request: HttpRequest, simulation_id: int) -> HttpResponse:
    """Two simulations of one scheme, figure by figure, and in which words their documents differ."""
    one = selectors.simulation_for_page(user=request.user, simulation_id=simulation_id)
    asked = request.GET.get("with", "")
    other = selectors.simulation_for_page(
        user=request.user, simulation_id=int(asked) if asked.isdigit() and len(asked) < 18 else one.pk
    )
    if one.state != State.DONE or other.state != State.DONE or one.draft.scheme_id != other.draft.scheme_id:
        raise Missing
    outcomes = (Outcome(other), Outcome(one))
    counts = [outcome.count() for outcome in outcomes]
    context = {
        "one": one,
        "other": other,
        "is_same": one.pk == other.pk,
        "counts": counts,
        "figures": _figures(outcomes),
        "grades": _grades(outcomes),
        "lines": differing(_documents(other)[1], _documents(one)[1]),
        "matrices": [outcome.matrix() for outcome in outcomes],
        "others": selectors.simulations_for(user=request.user).filter(
            draft__scheme=one.draft.scheme_id, state=State.DONE
        )[:20],
    }
    return render(request, "evaluation/composing/beside.html", context)


def _figures(outcomes: tuple[Outcome, Outcome]) -> list[tuple[str, int, int, int]]:
    counts = [outcome.count() for outcome in outcomes]
    names = {
        "entities": _("Entities"),
        "kept": _("Keep their grade"),
        "rose": _("Rise"),
        "fell": _("Fall"),
        "far": _("Fall two grades or more"),
        "newly": _("Newly rated"),
        "no_longer": _("No longer rated"),
    }
    return [
        (title, *(values := [getattr(count, name) for count in counts]), values[1] - values[0])
        for name, title in names.items()
    ]


def _grades(outcomes: tuple[Outcome, Outcome]) -> list[tuple[str, int, int, int]]:
    """How many have each grade under each document."""
    letters = dict.fromkeys([*outcomes[0].scales[1], *outcomes[1].scales[1], ""])
    rows = []
    for letter in letters:
        before, after = (
            sum(count for (_from, to), count in outcome.moves().items() if to == letter)
            for outcome in outcomes
        )
        rows.append((letter or _("Not rated"), before, after, after - before))
    return rows


@login_required
@require_POST
def cancel(request: HttpRequest, simulation_id: int) -> HttpResponse:
    """Stop a simulation."""
    return _do(request, simulation_id, services.cancel_simulation, _("Stopped. What is done is kept."))


@login_required
@require_POST
def resume(request: HttpRequest, simulation_id: int) -> HttpResponse:
    """Go on with a simulation."""
    return _do(request, simulation_id, services.resume_simulation, _("It goes on."))


def _do(request: HttpRequest, simulation_id: int, service, done: str) -> HttpResponse:
    selectors.simulation_for_page(user=request.user, simulation_id=simulation_id)
    service(by=request.user, simulation_id=simulation_id)
    messages.success(request, done)
    return redirect("composing:simulation", simulation_id=simulation_id)


@login_required
@require_POST
def share(request: HttpRequest, simulation_id: int) -> HttpResponse:
    """Let the officials of departments read it by its address, or no longer."""
    one = selectors.simulation_for_page(user=request.user, simulation_id=simulation_id)
    is_shared = request.POST.get("shared") == "yes"
    services.share_simulation(by=request.user, simulation_id=one.pk, is_shared=is_shared)
    messages.success(
        request,
        _("Officials of all departments may read it by its address now.")
        if is_shared
        else _("Only the lead office reads it now."),
    )
    return redirect("composing:simulation", simulation_id=one.pk)


@login_required
@require_safe
def table_file(
    request: HttpRequest, simulation_id: int, table: str, file_format: str
) -> StreamingHttpResponse:
    """A table of a simulation as a file."""
    one = selectors.simulation_for_page(user=request.user, simulation_id=simulation_id)
    if one.state != State.DONE or file_format not in exporting.Format.values:
        raise Missing
    found = Outcome(one).tables().get(table)
    if found is None:
        raise Missing
    services.note_file(
        by=request.user, simulation=one, table=table, file_format=file_format, rows=len(found.rows)
    )
    response = StreamingHttpResponse(
        exporting.written(file_format, found.exported, found.rows),
        content_type=exporting.CONTENT_TYPES[exporting.Format(file_format)],
    )
    response["Content-Disposition"] = f'attachment; filename="simulation-{one.pk}-{table}.{file_format}"'
    response["Cache-Control"] = "private, no-store"
    return response
