import pgtrigger
from django.conf import settings
from django.contrib.postgres.fields import ArrayField, BigIntegerRangeField
from django.contrib.postgres.indexes import BrinIndex, GistIndex
from django.db import models
from django.db.models import F, Func
from django.utils.translation import gettext_lazy as _

from credit_platform.common.bilingual import in_readers_language


class CurrentTransactionId(Func):
    """The number of the running transaction, so that a seal never covers what may still be joined."""

    template = "pg_current_xact_id()::text::bigint"
    output_field = models.BigIntegerField()


class SpanOf(Func):
    """The keys that a text such as “1001-1500” stands for; NULL for any other text."""

    template = (
        "CASE WHEN %(expressions)s ~ '^[0-9]{1,18}-[0-9]{1,18}$' THEN int8range("
        "split_part(%(expressions)s, '-', 1)::bigint, split_part(%(expressions)s, '-', 2)::bigint, '[]') END"
    )
    output_field = BigIntegerRangeField()


class AuditEvent(models.Model):
    """Who did what to which thing, and when. Written in the same transaction as the deed, and never changed.

    One deed that was done to very many things at once is one event: its key of the thing is a span of keys, such
    as “1001-1500”. `credit_platform.audit.services.about` finds both kinds.

    Names are copied as text, so that the log still reads when a person or a thing is gone.
    """

    at = models.DateTimeField(_("at"), auto_now_add=True, db_index=True)
    actor = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        null=True,
        on_delete=models.DO_NOTHING,
        related_name="+",
        db_constraint=False,
    )
    actor_name = models.CharField(_("actor"), max_length=120)
    verb = models.CharField(_("verb"), max_length=80, db_index=True)
    target_type = models.CharField(_("kind of thing"), max_length=60)
    target_id = models.CharField(_("key of the thing"), max_length=60)
    #: From the sealed text and nothing else, so that nobody can move an event to other things unseen.
    targets = models.GeneratedField(
        expression=SpanOf(F("target_id")), output_field=BigIntegerRangeField(), db_persist=True
    )
    target_label = models.CharField(_("thing"), max_length=300)
    detail = models.JSONField(_("detail"), default=dict)
    request_id = models.CharField(_("request or task"), max_length=64, blank=True)
    transaction_id = models.BigIntegerField(db_default=CurrentTransactionId(), editable=False, db_index=True)

    class Meta:
        indexes = [
            models.Index(fields=("target_type", "target_id", "-at"), name="audit_of_one_thing"),
            GistIndex(
                fields=("targets",), condition=models.Q(targets__isnull=False), name="audit_of_many_things"
            ),
        ]
        triggers = [
            pgtrigger.Protect(
                name="audit_events_are_append_only", operation=pgtrigger.Update | pgtrigger.Delete
            )
        ]

    def __str__(self) -> str:
        return f"{self.actor_name} {self.verb} {self.target_label}"


class AuditSeal(models.Model):
    """A link of the hash chain: the digest of the events of a span of transactions and of the seal before.

    Changing an old event, adding one later or removing one breaks the seal of its span.
    Spans are of transactions and not of keys, because keys are handed out before a transaction ends.
    """

    after_transaction = models.BigIntegerField()
    before_transaction = models.BigIntegerField()
    count = models.IntegerField()
    digest = models.CharField(max_length=64)
    sealed_at = models.DateTimeField(auto_now_add=True)

    class Meta:
        triggers = [
            pgtrigger.Protect(
                name="audit_seals_are_append_only", operation=pgtrigger.Update | pgtrigger.Delete
            )
        ]

    def __str__(self) -> str:
        return f"{self.count} events, {self.digest[:12]}"


class AccessEntry(models.Model):
    """That somebody was shown what is not public about a subject. Written before the answer leaves, never changed.

    One row for each subject and look, with the keys of all its records that were shown: whoever asks "who
    looked at us" reads by subject, and a list of 25 records costs one INSERT. Names are copied as text.
    Kept for five years and longer (深圳经济特区社会信用条例 art. 45): nothing here removes a row.
    """

    class Way(models.TextChoices):
        PAGE = "page", _("On a page")
        API = "api", _("Through the interface for systems")
        EXPORT = "export", _("As an exported file")
        FILE = "file", _("As a document")
        WEBHOOK = "webhook", _("Sent to the body's system")

    at = models.DateTimeField(_("at"), db_default=models.functions.Now())
    actor = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        null=True,
        on_delete=models.DO_NOTHING,
        related_name="+",
        db_constraint=False,
    )
    actor_name = models.CharField(_("who looked"), max_length=120)
    body_id = models.BigIntegerField(_("key of the body"), null=True)
    body_zh = models.CharField(_("for which body"), max_length=200, blank=True)
    body_en = models.CharField(max_length=200, blank=True)
    subject_id = models.BigIntegerField(_("key of the entity"))
    subject_label = models.CharField(_("entity"), max_length=300)
    record_ids = ArrayField(models.BigIntegerField(), verbose_name=_("keys of the records"))
    way = models.CharField(_("by what way"), max_length=10, choices=Way)
    place = models.CharField(
        _("where"), max_length=80, blank=True, help_text=_("The name of the page's address.")
    )
    open_to_subject = models.BooleanField(
        help_text=_("Whether the entity may know of these records, and so of the look.")
    )
    request_id = models.CharField(_("request or task"), max_length=64, blank=True)

    class Meta:
        verbose_name = _("look")
        indexes = [
            models.Index(fields=("subject_id", "-at"), name="looks_at_a_subject"),
            models.Index(fields=("body_id", "-at"), name="looks_of_a_body"),
            # The rows lie in the order of time, so that a few pages tell where any day begins.
            BrinIndex(fields=("at",), name="looks_by_time"),
        ]
        triggers = [
            pgtrigger.Protect(name="looks_are_append_only", operation=pgtrigger.Update | pgtrigger.Delete)
        ]

    def __str__(self) -> str:
        return f"{self.actor_name} {self.subject_label}"

    @property
    def body_name(self) -> str:
        return in_readers_language(self.body_zh, self.body_en)
