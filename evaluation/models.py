import pgtrigger
from django.conf import settings
from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from credit_platform.common.bilingual import BilingualName
from entities.models import CreditRecord, Entity, RecordType, RecordTypeVersion
from evaluation import policies


class SchemeQuerySet(models.QuerySet):
    def visible_to(self, user):
        """The schemes whose method this user may read."""
        return self.filter(policies.schemes_visible_to(user))


class Scheme(BilingualName):
    """A rating method of the city, through all its versions.

    The family says what kind of grade it gives. The three are never mixed in one column or one badge.
    """

    class Family(models.TextChoices):
        EVALUATION = "evaluation", _("Comprehensive public credit evaluation")
        RISK = "risk", _("Internal risk class")
        SECTOR = "sector", _("Sector grade")

    code = models.SlugField(_("code"), max_length=60, unique=True)
    family = models.CharField(_("family"), max_length=12, choices=Family)
    is_public = models.BooleanField(
        _("result is public"), default=False, help_text=_("Only where a legal basis says that it may be.")
    )
    shown_to_entity = models.BooleanField(_("result is shown to the entity"), default=False)

    objects = SchemeQuerySet.as_manager()

    class Meta:
        verbose_name = _("scheme")
        constraints = [
            models.CheckConstraint(
                condition=~Q(family="risk") | Q(is_public=False, shown_to_entity=False),
                name="a_risk_class_is_for_officials_only",
            )
        ]


class SchemeVersion(models.Model):
    """A scheme as it stood from one day to another: a validated document. Once published it never changes."""

    class State(models.TextChoices):
        DRAFT = "draft", _("Draft")
        PUBLISHED = "published", _("Published")

    scheme = models.ForeignKey(Scheme, on_delete=models.PROTECT, related_name="versions")
    number = models.PositiveSmallIntegerField(_("version"))
    document = models.JSONField(_("document"))
    legal_basis = models.CharField(_("legal basis"), max_length=300)
    state = models.CharField(_("state"), max_length=10, choices=State, default=State.DRAFT)
    effective_from = models.DateField(_("effective from"))
    author = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, blank=True, on_delete=models.PROTECT, related_name="+"
    )
    approver = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, blank=True, on_delete=models.PROTECT, related_name="+"
    )
    published_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        verbose_name = _("version of a scheme")
        constraints = [
            models.UniqueConstraint(fields=("scheme", "number"), name="a_scheme_has_one_version_of_a_number"),
            models.CheckConstraint(
                condition=Q(author=None) | Q(approver=None) | ~Q(author=F("approver")),
                name="nobody_approves_their_own_scheme",
            ),
        ]
        triggers = [
            pgtrigger.Protect(
                name="a_published_scheme_never_changes",
                operation=pgtrigger.Update | pgtrigger.Delete,
                condition=pgtrigger.Q(old__state="published"),
            )
        ]

    def __str__(self) -> str:
        return f"{self.scheme} v{self.number}"


class PeerTables(models.Model):
    """The numbers of all peers under a scheme that compares them, from a day on until newer ones; append-only.

    `content` is the text of the tables (`evaluation.peer_store`), compressed; `digest` is that of the text.
    """

    version = models.ForeignKey(SchemeVersion, on_delete=models.PROTECT, related_name="peer_tables")
    as_of = models.DateField(_("day"))
    made_at = models.DateTimeField(_("made at"))
    peers = models.PositiveIntegerField(_("peers"))
    digest = models.CharField(max_length=64)
    content = models.BinaryField()

    class Meta:
        verbose_name = _("tables of peers")
        indexes = [models.Index(fields=("version", "-as_of", "-id"), name="last_tables_of_peers")]
        triggers = [
            pgtrigger.Protect(
                name="tables_of_peers_are_append_only", operation=pgtrigger.Update | pgtrigger.Delete
            )
        ]

    def __str__(self) -> str:
        return f"{self.version}, {self.as_of}"


class CurrentRatingQuerySet(models.QuerySet):
    def visible_to(self, user):
        """The grades that this user may see: an official's city, an entity's own where the scheme shows it."""
        return self.filter(policies.ratings_visible_to(user))


