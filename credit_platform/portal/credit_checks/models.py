"""Lists of entities that officers had checked, and what was found, kept for a while."""

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from credit_platform.portal.credit_checks import policies
from entities.models import Document, SubmittingBody


class CreditCheckQuerySet(models.QuerySet):
    def visible_to(self, user):
        """One's own, for as long as one is an official."""
        return self.filter(policies.checks_visible_to(user))


class CreditCheck(models.Model):
    """A list that was handed in for a stated purpose: the wish that it be checked, and then what came of it.

    A worker that takes it up sets the time of the next try first. Each batch of rows is a transaction that moves the
    counter on, so whoever comes after a worker that is lost goes on from there.
    """

    class State(models.TextChoices):
        WAITING = "waiting", _("Being checked")
        REFUSED = "refused", _("Not readable")
        READY = "ready", _("Ready")
        OVER = "over", _("No longer kept")

    LONGEST_PURPOSE = 200

    asked_by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    body = models.ForeignKey(SubmittingBody, on_delete=models.PROTECT, related_name="+")
    purpose = models.CharField(_("what for"), max_length=LONGEST_PURPOSE)
    asked_at = models.DateTimeField(_("asked for on"), auto_now_add=True)
    document = models.OneToOneField(
        Document, null=True, blank=True, on_delete=models.PROTECT, related_name="credit_check"
    )
    name = models.CharField(_("file"), max_length=200)
    rows_expected = models.PositiveIntegerField(default=0)
    rows_done = models.PositiveIntegerField(default=0)
    last_row = models.PositiveIntegerField(default=0, help_text=_("Number of the last row that is done."))
    matched = models.PositiveIntegerField(_("found"), default=0)
    ambiguous = models.PositiveIntegerField(_("possible by the name"), default=0)
    unknown = models.PositiveIntegerField(_("not found"), default=0)
    problem = models.JSONField(
        default=dict, blank=True, help_text=_("What stopped it: a sentence in each language.")
    )
    attempts = models.PositiveSmallIntegerField(default=0)
    next_attempt_at = models.DateTimeField(null=True, default=timezone.now)
    finished_at = models.DateTimeField(_("checked on"), null=True, blank=True)
    expires_at = models.DateTimeField(_("kept until"), null=True, blank=True)

    objects = CreditCheckQuerySet.as_manager()

    class Meta:
        verbose_name = _("credit check of a list")
        ordering = ("-asked_at", "-pk")
        constraints = [
            models.CheckConstraint(condition=~Q(purpose=""), name="a_credit_check_says_what_for"),
            models.CheckConstraint(
                condition=Q(next_attempt_at=None) | Q(finished_at=None),
                name="a_credit_check_that_is_done_does_not_wait",
            ),
        ]
        indexes = [
            models.Index(
                fields=("next_attempt_at",),
                condition=Q(next_attempt_at__isnull=False),
                name="credit_checks_that_wait",
            ),
            models.Index(fields=("asked_by", "-asked_at"), name="credit_checks_of_a_person"),
        ]

    def __str__(self) -> str:
        return self.name

    @property
    def state(self) -> State:
        if self.next_attempt_at is not None:
            return self.State.WAITING
        if self.problem:
            return self.State.REFUSED
        return self.State.READY if self.expires_at and self.expires_at > timezone.now() else self.State.OVER


class CheckedRow(models.Model):
    """A row of the list, which entity it means, and what stood about it on the day, as far as whoever asked may see.

    Keys of entities are copied, not pointed to: a merging does not move what was answered.
    """

    class Outcome(models.TextChoices):
        MATCHED = "matched", _("Found")
        AMBIGUOUS = "ambiguous", _("Possible by its name")
        UNKNOWN = "unknown", _("Not found")

    check_list = models.ForeignKey(CreditCheck, on_delete=models.CASCADE, related_name="rows")
    number = models.PositiveIntegerField(_("row"))
    typed_name = models.CharField(_("name as given"), max_length=200, blank=True)
    typed_code = models.CharField(_("code as given"), max_length=60, blank=True)
    outcome = models.CharField(_("outcome"), max_length=10, choices=Outcome)
    #: Of what was found: `code`, `zh`, `en`, `status`, `grades` (family → [[scheme zh, scheme en, grade]]),
    #: `lists` ([[type zh, type en]]), `penalties`, `others`. Of one that is possible, or of several: `candidates` ([[code, name]]).
    found = models.JSONField(default=dict)

    class Meta:
        verbose_name = _("checked row")
        constraints = [models.UniqueConstraint(fields=("check_list", "number"), name="a_row_is_checked_once")]
        indexes = [models.Index(fields=("check_list", "outcome", "number"), name="checked_rows_by_outcome")]

    def __str__(self) -> str:
        return f"{self.check_list}, {self.number}"
