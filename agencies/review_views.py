"""The review queue: many at once, or one with all that it says and does. Nobody decides on their own entries."""

from collections.abc import Iterable
from functools import cache

from django import forms
from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.core.paginator import Paginator
from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse, QueryDict
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _, gettext_lazy, ngettext
from django.views.decorators.http import require_GET, require_POST

from agencies import policies, selectors, services
from agencies.desk import working_days_left
from agencies.penalties import WEIGHT
from agencies.preview import Facts, doubts_about, preview_of
from credit_platform.common.bilingual import in_readers_language
from credit_platform.common.errors import DomainError, InvalidInput
from credit_platform.ui.formats import listed
from entities import looks, policies as registry, selectors as registry_selectors
from entities.differences import differences_from, extra_facts, kinds_in_words
from entities.drafts import content_digest
from entities.filters import containing
from entities.models import CreditRecord
from entities.publicity import rule_book
from entities.services.records import authors_of

ROWS_ON_A_PAGE = services.MOST_AT_ONCE
MOST_NAMED = 5
TYPED = "form"
ORDERS = {
    "": (),
    "entity": ("entity__name_key", "pk"),
    "-entity": ("-entity__name_key", "-pk"),
    "decided": ("decided_on", "pk"),
    "-decided": ("-decided_on", "-pk"),
    "amount": ("amount", "pk"),
    "-amount": ("-amount", "-pk"),
}


class QueueFilter(forms.Form):
    """How the queue is narrowed. What it offers is what lies in the queue."""

    q = forms.CharField(
        label=gettext_lazy("Number, title or entity"),
        required=False,
        widget=forms.TextInput(
            attrs={"type": "search", "placeholder": gettext_lazy("Number, title or entity")}
        ),
    )
    record_type = forms.ChoiceField(label=gettext_lazy("Record type"), required=False)
    source = forms.ChoiceField(label=gettext_lazy("Where it comes from"), required=False)
    entered_by = forms.ChoiceField(label=gettext_lazy("Entered by"), required=False)

    def __init__(self, data, *, queue: QuerySet) -> None:
        super().__init__(data)
        self.queue = queue.order_by()
        # Asked only when they are drawn or something was chosen: the page of one record needs none of them.
        self.fields["record_type"].choices = cache(self._types)
        self.fields["source"].choices = cache(self._sources)
        self.fields["entered_by"].choices = cache(self._clerks)

    def _types(self) -> list[tuple]:
        names = ("record_type__code", "record_type__name_zh", "record_type__name_en")
        return _choices(_("Every type"), self.queue.values_list(*names).distinct())

    def _sources(self) -> list[tuple]:
        names = ("submission", "submission__document__name")
        files = self.queue.exclude(submission=None).values_list(*names).distinct()
        return [("", _("Typed and uploaded")), (TYPED, _("Typed by form")), *files]

    def _clerks(self) -> list[tuple]:
        names = ("entered_by", "entered_by__name_zh", "entered_by__name_en")
        return _choices(_("Entered by anybody"), self.queue.values_list(*names).distinct())

    def narrow(self, queue: QuerySet) -> QuerySet:
        """The queue as chosen; a choice that no longer lies in it is left aside."""
        self.is_valid()
        chosen = self.cleaned_data
        if text := chosen.get("q"):
            queue = containing(queue, text)
        if code := chosen.get("record_type"):
            queue = queue.filter(record_type__code=code)
        if source := chosen.get("source"):
            queue = queue.filter(submission=None if source == TYPED else source)
        if clerk := chosen.get("entered_by"):
            queue = queue.filter(entered_by=clerk)
        return queue


def _choices(everything: str, found: Iterable[tuple]) -> list[tuple]:
    named = ((key, in_readers_language(zh, en)) for key, zh, en in found)
    return [("", everything), *sorted(named, key=lambda choice: choice[1])]


@login_required
@require_GET
def queue(request: HttpRequest) -> HttpResponse:
    """What colleagues put before this reviewer, most urgent first."""
    policies.may_see_review(request.user).require()
    return _queue_page(request, request.GET)


def _queue_page(
    request: HttpRequest,
    query: QueryDict,
    *,
    chosen: Iterable[str] = (),
    note: str = "",
    problems: dict[str, list[str]] | None = None,
    status: int = 200,
) -> HttpResponse:
    user, today = request.user, timezone.localdate()
    calendar = selectors.calendar_for(user)
    everything = selectors.review_queue(user)
    chooser = QueueFilter(query, queue=everything)
    records = _ordered(chooser.narrow(everything), query)
    page = Paginator(records, ROWS_ON_A_PAGE).get_page(query.get("page"))
    looks.note(page)
    authors = authors_of(page)
    rows = [
        {
            "record": record,
            "decision": registry.may_review(user, record, authors=authors[record.pk]),
            "seen": content_digest(record),
            "days_left": _days_left(record, today, calendar),
            "level": WEIGHT.get(record.severity_class),
            "url": _record_url(record.pk, query),
            "chosen": str(record.pk) in set(chosen),
        }
        for record in page
    ]
    context = {
        "filter": chooser,
        "page": page,
        "rows": rows,
        "own": everything.filter(registry.written_by(user)).count(),
        "today": today,
        "note": note,
        "problems": problems or {},
        "act_url": _with_query(reverse("agencies:review-decide"), query),
    }
    return render(request, "agencies/review.html", context, status=status)


