"""Credit reports and the codes by which an entity lets others read them."""

from django.conf import settings
from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.db.models import Q
from django.utils import timezone
from django.utils.translation import gettext_lazy as _, pgettext_lazy

from entities.models import Entity
from repair.letters.models import Paper, typed_and_signed_or_waits


class Part(models.TextChoices):
    """What a report may tell of. Registration and lists stand in every report."""

    GRADES = "grades", _("Grades")
    PENALTIES = "penalties", _("Penalties")
    COMMENDATIONS = "commendations", _("Commendations")
    LICENCES = "licences", _("Licences")
    INSPECTIONS = "inspections", _("Inspections")
    ANNOUNCED = "announced", _("Grades that departments announced")
    COMMITMENTS = "commitments", _("Commitments")
    OTHER = "other", _("Other records")


class LentCodeQuerySet(models.QuerySet):
    def good_at(self, moment):
        """The codes that open a report at that moment."""
        return self.filter(revoked_at=None, expires_at__gt=moment)


class LentCode(models.Model):
    """A code by which an entity lets somebody read a report about it: of chosen parts, for a time, until revoked.

    The code itself is shown once and not kept.
    """

    entity = models.ForeignKey(Entity, on_delete=models.PROTECT, related_name="lent_codes")
    for_whom = models.CharField(_("for whom"), max_length=120)
    parts = ArrayField(models.CharField(max_length=20, choices=Part), verbose_name=_("what it opens"))
    also_unpublished = models.BooleanField(
        _("also what is not public"),
        default=False,
        help_text=_(
            "Records that departments share among themselves, and what associations say of their members."
        ),
    )
    digest = models.CharField(max_length=64, unique=True, editable=False)
    ending = models.CharField(max_length=4, editable=False)
    lent_by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    lent_at = models.DateTimeField(_("lent on"), auto_now_add=True)
    expires_at = models.DateTimeField(_("good until"))
    revoked_at = models.DateTimeField(null=True, blank=True)

    objects = LentCodeQuerySet.as_manager()

    class Meta:
        verbose_name = _("code for credit reports")
        ordering = ("-lent_at", "-pk")
        constraints = [
            models.CheckConstraint(
                condition=Q(expires_at__gt=models.F("lent_at")), name="a_lent_code_is_good_for_a_while"
            )
        ]

    def __str__(self) -> str:
        return f"…{self.ending}"

    @property
    def is_good(self) -> bool:
        return self.revoked_at is None and self.expires_at > timezone.now()

    @property
    def part_labels(self) -> list[str]:
        return [str(Part(part).label) for part in self.parts]


class CreditReport(Paper):
    """What stood on record about an entity on a day, as far as this report reaches; numbered and signed as a letter is.

    `fingerprint` tells what it says apart from what it is called and of which day it is: as long as the same
    question gives the same fingerprint, the report is current.
    """

    class Kind(models.TextChoices):
        EXTRACT = "extract", pgettext_lazy("a credit report", "Public extract")
        OWN = "own", pgettext_lazy("a credit report", "Credit report for the business itself")
        AUTHORISED = (
            "authorised",
            pgettext_lazy("a credit report", "Credit report by leave of the business"),
        )

    kind = models.CharField(_("kind"), max_length=12, choices=Kind)
    entity = models.ForeignKey(Entity, on_delete=models.PROTECT, related_name="credit_reports")
    as_of = models.DateField(_("as of"))
    fingerprint = models.CharField(max_length=64)
    record_ids = ArrayField(
        models.BigIntegerField(), default=list, help_text=_("Of what it tells, for the access log.")
    )
    code = models.ForeignKey(
        LentCode, null=True, blank=True, on_delete=models.PROTECT, related_name="reports"
    )
    asked_by = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        null=True,
        blank=True,
        on_delete=models.PROTECT,
        related_name="+",
        help_text=_("Empty: somebody who was not signed in."),
    )

    class Meta:
        verbose_name = _("credit report")
        ordering = ("-issued_at", "-pk")
        constraints = [
            typed_and_signed_or_waits("a_report_is_typed_and_signed_or_waits"),
            models.CheckConstraint(
                condition=Q(kind="authorised", code__isnull=False) | ~Q(kind="authorised") & Q(code=None),
                name="a_report_by_leave_names_its_code",
            ),
            models.UniqueConstraint(
                fields=("entity", "kind", "fingerprint", "as_of"),
                condition=Q(code=None),
                name="the_same_report_of_a_day_is_issued_once",
            ),
        ]
        indexes = [
            models.Index(fields=("next_attempt_at",), condition=Q(document=None), name="reports_that_wait")
        ]


class CodeUse(models.Model):
    """One time that somebody read with a lent code; the entity sees each."""

    class What(models.TextChoices):
        OPENED = "opened", _("opened a report")
        READ = "read", _("read it again")
        FILE = "file", _("took the PDF")

    code = models.ForeignKey(LentCode, on_delete=models.CASCADE, related_name="uses")
    report = models.ForeignKey(CreditReport, on_delete=models.PROTECT, related_name="uses")
    what = models.CharField(max_length=8, choices=What)
    who = models.CharField(_("who"), max_length=120, help_text=_("As they named themselves."))
    why = models.CharField(_("what for"), max_length=200)
    user = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, blank=True, on_delete=models.PROTECT, related_name="+"
    )
    at = models.DateTimeField(auto_now_add=True)

    class Meta:
        verbose_name = _("use of a code")
        ordering = ("-at", "-pk")

    def __str__(self) -> str:
        return f"{self.who}, {self.get_what_display()}"
