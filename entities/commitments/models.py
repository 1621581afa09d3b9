"""Commitments of entities, and the templates by which they are given."""

from django.conf import settings
from django.db import models
from django.db.models import Case, Exists, F, OuterRef, Q, Subquery, When
from django.utils.translation import gettext_lazy as _, pgettext_lazy

from credit_platform.common.bilingual import BilingualName, in_readers_language
from entities.commitments import policies
from entities.models import CreditRecord, Entity, RecordType, SeverityClass, SubmittingBody
from entities.models.catalogue import in_force_on


class TemplateQuerySet(models.QuerySet):
    def in_force_on(self, day):
        """The templates by which a commitment may be given on that day."""
        return self.filter(in_force_on(day))


class CommitmentTemplate(BilingualName):
    """What may be promised in one matter, in one wording. A new wording is a new row under the same code.

    What was given keeps the wording by which it was given: rows are ended and never changed.
    """

    code = models.SlugField(_("code"), max_length=60)
    matter_zh = models.CharField(
        _("matter in Chinese"), max_length=120, help_text=_("Such as a licence given on a promise.")
    )
    matter_en = models.CharField(_("matter in English"), max_length=120, blank=True)
    text_zh = models.TextField(_("wording in Chinese"))
    text_en = models.TextField(_("wording in English"), blank=True)
    basis = models.CharField(
        _("legal basis"), max_length=300, blank=True, help_text=_("Stands in the record, if one is made.")
    )
    is_public = models.BooleanField(
        _("public"), default=True, help_text=_("Whether anybody may read who gave it.")
    )
    checked_by = models.ForeignKey(
        SubmittingBody, verbose_name=_("checked by"), on_delete=models.PROTECT, related_name="+"
    )
    check_within_days = models.PositiveSmallIntegerField(
        _("to check within, days"), help_text=_("Days of the calendar after it was given.")
    )
    kept_type = models.ForeignKey(
        RecordType,
        verbose_name=_("record when kept"),
        null=True,
        blank=True,
        on_delete=models.PROTECT,
        related_name="+",
        help_text=_("None: nothing is put on record."),
    )
    broken_type = models.ForeignKey(
        RecordType,
        verbose_name=_("record when broken"),
        null=True,
        blank=True,
        on_delete=models.PROTECT,
        related_name="+",
        help_text=_("None: nothing is put on record."),
    )
    broken_class = models.CharField(
        _("class when broken"), max_length=10, choices=SeverityClass, blank=True, default=""
    )
    valid_from = models.DateField(_("valid from"))
    valid_to = models.DateField(_("valid to"), null=True, blank=True)

    objects = TemplateQuerySet.as_manager()

    class Meta:
        verbose_name = _("template of a commitment")
        ordering = ("matter_zh", "code", "-valid_from")
        constraints = [
            models.UniqueConstraint(
                fields=("code", "valid_from"), name="one_wording_of_a_template_from_a_day"
            ),
            models.CheckConstraint(
                condition=Q(valid_to=None) | Q(valid_to__gte=F("valid_from")),
                name="a_template_ends_after_it_begins",
            ),
            models.CheckConstraint(
                condition=Q(check_within_days__gte=1), name="a_commitment_is_checked_after_it_is_given"
            ),
        ]

    @property
    def lacks_english(self) -> bool:
        """Whether its name or matter cannot be said in English yet."""
        return not (self.name_en and self.matter_en)

    @property
    def matter(self) -> str:
        return in_readers_language(self.matter_zh, self.matter_en)

    @property
    def text(self) -> str:
        return in_readers_language(self.text_zh, self.text_en)


