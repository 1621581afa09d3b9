import uuid

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from entities.models import CreditRecord, SubmittingBody
from entities.sharing.models import Webhook, WebhookMessage
from repair.models import Case
from repair.proof import policies


class Effect(models.Model):
    """What a case did to a record, from the decision until every place has confirmed it: then the case is closed."""

    class How(models.TextChoices):
        REPAIRED = "repaired", _("Ended by repair")
        WITHDRAWN = "withdrawn", _("Taken back")
        CORRECTED = "corrected", _("Replaced by a correction")

    case = models.OneToOneField(Case, on_delete=models.PROTECT, related_name="effect")
    record = models.ForeignKey(
        CreditRecord,
        on_delete=models.PROTECT,
        related_name="+",
        help_text=_("The one that is over; a correction stands in its place as another record."),
    )
    how = models.CharField(_("what was done"), max_length=10, choices=How)
    begun_at = models.DateTimeField(auto_now_add=True)
    closed_at = models.DateTimeField(null=True, blank=True)
    due_on = models.DateField(
        _("due on"), null=True, blank=True, help_text=_("The last day on which places are to confirm.")
    )
    due_is_provisional = models.BooleanField(default=False)
    rule = models.SlugField(
        _("rule"), max_length=60, blank=True, help_text=_("Its row among the rules of clocks.")
    )
    late_told_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        verbose_name = _("effect of a case")
        indexes = [models.Index(fields=("begun_at",), condition=Q(closed_at=None), name="effects_not_closed")]

    def __str__(self) -> str:
        return f"{self.case}: {self.get_how_display()}"


class ConfirmationQuerySet(models.QuerySet):
    def visible_to(self, user):
        """The confirmations that this user may know of."""
        return self.filter(policies.confirmations_visible_to(user))

    def waiting(self):
        return self.filter(state=Confirmation.State.WAITING)


