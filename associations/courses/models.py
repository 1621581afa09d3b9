"""Courses, and who takes part in them."""

from django.conf import settings
from django.db import models
from django.db.models import F, Q
from django.utils import timezone
from django.utils.translation import gettext_lazy as _, pgettext_lazy

from associations.courses import policies
from associations.models import Association
from credit_platform.common.bilingual import BilingualName, in_readers_language
from entities.models import Entity, RecordType


class CourseQuerySet(models.QuerySet):
    def kept_by(self, user):
        """Those of the associations whose officer the user is."""
        return self.filter(policies.courses_kept_by(user))

    def coming(self):
        """Those that begin from now on and are not called off."""
        return self.filter(starts_at__gt=timezone.now(), cancelled_at=None)


class Course(BilingualName):
    """Training that an association offers: what, when, where, and for which kinds of records it is meant."""

    association = models.ForeignKey(Association, on_delete=models.PROTECT, related_name="courses")
    about_zh = models.TextField(_("what it is about, in Chinese"))
    about_en = models.TextField(_("what it is about, in English"), blank=True)
    place = models.CharField(_("place"), max_length=200)
    starts_at = models.DateTimeField(_("begins"))
    ends_at = models.DateTimeField(_("ends"))
    seats = models.PositiveSmallIntegerField(_("seats"))
    types = models.ManyToManyField(
        RecordType,
        verbose_name=_("meant for records of"),
        blank=True,
        related_name="+",
        help_text=_("Whoever asks for the repair of such a record is shown it. None: for everybody."),
    )
    offered_by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    cancelled_at = models.DateTimeField(null=True, blank=True)

    objects = CourseQuerySet.as_manager()

    class Meta:
        verbose_name = _("course")
        ordering = ("starts_at", "pk")
        constraints = [
            models.CheckConstraint(
                condition=Q(ends_at__gt=F("starts_at")), name="a_course_ends_after_it_begins"
            ),
            models.CheckConstraint(condition=Q(seats__gte=1), name="a_course_has_a_seat"),
        ]

    @property
    def about(self) -> str:
        return in_readers_language(self.about_zh, self.about_en)

    @property
    def has_begun(self) -> bool:
        return self.starts_at <= timezone.now()


class SignUpQuerySet(models.QuerySet):
    def visible_to(self, user):
        """An entity's own for its agents, and those for its courses for an association."""
        return self.filter(policies.sign_ups_visible_to(user))

    def taking_part(self):
        """Those that were not withdrawn."""
        return self.exclude(state=SignUp.State.WITHDRAWN)


class SignUp(models.Model):
    """A person whom an entity sends to a course, and whether they were there."""

    class State(models.TextChoices):
        SIGNED_UP = "signed_up", pgettext_lazy("a course", "Signed up")
        WITHDRAWN = "withdrawn", pgettext_lazy("a course", "Withdrawn")
        ATTENDED = "attended", pgettext_lazy("a course", "Attended")
        ABSENT = "absent", pgettext_lazy("a course", "Absent")

    course = models.ForeignKey(Course, on_delete=models.PROTECT, related_name="sign_ups")
    entity = models.ForeignKey(Entity, on_delete=models.PROTECT, related_name="course_sign_ups")
    attendee = models.CharField(_("who comes"), max_length=80)
    state = models.CharField(_("state"), max_length=10, choices=State, default=State.SIGNED_UP)
    signed_up_by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    signed_up_at = models.DateTimeField(auto_now_add=True)
    confirmed_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, blank=True, on_delete=models.PROTECT, related_name="+"
    )
    confirmed_at = models.DateTimeField(null=True, blank=True)
    certificate = models.CharField(
        _("number of the certificate"), max_length=40, unique=True, null=True, blank=True
    )

    objects = SignUpQuerySet.as_manager()

    class Meta:
        verbose_name = _("sign-up for a course")
        ordering = ("attendee", "pk")
        constraints = [
            models.UniqueConstraint(
                fields=("course", "entity", "attendee"),
                condition=~Q(state="withdrawn"),
                name="a_person_takes_part_in_a_course_once",
            ),
            models.CheckConstraint(
                condition=Q(state="attended", certificate__isnull=False, confirmed_by__isnull=False)
                | ~Q(state="attended") & Q(certificate=None),
                name="who_attended_has_a_certificate",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.attendee}, {self.course}"
