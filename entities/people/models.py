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
