from django.conf import settings
from django.contrib.postgres.fields import ArrayField
from django.contrib.postgres.indexes import GinIndex, OpClass
from django.db import models
from django.db.models import Case, F, Func, Q, When
from django.db.models.functions import Cast, Upper
from django.db.models.lookups import LessThanOrEqual
from django.utils.translation import gettext, gettext_lazy as _

from credit_platform.ui.formats import day
from entities import policies
from entities.document_numbers import number_key_in_sql
from entities.models.body import SubmittingBody
from entities.models.catalogue import PublicityRule, RecordType, RecordTypeVersion, SeverityClass
from entities.models.entity import Entity

#: Details of so many bytes as text are kept short: an entry of an index has room for 2,700.
SHORT_DETAILS = 400


class CreditRecordQuerySet(models.QuerySet):
    def visible_to(self, user):
        """Only the rows that the record policy lets this user see."""
        return self.filter(policies.records_visible_to(user))

    def holding_their_number(self):
        """Records whose document number is used up: what a file put in that was taken back as a whole gives it free."""
        return self.exclude(status=CreditRecord.Status.WITHDRAWN, submission__state="taken_back")

    def public_on(self, day):
        """What anybody may see on that day: published, of a public type, within its publicity period."""
        return self.counting_on(day).filter(
            type_version__disclosure=RecordTypeVersion.Disclosure.PUBLIC,
            record_type__family=RecordType.Family.PUBLIC,
            withheld=False,
            suspended=False,
        )

    def counting_on(self, day):
        """Published records whose period covers the day: what may be shown within its scope, and weighed."""
        return self.filter(status=CreditRecord.Status.PUBLISHED, decided_on__lte=day).filter(
            Q(publish_until=None) | Q(publish_until__gte=day)
        )


