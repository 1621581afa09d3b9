from django.conf import settings
from django.db import models
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from credit_platform.common.bilingual import BilingualName


class SubmittingBody(BilingualName):
    """A department, an association or the lead office: whoever may put records into the registry."""

    class Kind(models.TextChoices):
        DEPARTMENT = "department", _("Department")
        ASSOCIATION = "association", _("Industry association")
        LEAD_OFFICE = "lead_office", _("Lead credit office")

    code = models.SlugField(_("code"), max_length=40, unique=True)
    kind = models.CharField(_("kind"), max_length=20, choices=Kind)
    keeps_register = models.BooleanField(
        _("keeps the register"),
        default=False,
        help_text=_("Whether its people change what is registered of entities."),
    )
    is_active = models.BooleanField(_("active"), default=True)
    successor = models.ForeignKey(
        "self",
        null=True,
        blank=True,
        on_delete=models.PROTECT,
        related_name="predecessors",
        help_text=_("Who answers for this body's records once it is gone."),
    )

    class Meta:
        verbose_name = _("submitting body")
        verbose_name_plural = _("submitting bodies")
        ordering = ("code",)
        constraints = [
            models.CheckConstraint(
                condition=models.Q(is_active=True) | models.Q(successor__isnull=False),
                name="a_body_that_is_gone_has_a_successor",
            )
        ]


class MembershipQuerySet(models.QuerySet):
    def with_successions(self):
        """The memberships as (body, role, None, kind of the body) and every body that is gone as
        (body, "", successor, its kind), in one query."""
        gone = SubmittingBody.objects.filter(is_active=False).order_by()
        nobody = models.Value(None, models.BigIntegerField())
        return self.values_list("body_id", "role", nobody, "body__kind").union(
            gone.values_list("pk", models.Value("", models.CharField()), "successor_id", "kind"), all=True
        )


class Membership(models.Model):
    """A person's role in a body. All that an official may do follows from these rows: one that ends is taken out, and
    stands among the past ones of `entities.people`."""

    class Role(models.TextChoices):
        CLERK = "clerk", _("Records clerk")
        REVIEWER = "reviewer", _("Reviewer")
        SUPERVISOR = "supervisor", _("Supervisor")
        OFFICER = "officer", _("Association officer")
        LEAD = "lead", _("Lead office")

    user = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="memberships")
    body = models.ForeignKey(SubmittingBody, on_delete=models.PROTECT, related_name="memberships")
    role = models.CharField(_("role"), max_length=20, choices=Role)
    since = models.DateTimeField(_("since"), default=timezone.now, editable=False)

    objects = MembershipQuerySet.as_manager()

    class Meta:
        verbose_name = _("membership")
        constraints = [
            models.UniqueConstraint(fields=("user", "body", "role"), name="one_membership_per_role_in_a_body")
        ]

    def __str__(self) -> str:
        return f"{self.user}: {self.get_role_display()}, {self.body}"