class CommitmentQuerySet(models.QuerySet):
    def visible_to(self, user):
        """All for officials, an agent's own otherwise."""
        return self.filter(policies.commitments_visible_to(user))

    def standing(self):
        """All but those that were handed in by mistake."""
        return self.exclude(state=Commitment.State.TAKEN_BACK)

    def public_on(self, day):
        """What anybody may read on that day, each with `objected`.

        That one was broken speaks against its entity, so that is told as a record is: for as long as the record that
        came of it is public, and not at all where none did. It is known by its number, which a correction keeps.
        """
        of_it = CreditRecord.objects.public_on(day).filter(
            entity=OuterRef("entity"),
            record_type=OuterRef("template__broken_type"),
            document_number=OuterRef("number"),
        )
        return (
            self.standing()
            .filter(~Q(state=Commitment.State.BROKEN) | Exists(of_it), template__is_public=True)
            .annotate(
                # Asked of what was broken alone: an entity may have very many records.
                objected=Case(
                    When(state=Commitment.State.BROKEN, then=Subquery(of_it.values("objected")[:1]))
                )
            )
        )


class Commitment(models.Model):
    """What an entity promised on a day, by when it is checked, and what was found."""

    class State(models.TextChoices):
        GIVEN = "given", pgettext_lazy("a commitment", "To be kept")
        KEPT = "kept", pgettext_lazy("a commitment", "Kept")
        BROKEN = "broken", pgettext_lazy("a commitment", "Broken")
        TAKEN_BACK = "taken_back", pgettext_lazy("a commitment", "Taken back")

    #: Nobody has checked these.
    UNCHECKED = (State.GIVEN, State.TAKEN_BACK)

    number = models.CharField(_("number"), max_length=40, unique=True)
    entity = models.ForeignKey(Entity, on_delete=models.PROTECT, related_name="commitments")
    template = models.ForeignKey(CommitmentTemplate, on_delete=models.PROTECT, related_name="commitments")
    state = models.CharField(_("state"), max_length=10, choices=State, default=State.GIVEN)
    given_on = models.DateField(_("given on"))
    given_by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    signed_as = models.CharField(_("signed as"), max_length=80)
    through = models.ForeignKey(
        SubmittingBody,
        null=True,
        blank=True,
        on_delete=models.PROTECT,
        related_name="+",
        help_text=_("The department at whose window it was signed; empty: the entity's agent signed here."),
    )
    due_on = models.DateField(_("to be checked by"))
    finding = models.CharField(_("what was found"), max_length=500, blank=True)
    checked_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, blank=True, on_delete=models.PROTECT, related_name="+"
    )
    checked_on = models.DateField(_("checked on"), null=True, blank=True)
    record = models.ForeignKey(
        CreditRecord, null=True, blank=True, on_delete=models.SET_NULL, related_name="commitments"
    )
    taken_back_because = models.CharField(_("why it was taken back"), max_length=500, blank=True)
    taken_back_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, blank=True, on_delete=models.PROTECT, related_name="+"
    )
    taken_back_on = models.DateField(_("taken back on"), null=True, blank=True)
    reminded_at = models.DateTimeField(null=True, blank=True)
    overdue_told_at = models.DateTimeField(null=True, blank=True)

    objects = CommitmentQuerySet.as_manager()

    class Meta:
        verbose_name = _("commitment")
        ordering = ("due_on", "pk")
        constraints = [
            models.UniqueConstraint(
                fields=("entity", "template"),
                condition=Q(state="given"),
                name="a_commitment_is_given_again_once_it_was_checked",
            ),
            models.CheckConstraint(
                condition=Q(state__in=("given", "taken_back"), finding="", checked_by=None, checked_on=None)
                | ~Q(state__in=("given", "taken_back"))
                & ~Q(finding="")
                & Q(checked_by__isnull=False, checked_on__isnull=False),
                name="a_commitment_that_was_checked_says_what_was_found",
            ),
            models.CheckConstraint(
                condition=~Q(state="taken_back")
                | ~Q(taken_back_because="") & Q(taken_back_by__isnull=False, taken_back_on__isnull=False),
                name="a_commitment_that_was_taken_back_says_why",
            ),
        ]
        indexes = [models.Index(fields=("state", "due_on"), name="commitments_by_their_day")]

    def __str__(self) -> str:
        return self.number
