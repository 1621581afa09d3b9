import pgtrigger
from django.conf import settings
from django.contrib.postgres.fields import ArrayField
from django.contrib.postgres.indexes import GinIndex, OpClass
from django.db import models
from django.utils.translation import gettext_lazy as _, pgettext_lazy

from credit_platform.common.bilingual import BilingualName
from entities import policies

#: Who gives an entity a head office holds this advisory lock to the end of the transaction.
HEAD_OFFICE_LOCK = 0x4EAD
#: UNION, and not UNION ALL: it ends.
REFUSE_A_CIRCLE = f"""
    PERFORM pg_advisory_xact_lock({HEAD_OFFICE_LOCK});
    IF EXISTS (
        WITH RECURSIVE above AS (
            SELECT NEW.head_office_id AS id
            UNION
            SELECT office.head_office_id FROM above JOIN entities_entity AS office ON office.id = above.id
        )
        SELECT FROM above WHERE id = NEW.id
    ) THEN
        RAISE EXCEPTION 'An entity would stand below itself as its own head office.'
            USING ERRCODE = 'check_violation', CONSTRAINT = 'no_entity_stands_below_itself';
    END IF;
    RETURN NULL;
"""


class NamePairs(models.Func):
    """Every two neighbouring characters of a name. Trigrams need three in a row, and a Chinese word has two.

    The function is the database's own, of a migration, so that an index can hold its values.
    """

    function = "name_pairs"
    output_field = ArrayField(models.TextField())


class EntityQuerySet(models.QuerySet):
    def visible_to(self, user):
        """The entities that this user may open; an entity's agent sees its own only."""
        return self.filter(policies.entities_visible_to(user))


class EntityManager(models.Manager.from_queryset(EntityQuerySet)):  # type: ignore[misc]
    """The entities that stand for themselves. One that was merged into another is found under that one."""

    def get_queryset(self):
        return super().get_queryset().filter(merged_into=None)


class Entity(BilingualName):
    """A market entity: whoever holds a unified social credit code and acts in the market.

    The code is the key. Its places 9 to 17 are the organisation code, by which older
    documents name the same entity. An entity that was merged into another keeps its row, for what was
    said of it then, but `objects` leaves it out: its code is a number of the one that it was merged into.
    """

    class Status(models.TextChoices):
        ACTIVE = "active", _("In business")
        REVOKED = "revoked", _("Licence revoked")
        DEREGISTERED = "deregistered", _("Deregistered")

    class Size(models.TextChoices):
        UNKNOWN = "", _("Not known")
        MICRO = "micro", pgettext_lazy("size of an enterprise", "Micro")
        SMALL = "small", pgettext_lazy("size of an enterprise", "Small")
        MEDIUM = "medium", pgettext_lazy("size of an enterprise", "Medium")
        LARGE = "large", pgettext_lazy("size of an enterprise", "Large")

    credit_code = models.CharField(_("unified social credit code"), max_length=18, unique=True)
    organisation_code = models.GeneratedField(
        expression=models.functions.Substr("credit_code", 9, 9),
        output_field=models.CharField(max_length=9),
        db_persist=True,
    )
    name_key = models.CharField(
        max_length=200,
        editable=False,
        help_text=_("The Chinese name as it is compared: one width, no spaces."),
    )
    initials = models.CharField(_("pinyin initials"), max_length=200, blank=True, editable=False)
    status = models.CharField(_("status"), max_length=20, choices=Status, default=Status.ACTIVE)
    legal_form = models.CharField(_("legal form"), max_length=60, blank=True)
    region_code = models.CharField(_("region, GB/T 2260"), max_length=6, blank=True)
    district = models.CharField(_("district"), max_length=60, blank=True)
    industry_code = models.CharField(_("industry, GB/T 4754"), max_length=5, blank=True)
    size = models.CharField(_("size"), max_length=10, choices=Size, blank=True, default=Size.UNKNOWN)
    registered_on = models.DateField(_("registered on"), null=True, blank=True)
    registered_capital = models.CharField(_("registered capital"), max_length=60, blank=True)
    business_scope = models.TextField(_("business scope"), blank=True)
    address = models.CharField(_("address"), max_length=300, blank=True)
    head_office = models.ForeignKey(
        "self", null=True, blank=True, on_delete=models.PROTECT, related_name="branches"
    )
    legal_representative = models.CharField(
        _("legal representative"),
        max_length=60,
        blank=True,
        help_text=_("Masked before it is kept: the first character of the name, then asterisks."),
    )
    contact_email = models.EmailField(
        _("registered contact, e-mail"),
        blank=True,
        default="",
        db_default="",
        help_text=_("Invitations to act for the entity are sent there on request. Never public."),
    )
    merged_into = models.ForeignKey(
        "self",
        null=True,
        blank=True,
        editable=False,
        on_delete=models.PROTECT,
        related_name="absorbed",
        db_index=False,  # Nearly every row has none; an index over all would only lead the planner astray.
    )
    created_at = models.DateTimeField(auto_now_add=True)

    objects = EntityManager()
    everything = EntityQuerySet.as_manager()

    class Meta:
        verbose_name = _("entity")
        verbose_name_plural = _("entities")
        constraints = [
            models.CheckConstraint(
                condition=models.Q(credit_code__regex=r"^[0-9A-HJ-NPQRTUWXY]{18}$"),
                name="a_credit_code_has_18_places_of_its_alphabet",
            ),
            models.CheckConstraint(
                condition=~models.Q(merged_into=models.F("id")), name="no_entity_is_merged_into_itself"
            ),
            models.CheckConstraint(
                condition=~models.Q(head_office=models.F("id")), name="no_entity_is_its_own_head_office"
            ),
        ]
        indexes = [
            models.Index(fields=("organisation_code",), name="entity_by_organisation_code"),
            # Serves the whole name and its beginning alike.
            models.Index(OpClass("name_key", name="varchar_pattern_ops"), name="entity_by_name_key"),
            GinIndex(OpClass("name_key", name="gin_trgm_ops"), name="entity_name_trigrams"),
            GinIndex(NamePairs("name_key"), name="entity_name_pairs"),
            GinIndex(OpClass("initials", name="gin_trgm_ops"), name="entity_initials_trigrams"),
            models.Index(OpClass("initials", name="varchar_pattern_ops"), name="entity_by_initials"),
            models.Index(fields=("district", "id"), name="entity_by_district"),
            models.Index(
                fields=("merged_into",),
                condition=models.Q(merged_into__isnull=False),
                name="entities_merged_away",
            ),
        ]
        triggers = [
            pgtrigger.Trigger(
                name="no_entity_stands_below_itself",
                when=pgtrigger.After,
                operation=pgtrigger.Insert | pgtrigger.UpdateOf("head_office_id"),
                condition=pgtrigger.Q(new__head_office__isnull=False),
                func=REFUSE_A_CIRCLE,
            )
        ]


