"""Shapes of the catalogue in the REST interface."""

from rest_framework import serializers

from entities.models import LegalInstrument, PublicityRule, RecordTypeVersion


class InstrumentOut(serializers.ModelSerializer):
    """A legal instrument, with how far its text was read: V whole, P in part, B not."""

    replaces = serializers.SlugRelatedField(slug_field="code", read_only=True)

    class Meta:
        model = LegalInstrument
        fields = (
            "code", "name_zh", "name_en", "number", "issuer", "in_force_from", "in_force_to", "replaces", "source",
            "verification", "verified_by", "verified_on",
        )  # fmt: skip
        read_only_fields = fields


class ChoiceOut(serializers.Serializer):
    code = serializers.CharField()
    label_zh = serializers.CharField()
    label_en = serializers.CharField()


class ExtraFieldOut(serializers.Serializer):
    """A field of a record's `details`."""

    name = serializers.CharField()
    type = serializers.ChoiceField(["text", "date", "money", "code"])
    label_zh = serializers.CharField()
    label_en = serializers.CharField()
    required = serializers.BooleanField(default=False)
    choices = ChoiceOut(many=True, required=False)
    bodies = serializers.ListField(child=serializers.CharField(), required=False)
    public_values = serializers.ListField(child=serializers.CharField(), required=False)


class TypeVersionOut(serializers.ModelSerializer):
    """A record type as it holds from one day to another."""

    code = serializers.CharField(source="record_type.code")
    name_zh = serializers.CharField(source="record_type.name_zh")
    name_en = serializers.CharField(source="record_type.name_en")
    polarity = serializers.CharField(source="record_type.polarity")
    family = serializers.CharField(source="record_type.family")
    category = serializers.CharField(source="record_type.category")
    instrument = serializers.SlugRelatedField(slug_field="code", read_only=True)
    submitters = serializers.SlugRelatedField(slug_field="code", many=True, read_only=True)
    severity_classes = serializers.ListField(
        child=serializers.CharField(), help_text="minor, general, serious; empty: any."
    )
    extra_fields = ExtraFieldOut(many=True)

    class Meta:
        model = RecordTypeVersion
        fields = (
            "code", "name_zh", "name_en", "polarity", "family", "category", "valid_from", "valid_to", "instrument", "article",
            "submitters", "disclosure", "severity_classes", "submit_within_days", "archive_months", "delete_months", "retention_start",
            "retention_source", "extra_fields", "source",
            "verification",
        )  # fmt: skip
        read_only_fields = fields


class RuleOut(serializers.ModelSerializer):
    """How long a record is public and from when it may be repaired, in months."""

    instrument = serializers.SlugRelatedField(slug_field="code", read_only=True)
    replaces = serializers.SlugRelatedField(slug_field="code", read_only=True)
    record_types = serializers.SlugRelatedField(slug_field="code", many=True, read_only=True)
    submitters = serializers.SlugRelatedField(slug_field="code", many=True, read_only=True)

    class Meta:
        model = PublicityRule
        fields = (
            "code", "replaces", "valid_from", "valid_to", "instrument", "article", "publishing_system", "precedence",
            "record_types", "submitters", "severity_class", "penalty_kinds", "start", "min_months", "max_months", "never_early",
            "withholds", "conditions_zh", "conditions_en", "source", "verification",
        )  # fmt: skip
        read_only_fields = fields
