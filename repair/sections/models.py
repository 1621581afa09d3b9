from django.conf import settings
from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from credit_platform.common.bilingual import BilingualName
from entities.models import RecordType, SubmittingBody
from repair.models import Case
from repair.sections import policies


class SectionQuerySet(models.QuerySet):
    def visible_to(self, user):
        """The sections of the bodies in which the user works on cases."""
        return self.filter(policies.sections_visible_to(user))

    def open_on(self, day):
        """Those that are not closed on that day."""
        return self.filter(Q(closed_on=None) | Q(closed_on__gt=day))


class Section(BilingualName):
    """A part of a body that takes certain cases first, with a superior who hears of what is late.

    It narrows nobody's rights: whoever of the body may work on a case still may.
    """

    body = models.ForeignKey(SubmittingBody, on_delete=models.PROTECT, related_name="sections")
    superior = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        null=True,
        blank=True,
        on_delete=models.PROTECT,
        related_name="+",
        help_text=_("A supervisor of the body; none: all of them."),
    )
    opened_on = models.DateField(_("opened on"))
    closed_on = models.DateField(
        _("closed from"), null=True, blank=True, help_text=_("From this day on it takes no more cases.")
    )
    successor = models.ForeignKey(
        "self",
        null=True,
        blank=True,
        on_delete=models.PROTECT,
        related_name="predecessors",
        help_text=_("Where its cases go once it is closed; none: to the whole body."),
    )

    objects = SectionQuerySet.as_manager()

    class Meta:
        verbose_name = _("section")
        ordering = ("body", "pk")
        constraints = [
            models.CheckConstraint(
                condition=Q(closed_on=None) | Q(closed_on__gte=F("opened_on")),
                name="a_section_closes_after_it_opens",
            ),
            models.CheckConstraint(
                condition=Q(successor=None) | Q(closed_on__isnull=False),
                name="only_a_closed_section_has_a_successor",
            ),
        ]

    def is_open_on(self, day) -> bool:
        return self.closed_on is None or self.closed_on > day


class SectionTask(models.Model):
    """Which cases a section takes: those about one type of record or any, of one kind or any, for so long."""

    section = models.ForeignKey(Section, on_delete=models.CASCADE, related_name="tasks")
    record_type = models.ForeignKey(
        RecordType,
        null=True,
        blank=True,
        on_delete=models.PROTECT,
        related_name="+",
        help_text=_("None: any."),
    )
    case_kind = models.CharField(_("kind of case"), max_length=12, choices=Case.Kind, blank=True)
    since = models.DateField(_("from"))
    ended_on = models.DateField(_("ended from"), null=True, blank=True)

    class Meta:
        verbose_name = _("cases of a section")
        ordering = ("since", "pk")
        constraints = [
            models.CheckConstraint(
                condition=Q(ended_on=None) | Q(ended_on__gte=F("since")), name="a_task_ends_after_it_begins"
            ),
            models.UniqueConstraint(
                fields=("section", "record_type", "case_kind"),
                condition=Q(ended_on=None),
                nulls_distinct=False,
                name="a_section_has_a_task_once",
            ),
        ]

    def __str__(self) -> str:
        kind = self.get_case_kind_display() if self.case_kind else str(_("every case"))
        return f"{kind}: {self.record_type}" if self.record_type else kind


class SectionMember(models.Model):
    """Somebody of the body who works in a section, from one day to another."""

    section = models.ForeignKey(Section, on_delete=models.CASCADE, related_name="members")
    user = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="sections")
    since = models.DateField(_("from"))
    left_on = models.DateField(_("left on"), null=True, blank=True)

    class Meta:
        verbose_name = _("member of a section")
        ordering = ("since", "pk")
        constraints = [
            models.UniqueConstraint(
                fields=("section", "user"), condition=Q(left_on=None), name="in_a_section_once"
            )
        ]

    def __str__(self) -> str:
        return f"{self.user}: {self.section}"


class Routing(models.Model):
    """Where in its body a case lies: in a section, or with the whole body and why."""

    class Why(models.TextChoices):
        TASK = "task", _("It takes cases of this kind and type.")
        SUCCESSOR = "successor", _("The section before it is closed.")
        CLOSED = "closed", _("The section for it is closed and has no successor.")
        NOBODY = "nobody", _("In the section for it nobody works at present.")
        BARRED = (
            "barred",
            _("Everybody in the section for it had a hand in the record or acts for the entity."),
        )
        BY_HAND = "by_hand", _("A supervisor moved it here.")

    case = models.OneToOneField(Case, on_delete=models.CASCADE, related_name="routing")
    section = models.ForeignKey(
        Section, null=True, blank=True, on_delete=models.PROTECT, related_name="routings"
    )
    meant_for = models.ForeignKey(
        Section,
        on_delete=models.PROTECT,
        related_name="+",
        help_text=_("The section whose task it is, where it lies with the whole body instead."),
    )
    why = models.CharField(_("why"), max_length=10, choices=Why)
    at = models.DateTimeField(auto_now=True)

    class Meta:
        verbose_name = _("routing of a case")

    def __str__(self) -> str:
        return f"{self.case}: {self.section or self.case.deciding_body}"


class Moved(models.Model):
    """That a supervisor gave a case to another section, and why; kept for good."""

    case = models.ForeignKey(Case, on_delete=models.CASCADE, related_name="moves_between_sections")
    source = models.ForeignKey(
        Section,
        null=True,
        blank=True,
        on_delete=models.PROTECT,
        related_name="+",
        help_text=_("None: it lay with the whole body."),
    )
    target = models.ForeignKey(Section, on_delete=models.PROTECT, related_name="+")
    because = models.CharField(_("reason"), max_length=300)
    moved_by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    at = models.DateTimeField(auto_now_add=True)

    class Meta:
        verbose_name = _("move of a case between sections")
        ordering = ("-at", "-pk")
        constraints = [
            models.CheckConstraint(condition=~Q(because=""), name="a_move_between_sections_has_a_reason"),
            models.CheckConstraint(
                condition=Q(source=None) | ~Q(source=F("target")), name="a_case_moves_to_another_section"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.case}: {self.target}"
