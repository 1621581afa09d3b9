"""What the file of all that is held about an entity has in it, part by part, and what is left out for which reason.

The composing layer sees every app, so the list stands in one place. Each part answers for the relations to `Entity`
that it names; a test fails for a relation that neither a part nor a reason names. What a part lists is asked with the
same scope as the entity's own pages, as far as the law lets it see: of an internal risk class, of who reported it and
of how it is supervised it is told nothing.
"""

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, field
from typing import Any

from django.core.exceptions import FieldDoesNotExist
from django.db import models
from django.utils import timezone
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from agencies.measures.models import Measure
from associations.courses.models import SignUp
from associations.forewarning.models import PriorNotice
from associations.models import Member
from credit_platform.common.exporting import Column, Kind
from credit_platform.portal.credit_reports.models import CodeUse, CreditReport, LentCode
from credit_platform.portal.held_data.models import HeldDataFile
from credit_platform.portal.stories.models import Story
from entities.commitments.models import Commitment
from entities.invitations.models import Invitation
from entities.models import (
    CreditRecord,
    Document,
    Entity,
    EntityAgent,
    EntityIdentifier,
    FormerName,
    Notice,
)
from entities.policies import entities_of
from entities.services.movers import Relation
from entities.sharing.selectors import looks_at_entity
from entities.statements.models import Statement
from evaluation.api.serializers import ExplanationOut
from evaluation.explanation import explain_entity
from evaluation.models import CurrentRating, EntityPast, RatingChange, RecordPast
from evaluation.selectors import schemes_in_sight
from repair.helping.models import Leave
from repair.letters.models import Letter
from repair.missing.models import MissingRecord
from repair.models import Case, CaseDocument, CaseStep, JointFiling

Rows = Callable[[Entity, Any], models.QuerySet]


@dataclass(frozen=True, slots=True)
class Part:
    """One table of the file.

    Args:
        code: its name as a file.
        title: what it is called, lazily translated.
        rows: from the entity and whoever asked to the rows.
        fields: which fields of a row, those of what it points to with two underscores.
        relations: the relations to `Entity` for which it answers.
        records: the records of which a row tells, for the access log.
        documents: files that go with a row.
    """

    code: str
    title: str | Promise
    rows: Rows
    fields: tuple[str, ...]
    relations: frozenset[Relation] = frozenset()
    records: Callable[[Any], Iterable[CreditRecord]] = field(default=lambda row: ())
    documents: Callable[[Any], Iterable[Document]] = field(default=lambda row: ())

    def columns(self, model: type[models.Model], *, raw: bool) -> list[Column]:
        """One for each field. Raw: as programs want it, codes and keys; otherwise in the words of the language that is active."""
        return [
            Column(name, _title_of(model, name), _reader(name, raw=raw), Kind.TEXT) for name in self.fields
        ]


def _reader(path: str, *, raw: bool) -> Callable[[Any], Any]:
    """From a row to what stands there by the path."""

    def read(row: Any) -> Any:
        return _value(row, path, raw=raw)

    return read


def _title_of(model: type[models.Model], path: str) -> str:
    for name in path.split("__"):
        try:
            found = model._meta.get_field(name)
        except FieldDoesNotExist:
            return name
        model = found.related_model or model
    title = str(getattr(found, "verbose_name", name))
    return title[:1].upper() + title[1:]


def _value(row: Any, path: str, *, raw: bool) -> Any:
    *way, last = path.split("__")
    for name in way:
        row = getattr(row, name, None)
        if row is None:
            return None
    if not raw and (say := getattr(row, f"get_{last}_display", None)) is not None:
        return say()
    value = getattr(row, last)
    if isinstance(value, models.Model):
        return str(value)
    if isinstance(value, list | dict):
        return value if raw else ", ".join(map(str, value)) if isinstance(value, list) else _told(value)
    return value


def _told(value: dict) -> str:
    return "; ".join(f"{name}: {one}" for name, one in value.items() if one not in ("", None))


def _cases(entity: Entity, by) -> models.QuerySet[Case]:
    return Case.objects.visible_to(by).filter(entity=entity)


def _records(entity: Entity, by) -> models.QuerySet[CreditRecord]:
    return (
        CreditRecord.objects.visible_to(by)
        .filter(entity=entity)
        .select_related("record_type", "type_version__instrument", "submitted_by", "entity")
    )


def _past(entity: Entity, by) -> models.QuerySet[RecordPast]:
    return RecordPast.objects.filter(record__in=_records(entity, by).values("pk")).select_related(
        "record_type"
    )


