import uuid

import pgtrigger
from django.conf import settings
from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from credit_platform.audit.models import CurrentTransactionId
from entities.models import Entity, SubmittingBody
from entities.sharing import policies


class Change(models.Model):
    """One thing that changed in the registry, for whoever follows it.

    The database writes it itself, by triggers on records, entities, statements and changes of grades, so that no way
    of writing a record can forget it. Keys are copied, not pointed to: what is gone is told of too.
    Read in the order of `transaction_id` and key, and only below the oldest transaction still running: a row
    of a transaction that ends late has a smaller key than rows already read, but never a smaller place.
    """

    class Kind(models.TextChoices):
        PUBLISHED = "published", _("New record")
        CORRECTED = "corrected", _("Correction")
        OBJECTED = "objected", _("Under objection")
        OBJECTION_LIFTED = "objection_lifted", _("Objection settled")
        SUSPENDED = "suspended", _("Disclosure suspended")
        DISCLOSED = "disclosed", _("Disclosed again")
        WITHHELD = "withheld", _("No longer disclosed to the public")
        STATED = "stated", _("The entity's statement changed")
        DATED = "dated", _("Publicity changed")
        AMENDED = "amended", _("What it says was put right")
        MOVED = "moved", _("Moved to another entity")
        REPLACED = "replaced", _("Replaced by a correction")
        REPAIRED = "repaired", _("Ended by repair")
        EXPIRED = "expired", _("Publicity period over")
        WITHDRAWN = "withdrawn", _("Withdrawn")
        ANNULLED = "annulled", _("Without basis")
        RENAMED = "renamed", _("Entity renamed")
        STATUS = "status", _("Status of the entity changed")
        FACTS = "facts", _("Registered facts changed")
        MERGED = "merged", _("Merged or separated")
        GRADED = "graded", _("Another grade")

    #: After these the record is no longer shared; it stands in the list so that others take it out too.
    GONE = (Kind.REPLACED, Kind.REPAIRED, Kind.EXPIRED, Kind.WITHDRAWN, Kind.ANNULLED)
    OF_ENTITIES = (Kind.RENAMED, Kind.STATUS, Kind.FACTS, Kind.MERGED, Kind.GRADED)

    at = models.DateTimeField(_("at"), db_default=models.functions.Now())
    transaction_id = models.BigIntegerField(db_default=CurrentTransactionId(), editable=False)
    kind = models.CharField(_("what changed"), max_length=20, choices=Kind)
    entity_id = models.BigIntegerField(_("key of the entity"))
    record_id = models.BigIntegerField(_("key of the record"), null=True)
    #: Of another grade: `scheme` (its code), `name_zh` and `name_en` of the scheme, `was` and `now` ("": not rated).
    detail = models.JSONField(null=True)

    class Meta:
        verbose_name = _("change")
        indexes = [
            models.Index(fields=("transaction_id", "id"), name="changes_in_order"),
            models.Index(fields=("entity_id", "transaction_id", "id"), name="changes_of_an_entity"),
        ]
        constraints = [
            models.CheckConstraint(
                condition=Q(record_id__isnull=False)
                | Q(kind__in=("renamed", "status", "facts", "merged", "graded")),
                name="a_change_of_a_record_names_it",
            )
        ]
        triggers = [
            pgtrigger.Protect(name="changes_are_append_only", operation=pgtrigger.Update | pgtrigger.Delete)
        ]

    def __str__(self) -> str:
        return f"{self.kind} {self.entity_id}"


class WatchListQuerySet(models.QuerySet):
    def visible_to(self, user):
        """The lists of the bodies that this user acts for."""
        return self.filter(policies.watch_lists_visible_to(user))


class WatchList(models.Model):
    """Entities that a body follows, and how it wants to hear of their changes.

    A list is of one kind: codes that were picked or uploaded, a region or an industry or both, or a group
    that another app knows, such as the members of an association.
    """

    class Kind(models.TextChoices):
        PICKED = "picked", _("Chosen entities")
        PLACE = "place", _("Region and industry")
        GROUP = "group", _("Membership")

    LONGEST_NAME = 120

    body = models.ForeignKey(SubmittingBody, on_delete=models.PROTECT, related_name="watch_lists")
    name = models.CharField(_("name"), max_length=LONGEST_NAME)
    kind = models.CharField(_("which entities"), max_length=10, choices=Kind)
    region_codes = ArrayField(
        models.CharField(max_length=6), verbose_name=_("regions, GB/T 2260"), default=list, blank=True
    )
    industry_codes = ArrayField(
        models.CharField(max_length=5), verbose_name=_("industries, GB/T 4754"), default=list, blank=True
    )
    group = models.SlugField(_("group"), max_length=40, blank=True)
    digest = models.BooleanField(_("a summary each day into the inbox"), default=True)
    urgent = models.BooleanField(_("serious misconduct at once"), default=True)
    created_by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    created_at = models.DateTimeField(auto_now_add=True)
    ended_at = models.DateTimeField(null=True, blank=True)
    #: How far the body has been told: at once of what is serious, by the day of all.
    urgent_transaction = models.BigIntegerField(default=0)
    urgent_change = models.BigIntegerField(default=0)
    digest_transaction = models.BigIntegerField(default=0)
    digest_change = models.BigIntegerField(default=0)

    objects = WatchListQuerySet.as_manager()

    class Meta:
        verbose_name = _("watch list")
        ordering = ("name", "pk")
        constraints = [
            models.UniqueConstraint(
                fields=("body", "name"),
                condition=Q(ended_at=None),
                name="a_body_has_one_watch_list_of_a_name",
            ),
            models.CheckConstraint(
                condition=~Q(kind="place") | ~Q(region_codes=[]) | ~Q(industry_codes=[]),
                name="a_watch_list_of_places_names_a_region_or_an_industry",
            ),
            models.CheckConstraint(
                condition=~Q(kind="group") | ~Q(group=""), name="a_watch_list_of_members_names_the_group"
            ),
        ]

    def __str__(self) -> str:
        return self.name


