"""What the boards show, put together from what was counted: pictures, tables, links."""

from collections.abc import Iterable
from dataclasses import dataclass, replace
from datetime import date, timedelta
from decimal import Decimal
from typing import Any

from django.db.models import Count, F, Q, Sum
from django.http import QueryDict
from django.urls import reverse
from django.utils.translation import gettext as _, gettext_lazy, ngettext

from credit_platform.common.errors import Missing
from credit_platform.ui import charts, formats
from credit_platform.ui.charts import Chart
from entities.models import Entity, SubmittingBody
from entities.policies import bodies_of
from entities.sharing.models import WatchList
from entities.sharing.watched import entities_of
from evaluation import policies, selectors
from evaluation.board import WORST, Board, Figures, Narrowing
from evaluation.boards.coming import DAYS_AHEAD
from evaluation.boards.counting import counted_day
from evaluation.boards.models import BodyWeight, ComingDay, ComingMove, ComingPart, Period
from evaluation.boards.outliers import standing_out
from evaluation.boards.weighing import weighed_day
from evaluation.composing.models import SchemeDraft, Simulation
from evaluation.composing.results import Count as Outlook, Outcome
from evaluation.explanation import as_points
from evaluation.forms import DepartmentForm
from evaluation.industries import SECTIONS, SHORT
from evaluation.models import Scheme, SchemeVersion
from evaluation.pages import Tab, period_tabs, scheme_tabs
from evaluation.schemes.in_force import SchemeInForce, scheme_for, schemes_for

FALLEN_SHOWN = 10
PARTS_DRAWN = 20
BOARDS = {
    "evaluation:board": gettext_lazy("City"),
    "evaluation:boards:districts": gettext_lazy("Districts"),
    "evaluation:boards:industries": gettext_lazy("Industries"),
    "evaluation:boards:departments": gettext_lazy("Departments"),
    "evaluation:boards:watched": gettext_lazy("Watch lists"),
    "evaluation:boards:calendar": gettext_lazy("Calendar"),
}


def board_tabs(params: QueryDict, current: str) -> list[Tab]:
    """The boards; each keeps which scheme, period and department are looked at."""
    kept = params.copy()
    for name in set(kept) - {"scheme", "period", "department"}:
        del kept[name]
    query = f"?{kept.urlencode()}" if kept else ""
    return [Tab(label, reverse(name) + query, name == current) for name, label in BOARDS.items()]


def without_a_scheme(user, params: QueryDict, current: str) -> dict[str, Any]:
    """What stands in place of a board while no scheme is in force that the reader may see."""
    return {"boards": board_tabs(params, current), "coming": selectors.next_beginning(user, counted_day())}


def _asked(user, params: QueryDict, current: str) -> tuple[Board, dict[str, Any]]:
    """The board that is asked for, with what every board shows; `Missing` for whom boards are not."""
    if not policies.may_see_board(user):
        raise Missing
    day = counted_day()
    schemes = schemes_for(user, day)
    scheme = scheme_for(user, day, params.get("scheme", ""))
    asked = params.get("period", "")
    period = Period(asked) if asked in Period.values else Period.WEEK
    form = DepartmentForm(params, departments=selectors.departments())
    board = Board(user, scheme, day, period, Narrowing(body=form.body))
    return board, {
        "board": board,
        "form": form,
        "scheme": scheme,
        "is_evaluation": _is_evaluation(scheme),
        "compares_peers": bool(scheme.compiled.peer_levels),
        "boards": board_tabs(params, current),
        "periods": period_tabs(params, board.period),
        "scheme_tabs": scheme_tabs(params, schemes, scheme),
    }


def _is_evaluation(scheme: SchemeInForce) -> bool:
    return scheme.scheme.family == Scheme.Family.EVALUATION


# Parts of the city


@dataclass(frozen=True, slots=True)
class PartLine:
    """A district or a section of industry with its figures and the way to its own board. `worst` is a share of the rated."""

    name: str
    #: In a word, for a picture.
    short: str
    figures: Figures
    worst: float | None
    counts: list[int]
    url: str
    #: 1 where the share of the worst grades, or of those who fell, lies far above that of the whole, -1 where far below.
    worst_stands_out: int = 0
    fell_stands_out: int = 0


