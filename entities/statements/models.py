"""What an entity says of a record about it. It changes nothing in the record and weighs nothing."""

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.db.models.functions import Length
from django.utils.translation import gettext_lazy as _

from entities.models import CreditRecord
from entities.statements import policies

#: A statement is no place for files and pleadings: those belong to an objection.
LONGEST = 500

models.TextField.register_lookup(Length)


class StatementQuerySet(models.QuerySet):
    def visible_to(self, user):
        """Beside records that this user may see; hidden ones only for the entity, the body and the lead office."""
        return self.filter(
            policies.statements_visible_to(user),
            record__in=CreditRecord.objects.visible_to(user).values("pk"),
        )

    def public(self):
        """What anybody may read, wherever the record itself is shown to anybody."""
        return self.filter(state=Statement.State.SHOWN)


class Statement(models.Model):
    """A few plain sentences beside a record. Withdrawn ones are kept and shown to nobody."""

    class State(models.TextChoices):
        SHOWN = "shown", _("Shown")
        HIDDEN = "hidden", _("Hidden")
        WITHDRAWN = "withdrawn", _("Withdrawn")

    record = models.ForeignKey(CreditRecord, on_delete=models.PROTECT, related_name="statements")
    text = models.TextField(_("statement"), max_length=LONGEST)
    state = models.CharField(_("state"), max_length=10, choices=State, default=State.SHOWN)
    written_by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    written_at = models.DateTimeField(_("written at"), auto_now_add=True)
    hidden_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, blank=True, on_delete=models.PROTECT, related_name="+"
    )
    hidden_at = models.DateTimeField(null=True, blank=True)
    hidden_because = models.CharField(_("why it is hidden"), max_length=300, blank=True)
    withdrawn_at = models.DateTimeField(null=True, blank=True)

    objects = StatementQuerySet.as_manager()

    class Meta:
        verbose_name = _("statement")
        constraints = [
            models.UniqueConstraint(
                fields=("record",),
                condition=~Q(state="withdrawn"),
                name="one_statement_stands_beside_a_record",
            ),
            models.CheckConstraint(
                condition=Q(text__length__gte=1, text__length__lte=LONGEST), name="a_statement_is_short"
            ),
            models.CheckConstraint(
                condition=~Q(state="hidden") | ~Q(hidden_because=""),
                name="a_statement_is_hidden_for_a_reason",
            ),
        ]

    def __str__(self) -> str:
        return self.text[:40]