class CurrentRating(models.Model):
    """The grade that an entity has now under a scheme. What led to it is recomputed by the same kernel.

    `points` are hundredths of a point, so that sums are exact; none where a rule gives the grade without any.
    `grade` is empty where the scheme finds too little data: not rated is not a bad grade. An entity of which the registry
    never held anything has no row at all. The row is written only when it says something new:
    `as_of` is the day from which it has been so.
    """

    entity = models.ForeignKey(Entity, on_delete=models.PROTECT, related_name="ratings")
    scheme = models.ForeignKey(Scheme, on_delete=models.PROTECT, related_name="ratings")
    version = models.ForeignKey(SchemeVersion, on_delete=models.PROTECT, related_name="+")
    as_of = models.DateField(_("day"))
    points = models.IntegerField(_("points, hundredths"), null=True)
    grade = models.CharField(_("grade"), max_length=8, blank=True)
    place = models.SmallIntegerField(
        _("place on the scale"), null=True, help_text=_("0 is the best grade of its scheme.")
    )
    records_counted = models.PositiveIntegerField(default=0)
    peers = models.ForeignKey(
        PeerTables,
        null=True,
        on_delete=models.PROTECT,
        related_name="+",
        db_index=False,
        help_text=_("The tables of peers by which it came about; newer ones that leave it so are not noted."),
    )
    changed_at = models.DateTimeField(_("changed at"))
    rated_at = models.DateTimeField(_("rated at"))

    objects = CurrentRatingQuerySet.as_manager()

    class Meta:
        verbose_name = _("rating")
        constraints = [
            models.UniqueConstraint(fields=("entity", "scheme"), name="an_entity_has_one_grade_per_scheme"),
            models.CheckConstraint(
                condition=Q(grade="", place=None, points=None) | (~Q(grade="") & Q(place__gte=0)),
                name="a_grade_comes_with_its_place",
            ),
        ]
        indexes = [models.Index(fields=("scheme", "place", "points"), name="rating_by_place")]

    def __str__(self) -> str:
        return f"{self.entity}: {self.grade or '–'}"


class RatingChange(models.Model):
    """A grade or score that became another: append-only, so that a rating's path can be read off.

    The first rating comes from no grade; where data ran out, the last leads to none. Both places are those of the
    letters on the scale of `version`; `from_place` is None too where that scale has no such letter.
    """

    entity = models.ForeignKey(Entity, on_delete=models.PROTECT, related_name="rating_changes")
    scheme = models.ForeignKey(Scheme, on_delete=models.PROTECT, related_name="+")
    version = models.ForeignKey(SchemeVersion, on_delete=models.PROTECT, related_name="+")
    at = models.DateTimeField(_("at"))
    as_of = models.DateField(_("day"))
    from_points = models.IntegerField(null=True)
    to_points = models.IntegerField(null=True)
    from_grade = models.CharField(max_length=8, blank=True)
    to_grade = models.CharField(max_length=8, blank=True)
    from_place = models.SmallIntegerField(null=True)
    to_place = models.SmallIntegerField(null=True)
    peers = models.ForeignKey(
        PeerTables, null=True, on_delete=models.PROTECT, related_name="+", db_index=False
    )

    class Meta:
        verbose_name = _("change of a rating")
        indexes = [
            models.Index(fields=("entity", "scheme", "-as_of"), name="changes_of_entity"),
            models.Index(fields=("scheme", "-as_of"), name="changes_of_scheme"),
        ]
        triggers = [
            pgtrigger.Protect(
                name="rating_changes_are_append_only", operation=pgtrigger.Update | pgtrigger.Delete
            )
        ]

    def __str__(self) -> str:
        return f"{self.from_grade or '–'} → {self.to_grade or '–'}"


class RatingRequest(models.Model):
    """The wish that an entity be rated, written in the transaction of whatever changed it.

    Several wishes for one entity may stand side by side: whoever asks only adds a row and waits for nobody,
    and a wish that comes while the entity is being rated is a row of its own, which that rating does not answer.
    """

    entity = models.ForeignKey(Entity, on_delete=models.CASCADE, related_name="rating_requests")
    requested_at = models.DateTimeField()

    def __str__(self) -> str:
        return f"{self.entity_id}"


