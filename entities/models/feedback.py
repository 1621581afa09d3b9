from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext as translate, gettext_lazy as _

from credit_platform.common.bilingual import in_readers_language
from entities import policies
from entities.models.body import SubmittingBody
from entities.models.entity import Entity


class NoticeQuerySet(models.QuerySet):
    def visible_to(self, user):
        """What was written to the user, to a body they act for, or to an entity whose agent they are."""
        return self.filter(policies.notices_visible_to(user))


class Notice(models.Model):
    """Something that a body, an entity or a person has to hear. Written in the transaction of the event.

    `template` is a registered English sentence with named places, rendered in each reader's language
    (`entities.services.feedback.register_notice`).
    """

    body = models.ForeignKey(
        SubmittingBody, null=True, blank=True, on_delete=models.CASCADE, related_name="notices"
    )
    entity = models.ForeignKey(
        Entity, null=True, blank=True, on_delete=models.CASCADE, related_name="notices"
    )
    user = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, blank=True, on_delete=models.CASCADE, related_name="notices"
    )
    kind = models.CharField(max_length=60)
    template = models.TextField()
    params = models.JSONField(default=dict)
    url = models.CharField(max_length=300, blank=True)
    created_at = models.DateTimeField(auto_now_add=True)
    acknowledged_at = models.DateTimeField(null=True, blank=True)
    acknowledged_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, blank=True, on_delete=models.SET_NULL, related_name="+"
    )

    objects = NoticeQuerySet.as_manager()

    class Meta:
        verbose_name = _("notice")
        ordering = ("-created_at", "-pk")
        constraints = [
            models.CheckConstraint(
                condition=(
                    Q(body__isnull=False, entity=None, user=None)
                    | Q(body=None, entity__isnull=False, user=None)
                    | Q(body=None, entity=None, user__isnull=False)
                ),
                name="a_notice_has_one_receiver",
            )
        ]

    def __str__(self) -> str:
        return self.text

    @property
    def text(self) -> str:
        """The sentence in the reader's language; parameters kept as {"zh", "en"} are written in it too."""
        params = {
            name: in_readers_language(value["zh"], value["en"]) if isinstance(value, dict) else value
            for name, value in self.params.items()
        }
        return translate(self.template) % params


class DeliveryQuerySet(models.QuerySet):
    def waiting(self):
        """What still has to go out: what was noted on the platform meanwhile need not."""
        return self.filter(delivered_at=None, notice__acknowledged_at=None)


class Delivery(models.Model):
    """A notice on its way out of the platform, tried until the receiver has it."""

    class Channel(models.TextChoices):
        EMAIL = "email", _("E-mail")
        TEXT = "text", _("Text message")

    notice = models.ForeignKey(Notice, on_delete=models.CASCADE, related_name="deliveries")
    channel = models.CharField(max_length=10, choices=Channel)
    address = models.CharField(
        max_length=200, help_text=_("As the channel knows it: of a telephone number a digest alone.")
    )
    language = models.CharField(max_length=10, blank=True)
    attempts = models.PositiveSmallIntegerField(default=0)
    next_attempt_at = models.DateTimeField()
    delivered_at = models.DateTimeField(null=True, blank=True)
    last_error = models.CharField(max_length=500, blank=True)

    objects = DeliveryQuerySet.as_manager()

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=("notice", "channel", "address"), name="a_notice_goes_once_to_an_address"
            )
        ]
        indexes = [
            models.Index(
                fields=("next_attempt_at",), condition=Q(delivered_at=None), name="deliveries_that_wait"
            )
        ]

    def __str__(self) -> str:
        return f"{self.channel} {self.address}"
