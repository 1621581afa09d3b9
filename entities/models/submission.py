from django.conf import settings
from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from entities import policies
from entities.document_numbers import number_key_in_sql
from entities.models.body import SubmittingBody
from entities.models.document import Document
from entities.models.entity import Entity


class SubmissionQuerySet(models.QuerySet):
    def visible_to(self, user):
        """The files of the bodies that this user acts for."""
        return self.filter(policies.submissions_visible_to(user))


class Submission(models.Model):
    """A file that a body handed in: checked whole, previewed, confirmed, saved.

    The row is the need for work. Whoever loses the worker in the middle finds it again by `state`,
    and every step may run twice.
    """

    class State(models.TextChoices):
        CHECKING = "checking", _("Being checked")
        READY = "ready", _("Ready to confirm")
        SAVING = "saving", _("Being saved")
        DONE = "done", _("Saved")
        REFUSED = "refused", _("Not readable")
        CANCELLED = "cancelled", _("Cancelled")
        TAKING = "taking", _("Being taken back")
        TAKEN_BACK = "taken_back", _("Taken back")

    IN_WORK = (State.CHECKING, State.SAVING, State.TAKING)

    body = models.ForeignKey(SubmittingBody, on_delete=models.PROTECT, related_name="submissions")
    format_code = models.SlugField(_("format"), max_length=60)
    document = models.ForeignKey(Document, on_delete=models.PROTECT, related_name="+")
    state = models.CharField(_("state"), max_length=10, choices=State, default=State.CHECKING)
    problem = models.JSONField(
        _("what stopped it"),
        default=dict,
        blank=True,
        help_text=_("A sentence in each language: {en, zh}."),
    )
    encoding = models.CharField(_("encoding"), max_length=20, blank=True)
    header = ArrayField(models.CharField(max_length=200), default=list, blank=True)
    layout = models.JSONField(
        default=dict,
        blank=True,
        help_text=_(
            "How the file was read: kind, delimiter, sheet, row of the header, place of each column."
        ),
    )
    notes = models.JSONField(
        default=list,
        blank=True,
        help_text=_("What the sender should know of the file as a whole: a list of {en, zh}."),
    )
    grade_outlook = models.JSONField(
        default=dict,
        blank=True,
        help_text=_("What saving would do to grades: rows looked at, of how many, entities, changed."),
    )
    rows_total = models.PositiveIntegerField(default=0)
    rows_worked = models.PositiveIntegerField(
        default=0, help_text=_("How far the running step has come, in rows.")
    )
    attempts = models.PositiveSmallIntegerField(
        default=0, help_text=_("How often the running step was begun without getting any further.")
    )
    step_started_at = models.DateTimeField(null=True, blank=True)
    heartbeat_at = models.DateTimeField(null=True, blank=True)
    uploaded_by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    uploaded_at = models.DateTimeField(auto_now_add=True)
    confirmed_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, blank=True, on_delete=models.PROTECT, related_name="+"
    )
    confirmed_at = models.DateTimeField(null=True, blank=True)
    finished_at = models.DateTimeField(null=True, blank=True)
    taken_back_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, blank=True, on_delete=models.PROTECT, related_name="+"
    )
    taken_back_because = models.CharField(_("why it was taken back"), max_length=500, blank=True)

    objects = SubmissionQuerySet.as_manager()

    class Meta:
        verbose_name = _("submission")
        indexes = [models.Index(fields=("body", "-uploaded_at"), name="submission_of_body")]

    def __str__(self) -> str:
        return f"{self.document.name}, {self.uploaded_at:%Y-%m-%d}"


class SubmissionRow(models.Model):
    """One row of a submitted file: its cells as they came, and what became of it."""

    class Outcome(models.TextChoices):
        NEW = "new", _("New")
        CHANGED = "changed", _("Changed")
        UNCHANGED = "unchanged", _("Unchanged")
        ASKED = "asked", _("Needs your confirmation")
        REFUSED = "refused", _("Refused")

    #: What confirming the file will save.
    GOOD = (Outcome.NEW, Outcome.CHANGED)

    submission = models.ForeignKey(Submission, on_delete=models.CASCADE, related_name="rows")
    number = models.PositiveIntegerField(_("row"), help_text=_("As the sender's spreadsheet numbers it."))
    cells = models.JSONField(default=list, help_text=_("The row as it came, cell by cell."))
    draft = models.JSONField(default=dict, help_text=_("The row as it was understood."))
    outcome = models.CharField(_("outcome"), max_length=10, choices=Outcome)
    problems = models.JSONField(
        default=list,
        help_text=_(
            "A list of {at, column, value, en, zh, level}: place and name of the column, what stands there, "
            "a sentence in each language; level is error, question or warning."
        ),
    )
    key = models.CharField(
        max_length=200,
        blank=True,
        help_text=_("What makes two rows speak of one thing: the document number."),
    )
    clue = models.CharField(
        max_length=32,
        blank=True,
        help_text=_("Digest of what the row says of its entity, to remember a choice by."),
    )
    question = models.CharField(
        _("what is asked"),
        max_length=20,
        blank=True,
        help_text=_(
            "code_other_name, organisation_code, name, name_other_code, head_office, unregistered, unknown, as_it_stands"
        ),
    )
    entity = models.ForeignKey(Entity, null=True, blank=True, on_delete=models.PROTECT, related_name="+")
    candidates = ArrayField(models.BigIntegerField(), default=list, blank=True)
    match = models.CharField(
        _("how the entity was found"),
        max_length=20,
        blank=True,
        help_text=_("code, organisation_code, identifier, remembered, chosen, registered, left_out"),
    )
    register_entity = models.BooleanField(_("register the entity from this row"), default=False)
    is_confirmed = models.BooleanField(
        _("right as it stands"),
        default=False,
        db_default=False,
        help_text=_("Somebody said so of a row in which two things contradict each other."),
    )
    is_saved = models.BooleanField(default=False)

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=("submission", "number"), name="a_row_stands_once_in_its_submission"
            )
        ]
        indexes = [
            models.Index(fields=("submission", "outcome", "number"), name="rows_by_outcome"),
            models.Index(
                F("submission"), number_key_in_sql(F("key")), condition=~Q(key=""), name="rows_by_key"
            ),
            models.Index(
                fields=("clue",), condition=Q(is_saved=True, match="chosen"), name="rows_decided_by_a_person"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.number}"


class SubmissionBlock(models.Model):
    """The rows of a stretch of a large file about which there is nothing to say, kept together by the thousand.

    Such a row is new, or the registry already says the same; its entity is certain and nothing is wrong with it.
    Whatever a person may have to look at or decide on is a `SubmissionRow`. `entities.intake.blocks` reads the content.
    """

    submission = models.ForeignKey(Submission, on_delete=models.CASCADE, related_name="blocks")
    #: Numbers of the first and the last row.
    first = models.PositiveIntegerField()
    last = models.PositiveIntegerField()
    #: How many rows are to be saved, and how many the registry already has.
    new = models.PositiveIntegerField()
    unchanged = models.PositiveIntegerField()
    #: Eight bytes of digest for each row's key, by which rows that repeat are found.
    keys = models.BinaryField()
    #: Digest of what the catalogue said when the rows were checked.
    terms = models.CharField(max_length=32)
    #: Cells and draft of each row, by the column, compressed.
    content = models.BinaryField()
    is_saved = models.BooleanField(default=False)

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=("submission", "first"), name="a_block_begins_once_in_its_submission"
            )
        ]

    def __str__(self) -> str:
        return f"{self.first}-{self.last}"
