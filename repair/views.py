"""Pages of cases: parse, call, render."""

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.core.paginator import Paginator
from django.http import FileResponse, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from credit_platform.accounts.models import User
from credit_platform.common.errors import DomainError, InvalidInput, Missing, WrongState
from credit_platform.ui.formats import chinese
from entities.documents import file_response, in_a_frame, is_shown, shown_response, with_frames
from entities.models import Entity
from repair import (
    before_filing,
    clocks,
    lists,
    pages,
    paper_rules,
    policies,
    rules,
    sectors,
    selectors,
    services,
    training,
)
from repair.forms import DraftForm, LendForm, NeededToFile, ObjectionDraftForm, ProfileForm, StepForm
from repair.helping import services as helping
from repair.helping.selectors import help_in
from repair.joint.selectors import choices_among, siblings_of
from repair.keeping import KEEP, kept
from repair.letters.selectors import letters_of
from repair.models import Case, CaseDocument
from repair.proof.selectors import proof_of
from repair.sections.selectors import where_it_lies
from repair.texts import fill_in
from repair.wordings.selectors import wording_book
from repair.workflow import Action, move_for, name_of

PER_PAGE = 25


def _shell(user) -> str:
    """Officials work in the dark bar, applicants read in the white one."""
    return "base.html" if policies.works_on_cases(user) else "base_portal.html"


@login_required
@require_GET
def case_list(request: HttpRequest) -> HttpResponse:
    """The cases of this reader, what is overdue first."""
    found, cases = lists.cases(request.user, request.GET)
    page = Paginator(cases, PER_PAGE).get_page(request.GET.get("page"))
    context = {
        "shell": _shell(request.user),
        "works_here": policies.works_on_cases(request.user),
        "page": page,
        "rows": selectors.rows_of(page.object_list, user=request.user),
        "filter": found,
        "is_filtered": any(request.GET.get(name) for name in found.form.fields),
        "waiting": selectors.count_waiting(request.user),
        "sections": lists.section_choice(request.user, request.GET, found),
        "acts_for_entities": policies.applies_for_entities(request.user),
        "several": policies.works_on_cases(request.user) or len(policies.entities_of(request.user)) > 1,
        "today": timezone.localdate(),
    }
    return render(request, "repair/case_list.html", context)


@login_required
@require_GET
def prospects(request: HttpRequest) -> HttpResponse:
    """What the reader's entities can repair: now, from which day, or not before it ends."""
    found = before_filing.prospects_of(user=request.user)
    context = {
        "prospects": found,
        "may_ask_together": bool(choices_among(found)),
        "may_object_together": bool(choices_among(found, Case.Kind.OBJECTION)),
        "entities": _own_entities(request.user),
    }
    return render(request, "repair/prospects.html", context)


def _own_entities(user) -> list[Entity]:
    return list(Entity.objects.filter(pk__in=policies.entities_of(user)).order_by("credit_code"))


@login_required
@require_http_methods(["GET", "POST"])
def case_new(request: HttpRequest) -> HttpResponse:
    """Told beforehand whether a record can be repaired, on which conditions; then the draft begins."""
    record = (request.POST or request.GET).get("record", "")
    if not record.isdecimal():
        raise Missing
    prospect = selectors.prospect_of(user=request.user, record_id=int(record))
    if request.method == "POST":
        case = services.open_case(by=request.user, record_id=prospect.record.pk)
        return redirect("repair:case-detail", number=case.number)
    if prospect.open_case is not None:
        return redirect("repair:case-detail", number=prospect.open_case.number)
    context = {
        "prospect": prospect,
        "table": sectors.table_for(prospect.record, prospect.sector),
        "conditions": rules.CONDITIONS,
        "asked": paper_rules.shown(
            paper_rules.paper_book().asked_for(prospect.record, Case.Kind.REPAIR, timezone.localdate())
        ),
    }
    return render(request, "repair/case_new.html", context)


