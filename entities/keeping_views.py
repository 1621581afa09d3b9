"""Pages to change what is registered of an entity, and to merge and split entities."""

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.core.paginator import Paginator
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from credit_platform.common.errors import InvalidInput, Missing, WrongState
from entities import codes, lists, looks, policies, selectors
from entities.forms import show_problems
from entities.keeping_forms import EntityForm, MergeForm, SplitForm, UndoForm
from entities.models import CreditRecord, Entity, EntityMove, NearDuplicate
from entities.services import entities, likeness, moving
from entities.services.movers import movers

Kind, State = EntityMove.Kind, EntityMove.State
ROWS = 25
PAIRS = 10
#: So many rows of one relation are offered to be split off; more are moved by merging or in turns.
MOST_OFFERED = 200


@login_required
@require_http_methods(["GET", "POST"])
def edit(request: HttpRequest, credit_code: str) -> HttpResponse:
    """Change what is registered; a page that has grown old is told so, and all that was typed is kept."""
    entity = selectors.entity_for_page(user=request.user, credit_code=credit_code)
    policies.may_edit_entity(request.user, entity).require()
    seen = entities.facts_digest(entity)
    form = EntityForm(
        request.POST if request.method == "POST" else None, instance=entity, initial={"seen": seen}
    )
    if request.method == "POST" and form.is_valid():
        try:
            entities.change_entity(
                by=request.user,
                credit_code=entity.credit_code,
                facts=form.facts(),
                because=form.cleaned_data["because"],
                seen=form.cleaned_data["seen"],
                former_number=form.former_number(),
                former_name=form.cleaned_data["former_name"],
            )
        except InvalidInput as refused:
            show_problems(form, refused)
        except WrongState as stale:
            form.add_error(None, str(stale))
        else:
            messages.success(request, _("Changed; what was registered before stands in the history."))
            return redirect("entities:entity-detail", credit_code=entity.credit_code)
    context = {
        "entity": entity,
        "form": form,
        "is_self_employed": codes.is_self_employed(entity.credit_code),
    }
    return render(request, "entities/entity_edit.html", context, status=422 if form.is_bound else 200)


# Merging and splitting


def _require_mover(request: HttpRequest) -> None:
    if not policies.may_move_entities(request.user):
        raise Missing


@login_required
@require_safe
def moves(request: HttpRequest) -> HttpResponse:
    """What waits for a colleague, and what was merged and split, newest first."""
    found = lists.entity_moves(request.user, request.GET)
    context = {
        "waiting": found.filter(state=State.PROPOSED),
        "page": Paginator(found.exclude(state=State.PROPOSED), ROWS).get_page(request.GET.get("page")),
    }
    return render(request, "entities/moves.html", context)


@login_required
@require_http_methods(["GET", "POST"])
def merge(request: HttpRequest, credit_code: str) -> HttpResponse:
    """Choose into which entity, see what would happen, put it before a colleague."""
    _require_mover(request)
    entity = selectors.entity_for_page(user=request.user, credit_code=credit_code)
    asked = request.GET.get("target") or request.GET.get("target_text")
    form = MergeForm(request.POST if request.method == "POST" else None, initial={"target": asked})
    target = Entity.objects.filter(credit_code=codes.normalise(asked or "")).first()
    if request.method == "POST" and form.is_valid():
        target = form.cleaned_data["target"]
        move = _propose(request, form, Kind.MERGE, entity, target, None)
        if move:
            return redirect("entities:move", move_id=move.pk)
    preview = None
    if target and target.pk != entity.pk:
        preview = moving.preview_move(by=request.user, source=entity, target=target)
    context = {"entity": entity, "target": target, "form": form, "preview": preview}
    return render(request, "entities/merge.html", context, status=422 if form.is_bound else 200)


@login_required
@require_http_methods(["GET", "POST"])
def split(request: HttpRequest, credit_code: str) -> HttpResponse:
    """Tick what belongs to another entity, and put it before a colleague."""
    _require_mover(request)
    entity = selectors.entity_for_page(user=request.user, credit_code=credit_code)
    offered = _offered(request, entity)
    form = SplitForm(request.POST if request.method == "POST" else None)
    if request.method == "POST" and form.is_valid():
        # Only what hangs on this entity can be chosen, whatever was sent.
        selection = {
            mover.relation: [row.pk for row in rows if str(row.pk) in request.POST.getlist(mover.relation)]
            for mover, rows in offered
        }
        move = _propose(request, form, Kind.SPLIT, entity, form.cleaned_data["target"], selection)
        if move:
            return redirect("entities:move", move_id=move.pk)
    chosen = {relation: request.POST.getlist(relation) for relation in request.POST}
    groups = [
        {
            "relation": mover.relation,
            "label": mover.label,
            "rows": [(row.pk, str(row), str(row.pk) in chosen.get(mover.relation, ())) for row in rows],
        }
        for mover, rows in offered
        if rows
    ]
    context = {"entity": entity, "form": form, "groups": groups, "most": MOST_OFFERED}
    return render(request, "entities/split.html", context, status=422 if form.is_bound else 200)


