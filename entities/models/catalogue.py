from datetime import date

from django.conf import settings
from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _, pgettext_lazy

from credit_platform.common.bilingual import BilingualName, in_readers_language
from entities.models.body import SubmittingBody


class SeverityClass(models.TextChoices):
    """The class of a misconduct record, which decides how long it is public."""

    NONE = "", _("No class")
    MINOR = "minor", _("Minor")
    GENERAL = "general", _("General")
    SERIOUS = "serious", _("Serious")


class Verification(models.TextChoices):
    """How far somebody has held an entry against the text of the law."""

    VERIFIED = "V", _("Full text read")
    PARTIAL = "P", _("Public source, read in part")
    BACKGROUND = "B", _("Not verified")


def in_force_on(day: date) -> Q:
    """The versions that hold on the day, for whatever has `valid_from` and `valid_to`."""
    return Q(valid_from__lte=day) & (Q(valid_to=None) | Q(valid_to__gte=day))


class LegalInstrument(BilingualName):
    """A law, regulation or notice on which collecting or publishing stands."""

    Verification = Verification

    code = models.SlugField(_("code"), max_length=60, unique=True)
    number = models.CharField(_("document number"), max_length=80, blank=True)
    issuer = models.CharField(_("issuer"), max_length=120, blank=True)
    in_force_from = models.DateField(_("in force from"))
    in_force_to = models.DateField(_("in force to"), null=True, blank=True)
    source = models.CharField(_("source"), max_length=300, blank=True)
    verification = models.CharField(_("verification"), max_length=1, choices=Verification)
    verified_by = models.CharField(_("verified by"), max_length=120, blank=True)
    verified_on = models.DateField(_("verified on"), null=True, blank=True)
    replaces = models.ForeignKey(
        "self", null=True, blank=True, on_delete=models.PROTECT, related_name="replaced_by"
    )

    class Meta:
        verbose_name = _("legal instrument")
        ordering = ("-in_force_from", "code")
        constraints = [
            models.CheckConstraint(
                condition=Q(in_force_to=None) | Q(in_force_to__gte=F("in_force_from")),
                name="an_instrument_ends_after_it_begins",
            )
        ]


class RecordTypeQuerySet(models.QuerySet):
    def submitted_by(self, body, day):
        """The types that the catalogue lets the body submit on that day."""
        versions = RecordTypeVersion.objects.filter(in_force_on(day), submitters=body)
        return self.filter(pk__in=versions.values("record_type"))


class RecordType(BilingualName):
    """A kind of record that the catalogue knows. What is not in the catalogue is not collected.

    Code, names, polarity, family and category are what the type is, and stay. All that the law may change of it
    stands in its versions.
    """

    class Polarity(models.TextChoices):
        NEGATIVE = "negative", _("Violation")
        POSITIVE = "positive", _("Commendation")
        NEUTRAL = "neutral", _("Neutral fact")

    class Family(models.TextChoices):
        PUBLIC = "public", _("Public credit information")
        MARKET = "market", _("Market credit information")

    class Category(models.TextChoices):
        """Kinds of the national basic catalogue of 2024 as far as they were read, and what stands outside of it."""

        REGISTRATION = "registration", _("Registration")
        JUDICIAL = "judicial", _("Judgments and their enforcement")
        ADMINISTRATION = "administration", _("Acts of administration")
        PROFESSIONAL = "professional", _("Titles and professions")
        ABNORMAL = "abnormal", _("Lists of abnormal operation")
        OTHER = "other", _("Another kind of the national catalogue")
        ASSOCIATION = "association", _("Records of associations, outside of the national catalogue")

    code = models.SlugField(_("code"), max_length=60, unique=True)
    polarity = models.CharField(_("polarity"), max_length=10, choices=Polarity)
    family = models.CharField(_("family"), max_length=10, choices=Family, default=Family.PUBLIC)
    category = models.CharField(_("category"), max_length=20, choices=Category, blank=True)

    objects = RecordTypeQuerySet.as_manager()

    class Meta:
        verbose_name = _("record type")
        ordering = ("code",)


