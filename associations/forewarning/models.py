"""The notice that a member gets before what its association holds against it counts."""

from django.conf import settings
from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from associations.forewarning import policies
from entities.models import CreditRecord, Entity, RecordType, SubmittingBody


class Counting(models.TextChoices):
    """How the days of a term are counted."""

    WORKING = "working", _("working days")
    CALENDAR = "calendar", _("calendar days")


class NoticeTerm(models.Model):
    """How long a member has to put things right, from a day on.

    The law asks for an appropriate time and names no number (Taizhou 2020 art. 11), so the lead office sets it. A
    term that has begun is never edited: a newer one follows it.
    """

    Counting = Counting

    days = models.PositiveSmallIntegerField(_("days"))
    counting = models.CharField(_("counted in"), max_length=10, choices=Counting, default=Counting.WORKING)
    valid_from = models.DateField(_("valid from"), unique=True)
    reason = models.CharField(_("why"), max_length=300)
    set_by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    set_at = models.DateTimeField(auto_now_add=True)

    class Meta:
        verbose_name = _("time to put things right")
        ordering = ("-valid_from",)
        constraints = [
            models.CheckConstraint(condition=Q(days__gte=1), name="a_member_has_at_least_a_day"),
        ]

    def __str__(self) -> str:
        return f"{self.days} {self.get_counting_display()}, {self.valid_from}"


class PriorNoticeQuerySet(models.QuerySet):
    def visible_to(self, user):
        """For the association, for whoever acts for the member, and for the lead office."""
        return self.filter(policies.prior_notices_visible_to(user))


class PriorNotice(models.Model):
    """What a member is told before a negative record of its association counts, and what came of it.

    Says itself what the record says, because a record that is put right in time is never entered and leaves nothing
    else behind.
    """

    class State(models.TextChoices):
        TO_DELIVER = "to_deliver", _("To be delivered")
        RUNNING = "running", _("Time is running")
        CLAIMED = "claimed", _("Said to be put right")
        PUT_RIGHT = "put_right", _("Put right, not recorded")
        COUNTS = "counts", _("Recorded")
        TAKEN_BACK = "taken_back", _("Taken back")
        RETURNED = "returned", _("Returned to the association")

    OPEN = (State.TO_DELIVER, State.RUNNING, State.CLAIMED)
    Counting = Counting

    record = models.ForeignKey(
        CreditRecord, null=True, blank=True, on_delete=models.SET_NULL, related_name="prior_notices"
    )
    entity = models.ForeignKey(Entity, on_delete=models.PROTECT, related_name="prior_notices")
    body = models.ForeignKey(SubmittingBody, on_delete=models.PROTECT, related_name="prior_notices")
    record_type = models.ForeignKey(RecordType, on_delete=models.PROTECT, related_name="+")
    document_number = models.CharField(_("document number"), max_length=128)
    title = models.CharField(_("title"), max_length=300)
    facts = models.TextField(_("facts"), blank=True)
    legal_basis = models.CharField(_("basis"), max_length=500, blank=True)
    decided_on = models.DateField(_("decided on"))
    approved_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, on_delete=models.PROTECT, related_name="+"
    )
    approved_at = models.DateTimeField(_("approved at"), auto_now_add=True)
    days = models.PositiveSmallIntegerField(_("days to put it right"))
    counting = models.CharField(_("counted in"), max_length=10, choices=Counting)
    state = models.CharField(_("state"), max_length=12, choices=State, default=State.TO_DELIVER)
    told_on = models.DateField(_("told on"), null=True, blank=True)
    told_how = models.CharField(
        _("how it was delivered"), max_length=200, blank=True, help_text=_("Empty: on this platform.")
    )
    due_on = models.DateField(_("last day to put it right"), null=True, blank=True)
    claim = models.TextField(_("what the member says"), blank=True)
    claimed_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, blank=True, on_delete=models.PROTECT, related_name="+"
    )
    claimed_at = models.DateTimeField(null=True, blank=True)
    answer = models.CharField(_("what the association says"), max_length=500, blank=True)
    answered_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, blank=True, on_delete=models.PROTECT, related_name="+"
    )
    answered_at = models.DateTimeField(null=True, blank=True)
    reminded_on = models.DateField(null=True, blank=True)
    settled_on = models.DateField(null=True, blank=True)

    objects = PriorNoticeQuerySet.as_manager()

    class Meta:
        verbose_name = _("prior notice")
        ordering = ("-approved_at", "-pk")
        constraints = [
            models.UniqueConstraint(
                fields=("record",),
                condition=Q(state__in=("to_deliver", "running", "claimed")),
                name="a_record_is_told_of_once_at_a_time",
            ),
            models.CheckConstraint(
                condition=~Q(state__in=("to_deliver", "running", "claimed")) | Q(record__isnull=False),
                name="an_open_prior_notice_has_its_record",
            ),
            models.CheckConstraint(
                condition=~Q(state__in=("running", "claimed"))
                | Q(told_on__isnull=False, due_on__isnull=False),
                name="time_runs_from_the_day_of_telling",
            ),
            models.CheckConstraint(
                condition=Q(due_on=None) | Q(due_on__gt=F("told_on")),
                name="a_member_has_time_after_being_told",
            ),
            models.CheckConstraint(
                condition=Q(state__in=("to_deliver", "running", "claimed"), settled_on=None)
                | (~Q(state__in=("to_deliver", "running", "claimed")) & Q(settled_on__isnull=False)),
                name="a_prior_notice_is_open_or_settled",
            ),
        ]
        indexes = [
            models.Index(fields=("due_on",), condition=Q(state="running"), name="prior_notices_running_out"),
            models.Index(fields=("body", "-approved_at"), name="prior_notices_of_a_body"),
            models.Index(fields=("body", "record_type", "document_number"), name="prior_notices_by_number"),
        ]

    def __str__(self) -> str:
        return f"{self.record_type} {self.document_number}"

    @property
    def is_open(self) -> bool:
        return self.state in self.OPEN
