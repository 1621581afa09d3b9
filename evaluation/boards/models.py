"""What boards are read from: ratings counted beforehand.

A trigger of the database leaves a mark in the transaction of whatever changes a rating or an entity; a worker follows
the marks. So at any moment the counts are what the ratings give, but for the entities that are still marked, and
`counting.verify` says so of every row.
"""

from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.db.models import F, OrderBy, Q
from django.utils.translation import gettext_lazy as _

from entities.models import Entity, SubmittingBody
from evaluation import policies
from evaluation.models import Scheme

#: In a cell: not rated.
NONE = -1


class Period(models.TextChoices):
    """Since when moves are counted."""

    WEEK = "week", _("This week")
    MONTH = "month", _("Month")
    YEAR = "year", _("Year")


class CountMark(models.Model):
    """The wish that an entity be counted anew. Left by the database itself; several may stand side by side."""

    entity_id = models.BigIntegerField()

    def __str__(self) -> str:
        return f"{self.entity_id}"


class CountedRatingQuerySet(models.QuerySet):
    def visible_to(self, user):
        """As `CurrentRating.objects.visible_to`: the same rows of the same readers."""
        return self.filter(policies.ratings_visible_to(user))


class CountedRating(models.Model):
    """A rating as it is counted, with all by which lists are narrowed and sorted.

    `week_place`, `week_points` and so on are those at the end of the day from which the period's moves are counted,
    places on the scale by which the entity is rated now: None too where that scale has no such grade.
    `weeks` are the weeks of the last year in which the grade moved, as days from Monday 3 January 2000: negative where it fell. Entities
    that were merged into others are not counted.
    """

    entity = models.ForeignKey(Entity, on_delete=models.PROTECT, related_name="+")
    scheme = models.ForeignKey(Scheme, on_delete=models.PROTECT, related_name="+", db_index=False)
    name_key = models.CharField(max_length=200)
    district = models.CharField(max_length=60, blank=True)
    section = models.CharField(max_length=1, blank=True)
    status = models.CharField(max_length=20)
    place = models.SmallIntegerField(null=True)
    points = models.IntegerField(null=True)
    as_of = models.DateField()
    records_counted = models.PositiveIntegerField()
    week_place = models.SmallIntegerField(null=True)
    week_points = models.IntegerField(null=True)
    month_place = models.SmallIntegerField(null=True)
    month_points = models.IntegerField(null=True)
    year_place = models.SmallIntegerField(null=True)
    year_points = models.IntegerField(null=True)
    weeks = ArrayField(models.IntegerField())

    objects = CountedRatingQuerySet.as_manager()

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=("scheme", "entity"), name="a_rating_is_counted_once"),
        ]
        indexes = [
            models.Index(fields=("scheme", "name_key", "id"), name="counted_by_name"),
            models.Index(fields=("scheme", "place", "id"), name="counted_by_place"),
            models.Index(fields=("scheme", "points", "id"), name="counted_by_points"),
            *(
                # Those not rated stand at the end in either order.
                models.Index(
                    "scheme", OrderBy(F(field), descending=True, nulls_last=True), F("id").desc(), name=name
                )
                for field, name in (("place", "counted_worst_first"), ("points", "counted_most_first"))
            ),
            models.Index(fields=("scheme", "as_of", "id"), name="counted_by_day"),
            models.Index(fields=("scheme", "district", "id"), name="counted_by_district"),
            *(
                models.Index(
                    "scheme",
                    OrderBy(F("points") - F(f"{period}_points"), descending=rose, nulls_last=True),
                    F("id").desc() if rose else F("id").asc(),
                    condition=Q(place__lt=F(f"{period}_place"))
                    if rose
                    else Q(place__gt=F(f"{period}_place")),
                    name=f"counted_{'rose' if rose else 'fell'}_{period}",
                )
                for period in ("week", "month", "year")
                for rose in (False, True)
            ),
        ]

    def __str__(self) -> str:
        return f"{self.entity_id}: {self.place}"


class Part(models.Model):
    """A part of the city."""

    district = models.CharField(max_length=60, blank=True)
    section = models.CharField(max_length=1, blank=True)
    status = models.CharField(max_length=20)

    class Meta:
        abstract = True


class CountedBody(Part):
    """That a department has something on record about an entity, which all officials may see and which is in force.

    An entity belongs to as many departments as have. Counted with the entity's ratings, by the same marks.
    """

    entity = models.ForeignKey(Entity, on_delete=models.PROTECT, related_name="+", db_index=False)
    body = models.ForeignKey(SubmittingBody, on_delete=models.PROTECT, related_name="+", db_index=False)

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=("entity", "body"), name="an_entity_is_counted_once_for_a_department"
            )
        ]
        indexes = [models.Index(fields=("body", "entity"), name="counted_of_a_department")]

    def __str__(self) -> str:
        return f"{self.body_id}: {self.entity_id}"


class Cell(Part):
    """A count that was added to or taken from a part of the city. What it holds is the sum of all its rows.

    Without a body it counts the whole city, with one only the entities that belong to that department.
    """

    body = models.ForeignKey(
        SubmittingBody, null=True, on_delete=models.PROTECT, related_name="+", db_index=False
    )

    class Meta:
        abstract = True


