"""Shapes of the quality of data."""

from rest_framework import serializers

from entities.quality.models import QualityMonth


class QualityMonthOut(serializers.ModelSerializer):
    """How one body's records of one type were in one month."""

    body = serializers.SlugRelatedField(slug_field="code", read_only=True)
    record_type = serializers.SlugRelatedField(slug_field="code", read_only=True)

    class Meta:
        model = QualityMonth
        fields = (
            "body", "record_type", "month", "published", "with_deadline", "in_time", "working_days",
            "required_places", "required_filled", "optional_places", "optional_filled", "corrected", "withdrawn",
            "counted_at",
        )  # fmt: skip
        read_only_fields = fields
