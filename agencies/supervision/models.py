"""What a grade leads to, said by rules that are dated and that two persons put in force."""

import pgtrigger
from django.conf import settings
from django.contrib.postgres.fields import ArrayField
from django.core.validators import MaxValueValidator, MinValueValidator
from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from agencies.supervision import policies
from credit_platform.common.bilingual import BilingualName, in_readers_language
from entities.models import Entity, LegalInstrument, SubmittingBody
from entities.models.catalogue import Verification
from evaluation.models import Scheme


class SupervisionRuleQuerySet(models.QuerySet):
    def visible_to(self, user):
        """The rules that this user may read: officials all, an agent those of grades that its entity is shown."""
        return self.filter(policies.rules_visible_to(user))

    def holding_on(self, day):
        """Approved, and in force on the day."""
        return self.filter(Q(valid_to=None) | Q(valid_to__gte=day), state="approved", valid_from__lte=day)


class InspectionDrawQuerySet(models.QuerySet):
    def visible_to(self, user):
        """The draws of the departments whose inspections this user may look at."""
        return self.filter(policies.draws_visible_to(user))


class SupervisionRule(BilingualName):
    """What follows from grades of one scheme: how often such entities are inspected, an incentive or a restriction.

    A new wording is a new row under the same code. What is in force is ended and never changed. Written by one person,
    put in force by another.
    """

    class Kind(models.TextChoices):
        INSPECTION = "inspection", _("Frequency of inspections")
        INCENTIVE = "incentive", _("Incentive")
        RESTRICTION = "restriction", _("Restriction")

    class State(models.TextChoices):
        DRAFT = "draft", _("Waits for a second person")
        APPROVED = "approved", _("Approved")

    Verification = Verification

    code = models.SlugField(_("code"), max_length=60)
    kind = models.CharField(_("what follows"), max_length=12, choices=Kind)
    scheme = models.ForeignKey(
        Scheme, verbose_name=_("scheme"), on_delete=models.PROTECT, related_name="supervision_rules"
    )
    grades = ArrayField(models.CharField(max_length=8), verbose_name=_("grades"))
    body = models.ForeignKey(
        SubmittingBody,
        verbose_name=_("who applies it"),
        null=True,
        blank=True,
        on_delete=models.PROTECT,
        related_name="supervision_rules",
        help_text=_("None: every department, unless it has a rule of its own for the same grade."),
    )
    text_zh = models.TextField(_("text in Chinese"), max_length=1000)
    text_en = models.TextField(_("text in English"), max_length=1000)
    share_least = models.PositiveSmallIntegerField(
        _("at least drawn a year, per cent"), null=True, blank=True, validators=[MaxValueValidator(100)]
    )
    share_most = models.PositiveSmallIntegerField(
        _("at most drawn a year, per cent"), null=True, blank=True, validators=[MaxValueValidator(100)]
    )
    every_months = models.PositiveSmallIntegerField(
        _("at the latest every so many months"),
        null=True,
        blank=True,
        validators=[MinValueValidator(1), MaxValueValidator(240)],
        help_text=_("An inspection is due so long after the last one. Empty: no inspection is ever due."),
    )
    apart_months = models.PositiveSmallIntegerField(
        _("not again within so many months"),
        null=True,
        blank=True,
        validators=[MinValueValidator(1), MaxValueValidator(240)],
        help_text=_("Who was inspected within them is not drawn."),
    )
    instrument = models.ForeignKey(
        LegalInstrument,
        verbose_name=_("legal basis"),
        on_delete=models.PROTECT,
        related_name="supervision_rules",
    )
    article = models.CharField(_("article"), max_length=60)
    listed_as = models.CharField(
        _("entry of the list of punishment measures"),
        max_length=200,
        blank=True,
        help_text=_(
            "For a restriction: its entry in the national basic list of punishment measures, or in the supplementary"
            " list of the province or the city. What is in no list is not applied."
        ),
    )
    source = models.CharField(_("source"), max_length=300, blank=True)
    verification = models.CharField(
        _("verification"), max_length=1, choices=Verification, default=Verification.BACKGROUND
    )
    valid_from = models.DateField(_("valid from"))
    valid_to = models.DateField(_("valid to"), null=True, blank=True)
    state = models.CharField(_("state"), max_length=10, choices=State, default=State.DRAFT)
    written_by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    written_at = models.DateTimeField(auto_now=True)
    approved_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, blank=True, on_delete=models.PROTECT, related_name="+"
    )
    approved_at = models.DateTimeField(null=True, blank=True)

    objects = SupervisionRuleQuerySet.as_manager()

    class Meta:
        verbose_name = _("supervision rule")
        verbose_name_plural = _("supervision rules")
        ordering = ("kind", "scheme", "code", "-valid_from", "-pk")
        constraints = [
            models.UniqueConstraint(
                fields=("code", "valid_from"),
                condition=Q(state="approved"),
                name="one_supervision_rule_of_a_code_from_a_day",
            ),
            models.UniqueConstraint(
                fields=("code",),
                condition=Q(state="draft"),
                name="one_draft_of_a_supervision_rule_at_a_time",
            ),
            models.CheckConstraint(
                condition=Q(valid_to=None) | Q(valid_to__gte=F("valid_from")),
                name="a_supervision_rule_ends_after_it_begins",
            ),
            models.CheckConstraint(
                condition=Q(approved_by=None) | (Q(state="approved") & ~Q(approved_by=F("written_by"))),
                name="who_writes_a_supervision_rule_does_not_approve_it",
            ),
            models.CheckConstraint(
                condition=Q(state="draft") | Q(approved_by__isnull=False),
                name="a_supervision_rule_in_force_was_approved",
            ),
            models.CheckConstraint(condition=~Q(article=""), name="a_supervision_rule_names_its_article"),
            models.CheckConstraint(condition=~Q(grades=[]), name="a_supervision_rule_is_of_some_grade"),
            models.CheckConstraint(
                condition=~Q(kind="restriction") | ~Q(listed_as=""), name="a_restriction_is_in_a_list"
            ),
            models.CheckConstraint(
                condition=Q(kind="inspection")
                | Q(share_least=None, share_most=None, every_months=None, apart_months=None),
                name="only_a_rule_of_inspections_says_how_often",
            ),
            models.CheckConstraint(
                condition=Q(share_least=None) | Q(share_most=None) | Q(share_least__lte=F("share_most")),
                name="the_least_share_is_not_above_the_most",
            ),
            models.CheckConstraint(
                condition=Q(share_most=None) | Q(share_most__lte=100), name="no_more_than_all_are_drawn"
            ),
            models.CheckConstraint(
                condition=Q(apart_months=None)
                | Q(every_months=None)
                | Q(apart_months__lte=F("every_months")),
                name="an_inspection_may_come_before_it_is_due",
            ),
        ]

    @property
    def text(self) -> str:
        """In the reader's language."""
        return in_readers_language(self.text_zh, self.text_en)

    @property
    def applied_by(self) -> str:
        """The department, or that it is for all."""
        return str(self.body or _("Every department"))

    def holds_on(self, day) -> bool:
        """Whether it is approved and in force on the day."""
        begun = self.state == self.State.APPROVED and self.valid_from <= day
        return begun and (self.valid_to is None or day <= self.valid_to)