class RecordPast(models.Model):
    """What a record in the registry said of all that a rating looks at, until it was changed.

    Written by a trigger of the database whenever such a record changes, whoever changes it; append-only. A record
    that never changed has none. The names of the fields are those of `CreditRecord`.
    """

    record = models.ForeignKey(CreditRecord, on_delete=models.PROTECT, related_name="+")
    until = models.DateTimeField(_("until"))
    entity = models.ForeignKey(Entity, on_delete=models.PROTECT, related_name="+")
    record_type = models.ForeignKey(RecordType, on_delete=models.PROTECT, related_name="+", db_index=False)
    type_version = models.ForeignKey(
        RecordTypeVersion, on_delete=models.PROTECT, related_name="+", db_index=False
    )
    document_number = models.CharField(max_length=128)
    severity_class = models.CharField(max_length=10, blank=True)
    penalty_kinds = ArrayField(models.CharField(max_length=40))
    amount = models.DecimalField(max_digits=16, decimal_places=2, null=True)
    decided_on = models.DateField()
    published_on = models.DateField(null=True)
    publish_until = models.DateField(null=True)
    details = models.JSONField()
    status = models.CharField(max_length=10)
    ended_on = models.DateField(null=True)
    objected = models.BooleanField()

    class Meta:
        indexes = [models.Index(fields=("record", "until"), name="past_of_record")]
        triggers = [
            pgtrigger.Protect(
                name="the_past_of_records_is_append_only", operation=pgtrigger.Update | pgtrigger.Delete
            )
        ]

    def __str__(self) -> str:
        return f"{self.record_id} until {self.until}"


class EntityPast(models.Model):
    """What the registry knew of an entity, as far as schemes may ask for it, until it was changed; as `RecordPast`."""

    entity = models.ForeignKey(Entity, on_delete=models.PROTECT, related_name="+")
    until = models.DateTimeField(_("until"))
    status = models.CharField(max_length=20)
    legal_form = models.CharField(max_length=60, blank=True)
    region_code = models.CharField(max_length=6, blank=True)
    district = models.CharField(max_length=60, blank=True)
    industry_code = models.CharField(max_length=5, blank=True)
    size = models.CharField(max_length=10, blank=True)
    registered_on = models.DateField(null=True)
    #: A number and no reference: where an entity is merged into another, what was stays as it was.
    head_office_id = models.BigIntegerField(null=True)

    class Meta:
        indexes = [models.Index(fields=("entity", "until"), name="past_of_entity")]
        triggers = [
            pgtrigger.Protect(
                name="the_past_of_entities_is_append_only", operation=pgtrigger.Update | pgtrigger.Delete
            )
        ]

    def __str__(self) -> str:
        return f"{self.entity_id} until {self.until}"


class RatingRun(models.Model):
    """Everybody is rated for a day, range by range."""

    class State(models.TextChoices):
        RUNNING = "running", _("Running")
        DONE = "done", _("Done")
        CANCELLED = "cancelled", _("Cancelled")

    as_of = models.DateField(_("day"))
    versions = ArrayField(
        models.BigIntegerField(), help_text=_("Keys of the versions of schemes under which it rates.")
    )
    tables = ArrayField(
        models.BigIntegerField(), default=list, help_text=_("Keys of the tables of peers by which it rates.")
    )
    state = models.CharField(_("state"), max_length=10, choices=State, default=State.RUNNING)
    started_at = models.DateTimeField(auto_now_add=True)
    ended_at = models.DateTimeField(null=True)

    def __str__(self) -> str:
        return f"{self.as_of}: {self.state}"


class RatingRange(models.Model):
    """Entities that are rated together in a run, by the first and the last key. Done or not touched at all."""

    run = models.ForeignKey(RatingRun, on_delete=models.CASCADE, related_name="ranges")
    first = models.BigIntegerField()
    last = models.BigIntegerField()
    changed = models.PositiveIntegerField(default=0, help_text=_("How many ratings became others."))
    done_at = models.DateTimeField(null=True)

    class Meta:
        indexes = [models.Index(fields=("run", "id"), condition=Q(done_at=None), name="ranges_to_be_rated")]

    def __str__(self) -> str:
        return f"{self.first}–{self.last}"


class RatingDay(models.Model):
    """A day whose passing has been followed: what began, ended or grew a year older on it has been asked for.

    Days on which the platform slept have no row, and are caught up on the next.
    """

    day = models.DateField(primary_key=True)
    requested = models.PositiveIntegerField(help_text=_("How many entities were to be rated."))

    def __str__(self) -> str:
        return f"{self.day}"
