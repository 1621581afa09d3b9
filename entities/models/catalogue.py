from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.utils.translation import gettext_lazy as _

from credit_platform.common.bilingual import BilingualName, in_readers_language
from entities.models.body import SubmittingBody


class SeverityClass(models.TextChoices):
    """The class of a misconduct record, which decides how long it is public."""

    NONE = "", _("No class")
    MINOR = "minor", _("Minor")
    GENERAL = "general", _("General")
    SERIOUS = "serious", _("Serious")


class LegalInstrument(BilingualName):
    """A law, regulation or notice on which collecting or publishing stands."""

    class Verification(models.TextChoices):
        VERIFIED = "V", _("Full text read")
        PARTIAL = "P", _("Public source, read in part")
        BACKGROUND = "B", _("Not verified")

    code = models.SlugField(_("code"), max_length=60, unique=True)
    number = models.CharField(_("document number"), max_length=80, blank=True)
    issuer = models.CharField(_("issuer"), max_length=120, blank=True)
    in_force_from = models.DateField(_("in force from"))
    in_force_to = models.DateField(_("in force to"), null=True, blank=True)
    source = models.CharField(_("source"), max_length=300, blank=True)
    verification = models.CharField(_("verification"), max_length=1, choices=Verification)

    class Meta:
        verbose_name = _("legal instrument")


class RecordType(BilingualName):
    """A kind of record that the catalogue knows. What is not in the catalogue is not collected."""

    class Polarity(models.TextChoices):
        NEGATIVE = "negative", _("Violation")
        POSITIVE = "positive", _("Commendation")
        NEUTRAL = "neutral", _("Neutral fact")

    class Family(models.TextChoices):
        PUBLIC = "public", _("Public credit information")
        MARKET = "market", _("Market credit information")

    code = models.SlugField(_("code"), max_length=60, unique=True)
    polarity = models.CharField(_("polarity"), max_length=10, choices=Polarity)
    family = models.CharField(_("family"), max_length=10, choices=Family, default=Family.PUBLIC)
    submitters = models.ManyToManyField(SubmittingBody, related_name="record_types", blank=True)

    class Meta:
        verbose_name = _("record type")
        ordering = ("code",)


class RecordTypeVersion(models.Model):
    """What the catalogue says of a record type from one day to another: basis, disclosure, deadline, fields.

    A record follows the version in force on its decision date.
    """

    class Disclosure(models.TextChoices):
        PUBLIC = "public", _("Public")
        SHARED = "shared", _("Shared within government")
        OWN = "own", _("The submitting body only")

    record_type = models.ForeignKey(RecordType, on_delete=models.PROTECT, related_name="versions")
    valid_from = models.DateField(_("valid from"))
    valid_to = models.DateField(_("valid to"), null=True, blank=True)
    instrument = models.ForeignKey(LegalInstrument, on_delete=models.PROTECT, related_name="record_types")
    article = models.CharField(_("article"), max_length=60, blank=True)
    disclosure = models.CharField(_("disclosure"), max_length=10, choices=Disclosure)
    submit_within_days = models.PositiveSmallIntegerField(
        _("to submit within, working days"), null=True, blank=True
    )
    extra_fields = models.JSONField(
        _("extra fields"),
        default=list,
        blank=True,
        help_text=_(
            "A list of {name, label_zh, label_en, type, required, choices, bodies, public_values}; "
            "type is text, date, money, code."
        ),
    )
    source = models.CharField(_("source"), max_length=300, blank=True)

    class Meta:
        verbose_name = _("version of a record type")
        ordering = ("record_type", "valid_from")
        constraints = [
            models.UniqueConstraint(
                fields=("record_type", "valid_from"), name="a_record_type_has_one_version_from_a_day"
            )
        ]

    def __str__(self) -> str:
        return f"{self.record_type}, {self.valid_from}"


class PublicityRule(models.Model):
    """How long a misconduct record is public, and from when it may be repaired early.

    One row a class and instrument; the row in force on the day of the question answers it,
    so that a change of law moves the dates of what is already in the registry.
    `entities.publicity` says which of several rows fits.
    """

    class Start(models.TextChoices):
        DECISION = "decision", _("the day of the decision")
        PUBLICITY = "publicity", _("the day of publication")

    code = models.SlugField(_("code"), max_length=60, unique=True)
    instrument = models.ForeignKey(LegalInstrument, on_delete=models.PROTECT, related_name="publicity_rules")
    article = models.CharField(_("article"), max_length=60, blank=True)
    publishing_system = models.CharField(_("publishing system"), max_length=40, default="CreditChina")
    precedence = models.PositiveSmallIntegerField(
        _("precedence"),
        default=10,
        help_text=_(
            "Of several rules that fit a record, the one with the smallest number governs on this platform."
        ),
    )
    record_types = models.ManyToManyField(RecordType, related_name="publicity_rules")
    submitters = models.ManyToManyField(
        SubmittingBody,
        related_name="+",
        blank=True,
        help_text=_("Only for records of these bodies; none: for all."),
    )
    severity_class = models.CharField(_("class"), max_length=10, choices=SeverityClass, blank=True)
    penalty_kinds = ArrayField(
        models.CharField(max_length=40),
        verbose_name=_("kinds of penalty"),
        default=list,
        blank=True,
        help_text=_("Only for these kinds; empty: for all."),
    )
    withholds = models.BooleanField(
        _("not published"),
        default=False,
        help_text=_("Such a record is shared within government, not made public."),
    )
    start = models.CharField(_("counts from"), max_length=10, choices=Start)
    min_months = models.PositiveSmallIntegerField(_("shortest publicity, months"), null=True, blank=True)
    max_months = models.PositiveSmallIntegerField(_("longest publicity, months"), null=True, blank=True)
    never_early = models.BooleanField(_("never repaired early"), default=False)
    valid_from = models.DateField(_("valid from"))
    valid_to = models.DateField(_("valid to"), null=True, blank=True)
    conditions_zh = models.TextField(_("conditions in Chinese"), blank=True)
    conditions_en = models.TextField(_("conditions in English"), blank=True)
    source = models.CharField(_("source"), max_length=300, blank=True)
    verification = models.CharField(max_length=1, choices=LegalInstrument.Verification)

    class Meta:
        verbose_name = _("publicity rule")
        ordering = ("valid_from", "code")

    def __str__(self) -> str:
        return self.code

    @property
    def conditions(self) -> str:
        return in_readers_language(self.conditions_zh, self.conditions_en)