def _offered(request: HttpRequest, entity: Entity) -> list:
    """The rows that may be chosen; records that the reader may not see are not offered, and stay."""
    offered = []
    for mover in movers():
        if mover.offered:
            rows = mover.rows(entity.pk)
            if mover.model is CreditRecord:
                rows = rows.filter(pk__in=CreditRecord.objects.visible_to(request.user).values("pk"))
            found = list(rows[:MOST_OFFERED])
            if mover.model is CreditRecord:
                looks.note(found)
            offered.append((mover, found))
    return offered


def _propose(request: HttpRequest, form, kind: str, source: Entity, target: Entity, selection):
    try:
        return moving.propose_move(
            by=request.user,
            kind=kind,
            source=source,
            target=target,
            because=form.cleaned_data["because"],
            selection=selection,
        )
    except InvalidInput as refused:
        show_problems(form, refused)
    except WrongState as refused:
        form.add_error(None, str(refused))
    return None


@login_required
@require_safe
def move(request: HttpRequest, move_id: int) -> HttpResponse:
    """One merging or splitting: what it moves or moved, who did what, and what may be done now."""
    _require_mover(request)
    one = _move(move_id)
    preview = None
    if one.state == State.PROPOSED:
        selection = one.selection if one.kind == Kind.SPLIT else None
        preview = moving.preview_move(
            by=request.user, source=one.source, target=one.target, selection=selection
        )
    labels = {mover.relation: mover.label for mover in movers()}
    done = [
        (labels[step["relation"]], len(step["moved"]), len(step["aside"]))
        for step in one.journal
        if step["relation"] in labels
    ]
    context = {
        "move": one,
        "preview": preview,
        "done": done,
        "may_carry_out": one.state == State.PROPOSED and bool(policies.may_decide_move(request.user, one)),
        "is_own": one.proposed_by_id == request.user.pk,
        "undo_form": UndoForm(),
    }
    return render(request, "entities/move.html", context)


def _move(move_id: int) -> EntityMove:
    one = (
        EntityMove.objects.select_related("source", "target", "proposed_by", "decided_by", "undone_by")
        .filter(pk=move_id)
        .first()
    )
    if one is None:
        raise Missing
    return one


@login_required
@require_POST
def carry_out(request: HttpRequest, move_id: int) -> HttpResponse:
    """Do what a colleague proposed."""
    _require_mover(request)
    moving.carry_out_move(by=request.user, move_id=move_id)
    messages.success(request, _("Done. It can be undone from this page."))
    return redirect("entities:move", move_id=move_id)


@login_required
@require_POST
def drop(request: HttpRequest, move_id: int) -> HttpResponse:
    """Take a proposal back or turn it down."""
    _require_mover(request)
    moving.drop_move(by=request.user, move_id=move_id)
    messages.success(request, _("Dropped; nothing was moved."))
    return redirect("entities:move", move_id=move_id)


@login_required
@require_http_methods(["GET", "POST"])
def undo(request: HttpRequest, move_id: int) -> HttpResponse:
    """Give back what was moved; the page names the consequence and asks for the reason."""
    _require_mover(request)
    one = _move(move_id)
    form = UndoForm(request.POST if request.method == "POST" else None)
    if request.method == "POST" and form.is_valid():
        moving.undo_move(by=request.user, move_id=move_id, because=form.cleaned_data["because"])
        messages.success(request, _("Undone: everything is where it was before."))
        return redirect("entities:move", move_id=move_id)
    context = {
        "title": _("Undo it?"),
        "consequence": _(
            "What was moved from %(source)s to %(target)s goes back, and what was put aside comes back. What came to "
            "%(target)s since stays there. Both are rated anew."
        )
        % {"source": one.source, "target": one.target},
        "verb": _("Undo"),
        "form": form,
        "danger": True,
        "action": request.path,
        "back_url": reverse("entities:move", args=(one.pk,)),
    }
    return render(request, "ui/confirm.html", context, status=422 if form.is_bound else 200)


# Near-duplicates


@login_required
@require_safe
def alike(request: HttpRequest) -> HttpResponse:
    """Pairs of entities that may be one, the surest first; or those of which somebody said that they are not."""
    pairs, decided = lists.near_duplicates(request.user, request.GET), lists.shows_decided(request.GET)
    page = Paginator(pairs, PAIRS).get_page(request.GET.get("page"))
    context = {
        "page": page,
        "pairs": [(pair, [NearDuplicate.Reason(reason).label for reason in pair.reasons]) for pair in page],
        "showing_decided": decided,
        "open_count": likeness.pairs(different=False).count() if decided else page.paginator.count,
    }
    return render(request, "entities/alike.html", context)


@login_required
@require_POST
def different(request: HttpRequest, pair_id: int) -> HttpResponse:
    """Remember that two entities are not the same."""
    _require_mover(request)
    likeness.say_different(by=request.user, pair_id=pair_id)
    messages.success(request, _("Noted: they are not the same, and are not offered again."))
    return redirect("entities:alike")


@login_required
@require_POST
def ask_again(request: HttpRequest, pair_id: int) -> HttpResponse:
    """Take back that two entities are not the same."""
    _require_mover(request)
    likeness.ask_again(by=request.user, pair_id=pair_id)
    messages.success(request, _("The pair is offered again."))
    return redirect("entities:alike")