def parts(user, params: QueryDict, by: str) -> dict[str, Any]:
    """What the board of districts, or of sections of industry, shows; those with most of the worst grades first."""
    current = "evaluation:boards:districts" if by == "district" else "evaluation:boards:industries"
    board, shown = _asked(user, params, current)
    lines = sorted(
        _marked(
            [_part_line(board, by, part, figures, shown["form"].code) for part, figures in board.parts(by)]
        ),
        key=lambda line: (-(line.worst or 0), line.name),
    )
    label = _("District") if by == "district" else _("Industry")
    worst = _(" and ").join(board.scale[-WORST:])
    return shown | {
        "title": _("Grades by district") if by == "district" else _("Grades by industry"),
        "export": "board-districts" if by == "district" else "board-industries",
        "part_label": label,
        "lines": lines,
        "worst": worst,
        "chart": charts.stacked(
            [(line.short, line.figures.now) for line in lines[:PARTS_DRAWN]],
            scale=board.scale,
            part_label=label,
            with_colours=shown["is_evaluation"],
        )
        if lines
        else None,
        "chart_says": _parts_say(lines, worst),
        "filename": f"{by}.csv",
    }


def _parts_say(lines: list[PartLine], worst: str) -> str:
    rated = [line for line in lines if line.worst is not None]
    if not rated:
        return _("Nobody is rated yet.")
    return _("The share of %(grades)s is largest in %(part)s: %(share)s.") % {
        "grades": worst,
        "part": rated[0].name,
        "share": formats.percent(rated[0].worst),
    }


def _marked(lines: list[PartLine]) -> list[PartLine]:
    """The lines, each with whether it stands out among them."""
    rated = [line.figures.rated for line in lines]
    worst = [(round((line.worst or 0) * size), size) for line, size in zip(lines, rated, strict=True)]
    fell = [(line.figures.fell, size) for line, size in zip(lines, rated, strict=True)]
    return [
        replace(line, worst_stands_out=of_worst, fell_stands_out=of_fell)
        for line, of_worst, of_fell in zip(lines, standing_out(worst), standing_out(fell), strict=True)
    ]


def _part_line(board: Board, by: str, part: str, figures: Figures, department: str) -> PartLine:
    bad = sum(figures.now[letter] for letter in board.scale[-WORST:])
    name = part if by == "district" else str(SECTIONS.get(part, part))
    return PartLine(
        name=name or _("not known"),
        short=str(SHORT.get(part, part)) if by == "section" and part else name or _("not known"),
        figures=figures,
        worst=bad / figures.rated if figures.rated else None,
        counts=[figures.now[letter] for letter in (*board.scale, "")],
        url=_city_url(board, **{by: part, "department": department}) if part else "",
    )


def _city_url(board: Board, **narrowed: str) -> str:
    """The board of the city, narrowed, with the scheme and the period of this one."""
    query = QueryDict(mutable=True)
    query.update({name: value for name, value in narrowed.items() if value})
    query.update({"period": board.period, "scheme": board.scheme.scheme.code})
    return f"{reverse('evaluation:board')}?{query.urlencode()}"


# Departments


@dataclass(frozen=True, slots=True)
class BodyLine:
    """A body with what its records give and take. `counts` are its entities by grade, those not rated last."""

    body: SubmittingBody
    records: int
    against: Decimal
    in_favour: Decimal
    entities: int
    counts: dict[str, int]
    is_own: bool
    #: The board of the entities that it has on record; "" for a body that is no department.
    url: str


def departments(user, params: QueryDict) -> dict[str, Any]:
    """What the board of departments shows; the bodies whose records take most first."""
    board, shown = _asked(user, params, "evaluation:boards:departments")
    day = weighed_day()
    lines = list(_body_lines(board, day, bodies_of(user)))
    return shown | {
        "title": _("Records that weigh, by department"),
        "day": day,
        "lines": lines,
        "chart": charts.diverging(
            [(str(line.body), float(-line.against), float(line.in_favour)) for line in lines],
            part_label=_("Department"),
            left_label=_("Points taken"),
            right_label=_("Points given"),
        )
        if lines
        else None,
        "chart_says": _("The records of %(body)s weigh most: %(points)s points on %(count)s entities.")
        % {
            "body": lines[0].body,
            "points": formats.points(lines[0].against),
            "count": formats.number(lines[0].entities),
        }
        if lines
        else "",
    }


