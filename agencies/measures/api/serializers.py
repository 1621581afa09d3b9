"""Shapes of measures on the interface."""

from rest_framework import serializers

from agencies.measures.models import Measure
from entities import looks


class MeasureOut(serializers.ModelSerializer):
    """What a department restricts or watches, because of which record, and until when."""

    entity = serializers.SlugField(source="record.entity.credit_code", read_only=True)
    body = serializers.SlugRelatedField(slug_field="code", read_only=True)

    class Meta:
        model = Measure
        fields = ("id", "entity", "record", "body", "title", "legal_basis", "since", "until")
        read_only_fields = fields

    def to_representation(self, instance: Measure) -> dict:
        looks.note([instance.record])
        return super().to_representation(instance)
