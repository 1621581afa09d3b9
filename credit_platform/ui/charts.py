"""What a chart draws and what its table says, from the same figures.

A view makes a `Chart`; the component draws it, writes the same figures as a table and offers them as CSV.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any
from urllib.parse import quote

from django.utils import timezone
from django.utils.formats import date_format
from django.utils.translation import gettext, pgettext

from credit_platform.common.spreadsheets import BYTE_ORDER_MARK, csv_lines
from credit_platform.ui import formats, grades

WEEK = 7


@dataclass(frozen=True, slots=True)
class Chart:
    """A picture and its table. `data` is what the script of that kind reads; `rows` are as shown to people."""

    kind: str
    data: dict[str, Any]
    columns: tuple[str, ...]
    rows: tuple[tuple[Any, ...], ...]
    #: For each column whether it holds numbers.
    numeric: tuple[bool, ...]
    #: For each row where what it counts is listed; empty where nothing is.
    links: tuple[str, ...] = ()

    @property
    def head(self) -> list[tuple[str, bool]]:
        return list(zip(self.columns, self.numeric, strict=True))

    @property
    def body(self) -> list[list[tuple[str, bool]]]:
        return [
            [(_shown(cell), number) for cell, number in zip(row, self.numeric, strict=True)]
            for row in self.rows
        ]

    @property
    def lines(self) -> list[tuple[str, list[tuple[str, bool]]]]:
        """The rows as the page shows them, each with where it leads or ""."""
        return list(zip(self.links or [""] * len(self.rows), self.body, strict=True))

    @property
    def csv_url(self) -> str:
        """The table as a file inside the page: nothing to fetch, nothing to authorise."""
        lines = csv_lines([self.columns, *self.rows])
        return "data:text/csv;charset=utf-8," + quote(BYTE_ORDER_MARK + "".join(lines))


def _shown(cell: Any) -> str:
    if isinstance(cell, date):
        return formats.day(cell)
    return formats.number(cell) if isinstance(cell, int) else str(cell)


def distribution(
    now: Mapping[str, int],
    then: Mapping[str, int] | None = None,
    *,
    scale: Sequence[str] = grades.NATIONAL,
    then_label: str = "",
) -> Chart:
    """Entities by grade; {letter: count}, "" for not rated. `then` draws a tick at an earlier day's count."""
    letters = [*scale, ""]
    total = sum(now.values()) or 1
    labels = [letter or "–" for letter in letters]
    then_label = then_label or gettext("a year ago")
    columns = [gettext("Grade"), gettext("Entities"), gettext("Share")]
    rows = [
        [letter or gettext("Not rated"), now.get(letter, 0), formats.percent(now.get(letter, 0) / total)]
        for letter in letters
    ]
    if then is not None:
        columns.append(then_label[:1].upper() + then_label[1:])
        rows = [[*row, then.get(letter, 0)] for row, letter in zip(rows, letters, strict=True)]
    return Chart(
        kind="distribution",
        data={
            "labels": labels,
            "places": [grades.place(letter, scale) for letter in letters],
            "now": [now.get(letter, 0) for letter in letters],
            "share": [row[2] for row in rows],
            "then": None if then is None else [then.get(letter, 0) for letter in letters],
            "words": {"then": then_label},
        },
        columns=tuple(columns),
        rows=tuple(map(tuple, rows)),
        numeric=(False,) + (True,) * (len(columns) - 1),
    )


def moves(periods: Sequence[tuple[str, int, int]]) -> Chart:
    """How many rose and fell in each period: (label, up, down)."""
    return Chart(
        kind="moves",
        data={
            "labels": [label for label, _, _ in periods],
            "up": [up for _, up, _ in periods],
            "down": [down for _, _, down in periods],
            "words": {"up": gettext("rose"), "down": gettext("fell")},
        },
        columns=(gettext("Period"), gettext("Rose"), gettext("Fell")),
        rows=tuple(periods),
        numeric=(False, True, True),
    )


def stacked(
    parts: Sequence[tuple[str, Mapping[str, int]]],
    *,
    scale: Sequence[str] = grades.NATIONAL,
    part_label: str,
    with_colours: bool = True,
) -> Chart:
    """How each part divides into grades: (name, {letter: count, "" for not rated}); a bar of the whole width each.

    Args:
        with_colours: those of grades; a scheme that is no evaluation has shades of grey instead.
    """
    letters = [*scale, ""]
    shades = [(n + 1) / len(scale) for n in range(len(scale))]
    return Chart(
        kind="stacked",
        data={
            "parts": [name for name, _counts in parts],
            "series": [
                {
                    "name": letter or gettext("Not rated"),
                    "tone": f"g{grades.place(letter, scale)}" if with_colours or not letter else "ink-3",
                    "opacity": 1 if with_colours or not letter else shades[number],
                    "counts": [counts.get(letter, 0) for _name, counts in parts],
                }
                for number, letter in enumerate(letters)
            ],
        },
        columns=(part_label, *scale, gettext("Not rated")),
        rows=tuple((name, *(counts.get(letter, 0) for letter in letters)) for name, counts in parts),
        numeric=(False, *(True for _letter in letters)),
    )


