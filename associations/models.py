from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from associations import policies
from credit_platform.common.bilingual import in_readers_language
from entities.models import Entity, Submission, SubmittingBody


class AssociationQuerySet(models.QuerySet):
    def known_to(self, user):
        """Those whose charter and officers the user may read: the own ones, and all of them for officials."""
        return self.filter(policies.associations_known_to(user))

    def visible_to(self, user):
        """The associations that this user acts for."""
        return self.filter(policies.associations_visible_to(user))


class Association(models.Model):
    """An industry association: a submitting body with a charter and members."""

    body = models.OneToOneField(SubmittingBody, on_delete=models.PROTECT, related_name="association")
    charter = models.CharField(_("charter"), max_length=300, blank=True)
    charter_adopted_on = models.DateField(_("charter adopted on"), null=True, blank=True)
    industry_scope = models.CharField(_("industry scope"), max_length=200, blank=True)
    industry_codes = ArrayField(
        models.CharField(max_length=5), verbose_name=_("industries, GB/T 4754"), default=list, blank=True
    )

    objects = AssociationQuerySet.as_manager()

    class Meta:
        verbose_name = _("industry association")

    def __str__(self) -> str:
        return str(self.body)


class RepairRule(models.Model):
    """By what an association takes back early what it recorded of a member, under its charter, from one day to another.

    Nothing here is law, and no rule of a publishing system takes its place: what an association keeps of its
    members it decides on alone. A rule that changes is ended and followed by another row.
    """

    association = models.ForeignKey(Association, on_delete=models.PROTECT, related_name="repair_rules")
    article = models.CharField(_("article of the charter"), max_length=100)
    min_months = models.PositiveSmallIntegerField(
        _("not before so many months"), help_text=_("Counted from the day of the record; 0: at any time.")
    )
    conditions_zh = models.TextField(_("conditions in Chinese"), max_length=1000)
    conditions_en = models.TextField(_("conditions in English"), max_length=1000, blank=True)
    course = models.CharField(
        _("course"), max_length=200, blank=True, help_text=_("The training that the member attends first.")
    )
    valid_from = models.DateField(_("valid from"))
    valid_to = models.DateField(_("valid to"), null=True, blank=True)

    class Meta:
        verbose_name = _("rule of repair of an association")
        ordering = ("-valid_from", "-pk")
        constraints = [
            models.UniqueConstraint(
                fields=("association",),
                condition=Q(valid_to=None),
                name="an_association_has_one_rule_of_repair",
            ),
            models.CheckConstraint(
                condition=Q(valid_to=None) | Q(valid_to__gte=F("valid_from")),
                name="a_rule_of_repair_ends_after_it_begins",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.association}: {self.article}"

    @property
    def conditions(self) -> str:
        """In the reader's language; in the other where nobody has written them in it."""
        return in_readers_language(self.conditions_zh, self.conditions_en)


class Officer(models.Model):
    """Who holds an office in an association by its charter, from one day to another."""

    association = models.ForeignKey(Association, on_delete=models.PROTECT, related_name="officers")
    name = models.CharField(_("name"), max_length=100)
    office = models.CharField(_("office"), max_length=100)
    since = models.DateField(_("in office since"))
    until = models.DateField(_("in office until"), null=True, blank=True)

    class Meta:
        verbose_name = _("officer of an association")
        ordering = ("until", "since", "pk")
        constraints = [
            models.UniqueConstraint(
                fields=("association", "name", "office"),
                condition=Q(until=None),
                name="a_person_holds_an_office_once",
            ),
            models.CheckConstraint(
                condition=Q(until=None) | Q(until__gte=F("since")), name="an_office_ends_after_it_begins"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.office}: {self.name}"


class IndustryCount(models.Model):
    """How many of a group have what is on public record, counted every night. It names nobody."""

    class Scope(models.TextChoices):
        MEMBERS = "members", _("Our members")
        INDUSTRY = "industry", _("The industry in the city")
        CITY = "city", _("The whole city")

    association = models.ForeignKey(Association, on_delete=models.CASCADE, related_name="industry_counts")
    scope = models.CharField(_("group"), max_length=10, choices=Scope)
    counted_on = models.DateField(_("counted on"))
    entities = models.PositiveIntegerField(_("entities"))
    with_violation = models.PositiveIntegerField(_("with a violation on public record"))
    with_new_violation = models.PositiveIntegerField(_("with one published in the last twelve months"))
    with_commendation = models.PositiveIntegerField(_("with a commendation on public record"))

    class Meta:
        verbose_name = _("count of an industry")
        constraints = [
            models.UniqueConstraint(
                fields=("association", "scope"), name="a_group_is_counted_once_for_an_association"
            )
        ]

    def __str__(self) -> str:
        return f"{self.get_scope_display()}, {self.association}"


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
