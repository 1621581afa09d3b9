"""Entering a record by form: choose the type, type it, see beforehand what it will do, save it or send it to review."""

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_http_methods

from agencies import policies, selectors, services
from agencies.forms import RecordForm
from agencies.origins import Named, named_in
from agencies.preview import Facts, doubts_about, preview_of
from agencies.selectors import Offer
from credit_platform.common.errors import InvalidInput, WrongState
from entities.drafts import version_on
from entities.models import CreditRecord, Entity

#: What the buttons of the form say: keep it, put it before a reviewer, the same and on to the next one.
DRAFT, SEND, NEXT = "draft", "send", "next"
#: What the next form keeps of the one before, so that a pile of decisions is typed quickly.
KEPT_FOR_THE_NEXT = ("decided_on", "authority", "legal_basis")


@login_required
@require_GET
def choose(request: HttpRequest) -> HttpResponse:
    """Which record is to be entered; straight to the form where there is only one."""
    policies.may_enter(request.user).require()
    offers = selectors.offers_for(request.user)
    if len(offers) == 1:
        return redirect(form_url(offers[0]))
    versions = selectors.versions_in_force(offers, timezone.localdate())
    return render(
        request,
        "agencies/choose.html",
        {
            "rows": [
                {"offer": offer, "version": versions.get(offer.record_type.pk), "url": form_url(offer)}
                for offer in offers
            ],
            "several_bodies": len({offer.body for offer in offers}) > 1,
        },
    )


@login_required
@require_http_methods(["GET", "POST"])
def enter(request: HttpRequest, type_code: str) -> HttpResponse:
    """Type a new record."""
    policies.may_enter(request.user).require()
    offer = selectors.offer_for(request.user, type_code, request.GET.get("body", ""))
    return _form_page(request, offer, None, origin=named_in(request.GET.get("from", "")))


@login_required
@require_http_methods(["GET", "POST"])
def edit(request: HttpRequest, type_code: str, record_id: int) -> HttpResponse:
    """Go on with a draft, or put right what a reviewer returned. What has left the clerk's hands is shown instead."""
    policies.may_enter(request.user).require()
    record = selectors.editable_record(request.user, record_id)
    offer = selectors.offer_to_finish(request.user, record)
    if record.status == CreditRecord.Status.WAITING:
        messages.info(
            request, _("This record is with a reviewer; it comes back to you if something is to be changed.")
        )
        return redirect("entities:record-detail", record_id=record.pk)
    return _form_page(request, offer, record)


@login_required
@require_GET
def preview(request: HttpRequest, type_code: str) -> HttpResponse:
    """What the half-typed form would do if it were approved today; the fragment beside the form."""
    policies.may_enter(request.user).require()
    offer = selectors.offer_for(request.user, type_code, request.GET.get("body", ""))
    frame = selectors.frame_of(request.user, offer)
    form = offer.form.form_class(request.GET, frame=frame)
    record_id = request.GET.get("record", "")
    return render(
        request,
        "agencies/_preview.html",
        _preview_context(request.user, form, without=int(record_id) if record_id.isdecimal() else None),
    )


def form_url(offer: Offer, *, name: str = "agencies:enter") -> str:
    return f"{reverse(name, args=(offer.record_type.code,))}?body={offer.body.code}"


def _form_page(
    request: HttpRequest, offer: Offer, record: CreditRecord | None, *, origin: Named | None = None
) -> HttpResponse:
    user, frame = request.user, selectors.frame_of(request.user, offer)
    form_class = offer.form.form_class
    status, twin = 200, None
    if request.method == "POST":
        action = request.POST.get("action", SEND)
        form = form_class(request.POST, frame=frame, sending=action in (SEND, NEXT))
        if form.is_valid():
            saved = _save(user, offer, form, record, action, origin)
            if saved:
                return _onwards(request, offer, saved, action, form)
        if form.data.get("document_number"):
            twin = selectors.under_number(offer.body, offer.record_type, form.data["document_number"])
            twin = twin if twin and (record is None or twin.pk != record.pk) else None
        status = 422
    else:
        form = form_class(frame=frame, initial=_initial(request, form_class, record))
    context = {
        "form": form,
        "offer": offer,
        "record": record,
        "twin": twin,
        "form_url": request.get_full_path(),
        "preview_url": form_url(offer, name="agencies:enter-preview"),
        "version": frame.version,
        "origin": origin.told_to(user) if origin else "",
        "other_offers": [
            other for other in selectors.offers_for(user) if other.record_type != offer.record_type
        ],
        **_preview_context(user, form, without=record.pk if record else None, saved=record),
    }
    return render(request, "agencies/enter.html", context, status=status)