class CreditRecord(models.Model):
    """One fact about an entity, as one body reported it.

    What a published record says is never edited. A body corrects it by a newer one with the same
    document number, which replaces it; a repair ends its publicity early. Every row stays,
    so that a rating of any day can be explained from what was known then.
    """

    class Status(models.TextChoices):
        DRAFT = "draft", _("Draft")
        WAITING = "waiting", _("Waiting for review")
        RETURNED = "returned", _("Returned")
        ANNOUNCED = "announced", _("Announced, not yet counting")
        PUBLISHED = "published", _("In force")
        REPLACED = "replaced", _("Replaced by a correction")
        REPAIRED = "repaired", _("Ended by repair")
        EXPIRED = "expired", _("Publicity period over")
        WITHDRAWN = "withdrawn", _("Withdrawn")
        ANNULLED = "annulled", _("Without basis")

    #: Not yet in the registry: seen and touched only by the body that is preparing them. What is announced was
    #: approved, and its entity told of it (`entities.announcing`); until that has run its time it counts nowhere.
    UNDER_PREPARATION = (Status.DRAFT, Status.WAITING, Status.RETURNED, Status.ANNOUNCED)
    SeverityClass = SeverityClass

    entity = models.ForeignKey(Entity, on_delete=models.PROTECT, related_name="records")
    # No index of its own: two others begin with it.
    submitted_by = models.ForeignKey(
        SubmittingBody, on_delete=models.PROTECT, related_name="records", db_index=False
    )
    record_type = models.ForeignKey(RecordType, on_delete=models.PROTECT, related_name="records")
    type_version = models.ForeignKey(RecordTypeVersion, on_delete=models.PROTECT, related_name="records")
    document_number = models.CharField(
        _("document number"), max_length=128, help_text=_("The body's own number for the decision.")
    )
    number_key = models.GeneratedField(
        expression=number_key_in_sql(F("document_number")),
        output_field=models.TextField(),
        db_persist=True,
        help_text=_("What all ways of writing the number have in common; by it the record is known."),
    )
    title = models.CharField(_("title"), max_length=300, help_text=_("What was decided, in one line."))
    facts = models.TextField(_("facts"), blank=True)
    legal_basis = models.CharField(_("legal basis"), max_length=500, blank=True)
    authority = models.CharField(_("deciding authority"), max_length=200, blank=True)
    severity_class = models.CharField(
        _("class"), max_length=10, choices=SeverityClass, blank=True, default=""
    )
    penalty_kinds = ArrayField(
        models.CharField(max_length=40), verbose_name=_("kinds of penalty"), default=list, blank=True
    )
    amount = models.DecimalField(_("amount in yuan"), max_digits=16, decimal_places=2, null=True, blank=True)
    decided_on = models.DateField(_("decided on"))
    published_on = models.DateField(_("published on"), null=True, blank=True)
    publish_until = models.DateField(
        _("public until"),
        null=True,
        blank=True,
        help_text=_("The last day on which it is public and weighed."),
    )
    publicity_rule = models.ForeignKey(
        PublicityRule,
        null=True,
        blank=True,
        on_delete=models.PROTECT,
        related_name="+",
        help_text=_("The rule that gave the last day."),
    )
    withheld = models.BooleanField(
        _("not published"),
        default=False,
        help_text=_("Its publicity rule lets it be shared, but not made public."),
    )
    details = models.JSONField(
        _("details"), default=dict, blank=True, help_text=_("The type's extra fields.")
    )
    short_details = models.GeneratedField(
        expression=Case(
            When(
                LessThanOrEqual(
                    Func(
                        Cast("details", models.TextField()),
                        function="octet_length",
                        output_field=models.IntegerField(),
                    ),
                    SHORT_DETAILS,
                ),
                then=F("details"),
            ),
        ),
        output_field=models.JSONField(),
        db_persist=True,
        null=True,
    )
    status = models.CharField(_("status"), max_length=10, choices=Status, default=Status.DRAFT)
    ended_on = models.DateField(_("ended on"), null=True, blank=True)
    ended_because = models.CharField(_("ended because"), max_length=500, blank=True)
    archived_on = models.DateField(
        _("archived on"), null=True, blank=True, help_text=_("Since then no body works with it.")
    )
    deleted_on = models.DateField(
        _("deleted on"),
        null=True,
        blank=True,
        help_text=_("Since then only figures are left of it: no words, no name, no number of a document."),
    )
    objected = models.BooleanField(_("under objection"), default=False)
    suspended = models.BooleanField(
        _("disclosure suspended"),
        default=False,
        db_default=False,
        help_text=_(
            "While an objection is checked: shown to nobody but its body, its entity and the lead office."
        ),
    )
    replaces = models.ForeignKey(
        "self", null=True, blank=True, on_delete=models.PROTECT, related_name="replaced_by"
    )
    correction_reason = models.CharField(_("why it corrects"), max_length=500, blank=True)
    # No index of its own: the one by row begins with it.
    submission = models.ForeignKey(
        "entities.Submission",
        null=True,
        blank=True,
        on_delete=models.PROTECT,
        related_name="records",
        db_index=False,
    )
    row_number = models.PositiveIntegerField(_("row in the file"), null=True, blank=True)
    entered_by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    entered_at = models.DateTimeField(auto_now_add=True)
    reviewed_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, blank=True, on_delete=models.PROTECT, related_name="+"
    )
    reviewed_at = models.DateTimeField(null=True, blank=True)
    review_note = models.CharField(_("reviewer's note"), max_length=500, blank=True)

    objects = CreditRecordQuerySet.as_manager()

    class Meta:
        verbose_name = _("credit record")
        constraints = [
            models.UniqueConstraint(
                fields=("submitted_by", "record_type", "number_key"),
                condition=Q(status="published"),
                name="one_record_in_force_per_document_number",
            ),
            models.UniqueConstraint(
                fields=("submitted_by", "record_type", "number_key"),
                condition=Q(status__in=("draft", "waiting", "returned", "announced")),
                name="one_record_in_preparation_per_document_number",
            ),
            models.CheckConstraint(
                condition=Q(publish_until=None) | Q(publish_until__gte=F("decided_on")),
                name="record_public_until_after_it_was_decided",
            ),
            models.CheckConstraint(
                condition=Q(reviewed_by=None) | ~Q(reviewed_by=F("entered_by")),
                name="nobody_reviews_their_own_record",
            ),
            models.CheckConstraint(
                condition=Q(status__in=("draft", "waiting", "returned", "announced"))
                | Q(published_on__isnull=False),
                name="a_record_in_the_registry_has_its_day_of_publication",
            ),
            models.CheckConstraint(
                condition=Q(amount=None) | Q(amount__gte=0), name="record_amount_is_not_negative"
            ),
            models.CheckConstraint(
                condition=Q(suspended=False) | Q(objected=True),
                name="only_what_is_under_objection_is_suspended",
            ),
            models.CheckConstraint(
                condition=Q(archived_on=None) | Q(ended_on__isnull=False),
                name="only_what_is_over_is_archived",
            ),
            models.CheckConstraint(
                condition=Q(deleted_on=None) | Q(archived_on__isnull=False),
                name="what_is_deleted_is_archived_too",
            ),
        ]
        indexes = [
            models.Index(fields=("entity", "status", "decided_on"), name="record_of_entity"),
            models.Index(fields=("submitted_by", "status", "-entered_at"), name="record_of_body"),
            models.Index(fields=("submission", "row_number"), name="record_of_a_row"),
            # Whatever its status: a file of a million rows asks for each whether its number is there.
            models.Index(fields=("submitted_by", "record_type", "number_key"), name="record_by_number"),
            models.Index(
                fields=("publish_until",), condition=Q(status="published"), name="record_in_force_until"
            ),
            # All that a rating looks at, so that a whole city is rated without opening its records.
            models.Index(
                fields=("entity", "id"),
                include=(
                    "record_type",
                    "type_version",
                    "severity_class",
                    "penalty_kinds",
                    "amount",
                    "objected",
                    "decided_on",
                    "published_on",
                    "publish_until",
                    "short_details",
                ),
                condition=Q(status="published"),
                name="records_in_force_as_rated",
            ),
            # What the nightly work of retention looks for, type by type; hardly anything of either is ever due.
            models.Index(
                fields=("type_version", "ended_on", "id"),
                include=("decided_on",),
                condition=Q(ended_on__isnull=False, archived_on=None),
                name="ended_and_not_archived",
            ),
            models.Index(
                fields=("type_version", "ended_on", "id"),
                include=("decided_on",),
                condition=Q(ended_on__isnull=False, deleted_on=None),
                name="ended_and_not_deleted",
            ),
            models.Index(fields=("-decided_on", "-id"), name="record_newest_first"),
            # A list of a few hundred among millions of penalties.
            models.Index(
                fields=("record_type", "-decided_on", "-id"),
                condition=Q(status="published"),
                name="record_of_type_newest_first",
            ),
            models.Index(fields=("submitted_by", "-decided_on", "-id"), name="record_of_body_newest_first"),
            GinIndex(
                OpClass(Upper("document_number"), name="gin_trgm_ops"),
                OpClass(Upper("title"), name="gin_trgm_ops"),
                name="record_trigrams",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.record_type} {self.document_number}"

    @property
    def heading(self) -> str:
        """The title; of what was deleted since, when and by which rule."""
        if self.deleted_on is None:
            return self.title
        version = self.type_version
        rule = version.instrument.number or str(version.instrument)
        said = gettext("Deleted on %(day)s by the rule of %(type)s since %(since)s (%(rule)s)")
        return said % {
            "day": day(self.deleted_on),
            "type": self.record_type,
            "since": day(version.valid_from),
            "rule": rule,
        }
