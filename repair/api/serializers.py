"""Shapes of the REST interface to cases. What may be done is the services' and policies' business."""

from drf_spectacular.utils import extend_schema_field
from rest_framework import serializers
from rest_framework.reverse import reverse

from entities import looks
from repair.models import Case, CaseDocument, CaseStep, PaperRule
from repair.notices import did
from repair.workflow import Action

VERSION_HELP = (
    "The `version` of the case as you last read it; an older one is refused with what happened since."
)


class StepOut(serializers.ModelSerializer):
    """A step that the case took."""

    actor = serializers.CharField(source="who")
    body = serializers.SlugRelatedField(source="actor_body", slug_field="code", read_only=True)
    label = serializers.SerializerMethodField()

    class Meta:
        model = CaseStep
        fields = (
            "at",
            "actor",
            "body",
            "action",
            "label",
            "source",
            "target",
            "version",
            "note",
            "is_internal",
        )
        read_only_fields = fields

    def get_label(self, step: CaseStep) -> str:
        return did(step.action, step.case.kind)


class PaperOut(serializers.ModelSerializer):
    """A document of the case; `url` gives the file, and is null once its time is over and it was deleted."""

    key = serializers.UUIDField(source="document_id")
    name = serializers.CharField(source="document.name")
    size = serializers.IntegerField(source="document.size")
    sha256 = serializers.CharField(source="document.sha256")
    content_type = serializers.CharField(source="document.content_type")
    url = serializers.SerializerMethodField()

    class Meta:
        model = CaseDocument
        fields = ("key", "kind", "name", "size", "sha256", "content_type", "added_at", "url")
        read_only_fields = fields

    def get_url(self, paper: CaseDocument) -> str | None:
        if not paper.document.file:
            return None
        return reverse(
            "api-case-document",
            kwargs={"number": self.context["number"], "key": paper.document_id},
            request=self.context.get("request"),
        )


class CaseRowOut(serializers.ModelSerializer):
    """A case as it stands in a list."""

    entity = serializers.SlugRelatedField(slug_field="credit_code", read_only=True)
    entity_name = serializers.CharField(source="entity.name")
    deciding_body = serializers.SlugRelatedField(slug_field="code", read_only=True)
    document_number = serializers.CharField(source="record.document_number")
    state_label = serializers.CharField(source="get_state_display")

    def to_representation(self, instance: Case) -> dict:
        looks.note([instance.record])
        return super().to_representation(instance)

    class Meta:
        model = Case
        fields = (
            "number", "kind", "state", "state_label", "version", "entity", "entity_name", "record", "document_number",
            "deciding_body", "submitted_at", "due_on", "due_is_provisional", "decided_at",
        )  # fmt: skip
        read_only_fields = fields


class PaperAskedOut(serializers.Serializer):
    """A paper that is asked for with a case, and on what that stands."""

    rule = serializers.CharField(source="rule.code", help_text="The dated rule that asks for it.")
    paper = serializers.ChoiceField(PaperRule.Paper.choices, source="rule.paper")
    basis = serializers.CharField()
    is_there = serializers.BooleanField(
        allow_null=True, help_text="Whether it was given; null for what is not handed in."
    )


class CaseOut(CaseRowOut):
    """A case as its reader may see it, and the actions that are open to them now."""

    actions = serializers.SerializerMethodField()
    correction = serializers.SerializerMethodField(
        help_text="By field, what the record says and what it is to say. Before the decision only for the department."
    )
    steps = serializers.SerializerMethodField()
    documents = serializers.SerializerMethodField()
    papers_asked = serializers.SerializerMethodField(
        help_text="Of a draft by the rules of today, of what is filed by those of the day of its filing."
    )

    class Meta(CaseRowOut.Meta):
        fields = (
            *CaseRowOut.Meta.fields, "ground", "correction", "basis_outcome", "basis_forum", "basis_authority", "basis_number",
            "basis_decided_on", "filed_by_body", "corrected_on", "sector_rule", "statement",
            "reasons", "appealed_at", "appeal_statement", "appeal_decided_at",
            "appeal_reasons", "actions", "steps", "documents", "papers_asked",
        )  # fmt: skip
        read_only_fields = fields

    @extend_schema_field(serializers.ListField(child=serializers.ChoiceField(Action.choices)))
    def get_actions(self, case: Case) -> list[str]:
        return [move.action.value for move in self.context["moves"]]

    @extend_schema_field(serializers.DictField(child=serializers.ListField(child=serializers.CharField())))
    def get_correction(self, case: Case) -> dict[str, list[str]]:
        decided = case.state in {Case.State.UPHELD, Case.State.GRANTED}
        return case.correction if self.context["internal"] or decided else {}

    @extend_schema_field(StepOut(many=True))
    def get_steps(self, case: Case) -> list[dict]:
        return StepOut(self.context["steps"], many=True).data

    @extend_schema_field(PaperAskedOut(many=True))
    def get_papers_asked(self, case: Case) -> list[dict]:
        return PaperAskedOut(self.context["asked_papers"], many=True).data

    @extend_schema_field(PaperOut(many=True))
    def get_documents(self, case: Case) -> list[dict]:
        return PaperOut(case.documents.all(), many=True, context={**self.context, "number": case.number}).data


