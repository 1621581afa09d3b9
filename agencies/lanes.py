"""The lanes that every department's desk has: what is being prepared, what came back, what waits, what was uploaded."""

from collections.abc import Callable, Iterable

from django.db.models import QuerySet
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _, gettext_lazy, ngettext

from agencies import policies, selectors
from agencies.desk import MOST_ROWS, DeskRow, register_lane
from agencies.entry import entry_form
from credit_platform.ui.formats import number
from entities import looks, policies as registry, two_persons
from entities.commitments import selectors as commitments
from entities.models import CreditRecord, Submission


def register() -> None:
    """Put the lanes of this app on every desk; called when the app is ready."""
    register_lane(
        "review",
        gettext_lazy("To review"),
        count=lambda user: selectors.to_review(user).count(),
        rows=review_rows,
        order=10,
        in_the_bar=selectors.waiting_for_review,
        visible=policies.may_see_review,
    )
    register_lane(
        "withdrawals",
        gettext_lazy("To agree to"),
        count=lambda user: two_persons.to_agree(user).count() + len(two_persons.files_to_agree(user)),
        rows=rows_to_agree,
        order=15,
        # The inbox in the bar tells of each; a count of its own would cost every page a query.
        in_the_bar=lambda user: 0,
        visible=policies.may_see_review,
    )
    register_lane(
        "drafts",
        gettext_lazy("Drafts"),
        count=lambda user: selectors.drafts_of(user).count(),
        rows=draft_rows,
        order=20,
        visible=policies.may_enter,
    )
    register_lane(
        "returned",
        gettext_lazy("Returned to me"),
        count=lambda user: selectors.returned_to(user).count(),
        rows=returned_rows,
        order=30,
        visible=policies.may_enter,
    )
    register_lane(
        "uploads",
        gettext_lazy("Uploads to confirm"),
        count=lambda user: selectors.files_to_confirm(user).count(),
        rows=upload_rows,
        order=40,
        visible=policies.may_enter,
    )
    register_lane(
        "commitments",
        gettext_lazy("Commitments to check"),
        count=lambda user: commitments.to_check(user).count(),
        rows=commitment_rows,
        order=80,
        to_do=False,
        visible=policies.may_see_desk,
    )
    register_lane(
        "waiting",
        gettext_lazy("Waiting for review"),
        count=count_waiting,
        rows=waiting_rows,
        order=90,
        to_do=False,
        visible=policies.may_enter,
    )


def commitment_rows(user) -> Iterable[DeskRow]:
    for commitment in commitments.to_check(user)[:MOST_ROWS]:
        entity = commitment.entity
        yield DeskRow(
            asked=_("Check whether a commitment was kept"),
            detail=commitment.template.name,
            url=reverse("commitments:detail", args=(commitment.number,)),
            verb=_("Open"),
            due=commitment.due_on,
            name=entity.name,
            code=entity.credit_code,
            name_url=reverse("entities:entity-detail", args=(entity.credit_code,)),
            reference=commitment.number,
            since=commitment.given_on,
            kind=_("Commitment"),
        )


def draft_rows(user) -> Iterable[DeskRow]:
    return _record_rows(
        user,
        selectors.drafts_of(user),
        asked=_("Finish a draft"),
        verb=_("Continue"),
        url=edit_url,
        detail=lambda record: record.title,
    )


def returned_rows(user) -> Iterable[DeskRow]:
    return _record_rows(
        user,
        selectors.returned_to(user),
        asked=_("Correct a returned record"),
        verb=_("Correct"),
        url=edit_url,
        detail=lambda record: (
            _("%(who)s: %(note)s") % {"who": record.reviewed_by, "note": record.review_note}
        ),
    )


def review_rows(user) -> Iterable[DeskRow]:
    return _record_rows(
        user,
        selectors.to_review(user),
        asked=_("Review a record"),
        verb=_("Review"),
        url=lambda record: reverse("agencies:review-record", args=(record.pk,)),
        detail=lambda record: record.title,
    )


def rows_to_agree(user) -> Iterable[DeskRow]:
    """What a colleague asks for and a second person agrees to: files to be saved or taken back, records withdrawn."""
    yield from file_rows_to_agree(user)
    yield from withdrawal_rows(user)


