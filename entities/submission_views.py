"""Pages of submitted files: hand in, follow, preview, decide, confirm, take the rest back."""

from collections.abc import Iterable

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.core.paginator import Paginator
from django.http import (
    FileResponse,
    Http404,
    HttpRequest,
    HttpResponse,
    HttpResponseBase,
)
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.http import urlencode
from django.utils.translation import gettext as _, ngettext
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from credit_platform.common.errors import DomainError, InvalidInput, Missing, WrongState
from credit_platform.common.spreadsheets import csv_response
from credit_platform.ui.formats import number as grouped
from entities import lists, looks, policies, submission_selectors as selectors, two_persons
from entities.downloads import rest_response
from entities.forms import AgreeForm, KeepForm
from entities.intake import explaining, formats, mapping, returning, templates
from entities.intake.layout import Layout
from entities.intake.matching import Question
from entities.intake.sentences import for_reader
from entities.models import Submission, SubmissionRow
from entities.services import column_mappings, submissions, taking_back
from entities.submission_forms import (
    ColumnsForm,
    ListFilter,
    MappingForm,
    RowDecisionForm,
    RowDoubtForm,
    TakeBackForm,
    UploadForm,
)

ROWS = 25
State = Submission.State
AnswerForm = RowDecisionForm | RowDoubtForm


@login_required
@require_safe
def submission_list(request: HttpRequest) -> HttpResponse:
    """The files of one's bodies, and the templates of what they may send."""
    found = lists.submissions(request.user, request.GET)
    page = Paginator(found, ROWS).get_page(request.GET.get("page"))
    context = {
        "filters": ListFilter(request.GET),
        "page": page,
        "rows": [{"submission": one, "format": selectors.format_of(one)} for one in page],
        "may_upload": selectors.may_upload(request.user),
    }
    return render(request, "entities/submissions/list.html", context)


@login_required
@require_http_methods(["GET", "HEAD", "POST"])
def submission_new(request: HttpRequest) -> HttpResponse:
    """Hand in a file. The answer is the page of the file, which is being checked by then."""
    bodies = [body for body in selectors.bodies_that_send(request.user) if formats.formats_for(body)]
    if not bodies:
        raise Missing
    if request.method != "POST":
        form = UploadForm(bodies=bodies, chosen=request.GET.get("kind", ""))
        return _upload_page(request, form, bodies)
    form = UploadForm(request.POST, request.FILES, bodies=bodies)
    if form.is_valid():
        body, code = form.cleaned_data["kind"]
        try:
            submission = submissions.upload_submission(
                by=request.user, body=body, format_code=code, upload=form.cleaned_data["file"]
            )
        except InvalidInput as refused:
            for name, sentences in refused.problems.items():
                form.add_error("kind" if name == "format" else "file", sentences)
        else:
            return redirect("entities:submission-detail", submission_id=submission.pk)
    return _upload_page(request, form, bodies, status=422)


def _upload_page(request: HttpRequest, form: UploadForm, bodies, status: int = 200) -> HttpResponse:
    offered = {fmt.code: fmt for body in bodies for fmt in formats.formats_for(body)}
    remembered: dict[str, list] = {}
    for one in selectors.mappings_of(request.user):
        remembered.setdefault(one.format_code, []).append(one)
    context = {
        "form": form,
        "formats": [
            {
                "format": fmt,
                "mappings": remembered.get(code, ()),
                "needs_two": two_persons.type_needs_two(fmt.record_type),
            }
            for code, fmt in offered.items()
        ],
    }
    return render(request, "entities/submissions/new.html", context, status=status)


@login_required
@require_safe
def submission_template(
    request: HttpRequest, format_code: str, kind: str = returning.CSV
) -> HttpResponseBase:
    """An empty file of a format, with one invented row."""
    fmt = formats.get(format_code)
    if not any(fmt.is_open_to(body) for body in selectors.bodies_that_send(request.user)):
        raise Missing
    if kind == returning.XLSX:
        return FileResponse(templates.as_xlsx(fmt), as_attachment=True, filename=f"{fmt.code}.xlsx")
    head, *rows = templates.template_lines(fmt)
    return csv_response(f"{fmt.code}.csv", head, rows)


