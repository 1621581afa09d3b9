"""The page of one record, and what may be done there."""

from collections.abc import Callable

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from credit_platform.common.bilingual import in_readers_language
from credit_platform.common.errors import InvalidInput, WrongState
from entities import panels, policies, selectors, tables, two_persons, withdrawing
from entities.catalogue.sector_rules import SECTOR_TYPES
from entities.drafts import content_digest
from entities.forms import AgreeForm, CorrectionForm, KeepForm, NoteForm, ReasonForm, show_problems
from entities.models import CreditRecord
from entities.penalty_kinds import PenaltyKind
from entities.publicity import dates_by_system, repair_outlook, rule_book
from entities.retention.dates import five_dates
from entities.services import records
from entities.views import shell_for

Status = CreditRecord.Status
#: Acts by which a record goes; who is offered one of them is not told why they may not.
GOING = {"withdraw", "ask-withdrawal", "agree-withdrawal"}


@login_required
@require_safe
def detail(request: HttpRequest, record_id: int) -> HttpResponse:
    """All that the registry holds about one record, and what this reader may do with it."""
    record = selectors.record_for_page(user=request.user, record_id=record_id)
    today, book = timezone.localdate(), rule_book()
    context = {
        "record": record,
        "state": tables.state_chip(record),
        "level": tables.LEVELS.get(record.severity_class),
        "kinds": [PenaltyKind(kind).label for kind in record.penalty_kinds],
        "details": details_of(record),
        "dates": dates_by_system(record, today, book),
        "five_dates": five_dates(record),
        # Tax and customs repair by rules of their own, which the panel of repair tells.
        "outlook": None if record.record_type.code in SECTOR_TYPES else repair_outlook(record, today, book),
        "versions": selectors.versions_of(user=request.user, record=record),
        "history": tables.timeline(selectors.deeds_about(user=request.user, record=record)),
        "panels": panels.panels_for(request.user, panels.RECORD),
        "is_public": selectors.is_shown_on(record, today),
        "seen": content_digest(record),
        "review_note": record.review_note
        if record.submitted_by_id in policies.bodies_of(request.user)
        else "",
        "acts": (acts := acts_open_to(request.user, record)),
        "asked": _asked_and_shown(request.user, record),
        "why_not_withdraw": "" if acts & GOING else _why_not_withdraw(request.user, record),
        "edit_url": panels.edit_url(request.user, record) if record.status in records.EDITABLE else "",
        "reason_form": ReasonForm(),
        "note_form": NoteForm(),
        "withdraw_consequence": withdraw_consequence(record) if "withdraw" in acts else "",
        "search_url": reverse("entities:search"),
        "shell": shell_for(request.user),
    }
    return render(request, "entities/record_detail.html", context)


def details_of(record: CreditRecord) -> list[tuple[str, str]]:
    """The type's extra fields by their names in the catalogue, with the words for coded values."""
    shown = []
    for extra in record.type_version.extra_fields:
        value = record.details.get(extra["name"], "")
        if value:
            words = {
                choice["code"]: in_readers_language(choice.get("label_zh", ""), choice.get("label_en", ""))
                for choice in extra.get("choices", ())
            }
            label = in_readers_language(extra.get("label_zh", ""), extra.get("label_en", ""))
            shown.append((label, words.get(value, value)))
    return shown


def acts_open_to(user, record: CreditRecord) -> frozenset[str]:
    """What the page offers: the policies and states that the services enforce."""
    acts = set()
    if record.status in records.EDITABLE and policies.may_edit_draft(user, record):
        acts |= {"send", "discard"}
    if record.status == Status.WAITING and policies.may_review(user, record, authors=_authors(record)):
        acts |= {"approve", "return"}
    if record.status == Status.PUBLISHED:
        if policies.may_correct(user, record):
            acts.add("correct")
        if policies.may_withdraw(user, record):
            acts |= _ways_to_withdraw(user, record)
    return frozenset(acts)


def _ways_to_withdraw(user, record: CreditRecord) -> set[str]:
    """How one of the body has the record withdrawn: at once, or the one asks and another agrees or declines."""
    if not two_persons.needs_two(record):
        return {"withdraw"} if withdrawing.may_withdraw(user, record) else set()
    asked = two_persons.asked_for(record)
    if asked is None:
        return {"ask-withdrawal"} if withdrawing.may_ask(user, record) else set()
    agrees = policies.may_agree_to_withdrawal(user, record, asked_by=asked.person)
    agrees = agrees and withdrawing.may_withdraw(user, record)
    return {"keep", "agree-withdrawal"} if agrees else {"keep"}