@login_required
@require_GET
@with_frames
def case_detail(request: HttpRequest, number: str) -> HttpResponse:
    """A case as its reader may see it; a draft is the form in which it is written."""
    return _show(request, number)


def _show(
    request: HttpRequest,
    number: str,
    *,
    tried: str = "",
    form: StepForm | None = None,
    draft_form: NeededToFile | None = None,
    lend_form: LendForm | None = None,
    problem: str = "",
    status: int = 200,
) -> HttpResponse:
    page = selectors.case_page(user=request.user, number=number)
    if page.case.state == Case.State.DRAFT and page.case.joint is not None:
        return redirect("joint:detail", number=page.case.joint.number)
    context = _what_every_case_shows(request, page) | {"problem": problem}
    if page.case.state == Case.State.DRAFT:
        return _show_draft(request, page, context, draft_form=draft_form, status=status)
    context["offers"] = pages.offers(page, tried=tried, form=form)
    context["confirmed"] = _confirmed(page)
    if policies.may_lend(request.user, page.case):
        context["lend_form"] = lend_form or LendForm(auto_id="lend_%s")
    return render(request, "repair/case_detail.html", context, status=status)


def _what_every_case_shows(request: HttpRequest, page: selectors.CasePage) -> dict:
    proof = proof_of(user=request.user, case=page.case)
    return {
        "shell": _shell(request.user) if page.side != "applicant" else "base_portal.html",
        "page": page,
        "case": page.case,
        "tracker": [*page.tracker, *([proof.node] if proof else [])],
        "papers": [_paper(paper, page.case) for paper in page.papers],
        "proof": proof,
        "help": help_in(page.case),
        **(where_it_lies(user=request.user, case=page.case) if page.internal else {}),
        "joint": siblings_of(user=request.user, case=page.case),
        "letters_of_case": letters_of(user=request.user, case=page.case, ended=proof is not None),
    }


def _show_draft(
    request: HttpRequest,
    page: selectors.CasePage,
    context: dict,
    *,
    draft_form: NeededToFile | None,
    status: int,
) -> HttpResponse:
    context |= {"form": draft_form or _draft_form(page), "signs": page.side == "applicant"}
    if page.case.kind == Case.Kind.OBJECTION:
        return render(request, "repair/objection_draft.html", context, status=status)
    context |= {
        "letters": _letters(page.case),
        "conditions": rules.CONDITIONS,
        "training": training.offered_for([page.case]),
    }
    return render(request, "repair/draft.html", context, status=status)


def _confirmed(page: selectors.CasePage) -> list[dict]:
    """The actions that ask once more before they are done."""
    return [
        {
            "action": action,
            "title": title,
            "says": says,
            "verb": name_of(action, page.case.kind) if action == Action.WITHDRAW else verb,
            "danger": danger,
        }
        for action, (title, says, verb, danger) in pages.CONFIRMED.items()
        if action in page.actions
    ]


def _paper(paper: CaseDocument, case: Case) -> dict:
    is_there = bool(paper.document.file)
    return {
        "key": paper.document.key,
        "name": paper.get_kind_display()
        if paper.kind == CaseDocument.Kind.COMMITMENT
        else paper.document.name,
        "kind": paper.kind,
        "url": reverse("repair:case-document", args=(case.number, paper.document.key)) if is_there else "",
        "note": selectors.file_note(paper),
        "sha256": paper.document.sha256,
        "shown_url": reverse("repair:case-document-shown", args=(case.number, paper.document.key))
        if is_shown(paper.document)
        else "",
        "is_picture": is_there and paper.document.content_type.startswith("image/"),
    }


def _letters(case: Case) -> list[dict]:
    """The letter to be signed, in the reader's language first."""
    own = "zh-hans" if chinese() else "en"
    letters = []
    for language in sorted(services.LETTER_LANGUAGES, key=lambda code: code != own):
        title, _blank, text = services.letter_in(case, language).partition("\n")
        letters.append({"language": language, "title": title, "text": text.strip()})
    return letters