@login_required
@require_safe
def submission_format(request: HttpRequest, format_code: str) -> HttpResponse:
    """What stands in the columns of a format, and all that is checked in its files."""
    fmt = formats.get(format_code)
    if not any(fmt.is_open_to(body) for body in selectors.bodies_with_files(request.user)):
        raise Missing
    context = {
        "format": fmt,
        "explained": explaining.explained(fmt),
        "may_upload": any(fmt.is_open_to(body) for body in selectors.bodies_that_send(request.user)),
    }
    return render(request, "entities/submissions/format.html", context)


@login_required
@require_safe
def submission_detail(request: HttpRequest, submission_id: int) -> HttpResponse:
    """A file as it stands: at work, waiting for its confirmation, saved, refused or cancelled."""
    submission = selectors.submission_for_page(user=request.user, submission_id=submission_id)
    return _page_of(request, submission)


def _page_of(
    request: HttpRequest, submission: Submission, *, form: AnswerForm | None = None, row: SubmissionRow | None = None,
    status: int = 200,
) -> HttpResponse:  # fmt: skip
    fmt = selectors.format_of(submission)
    context = {
        "submission": submission,
        "format": fmt,
        "progress": selectors.progress_of(submission),
        "problem": for_reader(submission.problem),
        "notes": [for_reader(note) for note in submission.notes],
        "may_decide": bool(policies.may_enter_records(request.user, submission.body)),
    }
    context |= _two_persons(request.user, submission)
    match submission.state:
        case State.READY:
            context |= _preview(request, submission, form, row)
            return render(request, "entities/submissions/preview.html", context, status=status)
        case State.DONE | State.TAKEN_BACK:
            context |= _result(request, submission)
            return render(request, "entities/submissions/done.html", context)
        case _other:
            context["may_map"] = selectors.may_map_columns(request.user, submission)
            return render(request, "entities/submissions/at_work.html", context)


def _two_persons(user, submission: Submission) -> dict:
    """What of a file two persons do: who asked, and whether this user agrees or declines. As the services decide it."""
    needs_two = two_persons.file_needs_two(submission)
    asked = two_persons.asked_of_file(submission) if needs_two else None
    if asked is None:
        return {"needs_two": needs_two, "asked": None}
    return {
        "needs_two": True,
        "asked": asked,
        "may_agree": bool(two_persons.agreeing(user, submission, asked)),
        "may_decline": bool(policies.may_take_back(user, submission)),
        # What lies before a reviewer stays as it is.
        "may_decide": False,
    }


def _preview(
    request: HttpRequest, submission: Submission, form: AnswerForm | None, row: SubmissionRow | None
) -> dict:
    counts = selectors.counts_of(submission)
    view = _view(request, counts)
    column = request.GET.get("column", "")
    question = request.GET.get("question", "") if view == selectors.DECIDE else ""
    rows = selectors.rows_of_view(submission, view, column=column, question=question)
    page = Paginator(rows, ROWS).get_page(request.GET.get("page"))
    row = row or _row_to_decide(request, submission)
    listed = view in (selectors.ON_FILE, selectors.GOOD)
    return {
        "counts": counts,
        "giving_up": _giving_up(counts.saved),
        "view": view,
        "column": column,
        "question": question,
        "columns": selectors.columns_with_problems(submission, view),
        "page": page,
        "problems": []
        if listed
        else selectors.problem_lines(list(page), view, decide_url=_decide_url(request)),
        "rows": _listed(list(page.object_list), submission) if listed else [],
        "replacing": selectors.count_replacing(submission) if counts.changed else 0,
        "groups": [_group(group, submission) for group in selectors.groups_of(submission)],
        "deciding": _deciding(request, submission, row, form),
        "rest": counts.asked + counts.refused,
    }


def _view(request: HttpRequest, counts: selectors.Counts) -> str:
    """The view asked for; otherwise what needs the sender most."""
    asked = request.GET.get("view", "")
    if asked in selectors.VIEWS:
        return asked
    if counts.asked:
        return selectors.DECIDE
    if counts.refused:
        return selectors.FIX
    return selectors.LOOK if counts.warned else selectors.GOOD if counts.good else selectors.ON_FILE


