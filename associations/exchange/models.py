"""What departments and associations ask and tell each other, and what came of it."""

from datetime import date

from django.conf import settings
from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _, pgettext_lazy

from associations.exchange import policies
from associations.models import Association
from entities.models import Document, Entity, SubmittingBody


class ExchangeQuerySet(models.QuerySet):
    def visible_to(self, user):
        """For the two sides, and for the lead office, which watches over answers and deadlines."""
        return self.filter(policies.exchanges_visible_to(user))


class ConsultationQuerySet(models.QuerySet):
    def visible_to(self, user):
        """For the department that asks, and for the lead office; who is asked reads only what it is asked itself."""
        return self.filter(policies.consultations_visible_to(user))


class Consultation(models.Model):
    """One question that a department puts to several associations at once.

    Each of them is asked by an exchange of its own and answers that; none reads who else is asked, or what it says.
    """

    department = models.ForeignKey(SubmittingBody, on_delete=models.PROTECT, related_name="consultations")
    subject = models.CharField(_("subject"), max_length=200)
    industry = models.CharField(
        _("industry, GB/T 4754"),
        max_length=5,
        blank=True,
        help_text=_("By which the associations were chosen; empty where each was named."),
    )
    asked_by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    asked_at = models.DateTimeField(auto_now_add=True)

    objects = ConsultationQuerySet.as_manager()

    class Meta:
        verbose_name = _("consultation of associations")
        ordering = ("-asked_at", "-pk")

    def __str__(self) -> str:
        return self.subject