class CaseIn(serializers.Serializer):
    """The record whose repair is asked for, or to which is objected."""

    record = serializers.IntegerField(help_text="`id` of the record, as the records list gives it.")
    kind = serializers.ChoiceField(
        [choice for choice in Case.Kind.choices if choice[0] != Case.Kind.BASIS],
        default=Case.Kind.REPAIR,
        help_text="That a basis has fallen comes with a document: POST it to `cases/basis/`.",
    )
    ground = serializers.ChoiceField(
        Case.Ground.choices, required=False, default="", help_text="Of an objection: what is the matter."
    )
    statement = serializers.CharField(
        required=False,
        allow_blank=True,
        default="",
        max_length=5000,
        help_text="Of an objection, which is filed at once. What is said in an application goes into its draft.",
    )
    draft = serializers.BooleanField(
        required=False,
        default=False,
        help_text="Of an objection: begin it as a draft, add its documents, and file it by the step `submit`. So where"
        " papers are asked for with it (`papers_asked`).",
    )


class BasisIn(serializers.Serializer):
    """The decision by which the basis of a record falls, sent as a form with that document."""

    record = serializers.IntegerField(help_text="`id` of the record, as the records list gives it.")
    basis_outcome = serializers.ChoiceField([choice for choice in Case.Outcome.choices if choice[0]])
    basis_forum = serializers.ChoiceField([choice for choice in Case.Forum.choices if choice[0]])
    basis_authority = serializers.CharField(max_length=200, help_text="The court or authority.")
    basis_number = serializers.CharField(max_length=128, help_text="The number of its decision.")
    basis_decided_on = serializers.DateField()
    statement = serializers.CharField(required=False, allow_blank=True, default="", max_length=5000)
    file = serializers.FileField(help_text="The decision: PDF, JPG or PNG by its content.")


class DraftIn(serializers.Serializer):
    """What the applicant says; only while the case is a draft."""

    statement = serializers.CharField(allow_blank=True, max_length=5000)
    ground = serializers.ChoiceField(
        Case.Ground.choices, required=False, help_text="Of an objection; left out, it stays."
    )
    corrected_on = serializers.DateField(
        required=False,
        allow_null=True,
        help_text="Of a repair by which points come back: when it was corrected; left out, it stays.",
    )
    version = serializers.IntegerField(help_text=VERSION_HELP)


class SignatureIn(serializers.Serializer):
    """The signature under the commitment letter."""

    name = serializers.CharField(max_length=80, allow_blank=True, help_text="Full name of whoever signs.")
    agreed = serializers.BooleanField(help_text="Whether the letter was read and is agreed to.")


class StepIn(serializers.Serializer):
    """A step to take. `note` holds its words: reasons, what is missing, why the appeal."""

    action = serializers.ChoiceField(Action.choices)
    version = serializers.IntegerField(help_text=VERSION_HELP)
    note = serializers.CharField(required=False, allow_blank=True, default="", max_length=5000)
    correction = serializers.DictField(
        child=serializers.CharField(allow_blank=True),
        required=False,
        help_text="With `propose_correct`: by field of the record, what it is to say. A field of its type has `details.` "
        "before its name; kinds of penalty stand with commas between them. With `propose_grant`, for tax points "
        "`details.corrected_on` as the department found it, for a level of customs `details.customs_status`, the one that "
        "holds instead.",
    )


class ProofIn(serializers.Serializer):
    """A proof: PDF, JPG or PNG by its content."""

    file = serializers.FileField()