class LastInspection(models.Model):
    """The day on which a body last inspected an entity, by the records of its inspections and of those it succeeded.

    Read from the records beforehand (`agencies.supervision.lasting`), so that a list of many thousands opens at once.
    What an inspection found may be repaired or no longer be public: that it took place stays, until it is archived.
    """

    pk = models.CompositePrimaryKey("entity_id", "body_id")
    entity = models.ForeignKey(
        Entity, on_delete=models.PROTECT, related_name="last_inspections", db_index=False
    )
    body = models.ForeignKey(SubmittingBody, on_delete=models.PROTECT, related_name="+", db_index=False)
    day = models.DateField(_("day"))

    class Meta:
        verbose_name = _("last inspection")
        indexes = [models.Index(fields=("body", "day"), include=("entity",), name="last_inspections_by_day")]

    def __str__(self) -> str:
        return f"{self.entity_id}, {self.body_id}: {self.day}"


class DueTerms(models.Model):
    """By what one department's inspections by the grades of one scheme are worked out beforehand (`agencies.supervision.beforehand`).

    What the rules in force said when it was written. Where they say something else today, nothing kept by it is shown.
    """

    scheme = models.ForeignKey(Scheme, on_delete=models.PROTECT, related_name="+", db_index=False)
    body = models.ForeignKey(SubmittingBody, on_delete=models.PROTECT, related_name="+", db_index=False)
    whole_city = models.BooleanField()
    bodies = ArrayField(
        models.BigIntegerField(), help_text=_("Keys of the bodies for whose records the department answers.")
    )
    terms = models.JSONField(
        help_text=_("By place on the scale, after how many months, and nothing before which day.")
    )

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=("scheme", "body"), name="terms_are_kept_once_for_a_department")
        ]

    def __str__(self) -> str:
        return f"{self.scheme_id}, {self.body_id}"


class OfDueTermsQuerySet(models.QuerySet):
    def visible_to(self, user):
        """Those of the departments whose inspections this user may look at."""
        return self.filter(policies.due_inspections_visible_to(user))