def _draft_form(page: selectors.CasePage) -> DraftForm | ObjectionDraftForm:
    case = page.case
    return _form_of(case)(
        case=case,
        asked={paper.rule.paper for paper in page.asked_papers},
        initial={
            "ground": case.ground,
            "statement": case.statement,
            "corrected_on": case.corrected_on,
            "version": case.version,
        },
    )


def _form_of(case: Case) -> type[DraftForm | ObjectionDraftForm]:
    return ObjectionDraftForm if case.kind == Case.Kind.OBJECTION else DraftForm


def _typed_form(case: Case, *args) -> DraftForm | ObjectionDraftForm:
    return _form_of(case)(*args, case=case, asked=services.papers_asked(case))


@login_required
@require_POST
@with_frames
def draft(request: HttpRequest, number: str) -> HttpResponse:
    """Keep what was typed, take in the files, sign, and file the application when that button was pressed.

    Whatever is wrong, what was typed stays on the page and the good files stay in the draft.
    """
    case = selectors.case_for(user=request.user, number=number)
    policies.may_prepare(request.user, case).require()
    wish = request.POST.get("do", "save")
    form = _typed_form(case, request.POST, request.FILES)
    if wish == KEEP:
        return kept(request, form, lambda: _keep(request.user, case, form))
    if case.state != Case.State.DRAFT:
        return _already_filed(request, case, form, wish)
    if not form.is_valid():
        return _show(request, number, draft_form=form, status=422)
    try:
        case = _keep(request.user, case, form)
    except WrongState as refusal:
        return _changed_meanwhile(request, number, refusal)
    if wish.startswith("remove:"):
        services.remove_paper(by=request.user, number=number, key=wish.removeprefix("remove:"))
    elif wish.startswith("certificate:"):
        services.add_certificate(
            by=request.user, number=number, certificate=wish.removeprefix("certificate:")
        )
    elif wish == "submit":
        return _file(request, case, form)
    elif wish == "hand_over":
        return _hand_over(request, case, form)
    if form.errors:
        return _show(request, number, draft_form=form, status=422)
    messages.success(request, _("The draft is saved. You may go on later, on any device."))
    return redirect("repair:case-detail", number=number)


def _keep(user, case: Case, form: NeededToFile) -> Case:
    """Save the parts of the form one by one; what a part refuses is shown at its field and stops no other."""
    typed = form.cleaned_data
    case = services.save_draft(
        by=user,
        number=case.number,
        statement=typed["statement"],
        version=typed["version"],
        ground=typed.get("ground"),
        corrected_on=typed.get("corrected_on", ...),
    )
    for upload in typed["proofs"]:
        try:
            services.add_proof(by=user, number=case.number, upload=upload)
        except InvalidInput as refusal:
            form.take(refusal)
    if policies.is_applicant(user, case) and (typed.get("signature") or typed.get("agreed")):
        try:
            services.sign_commitment(
                by=user, number=case.number, name=typed["signature"], agreed=typed["agreed"]
            )
        except InvalidInput as refusal:
            form.take(refusal)
    return case


def _hand_over(request: HttpRequest, case: Case, form: NeededToFile) -> HttpResponse:
    """The association has prepared all; the entity is asked to sign."""
    try:
        helping.hand_over(by=request.user, number=case.number)
    except InvalidInput as refusal:
        form.take(refusal)
    if form.errors:
        return _show(request, case.number, draft_form=form, status=422)
    messages.success(request, _("%(entity)s is asked to read and to sign.") % {"entity": case.entity})
    return redirect("repair:case-detail", number=case.number)


