"""The city's grades under one scheme: how they are spread, who moved, where. For officials.

A figure and the list behind it are counted together, so that they agree (`evaluation.boards.counting`).
"""

from collections import Counter
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from datetime import date, timedelta
from decimal import Decimal
from enum import StrEnum
from itertools import islice

from django.db.models import Exists, F, IntegerField, OuterRef, Q, QuerySet, Sum, Value
from django.db.models.functions import Coalesce

from credit_platform.common.working_days import months_after
from entities import looks
from evaluation.boards import counting
from evaluation.boards.models import NONE, CountedBody, CountedRating, EntityCell, GradeCell, MoveCell, Period
from evaluation.explanation import as_points
from evaluation.main_reasons import MainReason, main_reasons
from evaluation.models import RatingChange
from evaluation.schemes.in_force import SchemeInForce

WEEKS_SHOWN = 12
SPARK_MONTHS = 12
#: The worst grades, whose share the heat table shows.
WORST = 2
#: So many sections of industry have a column of their own.
SECTIONS_SHOWN = 4
ROWS_AT_ONCE = 500


class View(StrEnum):
    """Which entities the list shows."""

    FELL = "fell"
    ROSE = "rose"
    ALL = "all"


@dataclass(frozen=True, slots=True)
class Narrowing:
    """The part of the city that is looked at; an empty word narrows nothing."""

    district: str = ""
    section: str = ""
    status: str = ""
    #: The key of a department: only the entities that belong to it (`CountedBody`).
    body: int | None = None

    def of_cells(self) -> Q:
        """The condition on cells. Without a department they are those of the whole city."""
        return self._of_part() & Q(body=self.body)

    def of_ratings(self) -> Q:
        """The same on counted ratings."""
        return self._of_part() & self.of_entities("entity")

    def of_entities(self, name: str) -> Q:
        """That an entity belongs to the department, where one is asked for; `name` is the field of its key."""
        if self.body is None:
            return Q()
        return Q(Exists(CountedBody.objects.filter(body=self.body, entity=OuterRef(name))))

    def _of_part(self) -> Q:
        wanted = {"district": self.district, "section": self.section, "status": self.status}
        return Q(**{name: value for name, value in wanted.items() if value})


