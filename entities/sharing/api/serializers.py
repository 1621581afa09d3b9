"""Shapes of what is shared."""

from drf_spectacular.utils import extend_schema_field
from rest_framework import serializers

from credit_platform.audit.models import AccessEntry
from entities import looks
from entities.api.serializers import RecordOut
from entities.sharing import places, policies, selectors
from entities.sharing.feed import Told
from entities.sharing.models import Change


class LookOut(serializers.ModelSerializer):
    """That somebody was shown what is not public about an entity."""

    entity = serializers.SerializerMethodField(help_text="Unified social credit code.")
    body = serializers.CharField(source="body_name")
    person = serializers.SerializerMethodField(help_text="Empty where you read as the entity.")
    purpose = serializers.SerializerMethodField()
    records = serializers.ListField(child=serializers.IntegerField(), source="record_ids")

    class Meta:
        model = AccessEntry
        fields = ("id", "at", "entity", "body", "person", "way", "purpose", "records")
        read_only_fields = fields

    def get_entity(self, look: AccessEntry) -> str:
        return look.subject_label.partition(" ")[0]

    def get_person(self, look: AccessEntry) -> str:
        return selectors.who_looked(look) if policies.sees_who_looked(self.context["request"].user) else ""

    def get_purpose(self, look: AccessEntry) -> str:
        return places.purpose_of(look.place)


class GradeMoveOut(serializers.Serializer):
    """A grade that became another under a scheme."""

    scheme = serializers.CharField(help_text="Code of the scheme.")
    was = serializers.CharField(allow_blank=True, help_text="Empty: was not rated.")
    now = serializers.CharField(allow_blank=True, help_text="Empty: is not rated any more.")


class ChangeOut(serializers.Serializer):
    """One change. `record` is what the record says today, where you may read it; it is null once it is gone."""

    id = serializers.IntegerField(source="change.pk")
    at = serializers.DateTimeField(source="change.at")
    kind = serializers.ChoiceField(Change.Kind.choices, source="change.kind")
    entity = serializers.CharField(source="entity.credit_code", help_text="Unified social credit code.")
    entity_name = serializers.CharField(source="entity.name")
    merged_into = serializers.CharField(
        source="entity.merged_into.credit_code",
        default=None,
        allow_null=True,
        help_text="The code of the entity into which this one was merged.",
    )
    record_id = serializers.SerializerMethodField(help_text="Null for a change of the entity itself.")
    gone = serializers.BooleanField(
        source="is_gone", help_text="The record is no longer shared: take it out where you keep it."
    )
    record = serializers.SerializerMethodField()
    grade = GradeMoveOut(
        allow_null=True,
        help_text="Of kind `graded` alone: departments are told of every scheme, associations of public ones.",
    )

    def to_representation(self, instance: Told) -> dict:
        if instance.about:
            looks.note([instance.about])
        return super().to_representation(instance)

    def get_record_id(self, one: Told) -> int | None:
        return one.change.record_id

    @extend_schema_field(RecordOut(allow_null=True))
    def get_record(self, one: Told) -> dict | None:
        return RecordOut(one.record).data if one.record else None


class ChangesOut(serializers.Serializer):
    """Changes in order, and the cursor to ask with next."""

    changes = ChangeOut(many=True)
    next = serializers.CharField(help_text="Keep it, and send it as `since` the next time.")
    more = serializers.BooleanField(
        help_text="More is there already: ask again at once. An answer may be empty and more be true."
    )
