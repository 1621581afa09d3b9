"""Pages of joint filings: parse, call, render."""

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from credit_platform.common.errors import InvalidInput, Missing, WrongState
from credit_platform.ui.formats import chinese
from entities.policies import may_act_for_entity
from repair import selectors as cases, services as case_services
from repair.before_filing import prospects_of
from repair.joint import selectors, services
from repair.joint.forms import JointDraftForm, form_of
from repair.joint.letters import Commitment
from repair.keeping import KEEP, kept, not_kept
from repair.models import Case, CaseDocument, JointFiling
from repair.policies import works_on_cases


@login_required
@require_http_methods(["GET", "POST"])
def new(request: HttpRequest) -> HttpResponse:
    """Choose several records that can be repaired, or objected to, today, and begin to write what is filed about them."""
    kind = request.POST.get("kind") or request.GET.get("kind") or Case.Kind.REPAIR
    if kind not in dict(JointFiling.KINDS):
        raise Missing
    chosen = [int(one) for one in request.POST.getlist("record") if one.isdecimal()]
    problems: list[str] = []
    if request.method == "POST":
        try:
            filing = services.begin_filing(by=request.user, record_ids=chosen, kind=kind)
            return redirect("joint:detail", number=filing.number)
        except InvalidInput as refusal:
            problems = [str(sentence) for sentence in refusal.problems["records"]]
    wished = [int(one) for one in request.GET.getlist("record") if one.isdecimal()]
    context = {
        "kind": kind,
        "choices": selectors.choices_among(prospects_of(user=request.user), kind),
        "chosen": set(chosen or wished),
        "problems": problems,
    }
    return render(request, "repair/joint/new.html", context, status=422 if problems else 200)


@login_required
@require_GET
def detail(request: HttpRequest, number: str) -> HttpResponse:
    """A joint filing with each of its cases; while it is a draft, the form in which it is written."""
    filing = selectors.filing_for(user=request.user, number=number)
    if filing.submitted_at is None:
        may_act_for_entity(request.user, filing.entity).require()
        return _show_draft(request, filing)
    page = selectors.joint_page(user=request.user, number=number)
    shell = "base_portal.html" if page.is_applicant or not works_on_cases(request.user) else "base.html"
    return render(request, "repair/joint/detail.html", {"shell": shell, "page": page, "filing": page.filing})


def _show_draft(
    request: HttpRequest,
    filing: JointFiling,
    *,
    form: JointDraftForm | None = None,
    problem: str = "",
    status: int = 200,
) -> HttpResponse:
    page = selectors.draft_page(user=request.user, number=filing.number)
    if form is None:
        kept = page.filing
        form = form_of(page)(
            page=page,
            initial={"statement": kept.statement, "ground": kept.ground, "version": kept.version},
        )
    else:
        form.page = page  # With the papers that were kept meanwhile.
    context = {
        "page": page,
        "filing": page.filing,
        "form": form,
        "problem": problem,
        "shared": _files(page.shared),
        "parts": [(part, words, files, _files(part.proofs)) for part, words, files in form.parts],
        "letters": [_letter(commitment) for commitment in page.commitments],
        "training": page.training,
        "papers": [
            file
            | {
                "kind": file["paper"].kind,
                "url": reverse("repair:case-document", args=(file["paper"].case.number, file["key"])),
            }
            for file in _files(page.certificates)
        ],
    }
    template = "repair/joint/objection_draft.html" if filing.is_objection else "repair/joint/draft.html"
    return render(request, template, context, status=status)


def _files(papers: list[CaseDocument]) -> list[dict]:
    return [
        {
            "paper": paper,
            "key": paper.document_id,
            "name": paper.document.name,
            "note": cases.file_note(paper),
        }
        for paper in papers
    ]


def _letter(commitment: Commitment) -> dict:
    """A letter to be signed, in the reader's language first."""
    own = "zh-hans" if chinese() else "en"
    texts = []
    for language in sorted(case_services.LETTER_LANGUAGES, key=lambda code: code != own):
        title, _blank, text = commitment.in_language(language).partition("\n")
        texts.append({"language": language, "title": title, "text": text.strip()})
    return {"about": commitment, "texts": texts}