def file_rows_to_agree(user) -> Iterable[DeskRow]:
    """Files of which a colleague asks that they be saved, or taken back."""
    for submission, said in two_persons.files_to_agree(user)[:MOST_ROWS]:
        saving = submission.state == Submission.State.READY
        yield DeskRow(
            asked=_("Agree that a file is saved, or give it back")
            if saving
            else _("Agree that a file is taken back, or leave it saved"),
            detail=_("asked by %(person)s") % {"person": said.name} if saving else said.because,
            url=two_persons.file_url(submission),
            verb=_("Look at it"),
            reference=submission.document.name,
            since=timezone.localdate(said.at),
            kind=_("File"),
        )


def withdrawal_rows(user) -> Iterable[DeskRow]:
    """Records of which a colleague asks that they be withdrawn."""
    asked = two_persons.to_agree(user).select_related("entity", "record_type")
    for record in asked[:MOST_ROWS]:
        yield DeskRow(
            asked=_("Agree to a withdrawal, or keep the record"),
            detail=record.because,
            url=reverse("entities:record-detail", args=(record.pk,)),
            verb=_("Look at it"),
            name=str(record.entity),
            code=record.entity.credit_code,
            name_url=reverse("entities:entity-detail", args=(record.entity.credit_code,)),
            reference=record.document_number,
            since=timezone.localdate(record.asked_at),
            kind=str(record.record_type),
        )


def waiting_rows(user) -> Iterable[DeskRow]:
    """Typed records one by one, those of a file together."""
    yield from _record_rows(
        user,
        selectors.waiting_of(user),
        asked=_("Waits for a reviewer"),
        verb=_("Open"),
        url=lambda record: reverse("entities:record-detail", args=(record.pk,)),
        detail=lambda record: record.title,
    )
    for submission in selectors.waiting_files_of(user)[:MOST_ROWS]:
        waiting = submission.waiting
        yield DeskRow(
            asked=_("A file waits for a reviewer"),
            detail=ngettext("%(count)s record", "%(count)s records", waiting) % {"count": number(waiting)},
            url=reverse("entities:submission-detail", args=(submission.pk,)),
            verb=_("Open"),
            reference=submission.document.name,
            since=timezone.localdate(submission.uploaded_at),
            kind=_("File"),
        )


def count_waiting(user) -> int:
    return selectors.waiting_of(user).count() + selectors.waiting_files_of(user).count()


def upload_rows(user) -> Iterable[DeskRow]:
    for submission in selectors.files_to_confirm(user)[:MOST_ROWS]:
        yield DeskRow(
            asked=_("Confirm an upload"),
            detail=_("%(good)s rows good, %(bad)s to put right")
            % {
                "good": number(submission.good),
                "bad": number(submission.bad),
            },
            url=reverse("entities:submission-detail", args=(submission.pk,)),
            verb=_("Look at it"),
            reference=submission.document.name,
            since=timezone.localdate(submission.uploaded_at),
            kind=_("File"),
        )


def edit_url(record: CreditRecord) -> str:
    return reverse("agencies:edit", args=(record.record_type.code, record.pk))


def edit_url_for(user, record: CreditRecord) -> str:
    """For the registry's own pages: where this user goes on with the draft, or "" when it is not theirs."""
    mine = record.submitted_by_id in registry.bodies_of(user, {registry.CLERK})
    return edit_url(record) if mine and entry_form(record.submitted_by.code, record.record_type.code) else ""


def _record_rows(
    user,
    records: QuerySet,
    *,
    asked: str,
    verb: str,
    url: Callable[[CreditRecord], str],
    detail: Callable[[CreditRecord], str],
) -> Iterable[DeskRow]:
    calendar = selectors.calendar_for(user)
    shown = records.select_related("entity", "record_type", "type_version", "reviewed_by")[:MOST_ROWS]
    looks.note(shown)
    for record in shown:
        due = selectors.publication_deadline(record, calendar)
        yield DeskRow(
            asked=asked,
            detail=detail(record),
            url=url(record),
            verb=verb,
            due=due.day if due else None,
            provisional=bool(due and due.provisional),
            name=str(record.entity),
            code=record.entity.credit_code,
            name_url=reverse("entities:entity-detail", args=(record.entity.credit_code,)),
            reference=record.document_number,
            since=timezone.localdate(record.entered_at),
            kind=str(record.record_type),
        )
