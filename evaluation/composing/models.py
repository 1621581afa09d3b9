from django.conf import settings
from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _, pgettext_lazy

from credit_platform.common.bilingual import BilingualName
from evaluation.composing import policies
from evaluation.models import Scheme, SchemeVersion


class SchemeDraftQuerySet(models.QuerySet):
    def visible_to(self, user):
        """The drafts that this user may read."""
        return self.filter(policies.drafts_visible_to(user))


class SchemeDraft(BilingualName):
    """What somebody of the lead office wants a scheme to be from a day on, until a colleague publishes it.

    Its document is always one that the language allows. Nothing rates by it: publishing makes a version of the
    scheme of it, which never changes. Kept for good, so that each version tells who wrote it and what was known of
    its effects when it was published.
    """

    class State(models.TextChoices):
        DRAFT = "draft", pgettext_lazy("proposal", "Draft")
        PROPOSED = "proposed", pgettext_lazy("proposal", "Before a colleague")
        RETURNED = "returned", pgettext_lazy("proposal", "Returned")
        PUBLISHED = "published", pgettext_lazy("proposal", "Published")
        DISCARDED = "discarded", pgettext_lazy("proposal", "Discarded")

    OPEN = (State.DRAFT, State.PROPOSED, State.RETURNED)
    EDITABLE = (State.DRAFT, State.RETURNED)

    scheme = models.ForeignKey(Scheme, on_delete=models.PROTECT, related_name="drafts")
    base = models.ForeignKey(
        SchemeVersion,
        null=True,
        on_delete=models.PROTECT,
        related_name="+",
        help_text=_("The version that it was begun from; none for the first of a scheme."),
    )
    document = models.JSONField(_("document"))
    digest = models.CharField(max_length=64, editable=False, help_text=_("SHA-256 of the document."))
    effective_from = models.DateField(_("effective from"))
    reason = models.CharField(_("why"), max_length=500, blank=True)
    state = models.CharField(_("state"), max_length=10, choices=State, default=State.DRAFT)
    drafted_by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    drafted_at = models.DateTimeField(auto_now=True)
    decided_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, on_delete=models.PROTECT, related_name="+"
    )
    decided_at = models.DateTimeField(null=True)
    note = models.CharField(_("note"), max_length=500, blank=True)
    became = models.OneToOneField(SchemeVersion, null=True, on_delete=models.PROTECT, related_name="draft")
    cites = models.ForeignKey(
        "Simulation",
        null=True,
        on_delete=models.PROTECT,
        related_name="+",
        help_text=_("The simulation of exactly this document that it was published on."),
    )

    objects = SchemeDraftQuerySet.as_manager()

    class Meta:
        verbose_name = _("draft of a scheme")
        ordering = ("-pk",)
        constraints = [
            models.CheckConstraint(
                condition=~Q(state="published")
                | (
                    Q(decided_by__isnull=False, became__isnull=False, cites__isnull=False)
                    & ~Q(decided_by=F("drafted_by"))
                ),
                name="a_draft_is_published_by_another_on_a_simulation",
            ),
        ]
        indexes = [models.Index(fields=("scheme", "-id"), name="drafts_of_a_scheme")]

    def __str__(self) -> str:
        return f"{self.name} · {self.pk}"


class SimulationQuerySet(models.QuerySet):
    def visible_to(self, user):
        """The simulations that this user may read."""
        return self.filter(policies.simulations_visible_to(user))


class Simulation(models.Model):
    """What a document would make of the whole city on a day, beside the version that it would follow.

    Of a scheme that has no version yet nobody is rated before. It has its own copy of the document, so that it stays
    true when the draft goes on. `results` are counts and a few entities that move most, never a row for each entity
    (see `evaluation.composing.results`).
    """

    class State(models.TextChoices):
        WAITING = "waiting", pgettext_lazy("simulation", "Waiting")
        RUNNING = "running", pgettext_lazy("simulation", "Running")
        DONE = "done", pgettext_lazy("simulation", "Done")
        CANCELLED = "cancelled", pgettext_lazy("simulation", "Stopped")
        FAILED = "failed", pgettext_lazy("simulation", "Failed")

    AT_WORK = (State.WAITING, State.RUNNING)
    MAY_GO_ON = (State.CANCELLED, State.FAILED)

    draft = models.ForeignKey(SchemeDraft, on_delete=models.PROTECT, related_name="simulations")
    base = models.ForeignKey(
        SchemeVersion,
        null=True,
        on_delete=models.PROTECT,
        related_name="+",
        help_text=_("The version beside which it is rated; none where nobody is rated under the scheme yet."),
    )
    document = models.JSONField(_("document"))
    digest = models.CharField(max_length=64)
    as_of = models.DateField(_("day"))
    inspections = models.JSONField(
        _("inspections"),
        default=dict,
        help_text=_("Inspections a year for a hundred entities of each grade, as the office plans them."),
    )
    state = models.CharField(_("state"), max_length=10, choices=State, default=State.WAITING)
    one_in = models.PositiveIntegerField(null=True, help_text=_("Of so many entities one is in the sample."))
    peers = models.BinaryField(
        null=True, help_text=_("The tables of peers of both documents; none where neither compares any.")
    )
    results = models.JSONField(null=True)
    is_shared = models.BooleanField(_("shared with the departments"), default=False)
    started_by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    started_at = models.DateTimeField(auto_now_add=True)
    ended_at = models.DateTimeField(null=True)

    objects = SimulationQuerySet.as_manager()

    class Meta:
        verbose_name = _("simulation")
        ordering = ("-pk",)
        constraints = [
            models.CheckConstraint(
                condition=~Q(state="done") | Q(results__isnull=False, ended_at__isnull=False),
                name="a_simulation_that_is_done_has_results",
            )
        ]
        indexes = [
            models.Index(fields=("digest", "-id"), name="simulations_of_a_document"),
            models.Index(
                fields=("id",), condition=Q(state__in=("waiting", "running")), name="simulations_at_work"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.draft_id}: {self.as_of}"


class SimulationPart(models.Model):
    """A piece of a simulation's work, done or not touched at all; gone once the results are put together.

    Of the city it is a range of keys, of the sensitivity a range of places in the list of parameters.
    """

    class Kind(models.TextChoices):
        CITY = "city"
        MONTHS = "months"
        SENSITIVITY = "sensitivity"

    simulation = models.ForeignKey(Simulation, on_delete=models.CASCADE, related_name="parts")
    kind = models.CharField(max_length=12, choices=Kind)
    first = models.BigIntegerField()
    last = models.BigIntegerField()
    found = models.JSONField(null=True)
    done_at = models.DateTimeField(null=True)

    class Meta:
        indexes = [
            models.Index(fields=("simulation", "id"), condition=Q(done_at=None), name="parts_to_be_simulated")
        ]

    def __str__(self) -> str:
        return f"{self.kind} {self.first}–{self.last}"