def _file(request: HttpRequest, case: Case, form: NeededToFile) -> HttpResponse:
    if (
        case.kind == Case.Kind.REPAIR
        and not case.commitment_signed_at
        and policies.helps_in(request.user, case)
    ):
        form.add_error(
            None,
            _("%(entity)s has not signed yet. Hand the draft over to it, and file it afterwards.")
            % {"entity": case.entity},
        )
    if form.errors:
        # What a file or the signature lacks is known already; the rest is told with it.
        missing = services.missing_in(case)
        told = form.errors.keys() | ({"signature"} if policies.helps_in(request.user, case) else set())
        form.take(InvalidInput({field: said for field, said in missing.items() if field not in told}))
        return _show(request, case.number, draft_form=form, status=422)
    try:
        services.act_on_case(by=request.user, number=case.number, action=Action.SUBMIT, version=case.version)
    except InvalidInput as refusal:
        form.take(refusal)
        return _show(request, case.number, draft_form=form, status=422)
    messages.success(
        request,
        _("The objection is filed and the record marked. Here you can follow it.")
        if case.kind == Case.Kind.OBJECTION
        else _("The application is filed. Here you can follow it."),
    )
    return redirect("repair:case-detail", number=case.number)


def _already_filed(request: HttpRequest, case: Case, form: NeededToFile, wish: str) -> HttpResponse:
    """The second press of the button, or a page from before the filing."""
    if wish == "submit":
        return redirect("repair:case-detail", number=case.number)
    return _show(
        request,
        case.number,
        status=409,
        problem=_("The application is filed; it can no longer be changed. You may withdraw it."),
    )


def _changed_meanwhile(request: HttpRequest, number: str, refusal: WrongState) -> HttpResponse:
    """Show what was typed over the newest version, so that saving again is a decision."""
    case = selectors.case_for(user=request.user, number=number)
    typed = request.POST.copy()
    typed["version"] = str(case.version)
    return _show(
        request,
        number,
        draft_form=_typed_form(case, typed),
        problem=str(refusal),
        status=refusal.http_status,
    )


@login_required
@require_POST
@with_frames
def case_act(request: HttpRequest, number: str) -> HttpResponse:
    """Take a step in a case; answer with the case as it now stands, or with why not and all that was typed."""
    case = selectors.case_for(user=request.user, number=number)
    action = request.POST.get("action", "")
    if action.startswith("text:"):
        return _start_from_text(request, case, action.removeprefix("text:"))
    gathering = pages.gathering_of(action)
    form = (
        pages.make_form(gathering, case, wording_book(), request.POST, request.FILES)
        if gathering
        else StepForm(request.POST)
    )
    if not form.is_valid():
        return _show(request, number, tried=action, form=form, status=422)
    try:
        services.act_on_case(
            by=request.user,
            number=number,
            action=action,
            version=form.cleaned_data["version"],
            note=form.cleaned_data["note"],
            uploads=form.cleaned_data.get("proofs", ()),
            correction=getattr(form, "correction", None),
        )
    except InvalidInput as refusal:
        form.take(refusal)
        return _show(request, number, tried=action, form=form, status=refusal.http_status)
    except DomainError as refusal:
        if isinstance(refusal, Missing):
            raise
        return _show(
            request,
            number,
            tried=action,
            form=_with_newest_version(form, gathering, number, request),
            problem=str(refusal),
            status=refusal.http_status,
        )
    messages.success(request, _done(action))
    return redirect("repair:case-detail", number=number)


def _with_newest_version(form: StepForm, gathering, number: str, request: HttpRequest) -> StepForm | None:
    """The same words over the case as it stands now, for whoever has read what happened and still means them."""
    if gathering is None:
        return None
    case = selectors.case_for(user=request.user, number=number)
    initial = form.cleaned_data | {"version": case.version}
    return pages.make_form(gathering, case, wording_book(), initial=initial)


