"""What each night's work of retention did, held back and found to come."""

from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from entities.models import RecordType
from entities.retention import policies
from entities.retention.dates import DateKind


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
    """How many records of one type met one thing in a night."""

    class What(models.TextChoices):
        DONE = "done", _("Done")
        HELD = "held", _("Held back")
        UNSET = "unset", _("No period is known")
        COMING = "coming", _("Due in the next 30 days")

    night = models.ForeignKey(Night, on_delete=models.CASCADE, related_name="tallies")
    record_type = models.ForeignKey(RecordType, on_delete=models.PROTECT, related_name="+")
    what = models.CharField(_("what"), max_length=10, choices=What)
    kind = models.CharField(_("which date"), max_length=10, choices=DateKind)
    hold = models.CharField(_("held by"), max_length=40, blank=True)
    records = models.PositiveBigIntegerField(_("records"))

    class Meta:
        verbose_name = _("tally of a night")
        ordering = ("night", "what", "kind", "record_type", "hold")
        constraints = [
            models.UniqueConstraint(
                fields=("night", "record_type", "what", "kind", "hold"),
                name="a_night_counts_each_thing_once",
            ),
            models.CheckConstraint(
                condition=Q(what="held") & ~Q(hold="") | ~Q(what="held") & Q(hold=""),
                name="what_is_held_back_says_by_what",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.night}: {self.what} {self.kind} {self.records}"
