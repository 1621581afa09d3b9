"""The rows of each list as its address asks for them: its page and the files made of it take the same."""

from django.db.models import QuerySet
from django.http import QueryDict

from credit_platform.common.errors import Missing
from entities import policies, selectors, submission_selectors
from entities.filters import OwnRecordFilter
from entities.models import CreditRecord, EntityMove, NearDuplicate, Notice, Submission
from entities.search import Match, find_entities
from entities.services import likeness
from entities.submission_forms import ListFilter

#: What a list of records may be sorted by.
SORTS = frozenset({"decided_on", "publish_until", "document_number", "amount", "entered_at"})
MOST_MATCHES = 50


def own_records(user, params: QueryDict) -> OwnRecordFilter:
    """The records of one's own bodies; `Missing` for who acts for none."""
    if not policies.bodies_of(user):
        raise Missing
    records = selectors.own_records(user=user)
    sort = params.get("sort", "")
    if sort.removeprefix("-") in SORTS:
        # With the key behind it, so that pages neither repeat nor lose a row.
        records = records.order_by(sort, "-pk")
    return OwnRecordFilter(params, queryset=records)


def records_of_entity(user, params: QueryDict) -> QuerySet[CreditRecord]:
    """The records of the entity that `entity` names, under the tab that `tab` names; all without one."""
    entity = selectors.entity_for_page(user=user, credit_code=params.get("entity", ""))
    records = selectors.records_for_list(user=user).filter(entity=entity)
    return records.filter(selectors.TABS.get(params.get("tab", ""), selectors.TABS[selectors.ALL]))


def found_entities(user, params: QueryDict) -> list[Match]:
    """The best matches of what was typed, without the NUL that the database takes in no text."""
    query = params.get("q", "").replace("\0", "").strip()
    return find_entities(user=user, query=query, limit=MOST_MATCHES) if query else []


def submissions(user, params: QueryDict) -> QuerySet[Submission]:
    """The files of one's bodies; `Missing` for who acts for none."""
    if not policies.bodies_of(user):
        raise Missing
    found = submission_selectors.submissions_for_list(user=user)
    filters = ListFilter(params)
    state = filters.cleaned_data["state"] if filters.is_valid() else ""
    if state == ListFilter.BEFORE_A_REVIEWER:
        return found.filter(waits_for_two=True)
    return found.filter(state=state) if state else found


def notices(user, params: QueryDict) -> QuerySet[Notice]:
    """The inbox: what nobody noted yet, or all of it."""
    found = selectors.notices_for(user=user)
    return found if params.get("show") == "all" else found.filter(acknowledged_at=None)


def entity_moves(user, params: QueryDict) -> QuerySet[EntityMove]:
    """Mergings and splittings, the newest first; `Missing` for who makes none."""
    if not policies.may_move_entities(user):
        raise Missing
    return EntityMove.objects.select_related("source", "target", "proposed_by", "decided_by")


def near_duplicates(user, params: QueryDict) -> QuerySet[NearDuplicate]:
    """Pairs that may be one entity, the surest first; with `show=different` those said not to be."""
    if not policies.may_move_entities(user):
        raise Missing
    return likeness.pairs(different=shows_decided(params))


def shows_decided(params: QueryDict) -> bool:
    """Whether the pairs are asked for of which somebody has said that they are not the same."""
    return params.get("show") == "different"
