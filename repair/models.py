import pgtrigger
from django.conf import settings
from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from entities.models import CreditRecord, Document, Entity, SubmittingBody
from repair import policies


class CaseQuerySet(models.QuerySet):
    def visible_to(self, user):
        """The cases that the case policy lets this user see."""
        return self.filter(policies.cases_visible_to(user))


class Case(models.Model):
    """An entity's request about one record, from the first draft to the confirmed effect."""

    class Kind(models.TextChoices):
        REPAIR = "repair", _("Credit repair")
        OBJECTION = "objection", _("Objection")

    class State(models.TextChoices):
        DRAFT = "draft", _("Draft")
        SUBMITTED = "submitted", _("With the department")
        MORE_MATERIAL = "more_material", _("Waiting for material")
        PROPOSED = "proposed", _("Proposed for decision")
        GRANTED = "granted", _("Granted")
        REFUSED = "refused", _("Refused")
        APPEALED = "appealed", _("Under appeal")
        APPEAL_DISMISSED = "appeal_dismissed", _("Appeal dismissed")
        WITHDRAWN = "withdrawn", _("Withdrawn by the applicant")

    OPEN = (State.DRAFT, State.SUBMITTED, State.MORE_MATERIAL, State.PROPOSED, State.APPEALED)

    class Proposal(models.TextChoices):
        GRANT = "grant", _("Grant")
        REFUSE = "refuse", _("Refuse")

    number = models.CharField(_("case number"), max_length=40, unique=True)
    kind = models.CharField(_("kind"), max_length=12, choices=Kind)
    record = models.ForeignKey(CreditRecord, on_delete=models.PROTECT, related_name="cases")
    entity = models.ForeignKey(Entity, on_delete=models.PROTECT, related_name="cases")
    deciding_body = models.ForeignKey(SubmittingBody, on_delete=models.PROTECT, related_name="cases")
    opened_by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    opened_at = models.DateTimeField(auto_now_add=True)
    state = models.CharField(_("state"), max_length=20, choices=State, default=State.DRAFT)
    statement = models.TextField(_("what the applicant says"), blank=True)
    commitment_signed_by = models.CharField(_("commitment signed by"), max_length=80, blank=True)
    commitment_signed_at = models.DateTimeField(null=True, blank=True)
    proposal = models.CharField(_("proposal"), max_length=10, choices=Proposal, blank=True)
    proposed_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, blank=True, on_delete=models.PROTECT, related_name="+"
    )
    decided_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, blank=True, on_delete=models.PROTECT, related_name="+"
    )
    decided_at = models.DateTimeField(null=True, blank=True)
    reasons = models.TextField(_("reasons of the decision"), blank=True)
    submitted_at = models.DateTimeField(null=True, blank=True)
    due_on = models.DateField(_("due on"), null=True, blank=True, help_text=_("Of the step it is in."))
    due_is_provisional = models.BooleanField(
        default=False, help_text=_("The State Council has not yet published the calendar of a year it crosses.")
    )
    clock_rule = models.CharField(_("rule of the clock"), max_length=200, blank=True)
    paused_days_left = models.PositiveSmallIntegerField(
        null=True, blank=True, help_text=_("Working days that remain while the clock waits for the applicant.")
    )
    version = models.PositiveIntegerField(default=0, help_text=_("Rises with every step: a stale page is refused."))

    objects = CaseQuerySet.as_manager()

    class Meta:
        verbose_name = _("case")
        permissions = [("lent_case", "May read this case by name")]
        constraints = [
            models.UniqueConstraint(
                fields=("record", "kind"),
                condition=Q(state__in=("draft", "submitted", "more_material", "proposed", "appealed")),
                name="one_open_case_of_a_kind_per_record",
            ),
            models.CheckConstraint(
                condition=~Q(state__in=("granted", "refused", "appeal_dismissed")) | ~Q(reasons=""),
                name="a_decision_has_reasons",
            ),
            models.CheckConstraint(
                condition=Q(decided_by=None) | Q(proposed_by=None) | ~Q(decided_by=F("proposed_by")),
                name="who_proposes_does_not_decide",
            ),
        ]
        indexes = [models.Index(fields=("deciding_body", "state", "due_on"), name="cases_of_body")]

    def __str__(self) -> str:
        return self.number


class CaseStep(models.Model):
    """One step that a case took: append-only, the memory that everyone touched can read."""

    case = models.ForeignKey(Case, on_delete=models.PROTECT, related_name="steps")
    at = models.DateTimeField(auto_now_add=True)
    actor = models.ForeignKey(settings.AUTH_USER_MODEL, null=True, on_delete=models.PROTECT, related_name="+")
    actor_name = models.CharField(max_length=120)
    actor_body = models.ForeignKey(
        SubmittingBody, null=True, blank=True, on_delete=models.PROTECT, related_name="+"
    )
    action = models.CharField(max_length=30)
    source = models.CharField(max_length=20)
    target = models.CharField(max_length=20)
    note = models.TextField(blank=True)
    is_internal = models.BooleanField(default=False, help_text=_("Hidden from the applicant."))

    class Meta:
        ordering = ("at", "pk")
        triggers = [
            pgtrigger.Protect(name="case_steps_are_append_only", operation=pgtrigger.Update | pgtrigger.Delete)
        ]

    def __str__(self) -> str:
        return f"{self.case} {self.action}"


class CaseDocument(models.Model):
    """A paper that belongs to a case."""

    class Kind(models.TextChoices):
        COMMITMENT = "commitment", _("Credit commitment letter")
        PROOF = "proof", _("Proof of performance")
        OTHER = "other", _("Other")

    case = models.ForeignKey(Case, on_delete=models.PROTECT, related_name="documents")
    document = models.OneToOneField(Document, on_delete=models.PROTECT, related_name="case_document")
    kind = models.CharField(_("kind"), max_length=12, choices=Kind)
    added_at = models.DateTimeField(auto_now_add=True)

    def __str__(self) -> str:
        return f"{self.get_kind_display()}: {self.document}"


class CaseNumber(models.Model):
    """The last number given to a case of a kind in a year; locked while the next one is taken."""

    kind = models.CharField(max_length=12)
    year = models.PositiveSmallIntegerField()
    last = models.PositiveIntegerField(default=0)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=("kind", "year"), name="one_counter_for_a_kind_and_year")
        ]

    def __str__(self) -> str:
        return f"{self.kind} {self.year} {self.last}"
