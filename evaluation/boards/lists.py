"""The lists of the boards as files, as their pages show them: the same rows, for whoever may see the page.

What is counted by grade has a row for each grade, so that the columns are the same under every scheme.
"""

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from typing import Any

from django.db.models import QuerySet
from django.http import QueryDict
from django.utils.functional import Promise
from django.utils.translation import gettext as _, gettext_lazy

from credit_platform.common.exporting import Column, Kind
from entities.sharing import exports
from evaluation.board import Board
from evaluation.boards import pages
from evaluation.boards.models import ComingMove


@dataclass(frozen=True, slots=True)
class GradeRow:
    """How many of a line of a board have a grade; "" is not rated. `line` is what the page shows in one line."""

    board: Board
    line: Any
    letter: str
    count: int


def _by_grade(board: Board, lines: Iterable[tuple[Any, dict[str, int]]]) -> list[GradeRow]:
    return [
        GradeRow(board, line, letter, count) for line, counts in lines for letter, count in counts.items()
    ]


def _parts(by: str) -> Callable[[Any, QueryDict], list[GradeRow]]:
    def rows(user, params: QueryDict) -> list[GradeRow]:
        shown = pages.parts(user, params, by)
        return _by_grade(shown["board"], ((line, line.figures.now) for line in shown["lines"]))

    return rows


def _departments(user, params: QueryDict) -> list[GradeRow]:
    shown = pages.departments(user, params)
    return _by_grade(shown["board"], ((line, line.counts) for line in shown["lines"]))


def _watched(user, params: QueryDict) -> list[GradeRow]:
    shown = pages.watched(user, params)
    return _by_grade(shown["board"], ((one, one.counts) for one in shown["lists"]))


def _moves(user, params: QueryDict) -> QuerySet[ComingMove]:
    return pages.calendar(user, params)["moves"]


def _move_lines(moves: Iterable[ComingMove], user, params: QueryDict) -> Iterator[dict[str, Any]]:
    board = pages.calendar(user, params)["board"]
    return (pages.move_line(move, board) | {"scheme": board.scheme.scheme} for move in moves)


def offer() -> None:
    """Offer the lists as files; called once, when the apps are loaded."""
    _offer("board-districts", gettext_lazy("Grades by district"), _parts("district"), _part_columns)
    _offer("board-industries", gettext_lazy("Grades by industry"), _parts("section"), _part_columns)
    _offer(
        "board-departments", gettext_lazy("Records that weigh, by department"), _departments, _body_columns
    )
    _offer("board-watched", gettext_lazy("Whom we watch"), _watched, _watched_columns)
    exports.register(
        exports.Export(
            code="coming-changes",
            title=gettext_lazy("Coming changes"),
            rows=_moves,
            columns=_move_columns,
            shaped=_move_lines,
        )
    )


def _offer(code: str, title: Promise, rows: Callable, columns: Callable[[], list[Column]]) -> None:
    exports.register(exports.Export(code=code, title=title, rows=rows, columns=columns))


def _scheme_and(*own: Column) -> list[Column]:
    """The columns of what is counted by grade, around those of its own."""
    return [
        Column("scheme", _("Scheme"), lambda row: row.board.scheme.scheme.name),
        Column("family", _("Kind of grade"), lambda row: row.board.scheme.scheme.get_family_display()),
        *own,
        Column("grade", _("Grade"), lambda row: row.letter or _("Not rated")),
        Column("with_grade", _("Entities with this grade"), lambda row: row.count, Kind.WHOLE),
    ]


def _part_columns() -> list[Column]:
    return _scheme_and(
        Column("part", _("Part of the city"), lambda row: row.line.name),
        Column("entities", _("Entities"), lambda row: row.line.figures.entities, Kind.WHOLE),
        Column("rose", _("Rose"), lambda row: row.line.figures.rose, Kind.WHOLE),
        Column("fell", _("Fell"), lambda row: row.line.figures.fell, Kind.WHOLE),
    )


def _body_columns() -> list[Column]:
    return _scheme_and(
        Column("department", _("Department"), lambda row: str(row.line.body)),
        Column("records", _("Records that move points"), lambda row: row.line.records, Kind.WHOLE),
        Column("taken", _("Points taken"), lambda row: row.line.against, Kind.AMOUNT),
        Column("given", _("Points given"), lambda row: row.line.in_favour, Kind.AMOUNT),
        Column("entities", _("Entities they weigh on"), lambda row: row.line.entities, Kind.WHOLE),
    )


def _watched_columns() -> list[Column]:
    return _scheme_and(
        Column("list", _("Watch list"), lambda row: row.line.watch_list.name),
        Column("entities", _("Entities"), lambda row: row.line.entities, Kind.WHOLE),
        Column("rose", _("Rose"), lambda row: row.line.rose, Kind.WHOLE),
        Column("fell", _("Fell"), lambda row: row.line.fell, Kind.WHOLE),
    )


def _move_columns() -> list[Column]:
    return [
        Column("day", _("Day"), lambda row: row["day"], Kind.DAY),
        Column("credit_code", _("Unified social credit code"), lambda row: row["entity"].credit_code),
        Column("entity", _("Entity"), lambda row: row["entity"].name),
        Column("scheme", _("Scheme"), lambda row: row["scheme"].name),
        Column("family", _("Kind of grade"), lambda row: row["scheme"].get_family_display()),
        Column("grade_now", _("Grade now"), lambda row: row["was"]),
        Column("grade_then", _("Grade then"), lambda row: row["now"]),
        Column("points", _("Points"), lambda row: row["points"], Kind.AMOUNT),
        Column("move", _("Move"), lambda row: row["moved"], Kind.AMOUNT),
    ]