class FormerName(models.Model):
    """A name that an entity bore before."""

    entity = models.ForeignKey(Entity, on_delete=models.CASCADE, related_name="former_names")
    name = models.CharField(_("former name"), max_length=200)
    name_key = models.CharField(max_length=200, editable=False)
    until = models.DateField(_("until"), null=True, blank=True)

    class Meta:
        indexes = [
            GinIndex(OpClass("name_key", name="gin_trgm_ops"), name="former_name_trigrams"),
            GinIndex(NamePairs("name_key"), name="former_name_pairs"),
        ]
        constraints = [
            models.UniqueConstraint(
                fields=("entity", "name_key"), name="a_former_name_stands_once_per_entity"
            )
        ]

    def __str__(self) -> str:
        return self.name


class EntityIdentifier(models.Model):
    """A number other than the unified code under which an office knew the entity."""

    class Kind(models.TextChoices):
        REGISTRATION = "registration", _("Business registration number")
        ORGANISATION = "organisation", _("Organisation code")
        TAX = "tax", _("Tax registration number")
        FORMER_CODE = "former_code", _("Former unified code")

    entity = models.ForeignKey(Entity, on_delete=models.CASCADE, related_name="identifiers")
    kind = models.CharField(_("kind"), max_length=20, choices=Kind)
    value = models.CharField(_("number"), max_length=40)
    valid_from = models.DateField(_("valid from"), null=True, blank=True)
    valid_to = models.DateField(_("valid to"), null=True, blank=True)

    class Meta:
        indexes = [models.Index(fields=("value",), name="identifier_by_value")]
        constraints = [
            models.UniqueConstraint(
                fields=("entity", "kind", "value"), name="an_identifier_stands_once_per_entity"
            )
        ]

    def __str__(self) -> str:
        return f"{self.get_kind_display()} {self.value}"


