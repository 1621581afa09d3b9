"""Wordings of decisions: texts to start from, and what a decision says of the remedies, each from one day to another."""

from django.conf import settings
from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from credit_platform.common.bilingual import BilingualName, in_readers_language
from entities.models import RecordType
from repair.models import Case

#: Places that only a case of tax or customs fills, and only one by the rules of publicity.
BY_SECTOR, BY_PUBLICITY = "{rule}", "{day}"


class Wording(BilingualName):
    """One wording for one use, in both languages. A new wording is a new row under the same code.

    What is in force is ended and never changed, so that it can be said by which wording a decision was written; what
    a letter says it keeps itself. Written by one person of the lead office, put in force by another.
    """

    class Use(models.TextChoices):
        GRANT = "grant", _("Grant a repair")
        REFUSE = "refuse", _("Refuse a repair")
        CORRECT = "correct", _("Uphold an objection and correct the record")
        END = "end", _("Uphold an objection and take the record back")
        DISMISS = "dismiss", _("Dismiss an objection")
        REMOVE = "remove", _("Remove a record whose basis has fallen")
        KEEP = "keep", _("Leave a record as it is")
        MATERIAL = "material", _("Ask for material")
        APPEAL_UPHELD = "appeal_upheld", _("Uphold an appeal")
        APPEAL_DISMISSED = "appeal_dismissed", _("Dismiss an appeal")
        REMIT = "remit", _("Uphold an appeal and have the record corrected")
        REMEDY = "remedy", _("What is open against a decision")
        REMEDY_AFTER_APPEAL = "remedy_after_appeal", _("What is open after an appeal")

    class State(models.TextChoices):
        DRAFT = "draft", _("Waits for a second person")
        APPROVED = "approved", _("Approved")

    #: Stand under decisions by themselves; nobody chooses them, and one of each is always in force.
    REMEDIES = (Use.REMEDY, Use.REMEDY_AFTER_APPEAL)

    code = models.SlugField(_("code"), max_length=60)
    use = models.CharField(_("what it is for"), max_length=20, choices=Use)
    case_kind = models.CharField(
        _("kind of case"), max_length=12, choices=[("", _("Every case")), *Case.Kind.choices], blank=True
    )
    family = models.CharField(
        _("about what information"),
        max_length=10,
        choices=[("", _("Public and market information")), *RecordType.Family.choices],
        blank=True,
    )
    text_zh = models.TextField(_("text in Chinese"), max_length=2000)
    text_en = models.TextField(_("text in English"), max_length=2000)
    source = models.CharField(
        _("source"), max_length=300, blank=True, help_text=_("The instrument and article on which it stands.")
    )
    valid_from = models.DateField(_("valid from"))
    valid_to = models.DateField(_("valid to"), null=True, blank=True)
    state = models.CharField(_("state"), max_length=10, choices=State, default=State.DRAFT)
    written_by = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        null=True,
        blank=True,
        on_delete=models.PROTECT,
        related_name="+",
        help_text=_("None: it came with the platform."),
    )
    written_at = models.DateTimeField(auto_now=True)
    approved_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, blank=True, on_delete=models.PROTECT, related_name="+"
    )
    approved_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        verbose_name = _("wording of a decision")
        verbose_name_plural = _("wordings of decisions")
        ordering = ("use", "code", "-valid_from", "-pk")
        constraints = [
            models.UniqueConstraint(
                fields=("code", "valid_from"),
                condition=Q(state="approved"),
                name="one_wording_of_a_decision_from_a_day",
            ),
            models.UniqueConstraint(
                fields=("code",), condition=Q(state="draft"), name="one_draft_of_a_wording_at_a_time"
            ),
            models.CheckConstraint(
                condition=Q(valid_to=None) | Q(valid_to__gte=F("valid_from")),
                name="a_wording_ends_after_it_begins",
            ),
            models.CheckConstraint(
                condition=Q(approved_by=None) | (Q(state="approved") & ~Q(approved_by=F("written_by"))),
                name="who_writes_a_wording_does_not_approve_it",
            ),
            models.CheckConstraint(
                condition=Q(state="approved") | Q(written_by__isnull=False),
                name="a_draft_of_a_wording_has_a_writer",
            ),
        ]

    @property
    def text(self) -> str:
        """In the reader's language."""
        return in_readers_language(self.text_zh, self.text_en)

    @property
    def is_remedy(self) -> bool:
        return self.use in self.REMEDIES

    def fits(self, case: Case) -> bool:
        """Whether it is meant for a case of this kind, about information of this family, repaired by such rules."""
        if self.case_kind not in ("", case.kind) or self.family not in ("", case.record.record_type.family):
            return False
        return (BY_SECTOR if not case.sector_rule else BY_PUBLICITY) not in self.text_zh

    def holds_on(self, day) -> bool:
        """Whether it is approved and in force on the day."""
        begun = self.state == self.State.APPROVED and self.valid_from <= day
        return begun and (self.valid_to is None or day <= self.valid_to)
