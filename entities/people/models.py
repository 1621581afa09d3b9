from django.conf import settings
from django.db import models
from django.utils.translation import gettext_lazy as _

from entities.models import Membership, SubmittingBody
from entities.people import policies


class PastRoleQuerySet(models.QuerySet):
    def visible_to(self, user):
        """The roles that people had in the bodies for which this reader answers."""
        return self.filter(policies.roles_visible_to(user))


class PastRole(models.Model):
    """A role that somebody had in a body, and how it ended. It gives no right: those follow from `Membership` alone."""

    user = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="past_roles")
    body = models.ForeignKey(SubmittingBody, on_delete=models.PROTECT, related_name="+")
    role = models.CharField(_("role"), max_length=20, choices=Membership.Role)
    since = models.DateTimeField(_("since"))
    ended_at = models.DateTimeField(_("ended"), auto_now_add=True)
    ended_by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    because = models.TextField(_("reason"))

    objects = PastRoleQuerySet.as_manager()

    class Meta:
        verbose_name = _("past role")
        verbose_name_plural = _("past roles")

    def __str__(self) -> str:
        return f"{self.user}: {self.get_role_display()}, {self.body}"


class PasswordLink(models.Model):
    """The wish that a person gets a mail with a link, by which to choose a new password. The link is kept nowhere."""

    user = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="password_links"
    )
    asked_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, blank=True, on_delete=models.PROTECT, related_name="+",
        help_text=_("Nobody: it was asked for on the page of signing in."),
    )  # fmt: skip
    asked_at = models.DateTimeField(_("asked for"))
    language = models.CharField(max_length=10, blank=True)
    attempts = models.PositiveSmallIntegerField(default=0)
    next_attempt_at = models.DateTimeField()
    last_error = models.CharField(max_length=500, blank=True)
    sent_at = models.DateTimeField(_("sent"), null=True, blank=True)

    class Meta:
        verbose_name = _("link for a new password")
        verbose_name_plural = _("links for new passwords")
        ordering = ("-asked_at", "-pk")
        indexes = [
            models.Index(
                fields=("next_attempt_at",), condition=models.Q(sent_at=None), name="password_links_that_wait"
            )
        ]

    def __str__(self) -> str:
        return f"{self.user}, {self.asked_at:%Y-%m-%d}"
