from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from entities.models import RecordType, SubmittingBody
from entities.quality import policies


class QualityMonthQuerySet(models.QuerySet):
    def visible_to(self, user):
        """The lead office sees every body's figures, a body its own."""
        return self.filter(policies.figures_visible_to(user))


class QualityMonth(models.Model):
    """How one body's records of one type were in one month: counted by the clock, replaced by the next count.

    Records belong to the month in which they were published, withdrawals to that in which they were withdrawn.
    """

    body = models.ForeignKey(SubmittingBody, on_delete=models.CASCADE, related_name="+")
    record_type = models.ForeignKey(RecordType, on_delete=models.CASCADE, related_name="+")
    month = models.DateField(_("month"), help_text=_("Its first day."))
    published = models.PositiveIntegerField(default=0, help_text=_("Without corrections."))
    with_deadline = models.PositiveIntegerField(default=0)
    in_time = models.PositiveIntegerField(default=0)
    working_days = models.PositiveBigIntegerField(
        default=0, help_text=_("From decision to publication, of all that have a deadline together.")
    )
    required_places = models.PositiveBigIntegerField(default=0)
    required_filled = models.PositiveBigIntegerField(default=0)
    optional_places = models.PositiveBigIntegerField(default=0)
    optional_filled = models.PositiveBigIntegerField(default=0)
    corrected = models.PositiveIntegerField(default=0)
    withdrawn = models.PositiveIntegerField(default=0)
    counted_at = models.DateTimeField(auto_now_add=True)

    objects = QualityMonthQuerySet.as_manager()

    class Meta:
        verbose_name = _("quality of a month")
        ordering = ("month", "body", "record_type")
        constraints = [
            models.UniqueConstraint(
                fields=("body", "record_type", "month"), name="a_month_of_a_type_is_counted_once"
            ),
            models.CheckConstraint(
                condition=Q(in_time__lte=F("with_deadline")) & Q(with_deadline__lte=F("published")),
                name="what_was_in_time_had_a_deadline_and_was_published",
            ),
            models.CheckConstraint(
                condition=Q(required_filled__lte=F("required_places"))
                & Q(optional_filled__lte=F("optional_places")),
                name="no_more_places_are_filled_than_there_are",
            ),
            models.CheckConstraint(condition=Q(month__day=1), name="a_month_begins_on_its_first_day"),
        ]

    def __str__(self) -> str:
        return f"{self.body} {self.month:%Y-%m}"