class RecordTypeVersion(models.Model):
    """What the catalogue says of a record type from one day to another: who submits it, on which basis, to whom
    it is disclosed, by when, with which fields.

    A record follows the version in force on its decision date; who may submit it follows from the version in
    force on the day of submission.
    """

    class Disclosure(models.TextChoices):
        PUBLIC = "public", _("Public")
        SHARED = "shared", _("Shared within government")
        OWN = "own", _("The submitting body only")

    class RetentionStart(models.TextChoices):
        END = "end", _("the day on which it was over")
        DECISION = "decision", _("the day of the decision")

    record_type = models.ForeignKey(RecordType, on_delete=models.PROTECT, related_name="versions")
    valid_from = models.DateField(_("valid from"))
    valid_to = models.DateField(_("valid to"), null=True, blank=True)
    instrument = models.ForeignKey(LegalInstrument, on_delete=models.PROTECT, related_name="record_types")
    article = models.CharField(_("article"), max_length=60, blank=True)
    disclosure = models.CharField(_("disclosure"), max_length=10, choices=Disclosure)
    submitters = models.ManyToManyField(
        SubmittingBody, verbose_name=_("who submits"), related_name="record_type_versions", blank=True
    )
    severity_classes = ArrayField(
        models.CharField(max_length=10, choices=SeverityClass),
        verbose_name=_("classes"),
        default=list,
        blank=True,
        help_text=_("The classes that such a record may have; none chosen: any."),
    )
    archive_months = models.PositiveSmallIntegerField(
        _("archived after, months"),
        null=True,
        blank=True,
        help_text=_("Empty: no period is known, and nothing is archived."),
    )
    delete_months = models.PositiveSmallIntegerField(
        _("deleted after, months"),
        null=True,
        blank=True,
        help_text=_("Empty: no period is known, and nothing is deleted."),
    )
    retention_start = models.CharField(
        _("both count from"),
        max_length=10,
        choices=RetentionStart,
        default=RetentionStart.END,
        help_text=_("Nothing is archived or deleted while it is in force, whatever it counts from."),
    )
    retention_source = models.CharField(_("where these periods were read"), max_length=300, blank=True)
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
    verification = models.CharField(
        _("verification"), max_length=1, choices=Verification, default=Verification.BACKGROUND
    )

    class Meta:
        verbose_name = _("version of a record type")
        ordering = ("record_type", "valid_from")
        constraints = [
            models.UniqueConstraint(
                fields=("record_type", "valid_from"), name="a_record_type_has_one_version_from_a_day"
            ),
            models.CheckConstraint(
                condition=Q(valid_to=None) | Q(valid_to__gte=F("valid_from")),
                name="a_version_of_a_type_ends_after_it_begins",
            ),
            models.CheckConstraint(
                condition=Q(archive_months=None) & Q(delete_months=None) | ~Q(retention_source=""),
                name="a_period_of_retention_has_a_source",
            ),
            models.CheckConstraint(
                condition=Q(archive_months=None)
                | Q(delete_months=None)
                | Q(archive_months__lte=F("delete_months")),
                name="nothing_is_deleted_before_it_is_archived",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.record_type}, {self.valid_from}"

    def takes_class(self, severity_class: str) -> bool:
        """Whether such a record may be of the class."""
        return not self.severity_classes or severity_class in self.severity_classes


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
    replaces = models.ForeignKey(
        "self", null=True, blank=True, on_delete=models.PROTECT, related_name="replaced_by"
    )
    conditions_zh = models.TextField(_("conditions in Chinese"), blank=True)
    conditions_en = models.TextField(_("conditions in English"), blank=True)
    source = models.CharField(_("source"), max_length=300, blank=True)
    verification = models.CharField(_("verification"), max_length=1, choices=Verification)

    class Meta:
        verbose_name = _("publicity rule")
        ordering = ("valid_from", "code")
        constraints = [
            models.CheckConstraint(
                condition=Q(valid_to=None) | Q(valid_to__gte=F("valid_from")),
                name="a_publicity_rule_ends_after_it_begins",
            ),
            models.CheckConstraint(
                condition=Q(min_months=None) | Q(max_months=None) | Q(min_months__lte=F("max_months")),
                name="the_shortest_publicity_is_within_the_longest",
            ),
        ]

    def __str__(self) -> str:
        return self.code

    @property
    def conditions(self) -> str:
        return in_readers_language(self.conditions_zh, self.conditions_en)


class RulesTurn(models.Model):
    """The wish that records be dated by the rules as they stand: at the beginning of a day, or when a rule was published.

    Written before the work and worked off by whichever worker is free, within a minute also where every message
    is lost. A wish that comes while the work goes on is a row of its own, which that work does not answer.
    """

    day = models.DateField(_("day"))
    asked_at = models.DateTimeField(auto_now_add=True)
    done_at = models.DateTimeField(null=True)
    proposal = models.ForeignKey(
        "entities.CatalogueProposal",
        null=True,
        on_delete=models.PROTECT,
        related_name="+",
        help_text=_("What was published; empty for the beginning of the day."),
    )

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=("day",), condition=Q(proposal=None), name="a_day_begins_once_for_the_rules"
            )
        ]
        indexes = [models.Index(fields=("day",), condition=Q(done_at=None), name="turns_of_rules_that_wait")]

    def __str__(self) -> str:
        return f"{self.day}"