class DueInspection(models.Model):
    """When an entity's inspection falls due, worked out beforehand. It says what `selectors.inspections_due` says."""

    pk = models.CompositePrimaryKey("entity_id", "terms_id")
    terms = models.ForeignKey(DueTerms, on_delete=models.PROTECT, related_name="+", db_index=False)
    entity = models.ForeignKey(
        Entity, on_delete=models.PROTECT, related_name="due_inspections", db_index=False
    )
    place = models.SmallIntegerField()
    district = models.CharField(max_length=60, blank=True)
    section = models.CharField(max_length=1, blank=True)
    last_on = models.DateField(null=True)
    due_on = models.DateField()

    objects = OfDueTermsQuerySet.as_manager()

    class Meta:
        verbose_name = _("inspection due")
        indexes = [
            models.Index(fields=("terms", "due_on", "entity"), name="inspections_by_due_day"),
            models.Index(
                fields=("terms", "district", "due_on", "entity"), name="inspections_due_of_a_district"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.entity_id}: {self.due_on}"


class DueCell(models.Model):
    """How many inspections of a grade fall due on a day, written with their rows. What it holds is the sum of all its rows."""

    terms = models.ForeignKey(DueTerms, on_delete=models.PROTECT, related_name="+", db_index=False)
    place = models.SmallIntegerField()
    due_on = models.DateField()
    never = models.BooleanField(help_text=_("Whether there was no inspection yet."))
    count = models.IntegerField()

    objects = OfDueTermsQuerySet.as_manager()

    class Meta:
        indexes = [models.Index(fields=("terms", "place"), name="due_cells")]

    def __str__(self) -> str:
        return f"{self.place} {self.due_on}: {self.count}"


class InspectionDraw(models.Model):
    """Whom a department inspects, drawn at random from its entities by their grades: kept for good, and not drawn anew.

    The order in which entities are drawn follows from `seed` and their codes alone (`agencies.supervision.drawing`), so that
    anybody with the seed and the list of those who stood in the draw draws the same.
    """

    body = models.ForeignKey(SubmittingBody, on_delete=models.PROTECT, related_name="inspection_draws")
    scheme = models.ForeignKey(Scheme, on_delete=models.PROTECT, related_name="+")
    purpose = models.CharField(_("what it is for"), max_length=200)
    drawn_on = models.DateField(_("drawn on"))
    drawn_at = models.DateTimeField(_("drawn at"), auto_now_add=True)
    drawn_by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    seed = models.CharField(_("seed"), max_length=64)
    pots = models.JSONField(
        _("of whom was drawn"),
        help_text=_(
            "By grade: share in per cent, how many stood in it, how many were drawn, digest of their codes."
        ),
    )
    each = models.PositiveSmallIntegerField(
        _("inspectors for each"), help_text=_("None where inspectors are chosen otherwise.")
    )
    inspectors = models.ManyToManyField(settings.AUTH_USER_MODEL, related_name="+")

    objects = InspectionDrawQuerySet.as_manager()

    class Meta:
        verbose_name = _("random draw")
        ordering = ("-pk",)
        constraints = [
            models.CheckConstraint(condition=~Q(seed=""), name="a_draw_has_a_seed"),
            models.CheckConstraint(condition=~Q(purpose=""), name="a_draw_says_what_it_is_for"),
        ]
        triggers = [
            pgtrigger.Protect(name="a_draw_is_never_changed", operation=pgtrigger.Update | pgtrigger.Delete)
        ]

    def __str__(self) -> str:
        return self.purpose


class DrawnEntity(models.Model):
    """An entity that was drawn, by which rule, and who inspects it."""

    draw = models.ForeignKey(InspectionDraw, on_delete=models.PROTECT, related_name="drawn")
    number = models.PositiveIntegerField(_("number"))
    entity = models.ForeignKey(Entity, on_delete=models.PROTECT, related_name="+")
    grade = models.CharField(_("grade"), max_length=8)
    rule = models.ForeignKey(SupervisionRule, on_delete=models.PROTECT, related_name="+")
    inspectors = ArrayField(models.BigIntegerField(), default=list, help_text=_("Keys of the people drawn."))

    class Meta:
        verbose_name = _("drawn entity")
        ordering = ("draw", "number")
        constraints = [
            models.UniqueConstraint(fields=("draw", "entity"), name="an_entity_is_drawn_once"),
            models.UniqueConstraint(fields=("draw", "number"), name="a_number_of_a_draw_is_given_once"),
        ]
        triggers = [
            pgtrigger.Protect(
                name="who_was_drawn_is_never_changed", operation=pgtrigger.Update | pgtrigger.Delete
            )
        ]

    def __str__(self) -> str:
        return f"{self.number}: {self.entity_id}"