class EntityAgent(models.Model):
    """A person whom an entity has authorised to act for it here. Revoked, not deleted."""

    user = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="agencies")
    entity = models.ForeignKey(Entity, on_delete=models.PROTECT, related_name="agents")
    since = models.DateTimeField(auto_now_add=True)
    revoked_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=("user", "entity"),
                condition=models.Q(revoked_at=None),
                name="a_person_is_an_entitys_agent_once",
            )
        ]

    def __str__(self) -> str:
        return f"{self.user}, {self.entity}"


class EntityMove(models.Model):
    """A merging of one entity into another, or a splitting of rows off to another; proposed by one, done by another.

    `journal` is what was done, step by step, so that undoing restores it exactly.
    """

    class Kind(models.TextChoices):
        MERGE = "merge", _("Merging")
        SPLIT = "split", _("Splitting")

    class State(models.TextChoices):
        PROPOSED = "proposed", pgettext_lazy("moving of entities", "Before a colleague")
        DONE = "done", pgettext_lazy("moving of entities", "Done")
        UNDONE = "undone", pgettext_lazy("moving of entities", "Undone")
        DROPPED = "dropped", pgettext_lazy("moving of entities", "Dropped")

    kind = models.CharField(_("kind"), max_length=10, choices=Kind)
    source = models.ForeignKey(Entity, on_delete=models.PROTECT, related_name="moves_from")
    target = models.ForeignKey(Entity, on_delete=models.PROTECT, related_name="moves_to")
    selection = models.JSONField(
        default=dict, blank=True, help_text=_("Of a splitting: keys of rows by relation, as app.Model.field.")
    )
    because = models.CharField(_("why"), max_length=500)
    state = models.CharField(_("state"), max_length=10, choices=State, default=State.PROPOSED)
    proposed_by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    proposed_at = models.DateTimeField(auto_now_add=True)
    decided_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, on_delete=models.PROTECT, related_name="+"
    )
    decided_at = models.DateTimeField(null=True)
    undone_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, on_delete=models.PROTECT, related_name="+"
    )
    undone_at = models.DateTimeField(null=True)
    undone_because = models.CharField(_("why it was undone"), max_length=500, blank=True)
    journal = models.JSONField(default=list, blank=True)

    class Meta:
        verbose_name = _("moving of an entity's rows")
        ordering = ("-pk",)
        constraints = [
            models.CheckConstraint(
                condition=~models.Q(source=models.F("target")), name="an_entity_is_moved_to_another"
            ),
            models.CheckConstraint(
                condition=~models.Q(state__in=("done", "undone"))
                | (models.Q(decided_by__isnull=False) & ~models.Q(decided_by=models.F("proposed_by"))),
                name="nobody_carries_out_the_move_they_proposed",
            ),
            models.UniqueConstraint(
                fields=("source",),
                condition=models.Q(state="proposed"),
                name="one_proposed_move_per_entity",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.get_kind_display()}: {self.source.credit_code} → {self.target.credit_code}"


class NearDuplicate(models.Model):
    """Two entities that may be one: found by the night's comparison, decided by people, never merged by itself."""

    class Reason(models.TextChoices):
        ORGANISATION_CODE = "organisation_code", _("the same organisation code")
        OLD_NUMBER = "old_number", _("an older number of one holds the organisation code of the other")
        SAME_NAME = "same_name", _("the same name")
        SPELLING = "spelling", _("the same name but for legal form or way of writing")
        RENAMED = "renamed", _("one bears a former name of the other")

    first = models.ForeignKey(Entity, on_delete=models.CASCADE, related_name="+")
    second = models.ForeignKey(Entity, on_delete=models.CASCADE, related_name="+")
    reasons = ArrayField(models.CharField(max_length=20, choices=Reason), verbose_name=_("why"))
    found_at = models.DateTimeField(auto_now_add=True)
    different = models.BooleanField(_("not the same"), default=False)
    decided_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, on_delete=models.PROTECT, related_name="+"
    )
    decided_at = models.DateTimeField(null=True)

    class Meta:
        verbose_name = _("pair that may be one entity")
        constraints = [
            models.UniqueConstraint(fields=("first", "second"), name="two_entities_are_compared_once"),
            models.CheckConstraint(
                condition=models.Q(first__lt=models.F("second")),
                name="the_older_of_two_entities_stands_first",
            ),
            models.CheckConstraint(
                condition=models.Q(different=False) | models.Q(decided_by__isnull=False),
                name="somebody_said_that_two_entities_differ",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.first_id} ~ {self.second_id}"