class WatchedEntity(models.Model):
    """An entity on a list that was picked."""

    watch_list = models.ForeignKey(WatchList, on_delete=models.CASCADE, related_name="picked")
    entity = models.ForeignKey(Entity, on_delete=models.PROTECT, related_name="+")

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=("watch_list", "entity"), name="an_entity_stands_once_on_a_watch_list"
            )
        ]

    def __str__(self) -> str:
        return f"{self.watch_list}, {self.entity}"


class WatchDigest(models.Model):
    """What a list's body was told for one day. One row a list and day, so that no sweep tells it twice."""

    watch_list = models.ForeignKey(WatchList, on_delete=models.CASCADE, related_name="digests")
    day = models.DateField(_("day"))
    counts = models.JSONField(default=dict, help_text=_("How many changes of each kind."))
    entities = models.PositiveIntegerField(default=0)
    made_at = models.DateTimeField(auto_now_add=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=("watch_list", "day"), name="a_watch_list_has_one_digest_a_day")
        ]

    def __str__(self) -> str:
        return f"{self.watch_list}, {self.day}"


class WebhookQuerySet(models.QuerySet):
    def visible_to(self, user):
        """The receivers of the bodies that this user acts for."""
        return self.filter(policies.webhooks_visible_to(user))


class Webhook(models.Model):
    """An address of a body's own system that is told of changes to the entities it watches.

    The secret is not kept: it is derived from the platform's key, the salt and the generation, and so cannot be
    read out of the database. Changing it raises the generation; the one before signs too for a while.
    """

    body = models.ForeignKey(SubmittingBody, on_delete=models.PROTECT, related_name="webhooks")
    url = models.URLField(_("address"), max_length=500)
    watch_list = models.ForeignKey(
        WatchList,
        null=True,
        blank=True,
        on_delete=models.PROTECT,
        related_name="webhooks",
        verbose_name=_("watch list"),
        help_text=_("Empty: all lists of the body."),
    )
    salt = models.UUIDField(default=uuid.uuid4, editable=False)
    generation = models.PositiveIntegerField(default=1, editable=False)
    previous_until = models.DateTimeField(null=True, blank=True, editable=False)
    told_transaction = models.BigIntegerField(default=0)
    told_change = models.BigIntegerField(default=0)
    paused_at = models.DateTimeField(null=True, blank=True)
    removed_at = models.DateTimeField(null=True, blank=True)
    created_by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    created_at = models.DateTimeField(auto_now_add=True)

    objects = WebhookQuerySet.as_manager()

    class Meta:
        verbose_name = _("receiver of changes")
        ordering = ("pk",)
        constraints = [
            models.UniqueConstraint(
                fields=("body", "url"), condition=Q(removed_at=None), name="a_body_has_an_address_once"
            )
        ]

    def __str__(self) -> str:
        return self.url


class WebhookMessage(models.Model):
    """One message to a receiver: what it says is fixed when it is made, and it is tried until it is taken.

    The receiver knows a message that comes twice by its key. One that nobody took for days is given up, stays
    here, and can be sent again by hand.
    """

    key = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    webhook = models.ForeignKey(Webhook, on_delete=models.CASCADE, related_name="messages")
    body = models.TextField(editable=False)
    changes = models.PositiveIntegerField(default=0)
    created_at = models.DateTimeField(auto_now_add=True)
    attempts = models.PositiveSmallIntegerField(default=0)
    next_attempt_at = models.DateTimeField(null=True, blank=True)
    delivered_at = models.DateTimeField(null=True, blank=True)
    given_up_at = models.DateTimeField(null=True, blank=True)
    last_status = models.PositiveSmallIntegerField(null=True, blank=True)
    last_error = models.CharField(max_length=500, blank=True)

    class Meta:
        constraints = [
            models.CheckConstraint(
                condition=Q(next_attempt_at__isnull=False)
                | Q(delivered_at__isnull=False)
                | Q(given_up_at__isnull=False),
                name="a_message_waits_was_taken_or_is_given_up",
            )
        ]
        indexes = [
            models.Index(
                fields=("next_attempt_at",),
                condition=Q(delivered_at=None, given_up_at=None),
                name="messages_that_wait",
            ),
            models.Index(fields=("webhook", "-created_at"), name="messages_of_a_webhook"),
        ]

    def __str__(self) -> str:
        return f"msg_{self.key.hex}"

    @property
    def state(self) -> str:
        if self.delivered_at:
            return "delivered"
        return "given_up" if self.given_up_at else "waiting"

    @property
    def state_said(self) -> str:
        """The state in the reader's language."""
        return str({"delivered": _("taken"), "given_up": _("given up"), "waiting": _("waits")}[self.state])


class FileBeingMade(models.Model):
    """A list that leaves as a file just now: what it holds was read when it began, whatever was decided since.

    The row goes when the last piece has left. One that is older than any file takes was left by a process that died.
    """

    code = models.SlugField(_("list"), max_length=60)
    begun_at = models.DateTimeField(auto_now_add=True, db_index=True)

    class Meta:
        verbose_name = _("file being made")

    def __str__(self) -> str:
        return f"{self.code} {self.begun_at}"
