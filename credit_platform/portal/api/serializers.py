"""Shapes of what anybody may read. Records have the columns of the files of open data, under the same names."""

from rest_framework import serializers

from credit_platform.portal.following import Told
from credit_platform.portal.stories.models import Story
from entities.models import CreditRecord, Entity


class PublicRecordOut(serializers.ModelSerializer):
    """One public record. Take it out of your copy after `publish_until`, and when a change says that it is gone."""

    record_type = serializers.CharField(source="record_type.code")
    credit_code = serializers.CharField(source="entity.credit_code")
    name = serializers.CharField(source="entity.name_zh")
    authority = serializers.SerializerMethodField()
    under_objection = serializers.BooleanField(source="objected")
    statement = serializers.CharField(help_text="What the entity itself says of the record, or empty.")
    changed_at = serializers.DateTimeField(
        help_text="When what stands here changed last: the record, its marks and last day, the words beside it, or the name."
    )

    class Meta:
        model = CreditRecord
        fields = (
            "id", "record_type", "credit_code", "name", "document_number", "title", "class", "amount", "authority",
            "decided_on", "publish_until", "under_objection", "statement", "changed_at",
        )  # fmt: skip
        read_only_fields = fields

    def get_fields(self):
        # `class` is a word of the language, so it cannot be an attribute.
        declared = serializers.CharField(
            source="severity_class", help_text="`minor`, `general`, `serious`, or empty."
        )
        self._declared_fields = self._declared_fields | {"class": declared}
        return super().get_fields()

    def get_authority(self, record: CreditRecord) -> str:
        return record.authority or str(record.submitted_by)


class PublicStoryOut(serializers.ModelSerializer):
    """One story, in both languages. It is gone after `shown_until`, or before, as soon as it no longer holds."""

    credit_code = serializers.CharField(source="entity.credit_code")
    name = serializers.CharField(source="entity.name_zh")
    told_by = serializers.CharField(source="body.code", help_text="Code of the body that proposed it.")

    class Meta:
        model = Story
        fields = (
            "number", "credit_code", "name", "told_by", "title_zh", "title_en", "text_zh", "text_en", "consented_on",
            "published_on", "shown_until",
        )  # fmt: skip
        read_only_fields = fields


class PublicEntityOut(serializers.ModelSerializer):
    """What the register says of an entity to everybody."""

    name = serializers.CharField(source="name_zh")

    class Meta:
        model = Entity
        fields = ("credit_code", "name", "status", "legal_form", "district", "registered_on")
        read_only_fields = fields


class PublicChangeOut(serializers.Serializer):
    """One change: a record as it stands today, the number of one that is gone, or a new fact of an entity."""

    at = serializers.DateTimeField(source="change.at")
    record_id = serializers.IntegerField(source="change.record_id", allow_null=True)
    gone = serializers.BooleanField(
        source="is_gone", help_text="This record is not public: take it out, if you have it."
    )
    record = PublicRecordOut(allow_null=True)
    credit_code = serializers.SerializerMethodField(help_text="Null with a record that is gone.")
    name = serializers.SerializerMethodField()
    status = serializers.SerializerMethodField(help_text="Of the entity in the register.")
    merged_into = serializers.SerializerMethodField(
        help_text="The code of the entity in which this one went up."
    )

    def get_credit_code(self, one: Told) -> str | None:
        return one.entity.credit_code if one.entity else None

    def get_name(self, one: Told) -> str | None:
        return one.entity.name_zh if one.entity else None

    def get_status(self, one: Told) -> str | None:
        return one.entity.status if one.entity else None

    def get_merged_into(self, one: Told) -> str | None:
        return one.entity.merged_into.credit_code if one.entity and one.entity.merged_into else None


class PublicChangesOut(serializers.Serializer):
    """Changes in order, and the cursor to ask with next."""

    changes = PublicChangeOut(many=True)
    next = serializers.CharField(help_text="Keep it, and send it as `since` the next time.")
    more = serializers.BooleanField(
        help_text="More is there already: ask again at once. An answer may be empty and more be true."
    )
