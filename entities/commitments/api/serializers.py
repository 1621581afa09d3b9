"""Shapes of commitments on the interface. What may be said is the services' business."""

from rest_framework import serializers

from entities.commitments.models import Commitment, CommitmentTemplate


class CommitmentIn(serializers.Serializer):
    """A commitment that an entity signed at the window of a department."""

    body = serializers.SlugField(help_text="Code of the department at whose window it was signed.")
    entity = serializers.CharField(max_length=18, help_text="Unified social credit code of who signed.")
    template = serializers.SlugField(help_text="Code of the template; the wording in force today is meant.")
    signed_as = serializers.CharField(max_length=80, help_text="Who signed for the entity.")
    wording_from = serializers.DateField(
        required=False,
        help_text="`valid_from` of the wording that was signed; if another one is in force, it is refused.",
    )


class ReasonIn(serializers.Serializer):
    """Why it is taken back."""

    because = serializers.CharField(max_length=500, help_text="Whoever it concerns reads it.")


class TemplateOut(serializers.ModelSerializer):
    """What may be promised in a matter, in the wording in force, and who checks it."""

    checked_by = serializers.SlugRelatedField(slug_field="code", read_only=True)

    class Meta:
        model = CommitmentTemplate
        fields = (
            "code", "matter_zh", "matter_en", "name_zh", "name_en", "text_zh", "text_en", "basis", "is_public", "checked_by",
            "check_within_days", "valid_from", "valid_to",
        )  # fmt: skip
        read_only_fields = fields


class CommitmentOut(serializers.ModelSerializer):
    """What was promised, by when it is checked and what was found."""

    entity = serializers.SlugRelatedField(slug_field="credit_code", read_only=True)
    template = serializers.SlugField(source="template.code", read_only=True)
    name_zh = serializers.CharField(source="template.name_zh", read_only=True)
    text_zh = serializers.CharField(source="template.text_zh", read_only=True)
    checked_by = serializers.SlugField(source="template.checked_by.code", read_only=True)
    through = serializers.SlugRelatedField(slug_field="code", read_only=True)

    class Meta:
        model = Commitment
        fields = (
            "number", "entity", "template", "name_zh", "text_zh", "checked_by", "state", "given_on", "due_on", "checked_on",
            "finding", "through", "taken_back_on", "taken_back_because",
        )  # fmt: skip
        read_only_fields = fields
