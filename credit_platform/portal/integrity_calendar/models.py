"""Days that the lead office puts into the calendar, each with the text on which it stands."""

from django.conf import settings
from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from credit_platform.common.bilingual import BilingualName, in_readers_language


class CalendarEntry(BilingualName):
    """A day or a stretch of days. It is never changed: it is taken out, and another one put in."""

    class Kind(models.TextChoices):
        CAMPAIGN = "campaign", _("Day or campaign of credit")
        DEADLINE = "deadline", _("Deadline")

    code = models.SlugField(max_length=60, blank=True, editable=False)
    kind = models.CharField(_("kind"), max_length=10, choices=Kind)
    about_zh = models.TextField(_("what it is about, in Chinese"), max_length=1000, blank=True)
    about_en = models.TextField(_("what it is about, in English"), max_length=1000, blank=True)
    place = models.CharField(_("place"), max_length=200, blank=True)
    starts_on = models.DateField(_("first day"))
    ends_on = models.DateField(_("last day"))
    is_yearly = models.BooleanField(
        _("every year"), default=False, help_text=_("On the same days of each year from the first one on.")
    )
    source = models.CharField(
        _("source"), max_length=300, help_text=_("The text or decision that says so, with its article.")
    )
    added_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, blank=True, on_delete=models.PROTECT, related_name="+"
    )
    added_at = models.DateTimeField(auto_now_add=True)
    taken_out_at = models.DateTimeField(null=True, blank=True)
    taken_out_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, blank=True, on_delete=models.PROTECT, related_name="+"
    )

    class Meta:
        verbose_name = _("entry of the calendar")
        ordering = ("starts_on", "pk")
        constraints = [
            models.UniqueConstraint(
                fields=("code",), condition=~Q(code=""), name="what_is_shipped_is_there_once"
            ),
            models.CheckConstraint(
                condition=Q(ends_on__gte=F("starts_on")), name="an_entry_ends_after_it_begins"
            ),
            models.CheckConstraint(condition=~Q(source=""), name="an_entry_has_a_source"),
            models.CheckConstraint(
                condition=Q(is_yearly=False) | Q(starts_on__year=F("ends_on__year")),
                name="what_comes_every_year_lies_within_one",
            ),
        ]

    @property
    def about(self) -> str:
        return in_readers_language(self.about_zh, self.about_en)
