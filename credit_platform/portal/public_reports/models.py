"""Reports from the public: what somebody wrote, who is in charge, by when it is answered, and what became of it."""

from django.conf import settings
from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _, pgettext_lazy

from credit_platform.common.bilingual import BilingualName
from credit_platform.portal.public_reports import policies
from entities.models import CreditRecord, Entity, SubmittingBody
from entities.models.catalogue import in_force_on

LONGEST = 3000


class ReportTopicQuerySet(models.QuerySet):
    def in_force_on(self, day):
        """What can be chosen on that day."""
        return self.filter(in_force_on(day))


class ReportTopic(BilingualName):
    """What a report can be about, from one day to another. A new version is a new row under the same code.

    A report keeps the version under which it came in: rows are ended and never changed.
    """

    code = models.SlugField(_("code"), max_length=20)
    body_code = models.SlugField(
        _("in charge"),
        max_length=60,
        help_text=_("Where the city has no such body, its lead office is in charge."),
    )
    days = models.PositiveSmallIntegerField(
        _("working days to answer"),
        null=True,
        blank=True,
        help_text=_("Empty: as the rule of clocks for reports has it."),
    )
    basis = models.CharField(
        _("basis"), max_length=300, blank=True, help_text=_("The text or decision that says so.")
    )
    place = models.PositiveSmallIntegerField(
        _("place in the form"), default=100, help_text=_("The smallest stands first.")
    )
    valid_from = models.DateField(_("valid from"))
    valid_to = models.DateField(_("valid to"), null=True, blank=True)
    set_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, blank=True, on_delete=models.PROTECT, related_name="+"
    )
    set_at = models.DateTimeField(auto_now_add=True)

    objects = ReportTopicQuerySet.as_manager()

    class Meta:
        verbose_name = _("topic of reports")
        ordering = ("place", "code", "-valid_from")
        constraints = [
            models.UniqueConstraint(fields=("code", "valid_from"), name="one_version_of_a_topic_from_a_day"),
            models.CheckConstraint(
                condition=Q(valid_to=None) | Q(valid_to__gte=F("valid_from")),
                name="a_topic_ends_after_it_begins",
            ),
        ]


class PublicReportQuerySet(models.QuerySet):
    def visible_to(self, user):
        """What the user works on or watches over."""
        return self.filter(policies.reports_visible_to(user))


class PublicReport(models.Model):
    """A problem that somebody reported, with or without their name. Its sender follows it by a code, kept as a digest."""

    class State(models.TextChoices):
        OPEN = "open", pgettext_lazy("a report from the public", "Being checked")
        PUT_ASIDE = "put_aside", pgettext_lazy("a report from the public", "Put aside")
        ANSWERED = "answered", pgettext_lazy("a report from the public", "Answered")

    class Outcome(models.TextChoices):
        UPHELD = "upheld", _("It is so")
        NOT_UPHELD = "not_upheld", _("It is not so, or cannot be shown")
        ELSEWHERE = "elsewhere", _("Somebody outside of this platform is in charge")

    number = models.CharField(_("number"), max_length=40, unique=True)
    digest = models.CharField(max_length=64, unique=True, editable=False)
    topic = models.ForeignKey(
        ReportTopic, verbose_name=_("what it is about"), on_delete=models.PROTECT, related_name="reports"
    )
    entity = models.ForeignKey(
        Entity, null=True, blank=True, on_delete=models.PROTECT, related_name="public_reports"
    )
    text = models.TextField(_("what happened"), max_length=LONGEST)
    text_digest = models.CharField(max_length=64, editable=False)
    name = models.CharField(_("name"), max_length=80, blank=True)
    contact = models.CharField(_("telephone or e-mail"), max_length=120, blank=True)
    received_at = models.DateTimeField(_("received"), auto_now_add=True)
    body = models.ForeignKey(
        SubmittingBody, verbose_name=_("in charge"), on_delete=models.PROTECT, related_name="public_reports"
    )
    state = models.CharField(_("state"), max_length=10, choices=State, default=State.OPEN)
    spam_points = models.PositiveSmallIntegerField(default=0)
    spam_signs = ArrayField(models.CharField(max_length=12), default=list)
    rule = models.SlugField(_("rule"), max_length=60, help_text=_("Its row among the rules of clocks."))
    due_on = models.DateField(_("due on"))
    due_is_provisional = models.BooleanField(default=False)
    reminded_at = models.DateTimeField(null=True, blank=True)
    overdue_told_at = models.DateTimeField(null=True, blank=True)
    outcome = models.CharField(_("outcome"), max_length=12, choices=Outcome, blank=True)
    answer = models.TextField(_("answer"), blank=True)
    answered_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, blank=True, on_delete=models.PROTECT, related_name="+"
    )
    answered_at = models.DateTimeField(null=True, blank=True)
    led_to = models.ManyToManyField(
        CreditRecord,
        verbose_name=_("records that came of it"),
        blank=True,
        related_name="reports_from_the_public",
        help_text=_("As they were entered first; a correction keeps the number."),
    )

    objects = PublicReportQuerySet.as_manager()

    class Meta:
        verbose_name = _("report from the public")
        ordering = ("due_on", "pk")
        constraints = [
            models.CheckConstraint(
                condition=~Q(state="answered") & Q(outcome="", answer="", answered_by=None, answered_at=None)
                | Q(state="answered", answered_by__isnull=False, answered_at__isnull=False)
                & ~Q(outcome="")
                & ~Q(answer=""),
                name="an_answered_report_has_its_answer",
            )
        ]
        indexes = [
            models.Index(fields=("body", "state", "due_on"), name="reports_of_a_body"),
            models.Index(fields=("text_digest", "received_at"), name="reports_of_the_same_text"),
        ]

    def __str__(self) -> str:
        return self.number

    @property
    def topic_label(self) -> str:
        return str(self.topic)


class ReportStep(models.Model):
    """What was done with a report. Notes are for those who work on it; the sender reads the deeds and the answer."""

    class Deed(models.TextChoices):
        RECEIVED = "received", pgettext_lazy("a report from the public", "Received")
        PASSED_ON = "passed_on", pgettext_lazy("a report from the public", "Passed on")
        PUT_ASIDE = "put_aside", pgettext_lazy("a report from the public", "Put aside")
        TAKEN_UP = "taken_up", pgettext_lazy("a report from the public", "Taken up again")
        ANSWERED = "answered", pgettext_lazy("a report from the public", "Answered")
        RECORD = "record", pgettext_lazy("a report from the public", "Taken into a record")

    report = models.ForeignKey(PublicReport, on_delete=models.CASCADE, related_name="steps")
    at = models.DateTimeField(auto_now_add=True)
    deed = models.CharField(max_length=10, choices=Deed)
    body = models.ForeignKey(SubmittingBody, on_delete=models.PROTECT, related_name="+")
    actor = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, blank=True, on_delete=models.PROTECT, related_name="+"
    )
    note = models.CharField(max_length=500, blank=True)

    class Meta:
        verbose_name = _("step of a report")
        ordering = ("at", "pk")

    def __str__(self) -> str:
        return self.get_deed_display()
