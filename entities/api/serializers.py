"""Shapes of the REST interface. What may be said is the services' business."""

from collections.abc import Mapping
from decimal import Decimal
from typing import Any

from django.utils.translation import gettext as _
from drf_spectacular.utils import extend_schema_field
from rest_framework import serializers

from credit_platform.common.bilingual import in_readers_language
from entities import looks, policies
from entities.drafts import RecordDraft
from entities.models import CreditRecord, Entity, EntityIdentifier, FormerName, SeverityClass
from entities.penalty_kinds import PenaltyKind

#: What a token must carry to read and to send here.
SYSTEMS = {"read": "records:read", "write": "records:write"}


class FormerNameOut(serializers.ModelSerializer):
    class Meta:
        model = FormerName
        fields = ("name", "until")


class IdentifierOut(serializers.ModelSerializer):
    """A number other than the unified code; `former_code` is that of an entity merged into this one."""

    class Meta:
        model = EntityIdentifier
        fields = ("kind", "value", "valid_from", "valid_to")


class EntityOut(serializers.ModelSerializer):
    """What the register says of an entity. The legal representative is masked; the address of a self-employed
    household is for officials and its own agent.
    """

    status_label = serializers.CharField(source="get_status_display", read_only=True)
    head_office = serializers.SlugRelatedField(slug_field="credit_code", read_only=True)
    former_names = FormerNameOut(many=True, read_only=True)
    identifiers = IdentifierOut(many=True, read_only=True)
    address = serializers.SerializerMethodField()

    def get_address(self, entity: Entity) -> str:
        reader = self.context["request"].user
        return entity.address if policies.may_see_address(reader, entity) else ""

    class Meta:
        model = Entity
        fields = (
            "credit_code", "organisation_code", "name_zh", "name_en", "status", "status_label", "legal_form",
            "region_code", "district", "industry_code", "size", "registered_on", "address",
            "legal_representative", "head_office", "former_names", "identifiers",
        )  # fmt: skip
        read_only_fields = fields


class RecordOut(serializers.ModelSerializer):
    """One record as its reader may see it. Amounts are in yuan."""

    entity = serializers.SlugRelatedField(slug_field="credit_code", read_only=True)
    entity_name = serializers.SerializerMethodField()
    statement = serializers.CharField(
        read_only=True, default="", help_text="What the entity itself says of the record, or empty."
    )
    submitted_by = serializers.SlugRelatedField(slug_field="code", read_only=True)
    record_type = serializers.SlugRelatedField(slug_field="code", read_only=True)
    publicity_rule = serializers.SlugRelatedField(slug_field="code", read_only=True)

    class Meta:
        model = CreditRecord
        fields = (
            "id", "entity", "entity_name", "submitted_by", "record_type", "document_number", "title", "facts",
            "legal_basis", "authority", "severity_class", "penalty_kinds", "amount", "details", "decided_on",
            "published_on", "publish_until", "publicity_rule", "withheld", "status", "objected",
            "suspended", "replaces", "ended_on", "ended_because", "statement",
        )  # fmt: skip
        read_only_fields = fields

    def to_representation(self, instance: CreditRecord) -> dict:
        looks.note([instance])
        return super().to_representation(instance)

    def get_entity_name(self, record: CreditRecord) -> str:
        return in_readers_language(record.entity.name_zh, record.entity.name_en)


class WarningOut(serializers.Serializer):
    """What is doubted of a record that was taken all the same."""

    field = serializers.CharField(
        help_text="As the record was sent, `details.<name>` for an extra field; empty for the record as a whole."
    )
    message = serializers.CharField()


class RecordTakenOut(RecordOut):
    """A record that was sent and taken, with what a file would have warned of.

    The context holds under `doubts`, by key of the record, what there is to say of it.
    """

    warnings = serializers.SerializerMethodField()

    class Meta(RecordOut.Meta):
        fields = (*RecordOut.Meta.fields, "warnings")
        read_only_fields = fields

    @extend_schema_field(WarningOut(many=True))
    def get_warnings(self, record: CreditRecord) -> list[dict]:
        return WarningOut(self.context["doubts"].get(record.pk, ()), many=True).data


class RecordIn(serializers.Serializer):
    """A record as a body submits it: it waits for a colleague's review. `amount` is in yuan, not in 万元."""

    body = serializers.SlugField(help_text="Code of the submitting body.")
    entity = serializers.CharField(max_length=60, help_text="Unified social credit code.")
    record_type = serializers.SlugField(help_text="Code of the record type in the catalogue.")
    document_number = serializers.CharField(max_length=128)
    title = serializers.CharField(max_length=300)
    decided_on = serializers.DateField()
    facts = serializers.CharField(required=False, allow_blank=True, default="")
    legal_basis = serializers.CharField(required=False, allow_blank=True, default="", max_length=500)
    authority = serializers.CharField(required=False, allow_blank=True, default="", max_length=200)
    severity_class = serializers.ChoiceField(
        SeverityClass.choices, required=False, allow_blank=True, default=""
    )
    penalty_kinds = serializers.ListField(
        child=serializers.ChoiceField(PenaltyKind.choices), required=False, default=list
    )
    amount = serializers.DecimalField(
        max_digits=16, decimal_places=2, min_value=Decimal(0), required=False, allow_null=True, default=None
    )
    details = serializers.DictField(
        child=serializers.CharField(allow_blank=True),
        required=False,
        default=dict,
        help_text="The type's extra fields by name, as text: days as 2026-05-06, amounts in yuan.",
    )

    def to_internal_value(self, data: Any) -> dict[str, Any]:
        """A name that nobody knows is refused: `ammount` would otherwise be lost without a word."""
        unknown = set(data) - set(self.fields) if isinstance(data, Mapping) else set()
        problems: dict[str, Any] = {name: [_("There is no such field here.")] for name in sorted(unknown)}
        try:
            taken = super().to_internal_value(data)
        except serializers.ValidationError as found:
            # Of a whole that is no object there are no fields to speak of.
            if isinstance(found.detail, dict):
                raise serializers.ValidationError({**found.detail, **problems}) from None
            raise
        if problems:
            raise serializers.ValidationError(problems)
        return taken


def draft_from(sent: dict) -> RecordDraft:
    names = set(sent) - {"body", "entity", "record_type", "penalty_kinds"}
    return RecordDraft(penalty_kinds=tuple(sent["penalty_kinds"]), **{name: sent[name] for name in names})
