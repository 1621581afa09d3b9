"""A restriction or closer watch that a department keeps up because of a record."""

from django.conf import settings
from django.db import models
from django.db.models import F, Q
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from agencies.measures import policies
from entities.models import CreditRecord, SubmittingBody


def stands_today() -> Q:
    """Neither lifted nor over by its own last day; one measure says the same by `stands`."""
    return Q(lifted_at=None) & (Q(until=None) | Q(until__gte=timezone.localdate()))


class MeasureQuerySet(models.QuerySet):
    def visible_to(self, user):
        """Because of records that this user may see; for officials and for the entity itself."""
        return self.filter(
            policies.measures_visible_to(user),
            record__in=CreditRecord.objects.visible_to(user).values("pk"),
        )

    def standing(self):
        """Neither lifted nor over by their own last day."""
        return self.filter(stands_today())


class Measure(models.Model):
    """One measure of one department because of one record. It stands no longer than the record is in force.

    `lifted_by` is None where the platform lifted it, because the record ended.
    """

    record = models.ForeignKey(CreditRecord, on_delete=models.PROTECT, related_name="measures")
    body = models.ForeignKey(SubmittingBody, on_delete=models.PROTECT, related_name="measures")
    title = models.CharField(_("measure"), max_length=200)
    legal_basis = models.CharField(_("legal basis"), max_length=500)
    noted_by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    since = models.DateField(_("since"), default=timezone.localdate)
    until = models.DateField(_("until"), null=True, blank=True, help_text=_("The last day; none if open."))
    lifted_at = models.DateTimeField(_("lifted at"), null=True, blank=True)
    lifted_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, blank=True, on_delete=models.PROTECT, related_name="+"
    )
    lifted_because = models.CharField(_("why it was lifted"), max_length=500, blank=True)

    objects = MeasureQuerySet.as_manager()

    class Meta:
        verbose_name = _("measure")
        ordering = ("-since", "-pk")
        constraints = [
            models.CheckConstraint(condition=~Q(legal_basis=""), name="a_measure_has_a_legal_basis"),
            models.CheckConstraint(
                condition=Q(until=None) | Q(until__gte=F("since")), name="a_measure_ends_after_it_began"
            ),
            models.CheckConstraint(
                condition=Q(lifted_by=None, lifted_because="")
                | Q(lifted_at__isnull=False, lifted_by__isnull=False) & ~Q(lifted_because=""),
                name="who_lifts_a_measure_says_why",
            ),
            models.UniqueConstraint(
                fields=("record", "body", "title"),
                condition=Q(lifted_at=None),
                name="a_measure_of_a_body_stands_once",
            ),
        ]

    def __str__(self) -> str:
        return self.title

    @property
    def stands(self) -> bool:
        """Whether it is neither lifted nor over by its own last day."""
        return self.lifted_at is None and (self.until is None or self.until >= timezone.localdate())

    @property
    def who_lifted(self) -> str:
        """The person, or the platform where the record ended; "" while it is not lifted."""
        if self.lifted_at is None:
            return ""
        return str(self.lifted_by or _("The platform"))
