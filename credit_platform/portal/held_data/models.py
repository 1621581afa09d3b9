"""Files of all that is held about an entity, asked for by whoever acts for it."""

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from credit_platform.portal.held_data import policies
from entities.models import Document, Entity


class HeldDataFileQuerySet(models.QuerySet):
    def visible_to(self, user):
        """Those about the entities that the user acts for now, whoever asked for them."""
        return self.filter(policies.files_visible_to(user))


class HeldDataFile(models.Model):
    """The wish for such a file, and then the file, until its days are over. The row stays and tells that it was made.

    A worker that takes it up sets the time of the next try first; so one that is lost is followed by another, and a
    slow one by nobody for a while.
    """

    class State(models.TextChoices):
        WAITING = "waiting", _("Being made")
        READY = "ready", _("Ready")
        OVER = "over", _("No longer kept")

    entity = models.ForeignKey(Entity, on_delete=models.PROTECT, related_name="held_data_files")
    asked_by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    asked_at = models.DateTimeField(_("asked for on"), auto_now_add=True)
    parts_done = models.PositiveSmallIntegerField(default=0)
    attempts = models.PositiveSmallIntegerField(default=0)
    next_attempt_at = models.DateTimeField(null=True, default=timezone.now)
    document = models.OneToOneField(
        Document, null=True, blank=True, on_delete=models.PROTECT, related_name="held_data_file"
    )
    made_at = models.DateTimeField(_("made on"), null=True, blank=True)
    expires_at = models.DateTimeField(_("kept until"), null=True, blank=True)

    objects = HeldDataFileQuerySet.as_manager()

    class Meta:
        verbose_name = _("file of all that is held")
        ordering = ("-asked_at", "-pk")
        constraints = [
            models.UniqueConstraint(
                fields=("entity",),
                condition=Q(next_attempt_at__isnull=False),
                name="one_file_of_what_is_held_is_made_at_a_time",
            ),
            models.CheckConstraint(
                condition=Q(document=None)
                | Q(made_at__isnull=False, expires_at__isnull=False, next_attempt_at=None),
                name="a_file_of_what_is_held_is_kept_for_a_time",
            ),
        ]
        indexes = [
            models.Index(
                fields=("next_attempt_at",),
                condition=Q(next_attempt_at__isnull=False),
                name="held_data_files_that_wait",
            )
        ]

    def __str__(self) -> str:
        return f"{self.entity}, {timezone.localdate(self.asked_at)}"

    @property
    def state(self) -> State:
        if self.next_attempt_at is not None:
            return self.State.WAITING
        is_kept = self.document_id and self.expires_at is not None and self.expires_at > timezone.now()
        return self.State.READY if is_kept else self.State.OVER