def _asked_and_shown(user, record: CreditRecord) -> two_persons.Asked | None:
    """Who asked that the record be withdrawn, for those of its body."""
    if record.status != Status.PUBLISHED or not policies.may_withdraw(user, record):
        return None
    return two_persons.asked_for(record)


def _authors(record: CreditRecord) -> frozenset[int]:
    return records.authors_of([record])[record.pk]


@login_required
@require_POST
def send(request: HttpRequest, record_id: int) -> HttpResponse:
    """Put a draft before a colleague."""
    selectors.record_for_page(user=request.user, record_id=record_id)
    records.send_to_review(by=request.user, record_id=record_id)
    messages.success(request, _("Sent to review."))
    return redirect("entities:record-detail", record_id=record_id)


@login_required
@require_POST
def approve(request: HttpRequest, record_id: int) -> HttpResponse:
    """Let a record into the registry."""
    selectors.record_for_page(user=request.user, record_id=record_id)
    record = records.approve_record(by=request.user, record_id=record_id, seen=request.POST.get("seen"))
    if record.status == Status.EXPIRED:
        messages.warning(request, _("Approved, but the time in which it could be public was already over."))
    else:
        messages.success(request, _("Approved: it is in the registry."))
    return redirect("entities:record-detail", record_id=record_id)


@login_required
@require_http_methods(["GET", "POST"])
def give_back(request: HttpRequest, record_id: int) -> HttpResponse:
    """Return a record to whoever entered it; the page asks what is to be changed."""
    record = selectors.record_for_page(user=request.user, record_id=record_id)
    policies.may_review(request.user, record, authors=_authors(record)).require()
    return _ask(
        request,
        record,
        NoteForm,
        act=lambda typed: records.return_record(by=request.user, record_id=record.pk, note=typed["note"]),
        done=_("Returned."),
        words={
            "title": _("Return “%(title)s”?") % {"title": record.title},
            "consequence": _("It goes back to %(person)s and is not published.")
            % {"person": record.entered_by},
            "verb": _("Return the record"),
        },
    )


@login_required
@require_http_methods(["GET", "POST"])
def withdraw(request: HttpRequest, record_id: int) -> HttpResponse:
    """Withdraw a record; the page names the consequence and asks for the reason."""
    record = selectors.record_for_page(user=request.user, record_id=record_id)
    policies.may_withdraw(request.user, record).require()
    if two_persons.needs_two(record):
        return _withdraw_by_two(request, record)
    withdrawing.may_withdraw(request.user, record).require()
    return _ask(
        request,
        record,
        ReasonForm,
        act=lambda typed: records.withdraw_record(
            by=request.user, record_id=record.pk, because=typed["because"]
        ),
        done=_("Withdrawn: it is no longer shown or weighed."),
        words={
            "title": _("Withdraw “%(title)s”?") % {"title": record.title},
            "consequence": withdraw_consequence(record),
            "verb": _("Withdraw the record"),
            "danger": True,
        },
    )


def _withdraw_by_two(request: HttpRequest, record: CreditRecord) -> HttpResponse:
    """Ask for it, or agree to what a colleague asked for."""
    asked = two_persons.asked_for(record)
    if asked is None:
        withdrawing.may_ask(request.user, record).require()
        return _ask(
            request,
            record,
            ReasonForm,
            act=lambda typed: records.ask_for_withdrawal(
                by=request.user, record_id=record.pk, because=typed["because"]
            ),
            done=_("Asked for: it stays in force until a reviewer agrees."),
            words={
                "title": _("Ask that “%(title)s” be withdrawn?") % {"title": record.title},
                "consequence": _(
                    "Two persons withdraw this record. It stays in force until a reviewer of %(body)s agrees."
                )
                % {"body": record.submitted_by},
                "verb": _("Ask for the withdrawal"),
            },
        )
    policies.may_agree_to_withdrawal(request.user, record, asked_by=asked.person).require()
    withdrawing.may_withdraw(request.user, record).require()
    return _ask(
        request,
        record,
        AgreeForm,
        act=lambda _typed: records.withdraw_record(
            by=request.user, record_id=record.pk, because=asked.because
        ),
        done=_("Withdrawn: it is no longer shown or weighed."),
        words={
            "title": _("Agree that “%(title)s” be withdrawn?") % {"title": record.title},
            "consequence": _agreeing_means(record, asked),
            "verb": _("Withdraw the record"),
            "danger": True,
        },
    )


