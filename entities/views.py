"""Pages to find an entity, to read about it, to list one's own records, and the inbox."""

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.core.paginator import Paginator
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_POST, require_safe

from entities import codes, industries, lists, looks, panels, policies, regions, selectors, tables
from entities.contacts import masked_email
from entities.models import Entity
from entities.publicity import rule_book
from entities.search import Match, find_entities
from entities.services import feedback
from entities.services.entities import entity_of_former_code

ROWS = 25
BRANCHES_SHOWN = 10


def shell_for(user) -> str:
    """The frame of the page: the dark bar for those who work here, the white one for market entities."""
    return "base.html" if policies.roles_of(user) else "base_portal.html"


def typed_query(request: HttpRequest) -> str:
    """What was typed to search for."""
    return request.GET.get("q", "").strip()


@login_required
@require_safe
def search(request: HttpRequest) -> HttpResponse:
    """Find an entity. A whole code that is here leads straight to it; anything else gives a list with reasons."""
    query = typed_query(request)
    code = codes.normalise(query)
    if selectors.entities_by_code(user=request.user, codes=[code]):
        return redirect("entities:entity-detail", credit_code=code)
    matches = [(match, why_it_fits(match)) for match in lists.found_entities(request.user, request.GET)]
    context = {
        "query": query,
        "matches": matches,
        "most": lists.MOST_MATCHES,
        "may_move": bool(policies.may_move_entities(request.user)),
        "may_check_lists": policies.is_official(request.user),
        "shell": shell_for(request.user),
    }
    return render(request, "entities/search.html", context)


@login_required
@require_GET
def lookup(request: HttpRequest) -> HttpResponse:
    """The answer of the look-up field as one types."""
    query = typed_query(request)
    found = find_entities(user=request.user, query=query) if query else []
    options = [
        {
            "value": match.entity.credit_code,
            "name": match.entity.name,
            "code": match.entity.credit_code,
            "note": " · ".join(filter(None, (match.entity.district, match.entity.get_status_display()))),
            "why": why_it_fits(match),
            "mark": "",
        }
        for match in found
    ]
    return render(request, "ui/_lookup_answer.html", {"options": options, "query": query})


def why_it_fits(match: Match) -> str:
    """Why a match stands in the list, where the name and the code beside it do not show it."""
    match match.why:
        case "former_name":
            return _("former name %(name)s") % {"name": match.matched}
        case "initials":
            return _("pinyin initials")
        case "similar":
            return _("written a little differently")
        case "identifier":
            return _("number %(number)s") % {"number": match.matched}
        case _other:
            return ""


@login_required
@require_safe
def entity_detail(request: HttpRequest, credit_code: str) -> HttpResponse:
    """One entity: what is registered, its records, and what other apps have to show about it."""
    if survivor := entity_of_former_code(codes.normalise(credit_code)):
        # Who may not open the one that it was merged into is told there that nothing is here.
        return redirect("entities:entity-detail", credit_code=survivor.credit_code)
    entity = selectors.entity_for_page(user=request.user, credit_code=credit_code)
    branches = entity.branches.order_by("status", "name_key")
    records = selectors.records_for_list(user=request.user).filter(entity=entity)
    counts = selectors.tab_counts(records)
    tab = _tab(request, counts)
    page = Paginator(records.filter(selectors.TABS[tab]), ROWS).get_page(request.GET.get("page"))
    looks.note(page)
    context = {
        "entity": entity,
        "tab": tab,
        "tabs": tables.tabs(counts, tab),
        "page": page,
        "rows": tables.rows(page, on=timezone.localdate(), book=rule_book()),
        "panels": panels.panels_for(request.user, panels.ENTITY),
        "history": tables.timeline(selectors.deeds_about_entity(user=request.user, entity=entity)),
        "branches": branches[:BRANCHES_SHOWN],
        "branch_count": branches.count(),
        "region": regions.described(entity.region_code),
        "industry": industries.described(entity.industry_code),
        "shows_address": policies.may_see_address(request.user, entity),
        "contact": _contact(request, entity),
        "may_edit": bool(policies.may_edit_entity(request.user, entity)),
        "may_move": bool(policies.may_move_entities(request.user)),
        "search_url": reverse("entities:search"),
        "shell": shell_for(request.user),
        "is_narrow": not policies.roles_of(request.user),
    }
    return render(request, "entities/entity_detail.html", context)


def _contact(request: HttpRequest, entity: Entity) -> str:
    """The registered contact as this reader may see it."""
    if not entity.contact_email or policies.may_see_contact(request.user, entity):
        return entity.contact_email
    return masked_email(entity.contact_email) if policies.is_official(request.user) else ""


def _tab(request: HttpRequest, counts: dict[str, int]) -> str:
    """The tab asked for; otherwise what is in force, or everything where nothing is."""
    asked = request.GET.get("tab")
    if asked in selectors.TABS:
        return asked
    return selectors.IN_FORCE if counts[selectors.IN_FORCE] else selectors.ALL


@login_required
@require_safe
def record_list(request: HttpRequest) -> HttpResponse:
    """The records of one's own bodies, filtered and sorted; the state of the list is its address."""
    found = lists.own_records(request.user, request.GET)
    page = Paginator(found.qs, ROWS).get_page(request.GET.get("page"))
    looks.note(page)
    context = {
        "filter": found,
        "page": page,
        "rows": tables.rows(page, on=timezone.localdate(), book=rule_book()),
    }
    return render(request, "entities/record_list.html", context)


@login_required
@require_safe
def inbox(request: HttpRequest) -> HttpResponse:
    """What the user, their bodies and their entities have to hear; unread first to be seen, or all."""
    showing_all = request.GET.get("show") == "all"
    page = Paginator(lists.notices(request.user, request.GET), ROWS).get_page(request.GET.get("page"))
    context = {
        "page": page,
        "showing_all": showing_all,
        "show_unread": not showing_all,
        "unread": selectors.unread_count(request.user),
        "held_up": selectors.held_up_mail(user=request.user),
        "shell": shell_for(request.user),
    }
    return render(request, "entities/inbox.html", context)


@login_required
@require_POST
def acknowledge(request: HttpRequest, notice_id: int) -> HttpResponse:
    """Note that a notice was read; htmx gets its row as it now stands."""
    notice = feedback.acknowledge(by=request.user, notice_id=notice_id)
    if request.htmx:
        return render(request, "entities/_notice_row.html", {"notice": notice})
    messages.success(request, _("Noted."))
    return redirect("entities:inbox")