def _changes(entity: Entity, by) -> models.QuerySet[RatingChange]:
    mine = entities_of(by)
    shown = RatingChange.objects.filter(entity__in=mine, entity=entity, scheme__shown_to_entity=True)
    return shown.select_related("scheme", "version")


def _decided(entity: Entity, by) -> models.QuerySet[Case]:
    return _cases(entity, by).select_related("record", "deciding_body")


def _steps(entity: Entity, by) -> models.QuerySet[CaseStep]:
    steps = CaseStep.objects.filter(case__in=_cases(entity, by).values("pk"), is_internal=False)
    return steps.select_related("case", "actor_body")


def _papers(entity: Entity, by) -> models.QuerySet[CaseDocument]:
    papers = CaseDocument.objects.filter(case__in=_cases(entity, by).values("pk"))
    return papers.select_related("case", "document")


def _letters(entity: Entity, by) -> models.QuerySet[Letter]:
    letters = Letter.objects.filter(case__in=_cases(entity, by).values("pk"), document__isnull=False)
    return letters.select_related("case", "document")


def _own_reports(entity: Entity, by) -> models.QuerySet[CreditReport]:
    reports = CreditReport.objects.filter(entity=entity, kind=CreditReport.Kind.OWN, document__isnull=False)
    return reports.select_related("document", "entity")


def _document(row) -> Iterable[Document]:
    return (row.document,) if row.document.file else ()