class CatalogueProposal(models.Model):
    """What somebody of the lead office wants the catalogue to say, until a colleague publishes it.

    Nothing of it stands in the catalogue before that: whoever reads the catalogue sees what holds or will hold.
    Kept for good, so that each version tells who wrote it, who published it, and why.
    """

    class Kind(models.TextChoices):
        INSTRUMENT = "instrument", _("Legal instrument")
        RECORD_TYPE = "record_type", _("Record type")
        PUBLICITY_RULE = "publicity_rule", _("Publicity rule")

    class Act(models.TextChoices):
        ADD = "add", _("New entry")
        VERSION = "version", _("New version")
        CHANGE = "change", _("Change of a version that has not begun")
        REMOVE = "remove", _("Removal of a version that has not begun")
        END = "end", _("Last day")
        VERIFY = "verify", _("Verification of the source")

    class State(models.TextChoices):
        DRAFT = "draft", pgettext_lazy("proposal", "Draft")
        PROPOSED = "proposed", pgettext_lazy("proposal", "Before a colleague")
        RETURNED = "returned", pgettext_lazy("proposal", "Returned")
        PUBLISHED = "published", pgettext_lazy("proposal", "Published")
        DISCARDED = "discarded", pgettext_lazy("proposal", "Discarded")

    OPEN = (State.DRAFT, State.PROPOSED, State.RETURNED)
    EDITABLE = (State.DRAFT, State.RETURNED)

    kind = models.CharField(_("kind"), max_length=20, choices=Kind)
    act = models.CharField(_("what is proposed"), max_length=10, choices=Act)
    code = models.SlugField(_("code"), max_length=60, help_text=_("Of the entry that it is about."))
    target = models.BigIntegerField(
        null=True, help_text=_("Key of the version that it follows, changes, removes or ends.")
    )
    content = models.JSONField(_("content"), default=dict)
    reason = models.CharField(_("why"), max_length=500)
    state = models.CharField(_("state"), max_length=10, choices=State, default=State.DRAFT)
    drafted_by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    drafted_at = models.DateTimeField(auto_now=True)
    decided_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, on_delete=models.PROTECT, related_name="+"
    )
    decided_at = models.DateTimeField(null=True)
    note = models.CharField(_("note"), max_length=500, blank=True)
    became = models.BigIntegerField(null=True, help_text=_("Key of the version that it became."))

    class Meta:
        verbose_name = _("proposal for the catalogue")
        ordering = ("-pk",)
        constraints = [
            models.UniqueConstraint(
                fields=("kind", "code"),
                condition=Q(state__in=("draft", "proposed", "returned")),
                name="one_open_proposal_per_entry_of_the_catalogue",
            ),
            models.CheckConstraint(
                condition=~Q(state="published")
                | (Q(decided_by__isnull=False) & ~Q(decided_by=F("drafted_by"))),
                name="nobody_publishes_their_own_proposal",
            ),
            models.CheckConstraint(condition=~Q(reason=""), name="a_proposal_says_why"),
        ]
        indexes = [models.Index(fields=("kind", "code", "-id"), name="proposals_about_an_entry")]

    def __str__(self) -> str:
        return f"{self.get_act_display()}: {self.code}"