@dataclass(frozen=True, slots=True)
class Board:
    """One scheme's grades as one official sees them, narrowed to a part of the city.

    Figures are sums of cells, the list is of counted ratings: both are written together, so that they agree.
    `today` is the day of the counting.
    """

    user: object
    scheme: SchemeInForce
    today: date
    period: Period
    narrowing: Narrowing = field(default_factory=Narrowing)

    @property
    def scale(self) -> tuple[str, ...]:
        return self.scheme.compiled.letters

    @property
    def since(self) -> date:
        """The day whose grades the moves are counted from."""
        return counting.begins(self.period, self.today)

    def ratings(self) -> QuerySet[CountedRating]:
        """The ratings, each with `now` and `was`, its places today and at the end of the day `since`.

        `NONE` is not rated; `was_points` are hundredths.
        """
        return (
            CountedRating.objects.visible_to(self.user)
            .filter(self.narrowing.of_ratings(), scheme=self.scheme.scheme)
            .annotate(
                now=Coalesce("place", Value(NONE), output_field=IntegerField()),
                was=Coalesce(f"{self.period}_place", Value(NONE), output_field=IntegerField()),
                was_points=F(f"{self.period}_points"),
            )
        )

    def rows(self, view: View, grade: str = "") -> QuerySet[CountedRating]:
        """The ratings that the list shows, with their entities."""
        ratings = self.ratings().select_related("entity", "scheme")
        if grade in self.scale:
            ratings = ratings.filter(place=self.scale.index(grade))
        match view:
            case View.FELL:
                return ratings.filter(place__gt=F(f"{self.period}_place"))
            case View.ROSE:
                return ratings.filter(place__lt=F(f"{self.period}_place"))
            case View.ALL:
                return ratings

    def figures(self) -> "Figures":
        """How grades are spread now and were, and who went where; two queries."""
        return self._figures_of(self._grades().values_list("was", "now").annotate(counted=Sum("count")))

    def _figures_of(self, grouped: Iterable[tuple[int, int, int]], entities: int | None = None) -> "Figures":
        moves: Counter[tuple[str, str]] = Counter()
        for was, now, count in grouped:
            if count:
                moves[self.letter(was), self.letter(now)] += count
        if entities is None:
            cells = EntityCell.objects.filter(self.narrowing.of_cells())
            entities = cells.aggregate(counted=Sum("count"))["counted"] or 0
        return Figures(self.scale, dict(moves), entities)

    def _grades(self) -> QuerySet[GradeCell]:
        return GradeCell.objects.filter(
            self.narrowing.of_cells(), scheme=self.scheme.scheme, period=self.period
        ).order_by()

    def parts(self, by: str) -> list[tuple[str, "Figures"]]:
        """The figures of each district or section of industry, by its name; two queries. `by` is that field."""
        entities = dict(
            EntityCell.objects.filter(self.narrowing.of_cells())
            .order_by()
            .values_list(by)
            .annotate(counted=Sum("count"))
        )
        moves: dict[str, list[tuple[int, int, int]]] = {part: [] for part in sorted(entities)}
        grouped = self._grades().values_list(by, "was", "now").annotate(counted=Sum("count"))
        for part, was, now, count in grouped:
            moves.setdefault(part, []).append((was, now, count))
        return [
            (part, self._figures_of(some, entities.get(part, 0)))
            for part, some in moves.items()
            if some or entities.get(part)
        ]

    def weeks(self) -> list[tuple[date, int, int]]:
        """For each of the last weeks its Monday and how many rose and fell; one query."""
        monday = self.today - timedelta(days=self.today.weekday())
        first = monday - timedelta(weeks=WEEKS_SHOWN - 1)
        moved = (
            MoveCell.objects.filter(self.narrowing.of_cells(), scheme=self.scheme.scheme, week__gte=first)
            .order_by()
            .values_list("week")
            .annotate(up=Sum("rose"), down=Sum("fell"))
        )
        counts = {week: (rose, fell) for week, rose, fell in moved}
        weeks = [first + timedelta(weeks=n) for n in range(WEEKS_SHOWN)]
        return [(week, *counts.get(week, (0, 0))) for week in weeks]

    def heat(self) -> "Heat":
        """The share of the worst grades by district and section of industry; one query."""
        grouped = (
            self._grades()
            .filter(now__gte=0)
            .values_list("district", "section")
            .annotate(
                rated=Sum("count"), worst=Sum("count", filter=Q(now__gte=len(self.scale) - WORST), default=0)
            )
        )
        return Heat.of(
            {(district, section): (worst, rated) for district, section, rated, worst in grouped if rated}
        )

    def sparks(self, entity_ids: Iterable[int]) -> dict[int, list[float]]:
        """The points of entities over the last months, oldest first; one query."""
        since = months_after(self.today, -SPARK_MONTHS)
        changes = (
            RatingChange.objects.filter(
                entity_id__in=list(entity_ids), scheme=self.scheme.scheme, as_of__gt=since
            )
            .order_by("as_of", "pk")
            .values_list("entity_id", "from_points", "to_points")
        )
        lines: dict[int, list[float]] = {}
        for entity_id, before, after in changes:
            line = lines.setdefault(entity_id, [] if before is None else [before / 100])
            if after is not None:
                line.append(after / 100)
        return lines

    def listed(self, ratings: Iterable[CountedRating]) -> Iterator["Row"]:
        """The ratings as rows of the list, each with its main reason; worked out so many at a time."""
        rest = iter(ratings)
        while some := list(islice(rest, ROWS_AT_ONCE)):
            reasons = main_reasons(
                user=self.user,
                directions={rating.entity_id: _direction(rating.was, rating.now) for rating in some},
                scheme=self.scheme,
                since=self.since,
                today=self.today,
            )
            sparks = self.sparks(rating.entity_id for rating in some)
            for rating in some:
                reason = reasons.get(rating.entity_id)
                if reason and reason.record:
                    looks.note([reason.record])
                yield Row(
                    rating=rating,
                    was=self.letter(rating.was),
                    now=self.letter(rating.now),
                    points=None if rating.points is None else as_points(rating.points),
                    moved=_difference(rating.was_points, rating.points),
                    spark=sparks.get(rating.entity_id, []),
                    reason=reason,
                )

    def letter(self, place: int | None) -> str:
        """The grade at a place; "" for not rated, and for a place that only a longer scale of before had."""
        return self.scale[place] if place is not None and 0 <= place < len(self.scale) else ""