def diverging(
    parts: Sequence[tuple[str, float, float]], *, part_label: str, left_label: str, right_label: str
) -> Chart:
    """What each part takes and gives: (name, to the left, to the right), both not negative."""
    return Chart(
        kind="diverging",
        data={
            "parts": [name for name, _left, _right in parts],
            "left": [float(left) for _name, left, _right in parts],
            "right": [float(right) for _name, _left, right in parts],
            "words": {"left": left_label, "right": right_label},
        },
        columns=(part_label, left_label, right_label),
        rows=tuple((name, formats.score(left), formats.score(right)) for name, left, right in parts),
        numeric=(False, True, True),
    )


def waterfall(
    base: float,
    parts: Sequence[tuple[str, float]],
    total: float,
    *,
    limits: Sequence[tuple[str, float]] = (),
    base_label: str = "",
    total_label: str = "",
    listed: Sequence[tuple[str, float, str]] = (),
    note_label: str = "",
) -> Chart:
    """What makes a score: from the base through signed parts to the total, with the limits of the grades.

    Args:
        listed: the parts as the table names them, each with a note, where the picture has short names or puts the
            smallest together; `note_label` heads the notes.
    """
    base_label, total_label = (
        base_label or gettext("Base"),
        total_label or pgettext("the end of a sum of points", "Today"),
    )
    heights, running = [base, total], base
    for _, value in parts:
        running += value
        heights.append(running)
    start, end = _around(min(heights), max(heights), [at for _, at in limits])
    steps = [{"name": base_label, "value": float(base), "total": True}]
    steps += [{"name": name, "value": float(value), "total": False} for name, value in parts]
    steps.append({"name": total_label, "value": float(total), "total": True})
    return Chart(
        kind="waterfall",
        data={
            "min": start,
            "max": end,
            "steps": steps,
            "lines": [{"at": float(at), "name": name} for name, at in limits if start < at < end],
        },
        columns=(gettext("Part"), gettext("Points"), *((note_label,) if listed else ())),
        rows=(
            (base_label, formats.score(base), *(("",) if listed else ())),
            *((name, formats.points(value), note) for name, value, note in listed),
            *((name, formats.points(value)) for name, value in (() if listed else parts)),
            (total_label, formats.score(total), *(("",) if listed else ())),
        ),
        numeric=(False, True, *((False,) if listed else ())),
    )


def _around(low: float, high: float, limits: Sequence[float]) -> tuple[float, float]:
    """Room at both ends, and the next limit of a grade where it is near enough to be worth seeing."""
    low, high = float(low), float(high)
    spread = max(high - low, 4.0)
    near = [float(at) for at in limits if low - 1.5 * spread <= at <= high + 1.5 * spread]
    below = max((at for at in near if at < low), default=low)
    above = min((at for at in near if at > high), default=high)
    return min(low - spread / 4, below - spread / 10), max(high + spread / 4, above + spread / 10)


@dataclass(frozen=True, slots=True)
class Event:
    """Something that moved a score; numbered in the picture as in the list beside it."""

    day: date
    score: float
    change: float
    text: str