@login_required
@require_POST
def draft(request: HttpRequest, number: str) -> HttpResponse:
    """Keep what was typed, take in the files, and file everything when that button was pressed.

    Whatever is wrong, what was typed stays on the page and the good files stay in the draft; filing is all or none.
    """
    filing = selectors.filing_for(user=request.user, number=number)
    may_act_for_entity(request.user, filing.entity).require()
    wish = request.POST.get("do", "save")
    if filing.submitted_at is not None:
        is_filed = _("The application is filed; it can no longer be changed. You may withdraw it.")
        if wish == KEEP:
            return not_kept(request, is_filed)
        if wish != "submit":
            messages.warning(request, is_filed)
        return redirect("joint:detail", number=number)
    page = selectors.draft_page(user=request.user, number=number)
    form = form_of(page)(request.POST, request.FILES, page=page)
    if wish == KEEP:
        return kept(request, form, lambda: _keep(request.user, filing, form))
    if not form.is_valid():
        return _show_draft(request, filing, form=form, status=422)
    try:
        filing = _keep(request.user, filing, form)
    except WrongState as refusal:
        typed = request.POST.copy()
        typed["version"] = str(selectors.filing_for(user=request.user, number=number).version)
        form = form_of(page)(typed, page=page)
        return _show_draft(request, filing, form=form, problem=str(refusal), status=refusal.http_status)
    return _do(request, filing, form, wish)


def _keep(user, filing: JointFiling, form: JointDraftForm) -> JointFiling:
    """Save the words and the files; a file that is refused is named at its field and stops no other."""
    filing = services.save_filing(
        by=user, number=filing.number, said=form.said, version=form.cleaned_data["version"]
    )
    for only, upload in form.uploads:
        try:
            services.add_proof(by=user, number=filing.number, upload=upload, only=only)
        except InvalidInput as refusal:
            form.take(refusal)
    return filing


def _do(request: HttpRequest, filing: JointFiling, form: JointDraftForm, wish: str) -> HttpResponse:
    """What the pressed button asks for, after all that was typed is kept."""
    number = filing.number
    if wish == "submit":
        return _file(request, filing, form)
    if form.errors:
        return _show_draft(request, filing, form=form, status=422)
    if wish.startswith("remove:"):
        services.remove_proof(by=request.user, number=number, key=wish.removeprefix("remove:"))
    elif wish.startswith("certificate:"):
        services.add_certificate(
            by=request.user, number=number, certificate=wish.removeprefix("certificate:")
        )
    elif wish.startswith("without:"):
        services.leave_out(by=request.user, number=number, case_number=wish.removeprefix("without:"))
    messages.success(request, _("The draft is saved. You may go on later, on any device."))
    return redirect("joint:detail", number=number)


def _file(request: HttpRequest, filing: JointFiling, form: JointDraftForm) -> HttpResponse:
    signed = form.signed
    try:
        if form.errors:
            # What a file lacks is known already; the rest is told with it.
            form.take(InvalidInput(services.lacking(by=request.user, number=filing.number, **signed)))
            return _show_draft(request, filing, form=form, status=422)
        services.file_filing(by=request.user, number=filing.number, version=filing.version, **signed)
    except InvalidInput as refusal:
        form.take(refusal)
        return _show_draft(request, filing, form=form, status=422)
    except WrongState as refusal:
        return _show_draft(request, filing, form=form, problem=str(refusal), status=refusal.http_status)
    messages.success(
        request,
        _("All of it is filed and every record marked. Here you follow each of them.")
        if filing.is_objection
        else _("All of it is filed. Here you follow every record."),
    )
    return redirect("joint:detail", number=filing.number)


@login_required
@require_http_methods(["GET", "POST"])
def withdraw(request: HttpRequest, number: str) -> HttpResponse:
    """Asked once more: withdraw whatever of the filing nobody has decided on."""
    filing = selectors.filing_for(user=request.user, number=number)
    may_act_for_entity(request.user, filing.entity).require()
    if request.method == "POST":
        services.withdraw_filing(
            by=request.user, number=number, note=request.POST.get("note", "").strip()[:500]
        )
        messages.success(request, _("It is withdrawn."))
        if filing.submitted_at is None:
            return redirect("repair:prospects")
        return redirect("joint:detail", number=number)
    return render(request, "repair/joint/withdraw.html", {"filing": filing})
