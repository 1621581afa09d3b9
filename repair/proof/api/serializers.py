"""Shapes of confirmations for other systems."""

from rest_framework import serializers

from entities import looks
from repair.proof.models import Confirmation, Effect


class ConfirmationOut(serializers.ModelSerializer):
    """What a body is asked to take out of its own system, and whether it has said that it did."""

    body = serializers.SlugRelatedField(slug_field="code", read_only=True)
    how = serializers.ChoiceField(Effect.How.choices, source="effect.how")
    asked_at = serializers.DateTimeField(source="effect.begun_at")
    entity = serializers.CharField(
        source="effect.record.entity.credit_code", help_text="Unified social credit code."
    )
    record = serializers.IntegerField(
        source="effect.record_id", help_text="Its `id`, as records and changes give it."
    )
    record_type = serializers.CharField(source="effect.record.record_type.code")
    document_number = serializers.CharField(source="effect.record.document_number")
    submitted_by = serializers.CharField(source="effect.record.submitted_by.code")

    def to_representation(self, instance: Confirmation) -> dict:
        looks.note([instance.effect.record], private=True)
        return super().to_representation(instance)

    class Meta:
        model = Confirmation
        fields = (
            "key", "body", "state", "how", "asked_at", "settled_at", "entity", "record", "record_type",
            "document_number", "submitted_by",
        )  # fmt: skip
        read_only_fields = fields