PARTS: tuple[Part, ...] = (
    Part(
        "registration",
        _("Registration"),
        lambda entity, by: Entity.objects.filter(pk=entity.pk),
        ("name_zh", "name_en", "credit_code", "organisation_code", "status", "legal_form", "region_code", "district",
         "industry_code", "size", "registered_on", "registered_capital", "business_scope", "address",
         "legal_representative", "contact_email", "head_office", "created_at"),
    ),
    Part(
        "former-names",
        _("Former names"),
        lambda entity, by: FormerName.objects.filter(entity=entity),
        ("name", "until"),
        frozenset({"entities.FormerName.entity"}),
    ),
    Part(
        "former-numbers",
        _("Former numbers"),
        lambda entity, by: EntityIdentifier.objects.filter(entity=entity),
        ("kind", "value", "valid_from", "valid_to"),
        frozenset({"entities.EntityIdentifier.entity"}),
    ),
    Part(
        "branches",
        _("Branches"),
        lambda entity, by: Entity.objects.filter(head_office=entity),
        ("name_zh", "credit_code", "status"),
        frozenset({"entities.Entity.head_office"}),
    ),
    Part(
        "merged-into-it",
        _("Entities merged into it"),
        lambda entity, by: Entity.everything.filter(merged_into=entity),
        ("name_zh", "credit_code"),
        frozenset({"entities.Entity.merged_into"}),
    ),
    Part(
        "facts-before",
        _("What was registered before"),
        lambda entity, by: EntityPast.objects.filter(entity=entity),
        ("until", "status", "legal_form", "region_code", "district", "industry_code", "size", "registered_on"),
        frozenset({"evaluation.EntityPast.entity"}),
    ),
    Part(
        "agents",
        _("People who act for it"),
        lambda entity, by: EntityAgent.objects.filter(entity=entity).select_related("user"),
        ("user", "since", "revoked_at"),
        frozenset({"entities.EntityAgent.entity"}),
    ),
    Part(
        "invitations",
        _("Invitations to act for it"),
        lambda entity, by: Invitation.objects.visible_to(by)
        .filter(entity=entity)
        .select_related("invited_by", "accepted_by", "withdrawn_by"),
        ("email", "name", "because", "invited_by", "invited_at", "expires_at", "accepted_by", "accepted_at",
         "withdrawn_by", "withdrawn_at"),
        frozenset({"invitations.Invitation.entity"}),
    ),
    Part(
        "records",
        _("Records"),
        _records,
        ("id", "record_type", "record_type__code", "submitted_by", "document_number", "title", "facts", "legal_basis",
         "authority", "severity_class", "penalty_kinds", "amount", "decided_on", "published_on", "publish_until",
         "withheld", "type_version__disclosure", "type_version__instrument", "details", "status", "ended_on",
         "ended_because", "archived_on", "objected", "suspended", "replaces_id", "correction_reason", "entered_at"),
        frozenset({"entities.CreditRecord.entity"}),
        records=lambda row: (row,),
    ),
    Part(
        "records-before",
        _("What records said before"),
        _past,
        ("record_id", "until", "record_type", "document_number", "severity_class", "penalty_kinds", "amount",
         "decided_on", "published_on", "publish_until", "details", "status", "ended_on", "objected"),
        frozenset({"evaluation.RecordPast.entity"}),
    ),
    Part(
        "statements",
        _("Statements"),
        lambda entity, by: Statement.objects.filter(record__in=_records(entity, by).values("pk")).select_related(
            "record"
        ),
        ("record_id", "record__document_number", "text", "state", "written_at", "hidden_at", "hidden_because",
         "withdrawn_at"),
    ),
    Part(
        "measures",
        _("Measures because of records"),
        lambda entity, by: Measure.objects.visible_to(by).filter(record__entity=entity).select_related("body", "record"),
        ("title", "body", "legal_basis", "record_id", "record__document_number", "since", "until", "lifted_at",
         "lifted_because"),
    ),
    Part(
        "cases",
        _("Cases"),
        _decided,
        ("number", "kind", "record_id", "record__document_number", "deciding_body", "state", "ground", "opened_at",
         "submitted_at", "statement", "due_on", "decided_at", "reasons", "appealed_at", "appeal_statement",
         "appeal_decided_at", "appeal_reasons"),
        frozenset({"repair.Case.entity"}),
    ),
    Part(
        "joint-filings",
        _("Joint filings"),
        lambda entity, by: JointFiling.objects.visible_to(by).filter(entity=entity),
        ("number", "opened_at", "submitted_at", "done_at", "statement"),
        frozenset({"repair.JointFiling.entity"}),
    ),
    Part(
        "case-steps",
        _("Steps of cases"),
        _steps,
        ("case__number", "at", "actor_body", "action", "source", "target", "note"),
    ),
    Part(
        "case-documents",
        _("Documents of cases"),
        _papers,
        ("case__number", "kind", "added_at", "document__name", "document__size", "document__sha256"),
        documents=_document,
    ),
    Part(
        "letters",
        _("Letters"),
        _letters,
        ("case__number", "number", "kind", "issued_at", "document__sha256"),
        documents=_document,
    ),
    Part(
        "missing-records",
        _("Missing records"),
        lambda entity, by: MissingRecord.objects.visible_to(by)
        .filter(entity=entity)
        .select_related("body", "record_type", "paper"),
        ("number", "body", "record_type", "document_number", "decided_on", "statement", "filed_at", "state", "due_on",
         "record_id", "answered_at", "reasons"),
        frozenset({"missing.MissingRecord.entity"}),
        documents=lambda row: (row.paper,) if row.paper else (),
    ),
    Part(
        "grades",
        _("Grades"),
        lambda entity, by: CurrentRating.objects.visible_to(by)
        .filter(entity=entity)
        .select_related("scheme", "version"),
        ("scheme__code", "scheme", "version__number", "as_of", "grade", "points", "records_counted", "changed_at"),
        frozenset({"evaluation.CurrentRating.entity"}),
    ),
    Part(
        "grades-before",
        _("Changes of grades"),
        _changes,
        ("scheme__code", "scheme", "version__number", "as_of", "at", "from_grade", "to_grade", "from_points", "to_points"),
        frozenset({"evaluation.RatingChange.entity"}),
    ),
    Part(
        "commitments",
        _("Commitments"),
        lambda entity, by: Commitment.objects.visible_to(by)
        .filter(entity=entity)
        .select_related("template", "checked_by"),
        ("number", "template", "state", "given_on", "signed_as", "through", "due_on", "finding", "checked_on", "record_id",
         "taken_back_on", "taken_back_because"),
        frozenset({"commitments.Commitment.entity"}),
    ),
    Part(
        "stories",
        _("Stories of honest entities"),
        lambda entity, by: Story.objects.visible_to(by).filter(entity=entity).select_related("body"),
        ("number", "body", "title_zh", "title_en", "text_zh", "text_en", "state", "consented_on", "consent_signed_as",
         "consent_paper", "published_on", "shown_until", "ended_on", "ending", "ended_because"),
        frozenset({"stories.Story.entity"}),
    ),
    Part(
        "credit-reports",
        _("Credit reports"),
        _own_reports,
        ("number", "kind", "issued_at", "as_of", "document__sha256"),
        frozenset({"credit_reports.CreditReport.entity"}),
        documents=_document,
    ),
    Part(
        "lent-codes",
        _("Codes that were lent"),
        lambda entity, by: LentCode.objects.filter(entity=entity).select_related("lent_by"),
        ("ending", "for_whom", "parts", "also_unpublished", "lent_by", "lent_at", "expires_at", "revoked_at"),
        frozenset({"credit_reports.LentCode.entity"}),
    ),
    Part(
        "uses-of-codes",
        _("Uses of codes"),
        lambda entity, by: CodeUse.objects.filter(code__entity=entity).select_related("code", "report"),
        ("code__ending", "report__number", "what", "who", "why", "at"),
    ),
    Part(
        "looks",
        _("Who looked at it"),
        lambda entity, by: looks_at_entity(user=by, entity=entity),
        ("at", "body_zh", "body_en", "way", "place", "record_ids"),
    ),
    Part(
        "notices",
        _("Notices"),
        lambda entity, by: Notice.objects.filter(entity=entity),
        ("created_at", "text", "acknowledged_at"),
        frozenset({"entities.Notice.entity"}),
    ),
    Part(
        "memberships",
        _("Memberships of associations"),
        lambda entity, by: Member.objects.filter(entity=entity).select_related("association__body"),
        ("association", "member_number", "joined_on", "left_on", "basis"),
        frozenset({"associations.Member.entity"}),
    ),
    Part(
        "courses",
        _("Sign-ups for courses"),
        lambda entity, by: SignUp.objects.visible_to(by).filter(entity=entity).select_related("course"),
        ("course", "attendee", "state", "signed_up_at", "confirmed_at", "certificate"),
        frozenset({"courses.SignUp.entity"}),
    ),
    Part(
        "leaves-to-file",
        _("Leaves to file for it"),
        lambda entity, by: Leave.objects.filter(entity=entity).select_related("member__association", "record_type"),
        ("member", "record_id", "record_type", "given_by", "given_at", "expires_on", "revoked_at"),
        frozenset({"helping.Leave.entity"}),
    ),
    Part(
        "prior-notices",
        _("Notices before something is recorded"),
        lambda entity, by: PriorNotice.objects.visible_to(by)
        .filter(entity=entity)
        .select_related("body", "record_type"),
        ("body", "record_type", "document_number", "title", "facts", "legal_basis", "decided_on", "state", "told_on",
         "told_how", "due_on", "claim", "claimed_at", "answer", "answered_at", "settled_on"),
        frozenset({"forewarning.PriorNotice.entity"}),
    ),
    Part(
        "files-of-this-kind",
        _("Earlier files of this kind"),
        lambda entity, by: HeldDataFile.objects.filter(entity=entity).select_related("asked_by"),
        ("asked_by", "asked_at", "made_at", "expires_at"),
        frozenset({"held_data.HeldDataFile.entity"}),
    ),
)  # fmt: skip