def _decide_url(request: HttpRequest):
    def url(row: SubmissionRow) -> str:
        query = request.GET.copy()
        query["row"] = str(row.number)
        return f"?{query.urlencode()}#decide"

    return url


def _row_to_decide(request: HttpRequest, submission: Submission) -> SubmissionRow | None:
    number = request.GET.get("row", "")
    if number.isdecimal():
        row = submission.rows.filter(number=int(number)).exclude(question="").first()
        if row:
            return row
    return (
        submission.rows.filter(outcome=SubmissionRow.Outcome.ASKED)
        .exclude(question=Question.UNREGISTERED)
        .order_by("number")
        .first()
    )


def _listed(rows: list[SubmissionRow], submission: Submission) -> list[dict]:
    changes = selectors.changes_by(submission, rows)
    looks.note([change.record for change in changes.values()])
    listed = []
    for row in rows:
        code, name = selectors.said_of_entity(row, submission)
        listed.append({"row": row, "code": code, "name": name, "change": changes.get(row.number)})
    return listed


def _group(group: selectors.Group, submission: Submission) -> dict:
    """A question as the page puts it: what it is, how many rows, and what answers all of them."""
    words = {
        Question.CODE_OTHER_NAME: _("The code is in the registry under another name"),
        Question.ORGANISATION_CODE: _("The organisation code fits, the name is another"),
        Question.NAME: _("The name fits, there is no good code"),
        Question.NAME_OTHER_CODE: _("New code, but the name is in the registry under another"),
        Question.HEAD_OFFICE: _("Only the head office of the branch is in the registry"),
        Question.UNREGISTERED: _("Good code, not in the registry yet"),
        Question.AS_IT_STANDS: _("Two things in the row contradict each other"),
    }
    question = Question(group.question)
    answer = url = ""
    if question == Question.UNREGISTERED:
        url = reverse("entities:submission-register", args=(submission.pk,))
        answer = ngettext("Register this one", "Register all %(count)s from their rows", group.rows)
        answer %= {"count": grouped(group.rows)}
    elif question in submissions.CONFIRMED_TOGETHER and group.together:
        url = reverse("entities:submission-confirm-proposals", args=(submission.pk, question))
        answer = ngettext(
            "Confirm the one proposal", "Confirm all %(count)s single proposals", group.together
        )
        answer %= {"count": grouped(group.together)}
    return {"label": words[question], "rows": group.rows, "url": url, "answer": answer, "question": question}


def _deciding(
    request: HttpRequest, submission: Submission, row: SubmissionRow | None, form: AnswerForm | None
) -> dict | None:
    if row is None:
        return None
    code, name = selectors.said_of_entity(row, submission)
    candidates = selectors.candidates_of(row, submission)
    return {
        "row": row,
        "code": code,
        "name": name,
        "as_it_stands": row.question == Question.AS_IT_STANDS,
        "contradictions": selectors.contradictions_in(row, submission),
        "candidates": candidates,
        "may_register": row.question in (Question.UNREGISTERED, Question.NAME_OTHER_CODE),
        "form": form or _answer_form(request, row, candidates),
        "excerpt": selectors.excerpt_of(submission, row),
        "query": request.GET.urlencode(),
    }


def _result(request: HttpRequest, submission: Submission) -> dict:
    counts = selectors.counts_of(submission)
    fmt = selectors.format_of(submission)
    page = Paginator(selectors.saved_rows(submission), ROWS).get_page(request.GET.get("page"))
    records = {}
    if fmt and fmt.record_type:
        found = selectors.records_of(submission, user=request.user)
        records = {
            record.row_number: record for record in found.filter(row_number__in=[row.number for row in page])
        }
    looks.note(records.values())
    return {
        "counts": counts,
        "page": page,
        "rows": [{"row": row, "record": records.get(row.number)} for row in page],
        # A list of members names entities and nothing else.
        "titled": any(row.draft.get("title") for row in page),
        "rest": counts.asked + counts.refused,
        "may_take_back": submission.state == State.DONE
        and bool(fmt and fmt.record_type and page.paginator.count)
        and bool(policies.may_take_back(request.user, submission)),
    }