@login_required
@require_POST
def decide(request: HttpRequest) -> HttpResponse:
    """Approve or return what was chosen, with one note; then the queue again, with what was done and what was not."""
    policies.may_see_review(request.user).require()
    approve, note = request.POST.get("decision") == "approve", request.POST.get("note", "")
    chosen = request.POST.getlist("chosen")
    keys = {int(key) for key in chosen if key.isdecimal()}
    try:
        decided = services.decide_records(
            by=request.user,
            record_ids=keys,
            approve=approve,
            note=note,
            seen={key: request.POST[f"seen-{key}"] for key in keys if f"seen-{key}" in request.POST},
        )
    except InvalidInput as refusal:
        return _queue_page(
            request,
            request.GET,
            chosen=chosen,
            note=note,
            problems=refusal.problems,
            status=refusal.http_status,
        )
    _tell(request, decided, approve)
    return redirect(_with_query(reverse("agencies:review"), request.GET))


def _tell(request: HttpRequest, decided: services.Decided, approve: bool) -> None:
    if count := len(decided.done):
        done = (
            ngettext("%(count)d record approved.", "%(count)d records approved.", count)
            if approve
            else ngettext("%(count)d record returned.", "%(count)d records returned.", count)
        )
        messages.success(request, done % {"count": count})
    for reason, records in decided.by_reason().items():
        named = listed(record.document_number for record in records[:MOST_NAMED])
        more = len(records) - MOST_NAMED
        if more > 0:
            named += " " + ngettext("and %(count)d more", "and %(count)d more", more) % {"count": more}
        not_done = (
            _("Not approved: %(named)s. %(reason)s") if approve else _("Not returned: %(named)s. %(reason)s")
        )
        messages.warning(request, not_done % {"named": named, "reason": reason})


@login_required
@require_GET
def record(request: HttpRequest, record_id: int) -> HttpResponse:
    """One record with all it says, what approving will start, and where the reviewer is in the queue."""
    policies.may_see_review(request.user).require()
    return _record_page(request, selectors.reviewable_record(request.user, record_id))


@login_required
@require_POST
def decide_one(request: HttpRequest, record_id: int) -> HttpResponse:
    """Approve or return one record and go on to the next; or say why not, with the note kept."""
    policies.may_see_review(request.user).require()
    record = selectors.reviewable_record(request.user, record_id)
    place = selectors.place_in(filtered(request.user, request.GET), record_id)
    approve, note = request.POST.get("decision") == "approve", request.POST.get("note", "")
    try:
        services.decide_record(
            by=request.user,
            record_id=record_id,
            approve=approve,
            note=note,
            seen=request.POST.get("seen"),
        )
    except DomainError as refusal:
        record = selectors.reviewable_record(request.user, record_id)
        return _record_page(request, record, problem=refusal, note=note, status=refusal.http_status)
    done = _("Approved: %(number)s.") if approve else _("Returned: %(number)s.")
    messages.success(request, done % {"number": record.document_number})
    onwards = place and (place.next or place.previous)
    return redirect(
        _record_url(onwards, request.GET) if onwards else _with_query(reverse("agencies:review"), request.GET)
    )


def _record_page(
    request: HttpRequest,
    record: CreditRecord,
    *,
    problem: DomainError | None = None,
    note: str = "",
    status: int = 200,
) -> HttpResponse:
    user, today = request.user, timezone.localdate()
    waiting = record.status == CreditRecord.Status.WAITING
    authors = authors_of([record])[record.pk]
    place = selectors.place_in(filtered(request.user, request.GET), record.pk)
    calendar = selectors.calendar_for(user)
    on_file = tuple(selectors.on_file(user, record.entity, record.record_type, without=record.pk))
    facts = Facts(record=record, entity=record.entity, on=today, calendar=calendar, on_file=on_file)
    context = {
        "record": record,
        "waiting": waiting,
        "decision": registry.may_review(user, record, authors=authors),
        "seen": content_digest(record),
        "days_left": _days_left(record, today, calendar),
        "happened": "" if waiting else services.what_happened(record),
        "preview": preview_of(record, on=today, book=rule_book()) if waiting else None,
        "doubts": doubts_about(facts) if waiting else [],
        "on_file": on_file,
        "kinds": kinds_in_words(record),
        "extra": list(extra_facts(record)),
        "differences": differences_from(record.replaces, record) if record.replaces_id else [],
        "deeds": [
            {
                "title": _("%(who)s %(did)s") % {"who": deed.actor_name, "did": deed.sentence},
                "when": deed.at,
                "bubble": deed.note,
            }
            for deed in registry_selectors.deeds_about(user=user, record=record)
        ],
        "place": place,
        "previous_url": _record_url(place.previous, request.GET) if place and place.previous else "",
        "next_url": _record_url(place.next, request.GET) if place and place.next else "",
        "queue_url": _with_query(reverse("agencies:review"), request.GET),
        "act_url": _with_query(reverse("agencies:review-decide-one", args=(record.pk,)), request.GET),
        "problem": problem,
        "note": note,
    }
    return render(request, "agencies/review_record.html", context, status=status)


def filtered(user, params: QueryDict) -> QuerySet:
    """The queue as the address narrows and sorts it."""
    everything = selectors.review_queue(user)
    return _ordered(QueueFilter(params, queue=everything).narrow(everything), params)


def _ordered(records: QuerySet, query: QueryDict) -> QuerySet:
    order = ORDERS.get(query.get("sort", ""), ())
    return records.order_by(*order) if order else records


def _days_left(record: CreditRecord, today, calendar) -> int | None:
    due = selectors.publication_deadline(record, calendar)
    return working_days_left(due.day, today, calendar) if due else None


def _record_url(record_id: int, query: QueryDict) -> str:
    return _with_query(reverse("agencies:review-record", args=(record_id,)), query)


def _with_query(url: str, query: QueryDict) -> str:
    kept = query.copy()
    kept.pop("page", None)
    return f"{url}?{kept.urlencode()}" if kept else url