@dataclass(frozen=True, slots=True)
class Figures:
    """What the pictures of the board are drawn from. "" stands for not rated."""

    scale: tuple[str, ...]
    moves: dict[tuple[str, str], int]
    entities: int

    @property
    def now(self) -> dict[str, int]:
        return self._side(1)

    @property
    def then(self) -> dict[str, int]:
        return self._side(0)

    @property
    def rated(self) -> int:
        return sum(count for (_was, now), count in self.moves.items() if now)

    def listed(self, view: View, grade: str = "") -> int:
        """How many rows the list has, narrowed to a grade where one is named."""
        places = {letter: place for place, letter in enumerate(self.scale)}
        direction = {View.FELL: 1, View.ROSE: -1, View.ALL: 0}[view]
        return sum(
            count
            for (was, now), count in self.moves.items()
            if grade in ("", now)
            and (not direction or (was and now and (places[now] - places[was]) * direction > 0))
        )

    @property
    def fell(self) -> int:
        return self.listed(View.FELL)

    @property
    def rose(self) -> int:
        return self.listed(View.ROSE)

    @property
    def kept(self) -> int:
        """How many have the grade that they had."""
        return sum(count for (was, now), count in self.moves.items() if was and was == now)

    @property
    def newly(self) -> int:
        """How many have a grade and had none."""
        return sum(count for (was, now), count in self.moves.items() if now and not was)

    def _side(self, side: int) -> dict[str, int]:
        counts = dict.fromkeys(self.scale, 0)
        for pair, count in self.moves.items():
            if pair[side]:
                counts[pair[side]] += count
        # An entity of which the registry holds nothing has no rating at all.
        return counts | {"": self.entities - sum(counts.values())}


@dataclass(frozen=True, slots=True)
class Heat:
    """Shares of the worst grades: rows are districts, columns the sections with most entities. None: nobody there."""

    sections: tuple[str, ...]
    rows: tuple[tuple[str, tuple["HeatCell | None", ...]], ...]
    whole: float | None

    @classmethod
    def of(cls, cells: dict[tuple[str, str], tuple[int, int]]) -> "Heat":
        """From (worst, rated) by district and section."""
        size: Counter[str] = Counter()
        for (_district, section), (_worst, rated) in cells.items():
            if section:
                size[section] += rated
        sections = tuple(sorted(section for section, _count in size.most_common(SECTIONS_SHOWN)))
        shares = {key: worst / rated for key, (worst, rated) in cells.items()}
        top = max((share for (_district, section), share in shares.items() if section in sections), default=0)
        rows = []
        for district in sorted({district for district, _section in cells if district}):
            row = [
                HeatCell.of(shares.get((district, section)), top, cells.get((district, section)))
                for section in sections
            ]
            rows.append((district, tuple(row)))
        rated = sum(rated for _worst, rated in cells.values())
        return cls(
            sections, tuple(rows), sum(worst for worst, _rated in cells.values()) / rated if rated else None
        )


@dataclass(frozen=True, slots=True)
class HeatCell:
    share: float
    count: int
    #: From 1, pale, to 4, dark.
    shade: int

    @classmethod
    def of(cls, share: float | None, top: float, counts: tuple[int, int] | None) -> "HeatCell | None":
        if share is None or counts is None:
            return None
        return cls(share, counts[1], 1 + round(3 * share / top) if top else 1)


@dataclass(frozen=True, slots=True)
class Row:
    """A line of the list. `moved` is None where there were no points before or are none now."""

    rating: CountedRating
    was: str
    now: str
    points: Decimal | None
    moved: Decimal | None
    spark: list[float]
    reason: MainReason | None


def _difference(before: int | None, after: int | None) -> Decimal | None:
    return None if before is None or after is None else as_points(after - before)


def _direction(was: int, now: int) -> int:
    """1 where the grade rose, -1 where it fell, 0 where it stayed or there was none."""
    return 0 if NONE in (was, now) else (was > now) - (was < now)
