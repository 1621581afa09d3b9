from datetime import datetime

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from entities.contacts import masked_email
from entities.invitations import policies
from entities.models import Entity, Membership, SubmittingBody


class InvitationQuerySet(models.QuerySet):
    def visible_to(self, user):
        """The invitations that this user looks after."""
        return self.filter(policies.invitations_visible_to(user))

    def open(self, now: datetime):
        """Those that can still be accepted."""
        return self.filter(accepted_at=None, withdrawn_at=None, expires_at__gt=now)


class Invitation(models.Model):
    """A mail that lets whoever holds its code act for an entity, or take a role in a body, by accepting it.

    Of the code a digest is kept. Until the mail is out the code itself is kept too, sealed: a copy of the database
    does not tell it.
    """

    email = models.EmailField(_("e-mail address"))
    name = models.CharField(_("who is invited"), max_length=80, blank=True)
    entity = models.ForeignKey(
        Entity, null=True, blank=True, on_delete=models.PROTECT, related_name="invitations"
    )
    body = models.ForeignKey(
        SubmittingBody, null=True, blank=True, on_delete=models.PROTECT, related_name="invitations"
    )
    role = models.CharField(_("role"), max_length=20, choices=Membership.Role, blank=True)
    because = models.CharField(
        _("on what paper"), max_length=300, blank=True, help_text=_("What the lead office has seen.")
    )
    digest = models.CharField(max_length=64, unique=True, editable=False)
    sealed = models.TextField(blank=True, editable=False)
    language = models.CharField(max_length=10, blank=True)
    invited_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, blank=True, on_delete=models.PROTECT, related_name="+",
        verbose_name=_("invited by"), help_text=_("Nobody: it was asked for at the registered contact."),
    )  # fmt: skip
    invited_at = models.DateTimeField(_("invited"))
    expires_at = models.DateTimeField(_("valid until"))
    attempts = models.PositiveSmallIntegerField(default=0)
    next_attempt_at = models.DateTimeField()
    last_error = models.CharField(max_length=500, blank=True)
    sent_at = models.DateTimeField(_("sent"), null=True, blank=True)
    accepted_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, blank=True, on_delete=models.PROTECT, related_name="+",
        verbose_name=_("accepted by"),
    )  # fmt: skip
    accepted_at = models.DateTimeField(_("accepted"), null=True, blank=True)
    withdrawn_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, blank=True, on_delete=models.PROTECT, related_name="+",
        verbose_name=_("withdrawn by"),
    )  # fmt: skip
    withdrawn_at = models.DateTimeField(_("withdrawn"), null=True, blank=True)

    objects = InvitationQuerySet.as_manager()

    class Meta:
        verbose_name = _("invitation")
        verbose_name_plural = _("invitations")
        ordering = ("-invited_at", "-pk")
        constraints = [
            models.CheckConstraint(
                condition=(
                    Q(entity__isnull=False, body=None, role="")
                    | (Q(entity=None, body__isnull=False) & ~Q(role=""))
                ),
                name="an_invitation_is_to_one_entity_or_one_role",
            ),
            models.CheckConstraint(
                condition=Q(accepted_at=None) | Q(withdrawn_at=None),
                name="an_invitation_is_accepted_or_withdrawn",
            ),
        ]
        indexes = [
            models.Index(fields=("next_attempt_at",), condition=~Q(sealed=""), name="invitations_that_wait")
        ]

    def __str__(self) -> str:
        return f"{self.masked_email}: {self.entity or self.body}"

    @property
    def masked_email(self) -> str:
        """The address, as it stands where more than those who look after the invitation read it."""
        return masked_email(self.email)