class GradeCell(Cell):
    """How many entities went from which place to which in a period; `NONE` is not rated."""

    scheme = models.ForeignKey(Scheme, on_delete=models.PROTECT, related_name="+", db_index=False)
    period = models.CharField(max_length=5, choices=Period)
    was = models.SmallIntegerField()
    now = models.SmallIntegerField()
    count = models.IntegerField()

    class Meta:
        indexes = [models.Index(fields=("scheme", "body", "period"), name="grade_cells")]

    def __str__(self) -> str:
        return f"{self.was} → {self.now}: {self.count}"


class MoveCell(Cell):
    """How many grades rose and fell in a week, by its Monday. An entity that moved twice is counted twice."""

    scheme = models.ForeignKey(Scheme, on_delete=models.PROTECT, related_name="+", db_index=False)
    week = models.DateField()
    rose = models.IntegerField()
    fell = models.IntegerField()

    class Meta:
        indexes = [models.Index(fields=("scheme", "body", "week"), name="move_cells")]

    def __str__(self) -> str:
        return f"{self.week}: +{self.rose} −{self.fell}"


class EntityCell(Cell):
    """How many entities there are, rated or not.

    Those of the whole city are written by the database whenever an entity comes or changes, those of a department
    with the marks.
    """

    count = models.IntegerField()

    def __str__(self) -> str:
        return f"{self.district} {self.section}: {self.count}"


class CountDay(models.Model):
    """The day from which the periods are counted back; one row."""

    day = models.DateField()

    def __str__(self) -> str:
        return f"{self.day}"


class WeighedRange(models.Model):
    """Entities of which it is counted whose records weigh, by the first and the last key; done or not touched at all."""

    day = models.DateField()
    first = models.BigIntegerField()
    last = models.BigIntegerField()
    done_at = models.DateTimeField(null=True)

    class Meta:
        constraints = [models.UniqueConstraint(fields=("day", "first"), name="a_range_is_weighed_once_a_day")]

    def __str__(self) -> str:
        return f"{self.day}: {self.first}–{self.last}"


class BodyWeight(models.Model):
    """What one body's records give and take under a scheme within a range. Points are hundredths.

    `entities` are those from which its records take points, `places` how many of them have each grade, those not
    rated last. Sums over all ranges of a day are the city's.
    """

    within = models.ForeignKey(WeighedRange, on_delete=models.CASCADE, related_name="weights")
    scheme = models.ForeignKey(Scheme, on_delete=models.PROTECT, related_name="+", db_index=False)
    body = models.ForeignKey(SubmittingBody, on_delete=models.PROTECT, related_name="+", db_index=False)
    records = models.IntegerField()
    against = models.BigIntegerField()
    in_favour = models.BigIntegerField()
    entities = models.IntegerField()
    places = ArrayField(models.IntegerField())

    def __str__(self) -> str:
        return f"{self.body_id}: {self.against}"


class ComingDay(models.Model):
    """A day ahead of which it was worked out who will move by themselves.

    `touched` may, `moved` get other points, `graded` another grade, of whom some `rise` and some `fall`.
    """

    scheme = models.ForeignKey(Scheme, on_delete=models.PROTECT, related_name="+", db_index=False)
    day = models.DateField()
    counted_on = models.DateField()
    touched = models.IntegerField()
    moved = models.IntegerField()
    graded = models.IntegerField()
    rise = models.IntegerField()
    fall = models.IntegerField()

    class Meta:
        constraints = [models.UniqueConstraint(fields=("scheme", "day"), name="a_coming_day_is_counted_once")]

    def __str__(self) -> str:
        return f"{self.day}: {self.moved}"


class ComingPart(models.Model):
    """The same of the entities that belonged to a department when the day was worked out."""

    within = models.ForeignKey(ComingDay, on_delete=models.CASCADE, related_name="parts")
    body = models.ForeignKey(SubmittingBody, on_delete=models.PROTECT, related_name="+", db_index=False)
    touched = models.IntegerField()
    moved = models.IntegerField()
    graded = models.IntegerField()
    rise = models.IntegerField()
    fall = models.IntegerField()

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=("within", "body"), name="a_department_has_a_coming_day_counted_once"
            )
        ]

    def __str__(self) -> str:
        return f"{self.body_id}: {self.moved}"


class ComingMoveQuerySet(models.QuerySet):
    def visible_to(self, user):
        """As ratings are; those that were merged since the night move no more."""
        return self.filter(policies.ratings_visible_to(user), entity__merged_into=None)


class ComingMove(models.Model):
    """An entity whose grade will be another on that day, if nothing else happens until then."""

    within = models.ForeignKey(ComingDay, on_delete=models.CASCADE, related_name="moves")
    scheme = models.ForeignKey(Scheme, on_delete=models.PROTECT, related_name="+", db_index=False)
    day = models.DateField()
    entity = models.ForeignKey(Entity, on_delete=models.PROTECT, related_name="+")
    from_place = models.SmallIntegerField(null=True)
    to_place = models.SmallIntegerField(null=True)
    from_points = models.IntegerField(null=True)
    to_points = models.IntegerField(null=True)
    bodies = ArrayField(
        models.BigIntegerField(), default=list, help_text=_("Keys of the departments to which it belonged.")
    )

    objects = ComingMoveQuerySet.as_manager()

    class Meta:
        indexes = [
            # As the list has them: day by day, the lowest grades first.
            models.Index(
                F("scheme"),
                F("day"),
                F("to_place").desc(nulls_last=True),
                F("id"),
                name="coming_moves_listed",
            )
        ]

    def __str__(self) -> str:
        return f"{self.entity_id}: {self.from_place} → {self.to_place}"
