"""Pages of what grades lead to: the rules, whose inspections are due, and what follows for one entity."""

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from agencies.supervision import lists, policies, reach_lists, selectors, services
from agencies.supervision.forms import RuleForm, When
from agencies.supervision.models import SupervisionRule
from agencies.supervision.reach_lists import Show
from agencies.supervision.shipped import PROFILES, TEMPLATES, Template, template
from credit_platform.common.errors import InvalidInput, Missing
from credit_platform.ui.formats import day_long
from entities.forms import show_problems
from entities.models import Entity
from entities.policies import is_official, roles_of
from evaluation.boards.counting import marks_waiting, nothing_counted
from evaluation.lists import CountedPaginator
from evaluation.models import Scheme
from evaluation.pages import Tab

PER_PAGE = 25
#: What a new version begins with besides its day.
CONTENT = (
    "code", "kind", "scheme", "body", "name_zh", "name_en", "text_zh", "text_en", "share_least", "share_most",
    "every_months", "apart_months", "instrument", "article", "listed_as", "source", "verification",
)  # fmt: skip


@login_required
@require_safe
def due(request: HttpRequest) -> HttpResponse:
    """Whom a department inspects next, by its rules and today's grades."""
    asked = lists.asked(request.user, request.GET)
    context = {
        "asked": asked,
        "departments": [_tab(request, body, str(body), "body", body == asked.body) for body in asked.bodies],
        "schemes": [
            _tab(request, one, one.scheme.scheme.name, "scheme", one == asked.plan) for one in asked.plans
        ],
        "today": asked.today,
        "may_draw": bool(policies.may_draw(request.user, asked.body)),
    }
    if asked.plan is not None:
        found = lists.entities_listed(request.user, asked, request.GET.get("sort", ""))
        figures = lists.counts(request.user, asked)
        when = asked.form.asked("when")
        count = figures[when] if when else sum(figures[one] for one in When)
        page = CountedPaginator(found, PER_PAGE, count=count).get_page(request.GET.get("page"))
        counting = marks_waiting()
        context |= {
            "lanes": _lanes(request, figures, when),
            "figures": figures,
            "page": page,
            "rows": list(lists.rows_of(lists.with_all(request.user, asked, page), asked)),
            "filter": asked.form,
            "is_filtered": any(asked.form.cleaned_data.values()),
            "is_evaluation": asked.plan.scheme.scheme.family == Scheme.Family.EVALUATION,
            "rules": sorted(asked.plan.rules.items()),
            "counting": counting,
            "nothing_counted": counting and nothing_counted(),
        }
    return render(request, "agencies/supervision/due.html", context)


def _lanes(request: HttpRequest, figures: dict[str, int], when: str) -> list[tuple]:
    """How many are due when, each leading to its own list: label, number, address, whether it is shown, tone."""
    lanes = []
    for one in When:
        query = request.GET.copy()
        query.pop("page", None)
        query["when"] = one
        tone = "bad" if one == When.OVERDUE and figures[one] else ""
        lanes.append((one.label, figures[one], f"?{query.urlencode()}", when == one, tone))
    return lanes


def _tab(request: HttpRequest, one, label: str, name: str, current: bool) -> Tab:
    query = request.GET.copy()
    for other in ("page", "grade", "body" if name == "body" else "", "scheme"):
        query.pop(other, None)
    query[name] = one.code if name == "body" else one.scheme.scheme.code
    return Tab(label, f"?{query.urlencode()}", current)


@login_required
@require_safe
def rule_list(request: HttpRequest) -> HttpResponse:
    """The rules in force or still to come, the drafts that wait for a second person, and what can be started from."""
    today = timezone.localdate()
    rows = list(selectors.rules_for_list(user=request.user))
    approved = [one for one in rows if one.state == SupervisionRule.State.APPROVED]
    context = {
        "drafts": [one for one in rows if one.state == SupervisionRule.State.DRAFT],
        "rules": [one for one in approved if one.valid_to is None or one.valid_to >= today],
        "over": [one for one in approved if one.valid_to is not None and one.valid_to < today],
        "profiles": [
            (profile, [one for one in TEMPLATES if one.profile == profile.code]) for profile in PROFILES
        ],
        "may_write": bool(policies.may_write_rules(request.user)),
        "today": today,
    }
    return render(request, "agencies/supervision/rules.html", context)


@login_required
@require_safe
def rule(request: HttpRequest, rule_id: int) -> HttpResponse:
    """One rule in both languages, with all its versions."""
    one = selectors.rule_for(user=request.user, rule_id=rule_id)
    today = timezone.localdate()
    is_draft = one.state == SupervisionRule.State.DRAFT
    context = {
        "rule": one,
        "is_draft": is_draft,
        "in_force": one.holds_on(today),
        "versions": selectors.versions_of(user=request.user, code=one.code),
        "may_keep": bool(policies.may_keep_rule(request.user, body=one.body, kind=one.kind)),
        "may_approve": policies.may_approve(request.user, one) if is_draft else None,
        "may_end": one.holds_on(today) and one.valid_to != today,
        "today": today,
    }
    return render(request, "agencies/supervision/rule.html", context)


@login_required
@require_safe
def reach(request: HttpRequest, rule_id: int) -> HttpResponse:
    """To whom a rule applies by today's grades, and who came to it or left it since a day."""
    asked = reach_lists.asked(request.user, rule_id, request.GET)
    counts = {show: asked.listed(show).count() for show in Show}
    found = reach_lists.in_order(asked.listed(asked.show), request.GET.get("sort", ""))
    page = CountedPaginator(found, PER_PAGE, count=counts[asked.show]).get_page(request.GET.get("page"))
    context = {
        "asked": asked,
        "rule": asked.reach.rule,
        "in_force": asked.reach.rule.holds_on(timezone.localdate()),
        "tabs": [_shown(request, show, counts[show], show == asked.show) for show in Show],
        "page": page,
        "rows": list(reach_lists.rows_of(page, asked)),
        "is_evaluation": asked.reach.rule.scheme.family == Scheme.Family.EVALUATION,
    }
    return render(request, "agencies/supervision/reach.html", context)


