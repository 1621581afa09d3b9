import pgtrigger
from django.conf import settings
from django.db import models
from django.db.models import Func
from django.utils.translation import gettext_lazy as _


class CurrentTransactionId(Func):
    """The number of the running transaction, so that a seal never covers what may still be joined."""

    template = "pg_current_xact_id()::text::bigint"
    output_field = models.BigIntegerField()


class AuditEvent(models.Model):
    """Who did what to which thing, and when. Written in the same transaction as the deed, and never changed.

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
    target_label = models.CharField(_("thing"), max_length=300)
    detail = models.JSONField(_("detail"), default=dict)
    request_id = models.CharField(_("request or task"), max_length=64, blank=True)
    transaction_id = models.BigIntegerField(db_default=CurrentTransactionId(), editable=False, db_index=True)

    class Meta:
        indexes = [models.Index(fields=("target_type", "target_id", "-at"), name="audit_of_one_thing")]
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
