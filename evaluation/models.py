import pgtrigger
from django.conf import settings
from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from credit_platform.common.bilingual import BilingualName
from entities.models import Entity
from evaluation import policies


class Scheme(BilingualName):
    """A rating method of the city, through all its versions.

    The family says what kind of grade it gives. The three are never mixed in one column or one badge.
    """

    class Family(models.TextChoices):
        EVALUATION = "evaluation", _("Comprehensive public credit evaluation")
        RISK = "risk", _("Internal risk class")
        SECTOR = "sector", _("Sector grade")

    code = models.SlugField(_("code"), max_length=60, unique=True)
    family = models.CharField(_("family"), max_length=12, choices=Family)
    is_public = models.BooleanField(
        _("result is public"), default=False, help_text=_("Only where a legal basis says that it may be.")
    )
    shown_to_entity = models.BooleanField(_("result is shown to the entity"), default=False)

    class Meta:
        verbose_name = _("scheme")


class SchemeVersion(models.Model):
    """A scheme as it stood from one day to another: a validated document. Once published it never changes."""

    class State(models.TextChoices):
        DRAFT = "draft", _("Draft")
        PUBLISHED = "published", _("Published")

    scheme = models.ForeignKey(Scheme, on_delete=models.PROTECT, related_name="versions")
    number = models.PositiveSmallIntegerField(_("version"))
    document = models.JSONField(_("document"))
    legal_basis = models.CharField(_("legal basis"), max_length=300)
    state = models.CharField(_("state"), max_length=10, choices=State, default=State.DRAFT)
    effective_from = models.DateField(_("effective from"))
    author = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, blank=True, on_delete=models.PROTECT, related_name="+"
    )
    approver = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, blank=True, on_delete=models.PROTECT, related_name="+"
    )
    published_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        verbose_name = _("version of a scheme")
        constraints = [
            models.UniqueConstraint(fields=("scheme", "number"), name="a_scheme_has_one_version_of_a_number"),
            models.CheckConstraint(
                condition=Q(author=None) | Q(approver=None) | ~Q(author=F("approver")),
                name="nobody_approves_their_own_scheme",
            ),
        ]
        triggers = [
            pgtrigger.Protect(
                name="a_published_scheme_never_changes",
                operation=pgtrigger.Update | pgtrigger.Delete,
                condition=pgtrigger.Q(old__state="published"),
            )
        ]

    def __str__(self) -> str:
        return f"{self.scheme} v{self.number}"


class CurrentRatingQuerySet(models.QuerySet):
    def visible_to(self, user):
        """The grades that this user may see: an official's city, an entity's own where the scheme shows it."""
        return self.filter(policies.ratings_visible_to(user))


class CurrentRating(models.Model):
    """The grade that an entity has now under a scheme. What led to it is recomputed by the same kernel.

    `points` are hundredths of a point, so that sums are exact. `grade` is empty where the
    scheme finds too little data: not rated is not a bad grade.
    """

    entity = models.ForeignKey(Entity, on_delete=models.PROTECT, related_name="ratings")
    scheme = models.ForeignKey(Scheme, on_delete=models.PROTECT, related_name="ratings")
    version = models.ForeignKey(SchemeVersion, on_delete=models.PROTECT, related_name="+")
    as_of = models.DateField(_("day"))
    points = models.IntegerField(_("points, hundredths"), null=True)
    grade = models.CharField(_("grade"), max_length=8, blank=True)
    records_counted = models.PositiveIntegerField(default=0)
    changed_at = models.DateTimeField(_("changed at"))
    rated_at = models.DateTimeField(_("rated at"))

    objects = CurrentRatingQuerySet.as_manager()

    class Meta:
        verbose_name = _("rating")
        constraints = [
            models.UniqueConstraint(fields=("entity", "scheme"), name="an_entity_has_one_grade_per_scheme")
        ]
        indexes = [models.Index(fields=("scheme", "grade", "points"), name="rating_by_grade")]

    def __str__(self) -> str:
        return f"{self.entity}: {self.grade or '–'}"


class RatingChange(models.Model):
    """A grade or score that became another: append-only, so that a rating's path can be read off."""

    entity = models.ForeignKey(Entity, on_delete=models.PROTECT, related_name="rating_changes")
    scheme = models.ForeignKey(Scheme, on_delete=models.PROTECT, related_name="+")
    version = models.ForeignKey(SchemeVersion, on_delete=models.PROTECT, related_name="+")
    at = models.DateTimeField(_("at"))
    as_of = models.DateField(_("day"))
    from_points = models.IntegerField(null=True)
    to_points = models.IntegerField(null=True)
    from_grade = models.CharField(max_length=8, blank=True)
    to_grade = models.CharField(max_length=8, blank=True)

    class Meta:
        verbose_name = _("change of a rating")
        indexes = [
            models.Index(fields=("entity", "scheme", "-at"), name="changes_of_entity"),
            models.Index(fields=("scheme", "-at"), name="changes_of_scheme"),
        ]
        triggers = [
            pgtrigger.Protect(name="rating_changes_are_append_only", operation=pgtrigger.Update | pgtrigger.Delete)
        ]

    def __str__(self) -> str:
        return f"{self.from_grade or '–'} → {self.to_grade or '–'}"


class RatingRequest(models.Model):
    """The wish that an entity be rated, written in the transaction of whatever changed it."""

    entity = models.OneToOneField(Entity, on_delete=models.CASCADE, primary_key=True, related_name="rating_request")
    requested_at = models.DateTimeField()

    def __str__(self) -> str:
        return f"{self.entity_id}"