_COPY = _("worked out from the records and grades that are in this file, and worked out anew every night")
_SUPERVISION = _("how bodies supervise, not what is held of the entity")
#: By relation, why it is not in the file.
LEFT_OUT: dict[Relation, str | Promise] = {
    "boards.CountedRating.entity": _COPY,
    "boards.CountedBody.entity": _COPY,
    "boards.ComingMove.entity": _COPY,
    "supervision.LastInspection.entity": _COPY,
    "supervision.DueInspection.entity": _COPY,
    "evaluation.RatingRequest.entity": _("a wish that it be rated anew, gone within a minute"),
    "entities.SubmissionRow.entity": _(
        "rows of files as bodies sent them; what entered the registry of them is among the records"
    ),
    "entities.EntityMove.source": _(
        "working papers of merging and splitting; what came of them is in this file"
    ),
    "entities.EntityMove.target": _(
        "working papers of merging and splitting; what came of them is in this file"
    ),
    "entities.NearDuplicate.first": _("likenesses of names that a machine found, about two entities at once"),
    "entities.NearDuplicate.second": _(
        "likenesses of names that a machine found, about two entities at once"
    ),
    "sharing.WatchedEntity.entity": _SUPERVISION,
    "supervision.DrawnEntity.entity": _SUPERVISION,
    "exchange.Exchange.entity": _("letters between a department and an association"),
    "public_reports.PublicReport.entity": _(
        "reports from the public, whose authors are protected; one that is upheld becomes a record"
    ),
}
#: What is held otherwise than in rows of its own, and not told.
NOT_TOLD = (_("grades under schemes that are not shown to the entity, such as the internal risk class"),)


def explanations(entity: Entity, by) -> Iterator[dict]:
    """Of each grade that the entity may see, how it comes about today."""
    today = timezone.localdate()
    for scheme in schemes_in_sight(by, entity, today):
        explained = explain_entity(user=by, entity=entity, scheme=scheme, as_of=today)
        yield ExplanationOut(explained, context={"user": by}).data