def _agreeing_means(record: CreditRecord, asked: two_persons.Asked) -> str:
    """Who asked and why, what the withdrawal means, and what it means elsewhere."""
    gone = _(
        "%(person)s asked for it: “%(because)s” %(number)s is no longer shown or weighed, for good. %(entity)s is"
        " told, with this reason, and is rated anew."
    ) % {
        "person": asked.name,
        "because": asked.because,
        "number": record.document_number,
        "entity": record.entity,
    }
    return " ".join([gone, *withdrawing.consequences(record)])


@login_required
@require_http_methods(["GET", "POST"])
def keep(request: HttpRequest, record_id: int) -> HttpResponse:
    """Decline that a record be withdrawn, or take back that one asked for it oneself."""
    record = selectors.record_for_page(user=request.user, record_id=record_id)
    policies.may_withdraw(request.user, record).require()
    asked = two_persons.asked_for(record)
    if asked is None:
        raise WrongState(_("Nobody asks that this record be withdrawn."))
    return _ask(
        request,
        record,
        KeepForm,
        act=lambda typed: records.keep_in_force(
            by=request.user, record_id=record.pk, because=typed["because"]
        ),
        done=_("It stays in force."),
        words={
            "title": _("Keep “%(title)s” in force?") % {"title": record.title},
            "consequence": _("%(person)s asked that it be withdrawn: “%(because)s”")
            % {"person": asked.name, "because": asked.because},
            "verb": _("Keep it in force"),
        },
    )


def withdraw_consequence(record: CreditRecord) -> str:
    """What the withdrawal means, and what it means elsewhere."""
    gone = _(
        "%(number)s is no longer shown or weighed, for good. %(entity)s is told, with your reason, "
        "and is rated anew."
    ) % {"number": record.document_number, "entity": record.entity}
    return " ".join([gone, *withdrawing.consequences(record)])


def _why_not_withdraw(user, record: CreditRecord) -> str:
    """What keeps somebody of its body from withdrawing a record in force; "" for others, who never could."""
    if record.status != Status.PUBLISHED or not policies.may_withdraw(user, record):
        return ""
    return withdrawing.may_withdraw(user, record).reason


@login_required
@require_http_methods(["GET", "POST"])
def discard(request: HttpRequest, record_id: int) -> HttpResponse:
    """Throw a draft away; the page asks first."""
    record = selectors.record_for_page(user=request.user, record_id=record_id)
    policies.may_edit_draft(request.user, record).require()
    if request.method == "POST":
        records.discard_draft(by=request.user, record_id=record.pk)
        messages.success(request, _("The draft is gone."))
        return redirect("entities:record-list")
    context = {
        "title": _("Discard the draft “%(title)s”?") % {"title": record.title},
        "consequence": _("What was typed is lost. Nothing has been published."),
        "verb": _("Discard the draft"),
        "danger": True,
        "action": request.path,
        "back_url": reverse("entities:record-detail", args=(record.pk,)),
    }
    return render(request, "ui/confirm.html", context)


@login_required
@require_http_methods(["GET", "POST"])
def correct(request: HttpRequest, record_id: int) -> HttpResponse:
    """Correct a record in force; the newer one goes to a reviewer, and all that was typed is kept."""
    record = selectors.record_for_page(user=request.user, record_id=record_id)
    policies.may_correct(request.user, record).require()
    form = CorrectionForm(request.POST if request.method == "POST" else None, record=record)
    if request.method == "POST" and form.is_valid():
        try:
            newer = records.correct_record(
                by=request.user, record_id=record.pk, draft=form.draft(), because=form.cleaned_data["because"]
            )
        except InvalidInput as refused:
            show_problems(form, refused)
        else:
            messages.success(
                request, _("Sent to review. The record in force stays until a colleague approves it.")
            )
            return redirect("entities:record-detail", record_id=newer.pk)
    status = 422 if form.is_bound else 200
    return render(request, "entities/record_correct.html", {"record": record, "form": form}, status=status)


def _ask(
    request: HttpRequest,
    record: CreditRecord,
    form_class: type[ReasonForm | NoteForm | KeepForm | AgreeForm],
    *,
    act: Callable[[dict], object],
    done: str,
    words: dict,
) -> HttpResponse:
    """The page behind a confirm dialog: shown on GET, carried out on POST, shown again with what is missing."""
    back_url = reverse("entities:record-detail", args=(record.pk,))
    form = form_class(request.POST if request.method == "POST" else None)
    if request.method == "POST" and form.is_valid():
        try:
            act(form.cleaned_data)
        except InvalidInput as refused:
            show_problems(form, refused)
        else:
            messages.success(request, done)
            return redirect(back_url)
    context = {**words, "form": form, "action": request.path, "back_url": back_url}
    return render(request, "ui/confirm.html", context, status=422 if form.is_bound else 200)
