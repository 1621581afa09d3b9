from django.conf import settings
from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from entities.models import SubmittingBody
from entities.systems import policies


class Scope(models.TextChoices):
    """What a system may be let do; the same words stand in its tokens."""

    READ = "records:read", _("read entities, records and files")
    WRITE = "records:write", _("send records and files")


class ConnectedSystemQuerySet(models.QuerySet):
    def visible_to(self, user):
        """The systems that this user manages."""
        return self.filter(policies.systems_visible_to(user))


class ConnectedSystem(models.Model):
    """A system of a body that signs in with its own credentials.

    It acts as an account of its own with a membership in the body, so that scopes, policies and the audit log treat it
    as they treat a person who does the same; that account has no password and never signs in on a page.
    """

    application = models.OneToOneField(
        settings.OAUTH2_PROVIDER_APPLICATION_MODEL, on_delete=models.PROTECT, related_name="system"
    )
    user = models.OneToOneField(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="system")
    body = models.ForeignKey(SubmittingBody, on_delete=models.PROTECT, related_name="systems")
    name = models.CharField(_("name"), max_length=60)
    scopes = ArrayField(models.CharField(max_length=20, choices=Scope), verbose_name=_("may"))
    created_by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    created_at = models.DateTimeField(auto_now_add=True)
    revoked_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, blank=True, on_delete=models.PROTECT, related_name="+"
    )
    revoked_at = models.DateTimeField(null=True, blank=True)

    objects = ConnectedSystemQuerySet.as_manager()

    class Meta:
        verbose_name = _("connected system")
        constraints = [
            models.UniqueConstraint(
                fields=("body", "name"),
                condition=Q(revoked_at=None),
                name="one_connected_system_of_a_name_in_a_body",
            ),
            models.CheckConstraint(
                condition=Q(revoked_at=None, revoked_by=None)
                | Q(revoked_at__isnull=False, revoked_by__isnull=False),
                name="a_disconnected_system_says_by_whom",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.name}, {self.body}"


class Answered(models.Model):
    """A request that was answered, under the key that its sender gave it; sent again it gets the same answer."""

    user = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="+")
    key = models.CharField(max_length=200)
    digest = models.CharField(max_length=64, help_text=_("SHA-256 of method, address and body."))
    status = models.PositiveSmallIntegerField(default=0)
    answer = models.JSONField(default=dict)
    at = models.DateTimeField(auto_now_add=True)

    class Meta:
        verbose_name = _("answered request")
        constraints = [models.UniqueConstraint(fields=("user", "key"), name="one_answer_per_idempotency_key")]
        indexes = [models.Index(fields=("at",), name="answered_by_age")]

    def __str__(self) -> str:
        return self.key
