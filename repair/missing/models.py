import pgtrigger
from django.conf import settings
from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext, gettext_lazy as _, pgettext_lazy

from entities.document_numbers import number_key_in_sql
from entities.models import CreditRecord, Document, Entity, RecordType, SubmittingBody
from repair.missing import policies


class MissingRecordQuerySet(models.QuerySet):
    def visible_to(self, user):
        """What the user may read of: see `repair.missing.policies`."""
        return self.filter(policies.missing_visible_to(user))

    def open(self):
        """What its body has not answered, or what the lead office has not decided on appeal."""
        return self.filter(state__in=MissingRecord.OPEN)


class MissingRecord(models.Model):
    """What an entity says of a record that should be in the registry and is not, from the filing to the answer.

    The entity names the body that made the decision; that body enters the record or says why it does not.
    """

    class State(models.TextChoices):
        FILED = "filed", _("With the body")
        ENTERED = "entered", _("The record is in the registry")
        REFUSED = "refused", pgettext_lazy("answer about a missing record", "Not entered")
        WITHDRAWN = "withdrawn", _("Withdrawn by the applicant")
        APPEALED = "appealed", _("Under appeal")
        APPEAL_DISMISSED = "appeal_dismissed", _("Appeal dismissed")

    OPEN = (State.FILED, State.APPEALED)

    number = models.CharField(_("number"), max_length=40, unique=True)
    entity = models.ForeignKey(Entity, on_delete=models.PROTECT, related_name="missing_records")
    body = models.ForeignKey(SubmittingBody, on_delete=models.PROTECT, related_name="missing_records")
    record_type = models.ForeignKey(RecordType, on_delete=models.PROTECT, related_name="+")
    document_number = models.CharField(_("document number"), max_length=128, blank=True)
    number_key = models.GeneratedField(
        expression=number_key_in_sql(F("document_number")),
        output_field=models.TextField(),
        db_persist=True,
        help_text=_("What all ways of writing the number have in common; by it the record is known."),
    )
    decided_on = models.DateField(_("decided on"), null=True, blank=True)
    statement = models.TextField(_("what the applicant says"))
    paper = models.OneToOneField(
        Document, null=True, blank=True, on_delete=models.PROTECT, related_name="missing_record"
    )
    opened_by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    filed_at = models.DateTimeField(auto_now_add=True)
    state = models.CharField(_("state"), max_length=20, choices=State, default=State.FILED)
    due_on = models.DateField(_("due on"))
    due_is_provisional = models.BooleanField(default=False)
    rule = models.SlugField(_("rule"), max_length=60, help_text=_("Its row among the rules of clocks."))
    reminded_at = models.DateTimeField(null=True, blank=True)
    overdue_told_at = models.DateTimeField(null=True, blank=True)
    record = models.ForeignKey(
        CreditRecord, null=True, blank=True, on_delete=models.PROTECT, related_name="asked_for"
    )
    answered_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, blank=True, on_delete=models.PROTECT, related_name="+"
    )
    answered_at = models.DateTimeField(null=True, blank=True)
    reasons = models.TextField(_("reasons"), blank=True)
    appealed_at = models.DateTimeField(null=True, blank=True)
    appeal_statement = models.TextField(_("reasons of the appeal"), blank=True)
    appeal_decided_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, blank=True, on_delete=models.PROTECT, related_name="+"
    )
    appeal_decided_at = models.DateTimeField(null=True, blank=True)
    appeal_reasons = models.TextField(_("reasons of the decision on the appeal"), blank=True)

    objects = MissingRecordQuerySet.as_manager()

    class Meta:
        verbose_name = _("missing record")
        ordering = ("-filed_at", "-pk")
        constraints = [
            models.CheckConstraint(
                condition=Q(state="entered", record__isnull=False, answered_by__isnull=False)
                | Q(
                    state__in=("refused", "appealed", "appeal_dismissed"),
                    record=None,
                    answered_by__isnull=False,
                )
                & ~Q(reasons="")
                | Q(state__in=("filed", "withdrawn"), record=None, answered_by=None),
                name="an_answer_is_a_record_or_has_reasons",
            ),
            models.CheckConstraint(
                condition=~Q(state="appealed") | ~Q(appeal_statement=""),
                name="an_appeal_about_a_missing_record_says_why",
            ),
            models.CheckConstraint(
                condition=~Q(state="appeal_dismissed")
                | Q(appeal_decided_by__isnull=False) & ~Q(appeal_reasons=""),
                name="a_decision_about_a_missing_record_has_reasons",
            ),
            models.UniqueConstraint(
                fields=("entity", "body", "record_type", "number_key"),
                condition=Q(state="filed"),
                name="a_missing_record_is_asked_for_once",
            ),
        ]
        indexes = [
            models.Index(fields=("body", "due_on"), condition=Q(state="filed"), name="missing_of_body")
        ]

    def __str__(self) -> str:
        return self.number

    @property
    def is_open(self) -> bool:
        return self.state in self.OPEN

    @property
    def is_of_market_information(self) -> bool:
        """Whether it is asked of an association, on which nobody else decides."""
        return self.record_type.family == RecordType.Family.MARKET


class MissingStep(models.Model):
    """One step from the filing to the last answer: append-only, and kept when an appeal opens all of it anew."""

    missing = models.ForeignKey(MissingRecord, on_delete=models.PROTECT, related_name="steps")
    at = models.DateTimeField(auto_now_add=True)
    actor = models.ForeignKey(settings.AUTH_USER_MODEL, null=True, on_delete=models.PROTECT, related_name="+")
    actor_name = models.CharField(max_length=120)
    action = models.CharField(max_length=30)
    source = models.CharField(max_length=20, blank=True)
    target = models.CharField(max_length=20)
    note = models.TextField(blank=True)
    was_due_on = models.DateField(null=True, help_text=_("The day by which this step was to be taken."))

    class Meta:
        ordering = ("at", "pk")
        triggers = [
            pgtrigger.Protect(
                name="steps_about_what_is_missing_are_append_only",
                operation=pgtrigger.Update | pgtrigger.Delete,
            )
        ]

    def __str__(self) -> str:
        return f"{self.missing} {self.action}"

    @property
    def who(self) -> str:
        """The actor's name in the reader's language."""
        return str(self.actor) if self.actor else gettext("The platform")
