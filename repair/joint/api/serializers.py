"""Shapes of the REST interface to joint filings. What may be done is the services' and policies' business."""

from drf_spectacular.utils import extend_schema_field
from rest_framework import serializers

from repair.api.serializers import CaseRowOut
from repair.models import Case, JointFiling

VERSION_HELP = "The `version` of the filing as you last read it; an older one is refused."


class ElsewhereOut(serializers.Serializer):
    """A case of the filing that you do not see: with whom it is, and whether it is over."""

    body = serializers.CharField(source="body.code")
    is_over = serializers.BooleanField()


class JointRowOut(serializers.ModelSerializer):
    """A joint filing as it stands in a list."""

    entity = serializers.SlugRelatedField(slug_field="credit_code", read_only=True)

    class Meta:
        model = JointFiling
        fields = ("number", "kind", "ground", "entity", "opened_at", "submitted_at", "done_at", "version")
        read_only_fields = fields


class JointOut(JointRowOut):
    """A joint filing with the cases of it that you see; each is followed by its own number."""

    cases = serializers.SerializerMethodField()
    elsewhere = serializers.SerializerMethodField()

    class Meta(JointRowOut.Meta):
        fields = (*JointRowOut.Meta.fields, "statement", "cases", "elsewhere")
        read_only_fields = fields

    @extend_schema_field(CaseRowOut(many=True))
    def get_cases(self, filing: JointFiling) -> list[dict]:
        return CaseRowOut(self.context["cases"], many=True).data

    @extend_schema_field(ElsewhereOut(many=True))
    def get_elsewhere(self, filing: JointFiling) -> list[dict]:
        return ElsewhereOut(self.context["elsewhere"], many=True).data


class JointIn(serializers.Serializer):
    """The records whose repair is asked for, or which are objected to, in one sitting; of one entity."""

    kind = serializers.ChoiceField(choices=JointFiling.KINDS, required=False, default=Case.Kind.REPAIR.value)
    records = serializers.ListField(
        child=serializers.IntegerField(), help_text="`id` of each record, as the records list gives it."
    )


class JointDraftIn(serializers.Serializer):
    """What the applicant says; only while it is a draft."""

    statement = serializers.CharField(
        allow_blank=True, max_length=4000, help_text="Of all the records; every body that decides reads it."
    )
    of_one = serializers.DictField(
        child=serializers.CharField(allow_blank=True, max_length=900),
        required=False,
        default=dict,
        help_text="By the number of a case, what concerns its record alone; left out, it stays.",
    )
    ground = serializers.ChoiceField(
        choices=Case.Ground.choices,
        required=False,
        default="",
        allow_blank=True,
        help_text="Of objections: what is the matter with all the records.",
    )
    version = serializers.IntegerField(help_text=VERSION_HELP)


class JointProofIn(serializers.Serializer):
    """A proof: PDF, JPG or PNG by its content."""

    file = serializers.FileField()
    only = serializers.CharField(
        required=False,
        allow_blank=True,
        default="",
        help_text="The number of the one case for which it is meant; left out, every record shares it.",
    )


class JointFileIn(serializers.Serializer):
    """The signature under every commitment letter; with it everything is filed. Objections need none."""

    signature = serializers.CharField(
        max_length=80,
        allow_blank=True,
        required=False,
        default="",
        help_text="Full name of whoever signs.",
    )
    agreed = serializers.BooleanField(
        required=False, default=False, help_text="Whether the letters were read and are agreed to."
    )
    version = serializers.IntegerField(help_text=VERSION_HELP)


class JointWithdrawIn(serializers.Serializer):
    """Why it is withdrawn."""

    note = serializers.CharField(required=False, allow_blank=True, default="", max_length=500)
