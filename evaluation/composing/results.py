"""What a simulation found, for people: figures, pictures, and tables that are also files."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal
from typing import Any

from django.utils.functional import Promise
from django.utils.translation import gettext as _, gettext_lazy, pgettext

from credit_platform.common.exporting import Column, Kind
from credit_platform.ui import charts, formats
from credit_platform.ui.charts import Chart
from entities.models import Entity, SubmittingBody
from evaluation.composing.labels import place_in_words
from evaluation.composing.models import Simulation
from evaluation.composing.planned import planned
from evaluation.composing.sides import document_before
from evaluation.explanation import as_points
from evaluation.industries import SECTIONS, SHORT
from evaluation.models import Scheme
from evaluation.schemes import SchemeDocument
from evaluation.wording import Wording, number

#: A group of entities whose share of falling is so many times that of the city is marked for a closer look. That
#: is a plain measure of this project; no law gives it.
LOOK_CLOSER = Decimal("1.25")
#: Of smaller groups no share is held against that of the city.
LEAST_GROUP = 30
#: So many parameters are drawn; the table has them all.
DRAWN = 10
WAYS = ("district", "section", "size", "age")
#: What a way to part the city is called, and one of its parts.
PARTS: dict[str, tuple[Promise, Promise]] = {
    "district": (gettext_lazy("By district"), gettext_lazy("District")),
    "section": (gettext_lazy("By industry"), gettext_lazy("Industry")),
    "size": (gettext_lazy("By size"), gettext_lazy("Size")),
    "age": (gettext_lazy("By age"), gettext_lazy("Age")),
}


@dataclass(frozen=True, slots=True)
class Table:
    """Rows of plain values, for a page and for a file of the same name."""

    code: str
    title: str
    columns: tuple[tuple[str, str, Kind], ...]
    rows: list[tuple[Any, ...]]
    note: str = ""

    @property
    def head(self) -> list[tuple[str, bool]]:
        return [(title, kind in {Kind.WHOLE, Kind.AMOUNT}) for _name, title, kind in self.columns]

    @property
    def body(self) -> list[list[tuple[str, bool]]]:
        """As it is shown: shares in percent, numbers in groups of three."""
        return [
            [
                (_shown(cell, name), kind in {Kind.WHOLE, Kind.AMOUNT})
                for cell, (name, _title, kind) in zip(row, self.columns, strict=True)
            ]
            for row in self.rows
        ]

    @property
    def exported(self) -> list[Column]:
        """The columns of the file."""

        def value_of(place: int):
            return lambda row: row[place]

        return [
            Column(name, title, value_of(place), kind)
            for place, (name, title, kind) in enumerate(self.columns)
        ]


def _shown(cell: Any, name: str) -> str:
    if cell is None or cell == "":
        return "–"
    if isinstance(cell, date):
        return formats.day(cell)
    if isinstance(cell, Decimal) and name.endswith("share"):
        return formats.percent(cell)
    return formats.number(cell) if isinstance(cell, int | Decimal) else str(cell)


@dataclass(frozen=True, slots=True)
class Count:
    """Of a group: how many there are, and what becomes of their grades."""

    entities: int = 0
    rated: int = 0
    kept: int = 0
    fell: int = 0
    rose: int = 0
    far: int = 0
    newly: int = 0
    no_longer: int = 0

    def share(self, count: int) -> Decimal | None:
        """Of those that had a grade on both sides; None where there are none."""
        return Decimal(count) / self.rated if self.rated else None


@dataclass(frozen=True, slots=True)
class Mover:
    """An entity that moves far. `entity` is None where it is gone since."""

    entity: Entity | None
    before: str
    after: str
    points_before: Decimal | None
    points_after: Decimal | None
    because: str


@dataclass(slots=True)
class Outcome:
    """The results of a simulation that is done."""

    simulation: Simulation
    base: SchemeDocument = field(init=False)
    draft: SchemeDocument = field(init=False)

    def __post_init__(self) -> None:
        self.base = document_before(self.simulation)
        self.draft = SchemeDocument.model_validate(self.simulation.document)

    @property
    def is_new(self) -> bool:
        """Whether nobody is rated under the scheme yet, so that nobody rises or falls."""
        return self.simulation.base is None

    @property
    def results(self) -> dict[str, Any]:
        return self.simulation.results

    @property
    def is_evaluation(self) -> bool:
        """Whether its grades are shown as those of the comprehensive evaluation: risk classes and sector grades are not."""
        return self.base.family == Scheme.Family.EVALUATION

    @property
    def scales(self) -> tuple[tuple[str, ...], tuple[str, ...]]:
        """The letters of both scales, best first."""
        return tuple(grade.letter for grade in self.base.scale), tuple(
            grade.letter for grade in self.draft.scale
        )

    def moves(self, matrix: Sequence[int] | None = None) -> dict[tuple[str, str], int]:
        """{(before, after): entities}, "" for not rated."""
        left, right = (("", *scale) for scale in self.scales)
        cells = self.results["matrix"] if matrix is None else matrix
        return {
            (before, after): cells[row * len(right) + place]
            for row, before in enumerate(left)
            for place, after in enumerate(right)
            if cells[row * len(right) + place]
        }

    def way(self, before: str, after: str) -> int:
        """Below 0 where the move is a fall, above where it is a rise; the farther the larger."""
        if not before or not after:
            return 0
        left, right = self.scales
        return left.index(before) * max(len(right) - 1, 1) - right.index(after) * max(len(left) - 1, 1)

    def count(self, matrix: Sequence[int] | None = None) -> Count:
        """What becomes of a group, or of the city."""
        moves = self.moves(matrix)
        one_grade = max(len(self.scales[1]) - 1, 1)
        ways = {pair: self.way(*pair) for pair in moves}

        def of(pairs: Iterable[tuple[str, str]]) -> int:
            return sum(moves[pair] for pair in pairs)

        return Count(
            entities=sum(moves.values()),
            rated=of(pair for pair in moves if all(pair)),
            kept=of(pair for pair in moves if all(pair) and not ways[pair]),
            fell=of(pair for pair in moves if ways[pair] < 0),
            rose=of(pair for pair in moves if ways[pair] > 0),
            far=of(pair for pair in moves if ways[pair] <= -2 * one_grade),
            newly=of(pair for pair in moves if not pair[0] and pair[1]),
            no_longer=of(pair for pair in moves if pair[0] and not pair[1]),
        )

    def grades(self, matrix: Sequence[int] | None = None) -> dict[str, int]:
        """How many of a group, or of the city, would have each grade, "" for not rated."""
        counts = dict.fromkeys([*self.scales[1], ""], 0)
        for (_before, after), count in self.moves(matrix).items():
            counts[after] += count
        return counts

    # Pictures

    def spread(self) -> Chart | None:
        """How many would have each grade; None of a scheme whose grades have no colours of their own."""
        if not self.is_evaluation:
            return None
        return charts.distribution(self.grades(), scale=self.scales[1])

    def spread_by(self, way: str) -> Chart:
        """How each part of the city would divide into grades."""
        return charts.stacked(
            [
                (_called(way, word, is_short=True), self.grades(matrix))
                for word, matrix in self.results["by"].get(way, {}).items()
            ],
            scale=self.scales[1],
            part_label=str(PARTS[way][1]),
            with_colours=self.is_evaluation,
        )

    def flow(self) -> Chart:
        """Who goes where."""
        return charts.flow(
            self.moves(),
            scales=self.scales,
            labels=(self.base_label, self.draft_label),
            with_colours=self.is_evaluation,
        )

    def matrix(self) -> Chart:
        """From grade to grade as a field of numbers."""
        moves, (left, right) = self.moves(), self.scales
        rows, columns = [*left, ""], [*right, ""]
        return charts.heat(
            [(row or _("Not rated"), [moves.get((row, column), 0) for column in columns]) for row in rows],
            [column or _("Not rated") for column in columns],
            corner=_("%(before)s, down; %(after)s, across")
            % {"before": self.base_label, "after": self.draft_label},
            shown=lambda value: formats.number(int(value)),
            signs=[[_sign(self.way(row, column)) for column in columns] for row in rows],
        )

    def where_they_fall(self) -> Chart | None:
        """The shares that fall and rise by district, as a field."""
        counts = self.by_word("district")
        if not counts:
            return None
        return charts.heat(
            [
                (word, [_float(one.share(one.fell)), _float(one.share(one.rose))])
                for word, one in counts.items()
            ],
            [pgettext("entities on the board", "Fell"), pgettext("entities on the board", "Rose")],
            corner=_("District"),
            shown=formats.percent,
            signs=[[-1, 1] for _word in counts],
        )

    def months_chart(self) -> Chart:
        """How many of the sample the draft would have moved in each month."""
        return charts.moves(
            [
                (line["day"][:7], line["draft"]["rose"], line["draft"]["fell"])
                for line in self.results["months"][1:]
            ]
        )

    def sensitivity_chart(self) -> Chart | None:
        """The parameters of which a step moves most."""
        lines = self._sensitive()[:DRAWN]
        if not lines:
            return None
        ways = (("down", "fell"), ("down", "rose"), ("up", "fell"), ("up", "rose"))
        return charts.heat(
            [
                (words, [line[way][what] if line[way] else None for way, what in ways])
                for words, line in lines
            ],
            [_("Lower: fall"), _("Lower: rise"), _("Higher: fall"), _("Higher: rise")],
            corner=_("Parameter"),
            shown=lambda value: formats.number(int(value)),
            signs=[[-1, 1, -1, 1] for _line in lines],
        )

    # What stands beside them

    @property
    def base_label(self) -> str:
        if self.simulation.base is None:
            return _("before")
        return _("version %(number)s") % {"number": self.simulation.base.number}

    @property
    def draft_label(self) -> str:
        return _("the draft")

    def by_word(self, way: str) -> dict[str, Count]:
        """What becomes of each part of the city, by what it is called."""
        return {
            _called(way, word): self.count(matrix) for word, matrix in self.results["by"].get(way, {}).items()
        }

    def stability(self) -> tuple[Decimal | None, Decimal | None]:
        """The share of the sample whose grade moved in a month, on average, under the version and under the draft."""
        months, sample = self.results["months"][1:], self.results["sample"]
        if not sample or not months:
            return None, None
        before, after = (
            Decimal(sum(line[name]["fell"] + line[name]["rose"] for line in months)) / (sample * len(months))
            for name in ("base", "draft")
        )
        return before, after

    def movers(self, which: str) -> list[Mover]:
        """Those who fall, or rise, most, with what makes it."""
        found = self.results[which]
        entities = Entity.objects.in_bulk([one["entity"] for one in found])
        left, right = self.scales
        return [
            Mover(
                entity=entities.get(one["entity"]),
                before=left[one["places"][0]],
                after=right[one["places"][1]],
                points_before=_points(one["points"][0]),
                points_after=_points(one["points"][1]),
                because=formats.listed(self._reason(*reason) for reason in one["because"])
                or _("the limits of the grades"),
            )
            for one in found
        ]

    def _reason(self, code: str, before: int | None, after: int | None) -> str:
        rules = {rule.code: rule for rule in (*self.base.rules, *self.draft.rules)}
        if code in rules:
            if after is None:
                return _("%(rule)s no longer acts") % {"rule": rules[code].name}
            return _("%(rule)s acts") % {"rule": rules[code].name}
        parts = {one.code: one for one in (*self.base.every_component, *self.draft.every_component)}
        name = str(parts[code].name) if code in parts else _("Start, limits and rounding of the total")
        change = as_points((after or 0) - (before or 0))
        return f"{name} {formats.points(change)}"

    # Tables

    def tables(self) -> dict[str, Table]:
        """All tables by their code."""
        found = [self._migration(), *((self._grades_by if self.is_new else self._by)(way) for way in WAYS)]
        if not self.is_new:
            found += [
                self._bodies(),
                self._movers("fell", _("Fall most")),
                self._movers("rose", _("Rise most")),
            ]
        found += [self._months(), self._sensitivity()]
        if load := self.load():
            found.append(load)
        return {one.code: one for one in found}

    def _migration(self) -> Table:
        return Table(
            "migration",
            _("From grade to grade"),
            (
                ("before", _("Grade under %(version)s") % {"version": self.base_label}, Kind.TEXT),
                ("after", _("Grade under the draft"), Kind.TEXT),
                ("entities", _("Entities"), Kind.WHOLE),
            ),
            [
                (before or _("Not rated"), after or _("Not rated"), count)
                for (before, after), count in self.moves().items()
            ],
        )

    def _by(self, way: str) -> Table:
        whole = self.count()
        city = whole.share(whole.fell)

        def line(word: str, one: Count) -> tuple[Any, ...]:
            ratio = ratio_of(one, city)
            return (
                word, one.entities, one.fell, one.share(one.fell), one.rose, one.share(one.rose),
                None if ratio is None else round(ratio, 2),
                _("look closer") if ratio is not None and ratio >= LOOK_CLOSER else "",
            )  # fmt: skip

        title, head = PARTS[way]
        return Table(
            f"by-{way}",
            str(title),
            (
                (way, str(head), Kind.TEXT),
                ("entities", _("Entities"), Kind.WHOLE),
                ("fall", _("Fall"), Kind.WHOLE),
                ("fall_share", _("Share that falls"), Kind.AMOUNT),
                ("rise", _("Rise"), Kind.WHOLE),
                ("rise_share", _("Share that rises"), Kind.AMOUNT),
                ("ratio", _("Against the city"), Kind.AMOUNT),
                ("mark", _("Mark"), Kind.TEXT),
            ),
            [line(word, one) for word, one in self.by_word(way).items()],
        )

    def _grades_by(self, way: str) -> Table:
        """How many of each part of the city would have each grade."""
        title, head = PARTS[way]
        letters = self.scales[1]
        return Table(
            f"by-{way}",
            str(title),
            (
                (way, str(head), Kind.TEXT),
                ("entities", _("Entities"), Kind.WHOLE),
                *(
                    (f"grade_{number}", _("Grade %(letter)s") % {"letter": letter}, Kind.WHOLE)
                    for number, letter in enumerate(letters, start=1)
                ),
                ("not_rated", _("Not rated"), Kind.WHOLE),
            ),
            [
                (_called(way, word), sum(counts.values()), *counts.values())
                for word, matrix in self.results["by"].get(way, {}).items()
                for counts in [self.grades(matrix)]
            ],
        )

    def _bodies(self) -> Table:
        bodies = SubmittingBody.objects.in_bulk([int(key) for key in self.results["bodies"]])
        rows = [
            (bodies[int(key)].name if int(key) in bodies else _("unknown"), fell, rose)
            for key, (fell, rose) in self.results["bodies"].items()
        ]
        return Table(
            "by-department",
            _("By department"),
            (
                ("department", _("Department"), Kind.TEXT),
                ("fall", _("Fall"), Kind.WHOLE),
                ("rise", _("Rise"), Kind.WHOLE),
            ),
            sorted(rows, key=lambda row: (-row[1] - row[2], row[0])),
            _("Of those who fall or rise: whose records weigh with them, under one document or the other."),
        )

    def _movers(self, which: str, title: str) -> Table:
        return Table(
            which,
            title,
            (
                ("credit_code", _("Unified social credit code"), Kind.TEXT),
                ("entity", _("Entity"), Kind.TEXT),
                ("before", _("Grade now"), Kind.TEXT),
                ("after", _("Grade under the draft"), Kind.TEXT),
                ("points_before", _("Points now"), Kind.AMOUNT),
                ("points_after", _("Points under the draft"), Kind.AMOUNT),
                ("because", _("Because of"), Kind.TEXT),
            ),
            [
                (
                    one.entity.credit_code if one.entity else "", one.entity.name if one.entity else "",
                    one.before, one.after, one.points_before, one.points_after, one.because,
                )
                for one in self.movers(which)
            ],
        )  # fmt: skip

    def load(self) -> Table | None:
        """Inspections a year by grade, now and under the draft, as the office plans them; None where it told no plan.

        Beside each plan stands the rule of its day that says the same; without one it is the office's own figure.
        """
        plan = self.simulation.inspections
        if not plan:
            return None
        rules = planned(self.simulation.draft.scheme_id, self.simulation.as_of)
        moves, letters = self.moves(), list(dict.fromkeys([*self.scales[0], *self.scales[1], ""]))
        rows: list[tuple[Any, ...]] = []
        for letter in letters:
            before = sum(count for (one, _to), count in moves.items() if one == letter)
            after = sum(count for (_from, one), count in moves.items() if one == letter)
            rate = Decimal(str(plan.get(letter, 0)))
            rows.append(
                (
                    letter or _("Not rated"),
                    rate,
                    before,
                    after,
                    round(before * rate / 100),
                    round(after * rate / 100),
                    rules[letter].rule
                    if letter in rules and rules[letter].for_a_hundred == rate
                    else _("No rule"),
                )
            )
        rows.append((_("Together"), None, *(sum(row[place] for row in rows) for place in (2, 3, 4, 5)), ""))
        return Table(
            "inspections",
            _("Inspections a year"),
            (
                ("grade", _("Grade"), Kind.TEXT),
                ("plan", _("Planned for a hundred"), Kind.AMOUNT),
                ("entities_before", _("Entities now"), Kind.WHOLE),
                ("entities_after", _("Entities under the draft"), Kind.WHOLE),
                ("before", _("Inspections now"), Kind.WHOLE),
                ("after", _("Inspections under the draft"), Kind.WHOLE),
                ("rule", _("By which rule"), Kind.TEXT),
            ),
            rows,
        )

    def _months(self) -> Table:
        def grades(line: Mapping[str, Any], letters: Sequence[str]) -> str:
            counted = zip((*letters, "–"), line["grades"], strict=True)
            return formats.listed(f"{letter} {formats.number(count)}" for letter, count in counted if count)

        def moved(line: Mapping[str, Any], scale: Sequence[str]) -> tuple[str, int]:
            return grades(line, scale), line["fell"] + line["rose"]

        of_base = (
            ("grades_before", _("Grades under %(version)s") % {"version": self.base_label}, Kind.TEXT),
            ("moved_before", _("Moved in the month"), Kind.WHOLE),
        )
        return Table(
            "months",
            _("The last twelve months"),
            (
                ("day", _("Day"), Kind.DAY),
                *(() if self.is_new else of_base),
                ("grades_after", _("Grades under the draft"), Kind.TEXT),
                ("moved_after", _("Moved in the month, under the draft"), Kind.WHOLE),
            ),
            [
                (
                    date.fromisoformat(line["day"]),
                    *(() if self.is_new else moved(line["base"], self.scales[0])),
                    *moved(line["draft"], self.scales[1]),
                )
                for line in self.results["months"]
            ],
        )

    def _sensitive(self) -> list[tuple[str, dict[str, Any]]]:
        """The parameters in words, those of which a step moves most first."""
        content = self.draft.model_dump(mode="json", by_alias=True)
        say = Wording.of(self.draft)
        lines = sorted(self.results["sensitivity"], key=lambda line: -_moved(line))
        return [(place_in_words(content, tuple(line["path"]), say), line) for line in lines]

    def _sensitivity(self) -> Table:
        def step(line: Mapping[str, Any], way: str) -> tuple[Any, ...]:
            found = line[way]
            return (_number(found["value"]), found["fell"], found["rose"]) if found else (None, None, None)

        return Table(
            "sensitivity",
            _("What each number does"),
            (
                ("parameter", _("Parameter"), Kind.TEXT),
                ("value", _("In the draft"), Kind.TEXT),
                ("lower", _("Lower"), Kind.TEXT),
                ("lower_fall", _("Fall"), Kind.WHOLE),
                ("lower_rise", _("Rise"), Kind.WHOLE),
                ("higher", _("Higher"), Kind.TEXT),
                ("higher_fall", _("Fall"), Kind.WHOLE),
                ("higher_rise", _("Rise"), Kind.WHOLE),
            ),
            [
                (words, _number(line["value"]), *step(line, "down"), *step(line, "up"))
                for words, line in self._sensitive()
            ],
        )


def ratio_of(group: Count, city: Decimal | None) -> Decimal | None:
    """The share of a group that falls, against that of the city; None where the group is too small to say."""
    share = group.share(group.fell)
    if share is None or not city or group.rated < LEAST_GROUP:
        return None
    return share / city


def _called(way: str, word: str, *, is_short: bool = False) -> str:
    if not word:
        return _("not known")
    if way == "section":
        return str((SHORT if is_short else SECTIONS).get(word, word))
    if way == "size":
        return str(Entity.Size(word).label)
    if way == "age":
        return {
            "under-1": _("under a year"),
            "1-to-3": _("one to three years"),
            "3-to-10": _("three to ten years"),
            "10-and-more": _("ten years and more"),
        }[word]
    return word


def _points(hundredths: int | None) -> Decimal | None:
    return None if hundredths is None else as_points(hundredths)


def _number(text: str) -> str:
    return text if "/" in text else number(Decimal(text))


def _moved(line: Mapping[str, Any]) -> int:
    return sum(line[way]["fell"] + line[way]["rose"] for way in ("down", "up") if line[way])


def _sign(way: int) -> int:
    return (way > 0) - (way < 0)


def _float(value: Decimal | None) -> float | None:
    return None if value is None else float(value)