class Confirmation(models.Model):
    """One place in which the record has to be gone, and whether it has confirmed that it is.

    Written in the transaction of the decision, so that no place is forgotten by whoever dies after it.
    """

    class Kind(models.TextChoices):
        OWN = "own", _("A place of this platform")
        BODY = "body", _("A body")
        RECEIVER = "receiver", _("A system of a body that is sent changes")

    class State(models.TextChoices):
        WAITING = "waiting", _("To be confirmed")
        CONFIRMED = "confirmed", _("Confirmed")
        EXCUSED = "excused", _("Excused")

    class Why(models.TextChoices):
        """Why a body is asked, the strongest reason first."""

        SENT = "sent", _("It sent the record")
        TOLD = "told", _("It was given the record")
        TAKING = "taking", _("It was being given the record at the time")
        MEASURE = "measure", _("It kept up a measure because of the record")
        MEMBER = "member", _("The entity is its member")
        WATCHES = "watches", _("It follows the entity")

    class How(models.TextChoices):
        LOOKED = "looked", _("looked at by the platform")
        PERSON = "person", _("confirmed by a person")
        SYSTEM = "system", _("confirmed by the body's system")
        RECEIVER = "receiver", _("acknowledged by the receiver")

    key = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    effect = models.ForeignKey(Effect, on_delete=models.PROTECT, related_name="confirmations")
    kind = models.CharField(_("kind"), max_length=10, choices=Kind)
    place = models.SlugField(
        _("place"), max_length=20, blank=True, help_text=_("Which of the platform's own.")
    )
    body = models.ForeignKey(
        SubmittingBody, null=True, blank=True, on_delete=models.PROTECT, related_name="confirmations"
    )
    webhook = models.ForeignKey(Webhook, null=True, blank=True, on_delete=models.PROTECT, related_name="+")
    message = models.OneToOneField(
        WebhookMessage, null=True, blank=True, on_delete=models.SET_NULL, related_name="+"
    )
    why = models.CharField(_("why it is asked"), max_length=10, choices=Why, blank=True)
    state = models.CharField(_("state"), max_length=10, choices=State, default=State.WAITING)
    settled_at = models.DateTimeField(null=True, blank=True)
    settled_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, blank=True, on_delete=models.PROTECT, related_name="+"
    )
    how = models.CharField(_("how"), max_length=10, choices=How, blank=True)
    excused_because = models.CharField(_("why it is excused"), max_length=500, blank=True)
    looks = models.PositiveSmallIntegerField(default=0, help_text=_("How often the platform has looked."))
    next_look_at = models.DateTimeField(null=True, blank=True)
    reminded_at = models.DateTimeField(null=True, blank=True)

    objects = ConfirmationQuerySet.as_manager()

    class Meta:
        verbose_name = _("confirmation")
        constraints = [
            models.CheckConstraint(
                condition=Q(kind="own", body=None, webhook=None) & ~Q(place="")
                | Q(kind="body", body__isnull=False, webhook=None, place="")
                | Q(kind="receiver", body__isnull=False, webhook__isnull=False, place=""),
                name="a_confirmation_is_of_a_place_a_body_or_a_receiver",
            ),
            models.CheckConstraint(
                condition=Q(state="waiting", settled_at=None, settled_by=None, how="", excused_because="")
                | Q(state="confirmed", settled_at__isnull=False, excused_because="") & ~Q(how="")
                | Q(state="excused", settled_at__isnull=False, settled_by__isnull=False, body__isnull=False)
                & ~Q(excused_because=""),
                name="a_settled_confirmation_says_how",
            ),
            models.UniqueConstraint(
                fields=("effect", "place"), condition=Q(kind="own"), name="an_own_place_confirms_once"
            ),
            models.UniqueConstraint(
                fields=("effect", "body"), condition=Q(kind="body"), name="a_body_confirms_once"
            ),
            models.UniqueConstraint(
                fields=("effect", "webhook"), condition=Q(kind="receiver"), name="a_receiver_confirms_once"
            ),
        ]
        indexes = [
            models.Index(
                fields=("next_look_at",),
                condition=Q(kind="own", state="waiting"),
                name="own_places_to_look_at",
            ),
            models.Index(fields=("body",), condition=Q(state="waiting"), name="confirmations_of_a_body"),
        ]

    def __str__(self) -> str:
        return f"{self.effect}, {self.place or self.body}"


class Difference(models.Model):
    """A record that is public otherwise than it may be, from the day it was found until a day finds it agreed."""

    class Kind(models.TextChoices):
        ENDED_BY_CASE = "ended_by_case", _("Public, although a case has ended it")
        REPLACED = "replaced", _("Public, although its correction is in force")
        PAST_ITS_DAY = "past_its_day", _("In force, although its last day is over")
        TOO_LONG = "too_long", _("Public for longer than its rule allows")
        NOT_OPEN = "not_open", _("Public, although the catalogue no longer opens its type")
        WITHHELD = "withheld", _("Public, although its rule says not to publish it")
        UNMARKED = "unmarked", _("Under objection, but not marked so")
        MARKED = "marked", _("Marked as under objection, though none is open")
        NOBODY_TOLD = "nobody_told", _("Over, but missing in the list of changes")
        MISSING = "missing", _("May be public, but is not shown")

    kind = models.CharField(_("what differs"), max_length=15, choices=Kind)
    record = models.ForeignKey(CreditRecord, on_delete=models.CASCADE, related_name="+")
    found_on = models.DateField(_("found on"))
    seen_at = models.DateTimeField(_("last seen"), auto_now_add=True)
    settled_on = models.DateField(_("agreed since"), null=True, blank=True)

    class Meta:
        verbose_name = _("difference")
        ordering = ("-found_on", "-pk")
        constraints = [
            models.UniqueConstraint(
                fields=("kind", "record"),
                condition=Q(settled_on=None),
                name="a_difference_of_a_kind_stands_once_for_a_record",
            )
        ]

    def __str__(self) -> str:
        return f"{self.get_kind_display()}: {self.record}"