def _body_lines(board: Board, day: date | None, own: Iterable[int]) -> Iterable[BodyLine]:
    weights = BodyWeight.objects.filter(within__day=day, scheme=board.scheme.scheme)
    if board.narrowing.body:
        weights = weights.filter(body=board.narrowing.body)
    summed = (
        weights.order_by()
        .values("body")
        .annotate(
            all_records=Sum("records"),
            all_against=Sum("against"),
            all_in_favour=Sum("in_favour"),
            all_entities=Sum("entities"),
        )
        .order_by("all_against", "body")
    )
    places: dict[int, list[int]] = {}
    letters = (*board.scale, "")
    for key, of_range in weights.values_list("body", "places"):
        kept = places.setdefault(key, [0] * len(letters))
        for place, count in enumerate(of_range[: len(letters)]):
            kept[place] += count
    bodies = SubmittingBody.objects.in_bulk(places)
    for one in summed:
        body = bodies[one["body"]]
        yield BodyLine(
            body=body,
            records=one["all_records"],
            against=as_points(one["all_against"]),
            in_favour=as_points(one["all_in_favour"]),
            entities=one["all_entities"],
            counts=dict(zip(letters, places[one["body"]], strict=True)),
            is_own=one["body"] in own,
            url=_city_url(board, department=body.code) if body.kind == SubmittingBody.Kind.DEPARTMENT else "",
        )


# Watch lists


@dataclass(frozen=True, slots=True)
class WatchedList:
    """A watch list with the grades of those whom it means, and who of them fell most."""

    watch_list: WatchList
    entities: int
    counts: dict[str, int]
    fell: int
    rose: int
    fallen: list[dict[str, Any]]


def watched(user, params: QueryDict) -> dict[str, Any]:
    """What the board of the reader's watch lists shows."""
    board, shown = _asked(user, params, "evaluation:boards:watched")
    lists = WatchList.objects.visible_to(user).filter(ended_at=None).select_related("body")
    found = [_watched(board, one) for one in lists]
    return shown | {
        "title": _("Whom we watch"),
        "lists": found,
        "chart": charts.stacked(
            [(one.watch_list.name, one.counts) for one in found],
            scale=board.scale,
            part_label=_("Watch list"),
            with_colours=shown["is_evaluation"],
        )
        if found
        else None,
        "chart_says": ngettext(
            "Of the one watched list %(fell)s fell and %(rose)s rose.",
            "Of the %(count)s watched lists %(fell)s fell and %(rose)s rose.",
            len(found),
        )
        % {
            "count": len(found),
            "fell": sum(one.fell for one in found),
            "rose": sum(one.rose for one in found),
        },
    }


def _watched(board: Board, watch_list: WatchList) -> WatchedList:
    meant = Entity.objects.filter(entities_of(watch_list), board.narrowing.of_entities("pk"))
    ratings = board.ratings().filter(entity__in=meant.values("pk"))
    was = f"{board.period}_place"
    told = ratings.aggregate(
        fell=Count("pk", filter=Q(place__gt=F(was))), rose=Count("pk", filter=Q(place__lt=F(was)))
    )
    by_place = dict(ratings.order_by().values_list("place").annotate(Count("pk")))
    counts = {letter: by_place.get(place, 0) for place, letter in enumerate(board.scale)}
    entities = meant.count()
    fallen = ratings.filter(place__gt=F(was)).select_related("entity")
    order = (F("points") - F(f"{board.period}_points")).asc(nulls_last=True)
    return WatchedList(
        watch_list=watch_list,
        entities=entities,
        counts=counts | {"": entities - sum(counts.values())},
        fallen=[
            {
                "entity": one.entity,
                "was": board.letter(one.was),
                "now": board.letter(one.now),
                "moved": None
                if one.points is None or one.was_points is None
                else as_points(one.points - one.was_points),
            }
            for one in fallen.order_by(order, "pk")[:FALLEN_SHOWN]
        ],
        **told,
    )


# What is to come


#: What is counted of a day ahead.
COUNTED_AHEAD = ("touched", "moved", "graded", "rise", "fall")


@dataclass(frozen=True, slots=True)
class DayAhead:
    """A day ahead as it was counted on another."""

    day: date
    counted_on: date
    touched: int
    moved: int
    graded: int
    rise: int
    fall: int


@dataclass(frozen=True, slots=True)
class DayLine:
    """A day ahead: how many it touches, how many get other points, rise and fall, and the way to their list."""

    day: date
    touched: int
    moved: int
    rise: int
    fall: int
    url: str
    is_current: bool


@dataclass(frozen=True, slots=True)
class Beginning:
    """A version of the scheme that begins within the days ahead, with what was simulated before it was published.

    The days ahead are worked out by the version in force, so from its day on they tell nothing of this one.
    """

    version: SchemeVersion
    #: None where it came with the platform and nobody simulated it.
    simulation: Simulation | None
    count: Outlook | None
    #: Where the reader may read the simulation; "" where it was not shared with them.
    url: str