def history(
    points: Sequence[tuple[date, float]],
    *,
    bands: Sequence[tuple[str, float, float]],
    scale: Sequence[str] = grades.NATIONAL,
    events: Sequence[Event] = (),
    forecast: Sequence[tuple[date, float]] = (),
    today: date | None = None,
) -> Chart:
    """A score over time as steps on the bands of the grades.

    Args:
        points: the day from which each score held, oldest first.
        bands: (letter, from, to) of each grade that the picture may show.
        forecast: what follows if nothing new happens; needs `today`.
    """
    days = [day for day, _ in (*points, *forecast)]
    scores = [score for _, score in (*points, *forecast)]
    low, high = _room(scores, bands)
    end = max(days) + timedelta(days=max((max(days) - min(days)).days // 40, 1))
    shown = [
        {
            "letter": letter,
            "place": grades.place(letter, scale),
            "from": max(start, low),
            "to": min(end, high),
        }
        for letter, start, end in bands
        if end > low and start < high
    ]
    return Chart(
        kind="history",
        data={
            "from": min(days).isoformat(),
            "to": end.isoformat(),
            "low": low,
            "high": high,
            "bands": sorted(shown, key=lambda band: band["from"]),
            "points": [[day.isoformat(), float(score)] for day, score in points],
            "forecast": [[day.isoformat(), float(score)] for day, score in _held_until(end, forecast)],
            # Nothing lies before today where the picture begins with it.
            "today": (today or timezone.localdate()).isoformat() if forecast and len(points) > 1 else None,
            "events": [
                {
                    "n": str(n),
                    "at": event.day.isoformat(),
                    "y": float(event.score),
                    "up": event.change > 0,
                    "tip": f"{event.text} {formats.points(event.change)}",
                }
                for n, event in enumerate(events, start=1)
            ],
            "months": None if formats.chinese() else [_month_name(month) for month in range(1, 13)],
            "words": {"today": gettext("today")},
        },
        columns=(gettext("From day"), gettext("Points"), gettext("Why")),
        rows=tuple(
            (day, formats.score(score), "; ".join(event.text for event in events if event.day == day))
            for day, score in (*points, *forecast)
        ),
        numeric=(False, True, False),
    )


def _held_until(end: date, steps: Sequence[tuple[date, float]]) -> list[tuple[date, float]]:
    """The last step holds until the edge of the picture."""
    return [*steps, (end, steps[-1][1])] if steps else []


def _month_name(month: int) -> str:
    return date_format(date(2000, month, 1), "M")


def _room(scores: Sequence[float], bands: Sequence[tuple[str, float, float]]) -> tuple[float, float]:
    """The whole bands that hold the scores, at least one beyond the extremes, cut to 20 points of empty space."""
    floor, ceiling = min(start for _, start, _ in bands), max(end for _, _, end in bands)
    low, high = float(min(scores)), float(max(scores))
    return max(float(floor), 5 * ((low - 12) // 5)), min(float(ceiling), 5 * -((-high - 12) // 5))


@dataclass(frozen=True, slots=True)
class MonthDay:
    day: date
    due: int
    state: str
    today: bool


@dataclass(frozen=True, slots=True)
class Month:
    """Weeks from Monday, each day with what is due on it."""

    title: str
    weekdays: tuple[str, ...]
    weeks: tuple[tuple[MonthDay, ...], ...]


BUSY = 4


def weekday(day: date) -> str:
    """Two letters in English, the one telling character in Chinese: Mo, 一."""
    name = date_format(day, "D")
    return name[-1] if formats.chinese() else name[:2]


def deadline_month(
    today: date,
    due: Mapping[date, int],
    *,
    weeks: int = 4,
    is_working_day: Callable[[date], bool] | None = None,
) -> Month:
    """The weeks around today with the number of cases due each day; past days with cases left are overdue."""
    working = is_working_day or (lambda day: day.weekday() < 5)
    start = today - timedelta(days=today.weekday())

    def state(day: date, count: int) -> str:
        if count and day < today:
            return "over"
        if count:
            return "d2" if count >= BUSY else "d1"
        return "" if working(day) else "off"

    days = [start + timedelta(days=n) for n in range(weeks * WEEK)]
    cells = [MonthDay(day, due.get(day, 0), state(day, due.get(day, 0)), day == today) for day in days]
    return Month(
        title=date_format(today, "Y年n月" if formats.chinese() else "M Y"),
        weekdays=tuple(weekday(day) for day in days[:WEEK]),
        weeks=tuple(tuple(cells[n : n + WEEK]) for n in range(0, len(cells), WEEK)),
    )


@dataclass(frozen=True, slots=True)
class Matrix:
    """From a grade (rows) to a grade (columns); each cell a count and how strongly it is shaded."""

    scale: tuple[str, ...]
    rows: tuple[tuple[str, tuple[tuple[int, str], ...]], ...]


def migration(counts: Mapping[tuple[str, str], int], scale: Sequence[str] = grades.NATIONAL) -> Matrix:
    """How many went from which grade to which; {(before, after): count}."""
    most = max((count for (before, after), count in counts.items() if before != after), default=0)

    def shade(before: str, after: str) -> str:
        count = counts.get((before, after), 0)
        if before == after:
            return "same"
        if not count:
            return ""
        strong = count * 2 > most
        if grades.direction(before, after, scale) > 0:
            return "u2" if strong else "u1"
        return "d2" if strong else "d1"

    return Matrix(
        scale=tuple(scale),
        rows=tuple(
            (before, tuple((counts.get((before, after), 0), shade(before, after)) for after in scale))
            for before in scale
        ),
    )


def flow(
    counts: Mapping[tuple[str, str], int],
    *,
    scales: tuple[Sequence[str], Sequence[str]],
    labels: tuple[str, str],
    with_colours: bool = True,
) -> Chart:
    """Who goes from which grade to which, as bands between two scales; {(before, after): count}, "" for not rated.

    Args:
        scales: the grades on the left and on the right, best first.
        labels: what the left and the right are.
        with_colours: those of grades; a scheme that is no evaluation has none.
    """
    sides = [[*scale, ""] for scale in scales]
    flows = [
        (before, after, counts[before, after])
        for before in sides[0]
        for after in sides[1]
        if counts.get((before, after))
    ]

    def far(before: str, after: str) -> int:
        if not before or not after:
            return 0
        # Scales of different length are held against each other by the share of the way from the best to the worst.
        was = scales[0].index(before) * (len(scales[1]) - 1)
        now = scales[1].index(after) * (len(scales[0]) - 1)
        return (was > now) - (was < now)

    return Chart(
        kind="flow",
        data={
            "nodes": [
                {
                    "id": f"{side}{letter}",
                    "left": side == 0,
                    "name": letter or "–",
                    "place": grades.place(letter if with_colours else "", scales[side]),
                    "count": sum(flow[2] for flow in flows if flow[side] == letter),
                }
                for side in (0, 1)
                for letter in sides[side]
                if any(flow[side] == letter for flow in flows)
            ],
            "links": [
                {"from": f"0{before}", "to": f"1{after}", "count": count, "way": far(before, after)}
                for before, after, count in flows
            ],
            "labels": list(labels),
        },
        columns=(*(label[:1].upper() + label[1:] for label in labels), gettext("Entities")),
        rows=tuple(
            (before or gettext("Not rated"), after or gettext("Not rated"), count)
            for before, after, count in flows
        ),
        numeric=(False, False, True),
    )


def heat(
    rows: Sequence[tuple[str, Sequence[float | None]]],
    columns: Sequence[str],
    *,
    corner: str,
    shown: Callable[[float], str] = formats.number,
    signs: Sequence[Sequence[int]] | None = None,
) -> Chart:
    """A field of cells, each shaded by its number; None leaves one empty.

    Args:
        rows: the name of each row with its numbers, from above.
        corner: what the rows are, for the head of the table.
        shown: how a number is written.
        signs: for each cell 1 where it is a rise, -1 where a fall, 0 neither; without it all are shaded alike.
    """
    return Chart(
        kind="heat",
        data={
            "rows": [name for name, _values in rows],
            "columns": list(columns),
            "cells": [
                {
                    "at": [x, y],
                    "value": float(value),
                    "says": shown(value),
                    "sign": signs[y][x] if signs else -1,
                }
                for y, (_name, values) in enumerate(rows)
                for x, value in enumerate(values)
                if value is not None
            ],
        },
        columns=(corner, *columns),
        rows=tuple(
            (name, *("" if value is None else shown(value) for value in values)) for name, values in rows
        ),
        numeric=(False,) + (True,) * len(columns),
    )


def shares(counts: Mapping[str, int], scale: Sequence[str]) -> list[dict]:
    """Places and widths of the parts of a bar of 1000 units, with a gap of two between them."""
    total, parts, at = sum(counts.values()) or 1, [], 0.0
    for letter in (*scale, ""):
        width = counts.get(letter, 0) / total * 1000
        if width > 0:
            parts.append(
                {"place": grades.place(letter, scale), "x": f"{at:.1f}", "width": f"{max(width - 2, 1):.1f}"}
            )
        at += width
    return parts


def spark(values: Sequence[float], low: float | None = None, high: float | None = None) -> dict:
    """The points of a line in a box of 88 by 22.

    Args:
        low, high: what its floor and its ceiling stand for, where that is known; otherwise the least and the largest
            of the values. A share that is always whole would lie on the floor without them.
    """
    low, high = min(values) if low is None else low, max(values) if high is None else high
    spread = (high - low) or 1
    step = 82 / max(len(values) - 1, 1)
    at = [(3 + n * step, 19 - (value - low) / spread * 16) for n, value in enumerate(values)]
    return {
        "line": " ".join(f"{x:.1f},{y:.1f}" for x, y in at),
        "x": f"{at[-1][0]:.1f}",
        "y": f"{at[-1][1]:.1f}",
    }