class Exchange(models.Model):
    """An opinion that a department asks of an association, or an observation that an association sends to a department.

    Both go one way, are answered the other way, and end with what the department made of it.
    """

    class Kind(models.TextChoices):
        MEMBER = "member", _("Opinion on a member")
        RULE = "rule", _("Opinion on a draft rule")
        OBSERVATION = "observation", _("Observation")

    class State(models.TextChoices):
        OPEN = "open", pgettext_lazy("exchange", "Waits for an answer")
        ANSWERED = "answered", pgettext_lazy("exchange", "Answered")
        CLOSED = "closed", pgettext_lazy("exchange", "Closed")
        WITHDRAWN = "withdrawn", pgettext_lazy("exchange", "Withdrawn")

    class Stance(models.TextChoices):
        """How an association stands to what it was asked about."""

        FOR = "for", _("In favour")
        CONCERNS = "concerns", _("With concerns")
        AGAINST = "against", _("Against")
        NONE = "none", _("No opinion")

    class Outcome(models.TextChoices):
        """What the department made of it."""

        FOLLOWED = "followed", _("Followed")
        PARTLY = "partly", _("Followed in part")
        NOT_FOLLOWED = "not-followed", _("Not followed")
        ACTED = "acted", _("Acted upon")
        NOTHING = "nothing", _("Looked into, nothing found")
        PASSED_ON = "passed-on", _("Passed on to the body in charge")

    OPINIONS = (Kind.MEMBER, Kind.RULE)
    OF_OPINION = (Outcome.FOLLOWED, Outcome.PARTLY, Outcome.NOT_FOLLOWED)
    #: What was closed as passed on before an observation itself could be passed on keeps that outcome.
    OF_OBSERVATION = (Outcome.ACTED, Outcome.NOTHING)

    kind = models.CharField(_("kind"), max_length=12, choices=Kind)
    association = models.ForeignKey(Association, on_delete=models.PROTECT, related_name="exchanges")
    department = models.ForeignKey(SubmittingBody, on_delete=models.PROTECT, related_name="exchanges")
    consultation = models.ForeignKey(
        Consultation, null=True, blank=True, on_delete=models.PROTECT, related_name="exchanges"
    )
    entity = models.ForeignKey(
        Entity, null=True, blank=True, on_delete=models.PROTECT, related_name="exchanges"
    )
    subject = models.CharField(_("subject"), max_length=200)
    text = models.TextField(_("text"))
    #: Of one consultation it is the same for all.
    paper = models.ForeignKey(
        Document, verbose_name=_("file"), null=True, blank=True, on_delete=models.PROTECT, related_name="+"
    )
    due_on = models.DateField(_("answer by"), null=True, blank=True)
    wished_on = models.DateField(
        _("answer wished by"),
        null=True,
        blank=True,
        help_text=_("The day that the association named with its observation."),
    )
    promised_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, blank=True, on_delete=models.PROTECT, related_name="+"
    )
    promised_at = models.DateTimeField(null=True, blank=True)
    sent_by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    sent_at = models.DateTimeField(auto_now_add=True)
    state = models.CharField(_("state"), max_length=10, choices=State, default=State.OPEN)
    stance = models.CharField(_("position"), max_length=10, choices=Stance, blank=True)
    answer = models.TextField(_("answer"), blank=True)
    answered_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, blank=True, on_delete=models.PROTECT, related_name="+"
    )
    answered_at = models.DateTimeField(null=True, blank=True)
    outcome = models.CharField(_("what came of it"), max_length=12, choices=Outcome, blank=True)
    outcome_text = models.TextField(_("in words"), blank=True)
    closed_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, blank=True, on_delete=models.PROTECT, related_name="+"
    )
    closed_at = models.DateTimeField(null=True, blank=True)
    reminded_on = models.DateField(null=True, blank=True)
    overdue_told_on = models.DateField(null=True, blank=True)

    objects = ExchangeQuerySet.as_manager()

    class Meta:
        verbose_name = _("exchange with an association")
        ordering = ("-sent_at", "-pk")
        constraints = [
            models.CheckConstraint(
                condition=Q(kind="observation") | Q(due_on__isnull=False),
                name="an_opinion_is_asked_for_by_a_day",
            ),
            models.CheckConstraint(
                condition=Q(kind="observation") | Q(wished_on=None, promised_at=None),
                name="only_of_an_observation_a_day_is_wished_or_promised",
            ),
            models.CheckConstraint(
                condition=~Q(kind="observation") | Q(consultation=None),
                name="only_opinions_are_asked_of_several",
            ),
            models.UniqueConstraint(
                fields=("consultation", "association"), name="an_association_is_consulted_once"
            ),
            models.CheckConstraint(
                condition=~Q(kind="member") | Q(entity__isnull=False), name="an_opinion_on_a_member_names_it"
            ),
            models.CheckConstraint(
                condition=Q(state__in=("open", "withdrawn")) | Q(answered_at__isnull=False),
                name="what_is_answered_has_its_moment",
            ),
            models.CheckConstraint(
                condition=~Q(state="closed") | ~Q(outcome=""), name="what_is_closed_says_what_came_of_it"
            ),
        ]
        indexes = [
            models.Index(fields=("association", "state", "due_on"), name="exchanges_of_association"),
            models.Index(fields=("department", "state", "-sent_at"), name="exchanges_of_department"),
            models.Index(fields=("due_on",), condition=Q(state="open"), name="exchanges_that_wait"),
        ]

    def __str__(self) -> str:
        return f"{self.get_kind_display()}: {self.subject}"

    @property
    def is_opinion(self) -> bool:
        return self.kind in self.OPINIONS

    @property
    def outcomes(self) -> tuple[Outcome, ...]:
        """What may come of it."""
        return self.OF_OPINION if self.is_opinion else self.OF_OBSERVATION

    def is_late(self, today: date) -> bool:
        """Whether an answer by a day has not come."""
        return self.state == self.State.OPEN and self.due_on is not None and self.due_on < today

    @property
    def is_promised(self) -> bool:
        """Whether the department set the day by which it answers; else it is the day that the other side asks for."""
        return self.promised_at is not None

    @property
    def asks(self) -> SubmittingBody:
        """Who sent it."""
        return self.department if self.is_opinion else self.association.body

    @property
    def answers(self) -> SubmittingBody:
        """Who has to answer."""
        return self.association.body if self.is_opinion else self.department


class Passing(models.Model):
    """An observation was put before another department. What the one before had answered is kept here."""

    exchange = models.ForeignKey(Exchange, on_delete=models.PROTECT, related_name="passings")
    source = models.ForeignKey(SubmittingBody, on_delete=models.PROTECT, related_name="+")
    target = models.ForeignKey(SubmittingBody, on_delete=models.PROTECT, related_name="+")
    because = models.CharField(_("why"), max_length=500)
    answer = models.TextField(_("answer until then"), blank=True)
    answered_at = models.DateTimeField(null=True, blank=True)
    passed_by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    passed_at = models.DateTimeField(auto_now_add=True)

    class Meta:
        verbose_name = _("passing on of an observation")
        ordering = ("passed_at", "pk")
        constraints = [
            models.CheckConstraint(
                condition=~Q(source=F("target")), name="an_observation_is_passed_to_another_department"
            ),
            models.CheckConstraint(condition=~Q(because=""), name="an_observation_is_passed_on_for_a_reason"),
        ]

    def __str__(self) -> str:
        return f"{self.source} → {self.target}"
