"""Leaves by which an association files for its member, and what was done by them."""

import pgtrigger
from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from associations.models import Member
from entities.models import CreditRecord, Entity, RecordType
from repair.helping import policies
from repair.models import Case


class LeaveQuerySet(models.QuerySet):
    def held_by(self, user):
        """Those by which this officer of an association acts today."""
        return self.filter(policies.leaves_held_by(user))

    def covering(self, record):
        """Those that reach as far as this record."""
        about = Q(record=record) | Q(record_type=record.record_type_id)
        return self.filter(about, entity=record.entity_id)


class Leave(models.Model):
    """An entity lets its association prepare and file repairs: of one record or of one kind, until a day.

    What the entity has to sign it signs itself all the same.
    """

    entity = models.ForeignKey(Entity, on_delete=models.PROTECT, related_name="leaves_to_file")
    member = models.ForeignKey(
        Member,
        verbose_name=_("association"),
        on_delete=models.PROTECT,
        related_name="leaves_to_file",
        help_text=_("The membership: with it the leave ends."),
    )
    record = models.ForeignKey(
        CreditRecord, null=True, blank=True, on_delete=models.PROTECT, related_name="leaves_to_file"
    )
    record_type = models.ForeignKey(
        RecordType, null=True, blank=True, on_delete=models.PROTECT, related_name="+"
    )
    given_by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    given_at = models.DateTimeField(_("given on"), auto_now_add=True)
    expires_on = models.DateField(_("good until"))
    revoked_at = models.DateTimeField(null=True, blank=True)

    objects = LeaveQuerySet.as_manager()

    class Meta:
        verbose_name = _("leave to file")
        ordering = ("-given_at", "-pk")
        constraints = [
            models.CheckConstraint(
                condition=Q(record__isnull=False, record_type=None)
                | Q(record=None, record_type__isnull=False),
                name="a_leave_is_for_one_record_or_one_kind",
            ),
        ]

    def __str__(self) -> str:
        return self.scope

    @property
    def association(self) -> str:
        return str(self.member.association)

    @property
    def scope(self) -> str:
        """What it reaches to: the title of the record, or the name of the kind."""
        return self.record.heading if self.record else str(self.record_type)

    @property
    def is_good(self) -> bool:
        """Whether it holds today, as far as leave, membership and association say."""
        today, left = timezone.localdate(), self.member.left_on
        is_member = (left is None or left > today) and self.member.association.body.is_active
        return self.revoked_at is None and self.expires_on >= today and is_member


class Use(models.Model):
    """One thing that an officer did in a case by a leave: append-only; the entity reads it."""

    class Deed(models.TextChoices):
        BEGUN = "begun", _("began or took up the application")
        WRITTEN = "written", _("wrote in the draft")
        PAPER = "paper", _("put a paper in or took one out")
        HANDED_OVER = "handed_over", _("handed it over to be signed")
        FILED = "filed", _("filed the application")
        ANSWERED = "answered", _("sent what the department asked for")

    leave = models.ForeignKey(Leave, on_delete=models.PROTECT, related_name="uses")
    case = models.ForeignKey(Case, on_delete=models.PROTECT, related_name="help")
    deed = models.CharField(_("deed"), max_length=12, choices=Deed)
    actor = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    at = models.DateTimeField(auto_now_add=True)

    class Meta:
        verbose_name = _("use of a leave to file")
        ordering = ("-at", "-pk")
        triggers = [
            pgtrigger.Protect(
                name="uses_of_leaves_are_append_only", operation=pgtrigger.Update | pgtrigger.Delete
            )
        ]

    def __str__(self) -> str:
        return f"{self.case}: {self.get_deed_display()}"
