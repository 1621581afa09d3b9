from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from associations import policies
from entities.models import Entity, Submission, SubmittingBody


class AssociationQuerySet(models.QuerySet):
    def visible_to(self, user):
        """The associations that this user acts for."""
        return self.filter(policies.associations_visible_to(user))


class Association(models.Model):
    """An industry association: a submitting body with a charter and members."""

    body = models.OneToOneField(SubmittingBody, on_delete=models.PROTECT, related_name="association")
    charter = models.CharField(_("charter"), max_length=300, blank=True)
    industry_scope = models.CharField(_("industry scope"), max_length=200, blank=True)

    objects = AssociationQuerySet.as_manager()

    class Meta:
        verbose_name = _("industry association")

    def __str__(self) -> str:
        return str(self.body)


class MemberQuerySet(models.QuerySet):
    def visible_to(self, user):
        """The members of the associations that this user acts for."""
        return self.filter(policies.members_visible_to(user))

    def current_on(self, day):
        return self.filter(joined_on__lte=day).filter(Q(left_on=None) | Q(left_on__gt=day))


class Member(models.Model):
    """An entity's membership of an association, from one day to another."""

    class Basis(models.TextChoices):
        CONSENT = "consent", _("Consent of the member")
        CHARTER = "charter", _("Charter of the association")

    association = models.ForeignKey(Association, on_delete=models.PROTECT, related_name="members")
    entity = models.ForeignKey(Entity, on_delete=models.PROTECT, related_name="memberships")
    member_number = models.CharField(_("member number"), max_length=40, blank=True)
    joined_on = models.DateField(_("joined on"))
    left_on = models.DateField(_("left on"), null=True, blank=True)
    basis = models.CharField(_("basis for keeping its data"), max_length=10, choices=Basis)
    submission = models.ForeignKey(
        Submission, null=True, blank=True, on_delete=models.PROTECT, related_name="+"
    )

    objects = MemberQuerySet.as_manager()

    class Meta:
        verbose_name = _("member")
        constraints = [
            models.UniqueConstraint(
                fields=("association", "entity"), condition=Q(left_on=None), name="an_entity_is_a_member_once"
            ),
            models.CheckConstraint(
                condition=Q(left_on=None) | Q(left_on__gte=F("joined_on")),
                name="a_member_leaves_after_joining",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.entity}, {self.association}"