def _initial(request: HttpRequest, form_class: type[RecordForm], record: CreditRecord | None) -> dict:
    if record:
        return form_class.initial_of(record)
    initial = {name: request.GET[name] for name in KEPT_FOR_THE_NEXT if name in request.GET}
    named = Entity.objects.visible_to(request.user).filter(credit_code=request.GET.get("entity", "")).first()
    return initial | ({"entity": named} if named else {})


def _save(
    user, offer: Offer, form: RecordForm, record: CreditRecord | None, action: str, origin: Named | None
) -> CreditRecord | None:
    """Save the form; None when the registry objects, with its objections put into the form."""
    try:
        return services.enter_record(
            by=user,
            body=offer.body,
            entity=form.cleaned_data["entity"],
            record_type=offer.record_type,
            draft=form.to_draft(),
            send=action in (SEND, NEXT),
            record_id=record.pk if record else None,
            origin=origin,
        )
    except InvalidInput as refusal:
        form.take_problems(refusal.problems)
    except WrongState as refusal:
        form.add_error(None, str(refusal))
    return None


def _onwards(
    request: HttpRequest, offer: Offer, record: CreditRecord, action: str, form: RecordForm
) -> HttpResponse:
    what = {"number": record.document_number, "entity": record.entity}
    if action == DRAFT:
        messages.success(request, _("Draft kept: %(number)s, %(entity)s.") % what)
        return redirect("agencies:edit", type_code=offer.record_type.code, record_id=record.pk)
    messages.success(request, _("Sent to review: %(number)s, %(entity)s.") % what)
    if action == NEXT:
        query = request.GET.copy()
        query["body"] = offer.body.code
        query.pop("entity", None)
        query.pop("from", None)
        for name in KEPT_FOR_THE_NEXT:
            if value := form.data.get(name):
                query[name] = value
        return redirect(f"{reverse('agencies:enter', args=(offer.record_type.code,))}?{query.urlencode()}")
    return redirect("agencies:desk")


def _preview_context(
    user, form: RecordForm, *, without: int | None, saved: CreditRecord | None = None
) -> dict:
    """What the form as it stands would do; only what is known of it is said."""
    record = _half_typed(form, saved)
    entity = record.entity if record.entity_id else None
    on_file = (
        tuple(selectors.on_file(user, entity, form.frame.record_type, without=without)) if entity else ()
    )
    today, known = timezone.localdate(), record.decided_on is not None and record.type_version_id is not None
    facts = Facts(
        record=record, entity=entity, on=today, calendar=selectors.calendar_for(user), on_file=on_file
    )
    return {
        "preview": preview_of(record, on=today, book=form.frame.book) if known else None,
        "doubts": doubts_about(facts) if known else [],
        "on_file": on_file,
        "entity": entity,
    }


def _half_typed(form: RecordForm, saved: CreditRecord | None) -> CreditRecord:
    """An unsaved record with whatever of the form is sound."""
    frame = form.frame
    if not form.is_bound:
        if saved:
            return saved
        values = {}
    else:
        form.is_valid()
        values = form.cleaned_data
    day = values.get("decided_on")
    record = CreditRecord(
        submitted_by=frame.body,
        record_type=frame.record_type,
        document_number=values.get("document_number", ""),
        title=form.title_of(values),
        decided_on=day,
        severity_class=values.get("severity_class", ""),
        penalty_kinds=list(values.get("penalty_kinds", ())),
        amount=values.get(form.amount_name) if form.amount_name else None,
        details={name: values[name] for name in form.extra_names if values.get(name)},
    )
    if entity := values.get("entity") or form.initial.get("entity"):
        record.entity = entity
    if day and (version := version_on(frame.versions, day)):
        record.type_version = version
    return record
