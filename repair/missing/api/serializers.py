"""Shapes of the REST interface to missing records. What may be done is the services' and policies' business."""

from drf_spectacular.utils import extend_schema_field
from rest_framework import serializers
from rest_framework.reverse import reverse

from entities.models import Entity, RecordType, SubmittingBody
from repair.missing.audit_verbs import DEEDS
from repair.missing.forms import BODIES
from repair.missing.models import MissingRecord, MissingStep
from repair.missing.workflow import Action


class MissingStepOut(serializers.ModelSerializer):
    """A step from the filing to the last answer."""

    actor = serializers.CharField(source="who")
    label = serializers.SerializerMethodField()

    class Meta:
        model = MissingStep
        fields = ("at", "actor", "action", "label", "source", "target", "note", "was_due_on")
        read_only_fields = fields

    def get_label(self, step: MissingStep) -> str:
        return str(DEEDS[step.action])


class MissingRowOut(serializers.ModelSerializer):
    """What is said to be missing, as it stands in a list."""

    entity = serializers.SlugRelatedField(slug_field="credit_code", read_only=True)
    entity_name = serializers.CharField(source="entity.name")
    body = serializers.SlugRelatedField(slug_field="code", read_only=True)
    record_type = serializers.SlugRelatedField(slug_field="code", read_only=True)
    state_label = serializers.CharField(source="get_state_display")

    class Meta:
        model = MissingRecord
        fields = (
            "number", "state", "state_label", "entity", "entity_name", "body", "record_type", "document_number", "decided_on",
            "filed_at", "due_on", "due_is_provisional", "answered_at", "record",
        )  # fmt: skip
        read_only_fields = fields


class MissingOut(MissingRowOut):
    """The whole of it, and the actions that are open to its reader now."""

    actions = serializers.SerializerMethodField()
    candidates = serializers.SerializerMethodField(
        help_text="With `enter` among the actions: the records in force that may be what was asked for."
    )
    steps = serializers.SerializerMethodField()
    paper = serializers.SerializerMethodField(
        help_text="Where the paper is that came with it; empty without one."
    )

    class Meta(MissingRowOut.Meta):
        fields = (
            *MissingRowOut.Meta.fields, "statement", "reasons", "appealed_at", "appeal_statement", "appeal_decided_at",
            "appeal_reasons", "paper", "actions", "candidates", "steps",
        )  # fmt: skip
        read_only_fields = fields

    @extend_schema_field(serializers.ListField(child=serializers.ChoiceField(Action.choices)))
    def get_actions(self, missing: MissingRecord) -> list[str]:
        return [move.action.value for move in self.context["page"].moves]

    @extend_schema_field(serializers.ListField(child=serializers.IntegerField()))
    def get_candidates(self, missing: MissingRecord) -> list[int]:
        return [record.pk for record in self.context["page"].candidates]

    @extend_schema_field(MissingStepOut(many=True))
    def get_steps(self, missing: MissingRecord) -> list[dict]:
        return MissingStepOut(missing.steps.select_related("actor"), many=True).data

    def get_paper(self, missing: MissingRecord) -> str:
        if missing.paper_id is None:
            return ""
        return reverse("missing:paper", args=(missing.number,), request=self.context["request"])


class MissingIn(serializers.Serializer):
    """Which record is missing, sent as a form where a paper comes with it."""

    entity = serializers.SlugRelatedField(slug_field="credit_code", queryset=Entity.objects.all())
    body = serializers.SlugRelatedField(
        slug_field="code", queryset=SubmittingBody.objects.filter(kind__in=BODIES, is_active=True)
    )
    record_type = serializers.SlugRelatedField(slug_field="code", queryset=RecordType.objects.all())
    document_number = serializers.CharField(required=False, allow_blank=True, default="", max_length=128)
    decided_on = serializers.DateField(required=False, allow_null=True, default=None)
    statement = serializers.CharField(max_length=5000)
    paper = serializers.FileField(required=False, default=None, help_text="PDF, JPG or PNG by its content.")


class MissingStepIn(serializers.Serializer):
    """A step to take. `note` holds its words; `record` goes with `enter`."""

    action = serializers.ChoiceField(Action.choices)
    note = serializers.CharField(required=False, allow_blank=True, default="", max_length=5000)
    record = serializers.IntegerField(required=False, default=None, help_text="One of the `candidates`.")