def _shown(request: HttpRequest, show: Show, count: int, current: bool) -> Tab:
    query = request.GET.copy()
    query.pop("page", None)
    query["show"] = show
    return Tab(show.label, f"?{query.urlencode()}", current, count)


@login_required
@require_http_methods(["GET", "HEAD", "POST"])
def new(request: HttpRequest) -> HttpResponse:
    """The draft of a rule; with `?of=` that of a new version, with `?from=` one that begins with a published rule."""
    policies.may_write_rules(request.user).require()
    key, begun = request.GET.get("of", ""), template(request.GET.get("from", ""))
    earlier = selectors.rule_for(user=request.user, rule_id=int(key)) if key.isdecimal() else None
    if earlier is not None:
        policies.may_keep_rule(request.user, body=earlier.body, kind=earlier.kind).require()
    form = RuleForm(
        request.POST if request.method == "POST" else None,
        initial=_initial(earlier, begun),
        earlier=earlier,
        user=request.user,
    )
    if form.is_valid():
        try:
            one = services.draft_rule(by=request.user, draft=services.Draft(**form.cleaned_data))
        except InvalidInput as refused:
            show_problems(form, refused)
        else:
            messages.success(request, _("The draft is kept. Another person puts it in force."))
            return redirect("supervision:rule", rule_id=one.pk)
    context = {"form": form, "earlier": earlier, "begun": begun}
    return render(request, "agencies/supervision/new.html", context, status=422 if form.errors else 200)


def _initial(earlier: SupervisionRule | None, begun: Template | None) -> dict:
    initial: dict = {"valid_from": timezone.localdate()}
    if earlier is not None:
        initial |= {name: getattr(earlier, name) for name in CONTENT} | {"grades": earlier.grades}
        if earlier.state == SupervisionRule.State.DRAFT:
            initial["valid_from"] = earlier.valid_from
    elif begun is not None:
        named = ("kind", "name_zh", "name_en", "text_zh", "text_en", "verification")
        initial |= {name: getattr(begun, name) for name in named} | begun.figures
        initial |= {
            "grades": begun.grades,
            "scheme": Scheme.objects.filter(code=begun.scheme).first(),
            "source": f"{begun.basis}: {begun.source}",
        }
    return initial


@login_required
@require_POST
def approve(request: HttpRequest, rule_id: int) -> HttpResponse:
    """Put a draft in force."""
    one = services.approve_rule(by=request.user, rule_id=rule_id)
    messages.success(request, _("It is in force from %(day)s.") % {"day": day_long(one.valid_from)})
    return redirect("supervision:rule", rule_id=one.pk)


@login_required
@require_http_methods(["GET", "HEAD", "POST"])
def discard(request: HttpRequest, rule_id: int) -> HttpResponse:
    """Throw a draft away; asks first."""
    policies.may_write_rules(request.user).require()
    if request.method == "POST":
        services.discard_draft(by=request.user, rule_id=rule_id)
        messages.success(request, _("The draft is thrown away."))
        return redirect("supervision:rules")
    one = selectors.rule_for(user=request.user, rule_id=rule_id)
    return _ask(
        request,
        one,
        title=_("Throw the draft of “%(name)s” away?") % {"name": one.name},
        consequence=_("What holds today goes on to hold. Whoever wrote the draft is told."),
        verb=_("Throw the draft away"),
    )


@login_required
@require_http_methods(["GET", "HEAD", "POST"])
def end(request: HttpRequest, rule_id: int) -> HttpResponse:
    """Let a rule hold no longer; asks first."""
    policies.may_write_rules(request.user).require()
    if request.method == "POST":
        services.end_rule(by=request.user, rule_id=rule_id)
        messages.success(request, _("The rule ends today."))
        return redirect("supervision:rule", rule_id=rule_id)
    one = selectors.rule_for(user=request.user, rule_id=rule_id)
    return _ask(
        request,
        one,
        title=_("End the rule “%(name)s”?") % {"name": one.name},
        consequence=_(
            "From tomorrow nothing follows from it any longer. What was done by it stays as it was."
        ),
        verb=_("End the rule"),
    )


def _ask(request: HttpRequest, one: SupervisionRule, **said) -> HttpResponse:
    policies.may_keep_rule(request.user, body=one.body, kind=one.kind).require()
    context = {
        **said,
        "action": request.path,
        "back_url": reverse("supervision:rule", args=(one.pk,)),
        "form": None,
        "danger": True,
    }
    return render(request, "ui/confirm.html", context)


@login_required
@require_safe
def of_entity(request: HttpRequest, credit_code: str) -> HttpResponse:
    """What the grades of an entity lead to now: a fragment for htmx, a page otherwise."""
    entity = Entity.objects.visible_to(request.user).filter(credit_code=credit_code).first()
    if entity is None or not policies.may_see_what_follows(request.user):
        raise Missing
    context = {
        "entity": entity,
        "consequences": selectors.what_follows(user=request.user, entity=entity),
        "is_official": is_official(request.user),
        "shell": "base.html" if roles_of(request.user) else "base_portal.html",
    }
    name = "_of_entity" if request.htmx else "of_entity"
    return render(request, f"agencies/supervision/{name}.html", context)