def _done(action: str) -> str:
    said = {
        Action.SUPPLY_MATERIAL: _("Sent. The clock of the department runs again."),
        Action.ASK_MATERIAL: _("Asked. The clock stands still until the applicant answers."),
        **dict.fromkeys(
            (Action.PROPOSE_CORRECT, Action.PROPOSE_END, Action.PROPOSE_DISMISS),
            _("Proposed. The supervisors who may decide are told."),
        ),
        Action.UPHOLD: _("Upheld and carried out; the mark is lifted and everyone concerned is told."),
        Action.DISMISS: _(
            "Dismissed. The mark is lifted; the applicant reads the reasons and what can be done."
        ),
        Action.REMOVE: _("Removed. Everyone concerned is told, and those who follow the entity too."),
        Action.KEEP: _("Left as it is. The applicant reads the reasons and what can be done."),
        Action.REMIT: _("Upheld. The department corrects the record; both sides are told."),
        **dict.fromkeys(
            (Action.PROPOSE_REMOVE, Action.PROPOSE_KEEP),
            _("Proposed. The supervisors who may decide are told."),
        ),
        Action.PROPOSE_GRANT: _("Proposed. The supervisors who may decide are told."),
        Action.PROPOSE_REFUSE: _("Proposed. The supervisors who may decide are told."),
        Action.SEND_BACK: _("Sent back. The clerks are told."),
        Action.GRANT: _("Granted and carried out; everyone concerned is told."),
        Action.REFUSE: _("Refused. The applicant reads the reasons and what can be done."),
        Action.APPEAL: _("The appeal is with the lead office."),
        Action.UPHOLD_APPEAL: _("Upheld and carried out; everyone concerned is told."),
        Action.DISMISS_APPEAL: _("Dismissed. The applicant reads the reasons and what can be done."),
        Action.EXTEND: _("Extended. The applicant reads the reasons."),
        Action.NOTE: _("The note is written."),
        Action.OPINION: _("The opinion is kept."),
        Action.WITHDRAW: _("It is withdrawn."),
        Action.WITHDRAW_APPEAL: _("The appeal is withdrawn."),
        Action.TAKE_UP_AGAIN: _("The clock of the department runs again."),
    }
    return said[Action(action)]


def _start_from_text(request: HttpRequest, case: Case, code: str) -> HttpResponse:
    """Put the chosen text behind what was typed already, without taking a step."""
    gathering = next((one for one in pages.GATHERINGS if one.code == code), None)
    if gathering is None:
        raise Missing
    typed, wordings = request.POST.get("note", "").strip(), wording_book()
    text = fill_in(request.POST.get("text", ""), case, wordings)
    note = "\n\n".join(filter(None, [typed if typed != case.proposal_reasons else "", text])) or typed
    initial = {"note": note, "version": request.POST.get("version", case.version)}
    form = pages.make_form(gathering, case, wordings, initial=initial)
    return _show(request, case.number, tried=gathering.actions[0], form=form)


@login_required
@require_GET
def case_confirm(request: HttpRequest, number: str, action: str) -> HttpResponse:
    """The question before a step that cannot be undone, for whoever has no dialogs."""
    case = selectors.case_for(user=request.user, number=number)
    if action not in pages.CONFIRMED:
        raise Missing
    move = move_for(case, action)
    move.who(request.user, case).require()
    title, says, verb, danger = pages.CONFIRMED[Action(action)]
    context = {
        "shell": _shell(request.user)
        if case.entity_id not in policies.entities_of(request.user)
        else "base_portal.html",
        "case": case,
        "title": title,
        "says": says,
        "verb": verb,
        "danger": danger,
        "action": action,
    }
    return render(request, "repair/confirm.html", context)