@login_required
@require_safe
def submission_job(request: HttpRequest, submission_id: int) -> HttpResponse:
    """The panel of a file in work; tells the page to load itself again once the work is over."""
    submission = selectors.submission_for_page(user=request.user, submission_id=submission_id)
    context = {"submission": submission, "progress": selectors.progress_of(submission)}
    response = render(request, "entities/submissions/_job.html", context)
    if submission.state not in Submission.IN_WORK:
        response["HX-Refresh"] = "true"
    return response


@login_required
@require_POST
def submission_confirm(request: HttpRequest, submission_id: int) -> HttpResponse:
    """Save the good rows."""
    submission = submissions.confirm_submission(by=request.user, submission_id=submission_id)
    if submission.state == State.READY:
        messages.success(request, _("It lies before a reviewer. Nothing is saved until a colleague agrees."))
    return redirect("entities:submission-detail", submission_id=submission_id)


@login_required
@require_http_methods(["GET", "HEAD", "POST"])
def submission_decline(request: HttpRequest, submission_id: int) -> HttpResponse:
    """Say no to what is asked of a file, or take back that one asked oneself."""
    submission = selectors.submission_for_page(user=request.user, submission_id=submission_id)
    policies.may_take_back(request.user, submission).require()
    asked = two_persons.asked_of_file(submission)
    if asked is None:
        raise WrongState(_("Nobody asks anything of this file."))
    form = KeepForm(request.POST if request.method == "POST" else None)
    if form.is_valid():
        submissions.decline(
            by=request.user, submission_id=submission_id, because=form.cleaned_data["because"]
        )
        messages.success(request, _("Declined; the file is as it was before."))
        return redirect("entities:submission-detail", submission_id=submission_id)
    person = {"person": asked.name, "because": asked.because}
    saving = submission.state == State.READY
    context = {
        "title": _("Give this file back unsaved?") if saving else _("Leave this file saved?"),
        "consequence": _("%(person)s put it before a reviewer. It can be changed and put before one again.")
        % person
        if saving
        else _("%(person)s asked that it be taken back: “%(because)s” Its records stay in force.") % person,
        "verb": _("Give it back") if saving else _("Leave it saved"),
        "form": form,
        "action": request.path,
        "back_url": reverse("entities:submission-detail", args=(submission_id,)),
    }
    return render(request, "ui/confirm.html", context, status=422 if form.errors else 200)


def _giving_up(saved: int) -> dict[str, str]:
    """The words that ask before a file is given up, or closed when so many of its rows are saved already."""
    if not saved:
        return {
            "offer": _("Give this file up"),
            "title": _("Give this file up?"),
            "consequence": _(
                "Nothing of it is saved, and the choices made here are lost. The file can be sent again."
            ),
            "verb": _("Give the file up"),
        }
    stays = ngettext(
        "%(count)s row of it is saved already and stays. The rest is not saved; it comes back with the reasons "
        "and can be sent again.",
        "%(count)s rows of it are saved already and stay. The rest is not saved; it comes back with the reasons "
        "and can be sent again.",
        saved,
    )
    return {
        "offer": _("Close this file"),
        "title": _("Close this file with what is saved?"),
        "consequence": stays % {"count": grouped(saved)},
        "verb": _("Close the file"),
    }


@login_required
@require_http_methods(["GET", "HEAD", "POST"])
def submission_cancel(request: HttpRequest, submission_id: int) -> HttpResponse:
    """Give a file up; asks first where there are no scripts."""
    submission = selectors.submission_for_page(user=request.user, submission_id=submission_id)
    here = reverse("entities:submission-detail", args=(submission_id,))
    if request.method == "POST":
        closed = submissions.cancel_submission(by=request.user, submission_id=submission_id)
        messages.success(
            request,
            _("The file was closed. What was saved of it before stays.")
            if closed.state == Submission.State.DONE
            else _("The file was given up. Nothing of it was saved."),
        )
        return redirect("entities:submission-list")
    policies.may_enter_records(request.user, submission.body).require()
    context = {
        **_giving_up(selectors.counts_of(submission).saved),
        "action": request.path,
        "keep": _("Keep it"),
        "back_url": here,
        "form": None,
        "danger": True,
    }
    return render(request, "ui/confirm.html", context)