def _beginnings(board: Board) -> list[Beginning]:
    """The versions that begin within the days ahead, the next one first."""
    versions = (
        SchemeVersion.objects.filter(
            scheme=board.scheme.scheme,
            state=SchemeVersion.State.PUBLISHED,
            effective_from__gt=board.today,
            effective_from__lte=board.today + timedelta(days=DAYS_AHEAD),
        )
        .defer("document")
        .order_by("effective_from", "number")
    )
    cited = {
        one.became_id: one.cites
        for one in SchemeDraft.objects.filter(became__in=versions).select_related("cites__base")
    }
    keys = [one.pk for one in cited.values()]
    visible = set(Simulation.objects.visible_to(board.user).filter(pk__in=keys).values_list("pk", flat=True))
    return [
        Beginning(
            version=version,
            simulation=(simulation := cited.get(version.pk)),
            count=Outcome(simulation).count() if simulation else None,
            url=reverse("composing:simulation", args=[simulation.pk])
            if simulation and simulation.pk in visible
            else "",
        )
        for version in versions
    ]


def calendar(user, params: QueryDict) -> dict[str, Any]:
    """What the calendar shows: the days ahead, and who gets another grade on them or on the one that is asked for."""
    board, shown = _asked(user, params, "evaluation:boards:calendar")
    scheme = board.scheme.scheme
    chosen = _day(params.get("day", ""))
    known = _days_ahead(board)
    moves = ComingMove.objects.filter(scheme=scheme)
    if board.narrowing.body:
        moves = moves.filter(bodies__contains=[board.narrowing.body])
    if chosen:
        moves = moves.filter(day=chosen)
    gone = moves.filter(entity__merged_into__isnull=False).count()
    lines = [_day_line(params, one, chosen) for one in known]
    return shown | {
        "title": _("Coming changes"),
        "days": [line for line in lines if line.moved],
        "beginnings": _beginnings(board),
        "is_known": bool(lines),
        "chosen": chosen,
        "counted_on": min((one.counted_on for one in known), default=None),
        "all_url": _with_day(params, ""),
        "moves": moves.visible_to(user)
        .select_related("entity")
        .order_by("day", F("to_place").desc(nulls_last=True), "pk"),
        "count": sum(one.graded for one in known if chosen in (None, one.day)) - gone,
        "chart": _calendar_chart(lines),
        "chart_says": _("In the next %(days)s days %(rise)s rise and %(fall)s fall by themselves.")
        % {
            "days": len(lines),
            "rise": formats.number(sum(line.rise for line in lines)),
            "fall": formats.number(sum(line.fall for line in lines)),
        },
    }


def _days_ahead(board: Board) -> list[DayAhead]:
    """The days ahead as they were counted, of the whole city or of the department that is asked for."""
    days = ComingDay.objects.filter(scheme=board.scheme.scheme).order_by("day")
    if not board.narrowing.body:
        return [DayAhead(*row) for row in days.values_list("day", "counted_on", *COUNTED_AHEAD)]
    parts = ComingPart.objects.filter(within__in=days, body=board.narrowing.body)
    counted = {day: counts for day, *counts in parts.values_list("within__day", *COUNTED_AHEAD)}
    nobody = [0] * len(COUNTED_AHEAD)
    return [
        DayAhead(day, counted_on, *counted.get(day, nobody))
        for day, counted_on in days.values_list("day", "counted_on")
    ]


def move_line(move: ComingMove, board: Board) -> dict[str, Any]:
    """A row of the list below the calendar."""
    points = (move.from_points, move.to_points)
    return {
        "day": move.day,
        "entity": move.entity,
        "was": board.letter(move.from_place),
        "now": board.letter(move.to_place),
        "points": None if move.to_points is None else as_points(move.to_points),
        "moved": None if None in points else as_points(move.to_points - move.from_points),
    }


def _day_line(params: QueryDict, one: DayAhead, chosen: date | None) -> DayLine:
    url = _with_day(params, one.day.isoformat())
    return DayLine(one.day, one.touched, one.moved, one.rise, one.fall, url, one.day == chosen)


def _calendar_chart(lines: list[DayLine]) -> Chart | None:
    if not lines:
        return None
    return charts.moves([(formats.day_short(line.day), line.rise, line.fall) for line in lines])


def _with_day(params: QueryDict, day: str) -> str:
    changed = params.copy()
    changed.pop("page", None)
    changed.pop("day", None)
    if day:
        changed["day"] = day
    return f"?{changed.urlencode()}"


def _day(text: str) -> date | None:
    try:
        return date.fromisoformat(text)
    except ValueError:
        # Whatever is no day asks for all of them.
        return None
