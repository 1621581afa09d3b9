"""Shapes of the REST interface of ratings. Points are decimals with two places at most."""

from drf_spectacular.utils import extend_schema_field
from rest_framework import serializers

from evaluation import sentences
from evaluation.explanation import (
    Adjustment,
    Explained,
    NotCounted,
    PartValue,
    Reason,
    SeenRecords,
    visible_records,
)
from evaluation.models import CurrentRating, Scheme
from evaluation.parts_pages import names_of_parts
from evaluation.schemes.document import Rule


class RatingOut(serializers.ModelSerializer):
    """A grade as stored. `grade` is "" and `points` null where there was not enough to go by: neither good nor bad."""

    entity = serializers.SlugRelatedField(slug_field="credit_code", read_only=True)
    entity_name = serializers.CharField(source="entity.name", read_only=True)
    scheme = serializers.SlugRelatedField(slug_field="code", read_only=True)
    family = serializers.ChoiceField(source="scheme.family", choices=Scheme.Family.choices, read_only=True)
    version = serializers.IntegerField(source="version.number", read_only=True)
    points = serializers.SerializerMethodField()
    since = serializers.DateField(
        source="as_of", read_only=True, help_text="The day from which it has been so."
    )
    peers_as_of = serializers.DateField(
        read_only=True,
        allow_null=True,
        help_text="The day of the tables of peers by which it came about; null where the scheme compares none.",
    )

    class Meta:
        model = CurrentRating
        fields = (
            "entity", "entity_name", "scheme", "family", "version", "grade", "points", "records_counted", "since",
            "peers_as_of",
        )  # fmt: skip
        read_only_fields = fields

    def get_points(self, rating: CurrentRating) -> str | None:
        return None if rating.points is None else f"{rating.points / 100:.2f}"


class ReasonOut(serializers.Serializer):
    """What one record does under one component or rule. `record` is null where you may not see the record."""

    record = serializers.SerializerMethodField()
    document_number = serializers.SerializerMethodField()
    title = serializers.SerializerMethodField()
    indicator = serializers.CharField(source="indicator.code")
    article = serializers.CharField(source="indicator.article", help_text="The clause of the scheme.")
    legal_basis = serializers.SerializerMethodField(help_text="Of the record.")
    points = serializers.DecimalField(max_digits=9, decimal_places=2)
    points_before_age = serializers.DecimalField(source="full", max_digits=9, decimal_places=2)
    weight = serializers.SerializerMethodField(
        help_text="Of age and repetition, as a ratio of whole numbers."
    )
    superseded = serializers.BooleanField(
        help_text="Another record, mostly a later one, speaks in its place."
    )
    ceiling = serializers.CharField(help_text="The best grade possible because of it, or empty.")
    direct_grade = serializers.CharField(
        source="direct", help_text="The grade that it gives directly, or empty."
    )

    def get_record(self, reason: Reason) -> int | None:
        return reason.record.pk if reason.record else None

    def get_document_number(self, reason: Reason) -> str:
        return reason.record.document_number if reason.record else ""

    def get_title(self, reason: Reason) -> str:
        return sentences.name_of(reason)

    def get_legal_basis(self, reason: Reason) -> str:
        return reason.record.legal_basis if reason.record else ""

    def get_weight(self, reason: Reason) -> str:
        return f"{reason.numerator}/{reason.denominator}"


class AdjustmentOut(serializers.Serializer):
    """Points that are no record's: what a limit takes off the sum, or what a component gives as a whole."""

    name = serializers.SerializerMethodField()
    points = serializers.DecimalField(max_digits=9, decimal_places=2)

    def get_name(self, adjustment: Adjustment) -> str:
        return sentences.name_of_adjustment(adjustment)


class ActingRuleOut(serializers.Serializer):
    """A rule of the scheme that acted for no record's sake: because of a fact, a number, an earlier grade."""

    code = serializers.CharField()
    name = serializers.SerializerMethodField()
    article = serializers.CharField()

    def get_name(self, rule: Rule) -> str:
        return str(rule.name)


class PartValueOut(serializers.Serializer):
    """What a component came to, before its weight; `value` is null where it is not known, which is not zero."""

    code = serializers.CharField(source="component.code")
    name = serializers.SerializerMethodField()
    article = serializers.CharField(source="component.article")
    value = serializers.DecimalField(max_digits=20, decimal_places=9, allow_null=True, normalize_output=True)

    def get_name(self, one: PartValue) -> str:
        return str(one.component.name)


class PartLineOut(serializers.Serializer):
    """What one part of the entity came to under a component that counts its parts by themselves."""

    component = serializers.CharField(source="line.component.code")
    name = serializers.CharField(help_text="The words of its records by which the part is told apart.")
    record = serializers.IntegerField(
        source="record.pk",
        allow_null=True,
        default=None,
        help_text="The last record that names it; null where you may not see that.",
    )
    number = serializers.DecimalField(
        source="line.number",
        max_digits=20,
        decimal_places=9,
        allow_null=True,
        normalize_output=True,
        help_text="Null where it is not known, which is not zero.",
    )
    counts = serializers.BooleanField(
        source="line.counts", help_text="Whether it is among the parts that the component takes."
    )


class NotCountedOut(serializers.Serializer):
    """A record that does not count, and why."""

    record = serializers.IntegerField(source="record.pk")
    document_number = serializers.CharField(source="record.document_number")
    title = serializers.CharField(source="record.heading")
    why = serializers.SerializerMethodField(help_text="A word for programs.")
    sentence = serializers.SerializerMethodField(help_text="A sentence for people.")

    def get_why(self, one: NotCounted) -> str:
        return one.why.name.lower()

    def get_sentence(self, one: NotCounted) -> str:
        return sentences.why_not_counted(one.why)


class ExplanationOut(serializers.Serializer):
    """A grade worked out now, with all that led to it. The points of start, reasons and adjustments add up."""

    entity = serializers.CharField(source="entity.credit_code")
    scheme = serializers.CharField(source="scheme.scheme.code")
    family = serializers.CharField(source="scheme.scheme.family")
    version = serializers.IntegerField(source="scheme.version.number")
    day = serializers.DateField(source="as_of")
    grade = serializers.CharField(help_text="Empty where there was not enough to go by.")
    scale = serializers.ListField(child=serializers.CharField(), help_text="Best first.")
    points = serializers.DecimalField(max_digits=9, decimal_places=2, allow_null=True)
    records_counted = serializers.IntegerField(source="counted")
    peers_as_of = serializers.DateField(
        source="scheme.peers_as_of",
        allow_null=True,
        help_text="The day of the tables of peers, if it compares any.",
    )
    sentence = serializers.SerializerMethodField()
    start = serializers.DecimalField(max_digits=9, decimal_places=2)
    reasons = ReasonOut(many=True)
    adjustments = AdjustmentOut(many=True)
    rules = ActingRuleOut(many=True)
    components = PartValueOut(source="values", many=True)
    parts = serializers.SerializerMethodField(
        help_text="A line for each part of the entity, those of the smallest numbers first, by component."
    )
    not_counted = NotCountedOut(many=True)

    @extend_schema_field(PartLineOut(many=True))
    def get_parts(self, explained: Explained) -> list[dict]:
        """Of the reader in the context, who may not see every record."""
        keys = {line.record_id for line in explained.parts}
        seen = SeenRecords.given(visible_records(user=self.context["user"], record_ids=keys) if keys else {})
        return list(PartLineOut(names_of_parts(explained, seen), many=True).data)

    def get_sentence(self, explained: Explained) -> str:
        return sentences.say(explained)