@login_required
@require_POST
def submission_check_again(request: HttpRequest, submission_id: int) -> HttpResponse:
    """Check the file anew against the registry as it is now."""
    submissions.check_again(by=request.user, submission_id=submission_id)
    return redirect("entities:submission-detail", submission_id=submission_id)


@login_required
@require_POST
def submission_register(request: HttpRequest, submission_id: int) -> HttpResponse:
    """Have every entity with a good code that the registry does not have registered from its row."""
    count = submissions.register_entities_of_rows(by=request.user, submission_id=submission_id)
    messages.success(
        request,
        ngettext(
            "%(count)s row is ready; its entity will be registered when you save.",
            "%(count)s rows are ready; their entities will be registered when you save.",
            count,
        )
        % {"count": grouped(count)},
    )
    return redirect("entities:submission-detail", submission_id=submission_id)


@login_required
@require_POST
def submission_confirm_proposals(request: HttpRequest, submission_id: int, question: str) -> HttpResponse:
    """Take every single proposal of one kind."""
    count = submissions.confirm_proposals(by=request.user, submission_id=submission_id, question=question)
    messages.success(
        request,
        ngettext("%(count)s proposal was confirmed.", "%(count)s proposals were confirmed.", count)
        % {"count": grouped(count)},
    )
    return redirect("entities:submission-detail", submission_id=submission_id)


@login_required
@require_POST
def submission_decide(request: HttpRequest, submission_id: int, number: int) -> HttpResponse:
    """Say which entity a row means, or that it is right as it stands; goes on to the next row that asks."""
    submission = selectors.submission_for_page(user=request.user, submission_id=submission_id)
    row = submission.rows.filter(number=number).exclude(question="").first()
    if row is None:
        raise Http404
    form = _answer_form(request, row, selectors.candidates_of(row, submission))
    if form.is_valid():
        try:
            _decide(request.user, submission, number, form.cleaned_data)
        except DomainError as refused:
            form.add_error(None, str(refused))
        else:
            return redirect(_after_deciding(submission, row))
    return _page_of(request, submission, form=form, row=row, status=422)


def _answer_form(
    request: HttpRequest, row: SubmissionRow, candidates: Iterable[selectors.Candidate]
) -> AnswerForm:
    """What is answered about the row: filled in as it was sent, or empty."""
    typed = request.POST if request.method == "POST" else None
    if row.question == Question.AS_IT_STANDS:
        return RowDoubtForm(typed)
    return RowDecisionForm(typed, user=request.user, proposed=[one.entity.pk for one in candidates])


def _decide(user, submission: Submission, number: int, chosen: dict) -> None:
    if chosen["choice"] == RowDecisionForm.LEAVE_OUT:
        submissions.leave_row_out(by=user, submission_id=submission.pk, number=number)
    elif chosen["choice"] == RowDoubtForm.AS_IT_STANDS:
        submissions.confirm_row(by=user, submission_id=submission.pk, number=number)
    elif chosen["choice"] == RowDecisionForm.REGISTER:
        submissions.register_entity_of_row(by=user, submission_id=submission.pk, number=number)
    else:
        submissions.choose_entity(
            by=user, submission_id=submission.pk, number=number, entity_id=chosen["entity"]
        )


def _after_deciding(submission: Submission, row: SubmissionRow) -> str:
    here = reverse("entities:submission-detail", args=(submission.pk,))
    following = selectors.next_open_row(submission, row)
    if following is None:
        return here
    return f"{here}?{urlencode({'view': selectors.DECIDE, 'row': str(following.number)})}#decide"


@login_required
@require_POST
def submission_stop(request: HttpRequest, submission_id: int) -> HttpResponse:
    """Stop the saving of a file; what was saved stays until it is taken back."""
    taking_back.stop_saving(by=request.user, submission_id=submission_id)
    return redirect("entities:submission-detail", submission_id=submission_id)