@login_required
@require_POST
@with_frames
def case_lend(request: HttpRequest, number: str) -> HttpResponse:
    """Lend the case to a person by name, or end the lending."""
    policies.may_lend(request.user, selectors.case_for(user=request.user, number=number)).require()
    form = LendForm(request.POST, auto_id="lend_%s")
    reader = User.objects.filter(username=request.POST.get("username", "").strip(), is_active=True).first()
    if form.is_valid() and reader is None:
        form.add_error("username", _("Nobody signs in by this name."))
    lending = request.POST.get("do") != "take_back"
    if form.is_valid() and lending and not (may_read := policies.may_be_lent(reader)):
        form.add_error("username", may_read.reason)
    if not form.is_valid():
        return _show(request, number, lend_form=form, status=422)
    if lending:
        services.lend_case(by=request.user, number=number, reader=reader)
        messages.success(request, _("%(name)s may now read this case.") % {"name": reader})
    else:
        services.take_back_case(by=request.user, number=number, reader=reader)
        messages.success(request, _("%(name)s no longer reads this case.") % {"name": reader})
    return redirect("repair:case-detail", number=number)


@login_required
@require_GET
def document(request: HttpRequest, number: str, key) -> FileResponse:
    """A document of a case that the reader may see."""
    return file_response(selectors.paper_of(user=request.user, number=number, key=key).document)


@login_required
@require_GET
@in_a_frame
def document_shown(request: HttpRequest, number: str, key) -> FileResponse:
    """A PDF of a case that the reader may see, for the frame on the page of the case."""
    return shown_response(selectors.paper_of(user=request.user, number=number, key=key).document)


@login_required
@require_GET
def record_panel(request: HttpRequest, record_id: int) -> HttpResponse:
    """Whether and from when a record can be repaired, and the way there: a panel of its page, or a page of its own."""
    prospect, acts_for_it = selectors.prospect_for_panel(user=request.user, record_id=record_id)
    context = {
        "shell": _shell(request.user),
        "prospect": prospect,
        "acts_for_it": acts_for_it,
        "objection": selectors.open_case_of(user=request.user, record_id=record_id, kind=Case.Kind.OBJECTION),
        "may_object": rules.may_object(prospect.record),
        "may_file_basis": policies.may_file_basis(request.user, prospect.record)
        and rules.may_lose_its_basis(prospect.record),
        "basis": selectors.open_case_of(user=request.user, record_id=record_id, kind=Case.Kind.BASIS),
    }
    template = "repair/_record_panel.html" if request.htmx else "repair/record_panel.html"
    return render(request, template, context)


@login_required
@require_GET
def entity_panel(request: HttpRequest, credit_code: str) -> HttpResponse:
    """The cases about an entity that this reader may see: a panel of the entity's page, or a page of its own."""
    entity = Entity.objects.visible_to(request.user).filter(credit_code=credit_code).first()
    if entity is None:
        raise Missing
    cases = selectors.cases_of_entity(user=request.user, credit_code=credit_code)[:10]
    context = {
        "shell": _shell(request.user),
        "entity": entity,
        "rows": selectors.rows_of(cases, user=request.user),
        "acts_for_it": entity.pk in policies.entities_of(request.user),
    }
    template = "repair/_entity_panel.html" if request.htmx else "repair/entity_panel.html"
    return render(request, template, context)


@login_required
@require_http_methods(["GET", "POST"])
def clock_rules(request: HttpRequest) -> HttpResponse:
    """Which terms run in cases, on what they stand and how far that is verified; the lead office chooses the city's."""
    policies.may_read_rules(request.user).require()
    may_choose = policies.may_choose_profile(request.user)
    form, status = ProfileForm(initial={"since": timezone.localdate()}), 200
    if request.method == "POST":
        may_choose.require()
        form = ProfileForm(request.POST)
        if form.is_valid():
            try:
                clocks.choose_profile(by=request.user, **form.cleaned_data)
            except InvalidInput as refusal:
                form.take(refusal)
        if not form.errors:
            messages.success(request, _("Chosen. Clocks that started since that day are reckoned anew."))
            return redirect("repair:clock-rules")
        status = 422
    context = {
        "page": selectors.rules_page(today=timezone.localdate()),
        "form": form if may_choose else None,
    }
    return render(request, "repair/clock_rules.html", context, status=status)
