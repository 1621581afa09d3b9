"""What each night's work of retention did, held back and found to come."""

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _, pgettext_lazy

from entities.models import RecordType
from entities.retention import policies
from entities.retention.dates import DateKind
from entities.retention.others import label_of_other


class NightQuerySet(models.QuerySet):
    def visible_to(self, user):
        """Only the lead office answers for what is archived and deleted."""
        return self.filter(policies.nights_visible_to(user))


class Night(models.Model):
    """One day's work, written before it begins: whoever finds it unfinished goes on with it.

    All that was over by the beginning of the day is due in it; what ends during the day is for the next.
    """

    day = models.DateField(_("day"), unique=True)
    since = models.DateField(_("counts what ended since"), help_text=_("The day of the night before it."))
    begun_at = models.DateTimeField(_("begun at"), auto_now_add=True)
    finished_at = models.DateTimeField(_("finished at"), null=True, blank=True)

    objects = NightQuerySet.as_manager()

    class Meta:
        verbose_name = _("night of retention")
        ordering = ("-day",)
        constraints = [
            models.CheckConstraint(
                condition=Q(since__lt=models.F("day")), name="a_night_counts_from_a_day_before"
            )
        ]

    def __str__(self) -> str:
        return f"{self.day}"


class Tally(models.Model):
    """How many records of one type, or papers of one kind (`kept`), met one thing in a night."""

    class What(models.TextChoices):
        DONE = "done", _("Done")
        HELD = "held", _("Held back")
        UNSET = "unset", _("No period is known")
        COMING = "coming", _("Due in the next 30 days")

    night = models.ForeignKey(Night, on_delete=models.CASCADE, related_name="tallies")
    record_type = models.ForeignKey(
        RecordType, null=True, blank=True, on_delete=models.PROTECT, related_name="+"
    )
    kept = models.CharField(_("papers"), max_length=40, blank=True)
    what = models.CharField(_("what"), max_length=10, choices=What)
    kind = models.CharField(_("which date"), max_length=10, choices=DateKind)
    hold = models.CharField(_("held by"), max_length=40, blank=True)
    records = models.PositiveBigIntegerField(_("how many"))

    class Meta:
        verbose_name = _("tally of a night")
        ordering = ("night", "what", "kind", "record_type", "hold")
        constraints = [
            models.UniqueConstraint(
                fields=("night", "record_type", "kept", "what", "kind", "hold"),
                name="a_night_counts_each_thing_once",
                nulls_distinct=False,
            ),
            models.CheckConstraint(
                condition=Q(record_type=None) & ~Q(kept="") | Q(record_type__isnull=False, kept=""),
                name="a_tally_is_of_records_or_of_papers",
            ),
            models.CheckConstraint(
                condition=Q(what="held") & ~Q(hold="") | ~Q(what="held") & Q(hold=""),
                name="what_is_held_back_says_by_what",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.night}: {self.what} {self.kind} {self.records}"

    @property
    def of(self) -> str:
        """What was counted, as a reader calls it."""
        return label_of_other(self.kept) if self.kept else str(self.record_type)


class KeepingPeriod(models.Model):
    """For how many months papers of a kind are kept, from a day on: the lead office's own decision.

    The law asks for the shortest time that the purpose needs and names no number (personal information law 2021
    art. 19). A period that has begun is never edited: a newer one follows it.
    """

    what = models.CharField(_("papers"), max_length=40)
    months = models.PositiveSmallIntegerField(
        pgettext_lazy("a length of time", "months"),
        null=True,
        blank=True,
        help_text=_("Empty: nothing is deleted from that day on."),
    )
    valid_from = models.DateField(_("valid from"))
    reason = models.CharField(_("on which decision or text it stands"), max_length=300)
    set_by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    set_at = models.DateTimeField(auto_now_add=True)

    class Meta:
        verbose_name = _("time for which papers are kept")
        ordering = ("-valid_from", "what")
        constraints = [
            models.UniqueConstraint(
                fields=("what", "valid_from"), name="one_period_of_papers_begins_on_a_day"
            ),
            models.CheckConstraint(
                condition=Q(months=None) | Q(months__gte=1), name="papers_are_kept_for_at_least_a_month"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.what}: {self.months}, {self.valid_from}"

    @property
    def label(self) -> str:
        return label_of_other(self.what)