@login_required
@require_http_methods(["GET", "HEAD", "POST"])
def submission_take_back(request: HttpRequest, submission_id: int) -> HttpResponse:
    """What taking a file back would do, and the reason for it; a worker does it."""
    submission = selectors.submission_for_page(user=request.user, submission_id=submission_id)
    policies.may_take_back(request.user, submission).require()
    if submission.state != State.DONE:
        raise Missing
    asked = two_persons.asked_of_file(submission)
    if asked:
        two_persons.agreeing(request.user, submission, asked).require()
    form = (AgreeForm if asked else TakeBackForm)(request.POST if request.method == "POST" else None)
    if form.is_valid():
        because = "" if asked else form.cleaned_data["because"]
        try:
            taking_back.ask_to_take_back(by=request.user, submission_id=submission_id, because=because)
        except DomainError as refused:
            form.add_error(None, str(refused))
        else:
            return redirect("entities:submission-detail", submission_id=submission_id)
    outlook = taking_back.outlook_of(submission)
    context = {
        "submission": submission,
        "form": form,
        "outlook": outlook,
        "asked": asked,
        "needs_two": two_persons.file_needs_two(submission),
        "obstacles": [for_reader(one) for one in outlook.obstacles],
    }
    return render(request, "entities/submissions/take_back.html", context, status=422 if form.errors else 200)


@login_required
@require_http_methods(["GET", "HEAD", "POST"])
def submission_columns(request: HttpRequest, submission_id: int) -> HttpResponse:
    """Say which column of a file is which; it is checked again in that way, and the next file at once."""
    submission = selectors.submission_for_page(user=request.user, submission_id=submission_id)
    policies.may_enter_records(request.user, submission.body).require()
    fmt = formats.get(submission.format_code)
    if not selectors.may_map_columns(request.user, submission):
        raise Missing
    layout = Layout(**submission.layout)
    form = ColumnsForm(
        request.POST if request.method == "POST" else None,
        fmt=fmt,
        header=submission.header,
        sample=layout.sample,
        proposed=mapping.proposal(fmt, layout),
    )
    if form.is_valid():
        try:
            column_mappings.map_columns(by=request.user, submission_id=submission_id, places=form.places())
        except InvalidInput as refused:
            for name, sentences in refused.problems.items():
                form.add_error(name or None, sentences)
        else:
            messages.success(request, _("The columns are remembered for the next file of this kind."))
            return redirect("entities:submission-detail", submission_id=submission_id)
    context = {"submission": submission, "format": fmt, "form": form, "layout": layout}
    return render(request, "entities/submissions/columns.html", context, status=422 if form.errors else 200)


@login_required
@require_http_methods(["GET", "HEAD", "POST"])
def column_mapping(request: HttpRequest, mapping_id: int) -> HttpResponse:
    """What is remembered of the columns of a body's files: change it, or forget it."""
    kept = selectors.mappings_of(request.user).filter(pk=mapping_id).first()
    if kept is None:
        raise Missing
    fmt = formats.get(kept.format_code)
    form = MappingForm(request.POST if request.method == "POST" else None, fmt=fmt, mapping=kept)
    if request.method == "POST":
        policies.may_enter_records(request.user, kept.body).require()
    if "forget" in request.POST:
        column_mappings.change_mapping(by=request.user, mapping_id=mapping_id, names={})
        messages.success(
            request, _("The columns are forgotten; the next file is read by the format's own names.")
        )
        return redirect("entities:submission-new")
    if form.is_valid():
        left = column_mappings.change_mapping(by=request.user, mapping_id=mapping_id, names=form.kept())
        messages.success(request, _("What is remembered of the columns was changed."))
        return (
            redirect("entities:column-mapping", mapping_id) if left else redirect("entities:submission-new")
        )
    context = {
        "mapping": kept,
        "format": fmt,
        "form": form,
        "may_change": bool(policies.may_enter_records(request.user, kept.body)),
    }
    return render(request, "entities/submissions/mapping.html", context, status=422 if form.errors else 200)


@login_required
@require_safe
def submission_rest(request: HttpRequest, submission_id: int) -> HttpResponseBase:
    """The rows that are not taken, in the format of the file or the one asked for, with a column of reasons."""
    submission = selectors.submission_for_page(user=request.user, submission_id=submission_id)
    return rest_response(submission, request.GET.get("as", ""))
