"""What the pages of ratings show, put together from facts: pictures, tables, links."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import Any, cast

from django.core.paginator import Page, Paginator
from django.http import QueryDict
from django.urls import reverse
from django.utils.functional import Promise
from django.utils.translation import gettext as _, gettext_lazy, ngettext, pgettext

from credit_platform.common.errors import Missing
from credit_platform.ui import charts, formats
from credit_platform.ui.charts import Chart, Matrix
from entities.models import CreditRecord, Entity
from entities.policies import is_official
from evaluation import frames, history, sentences
from evaluation.board import WORST, Board, Figures, Heat, View
from evaluation.boards.models import Period
from evaluation.columns import Ints, Vocabulary
from evaluation.explanation import (
    Explained,
    Listed,
    NotCounted,
    Reason,
    RecordSum,
    SeenRecords,
    as_points,
    explained_from,
)
from evaluation.forecast import Forecast, forecast
from evaluation.forms import NarrowingForm
from evaluation.history import Cause, Event, LastMove, Step
from evaluation.imported import ImportedGrade, imported_grades
from evaluation.industries import SECTIONS, SHORT
from evaluation.methods import rungs_of
from evaluation.models import RatingRequest, Scheme
from evaluation.parts_pages import PartsTable, tables_of_parts
from evaluation.plain import as_of_line, end_of, horizon, next_limit, record_url, turn_lines
from evaluation.schemes import SchemeDocument
from evaluation.schemes.in_force import SchemeInForce
from evaluation.selectors import entity_and_schemes, schemes_in_sight

#: The bars of the class component.
LEVELS = {"minor": 1, "general": 2, "serious": 3}
REASONS_SHOWN = 4
PARTS_SHOWN = 9
RECORDS_SHOWN = 50
#: The parameters of the page of an entity that turn the pages of its two lists.
COUNTING, LEFT_OUT = "counting", "left_out"
EVENTS_SHOWN = 8
LABEL_LENGTH = 18


@dataclass(frozen=True, slots=True)
class Tab:
    """One of several views of the same thing."""

    label: str | Promise
    url: str
    current: bool
    count: int | None = None


@dataclass(frozen=True, slots=True)
class Asked:
    """What the address of the board asks for."""

    board: Board
    form: NarrowingForm
    period: Period
    view: View
    schemes: list[SchemeInForce]

    @property
    def title(self) -> str:
        """What the list shows."""
        titles = {
            (View.FELL, Period.WEEK): _("Fell this week"),
            (View.FELL, Period.MONTH): _("Fell in a month"),
            (View.FELL, Period.YEAR): _("Fell in a year"),
            (View.ROSE, Period.WEEK): _("Rose this week"),
            (View.ROSE, Period.MONTH): _("Rose in a month"),
            (View.ROSE, Period.YEAR): _("Rose in a year"),
        }
        return titles.get((self.view, self.period)) or _("All that are rated or were")

    @property
    def default(self) -> dict[str, str]:
        """How the columns are sorted unasked, for the heads of the table."""
        return {View.FELL: {"move": "ascending"}, View.ROSE: {"move": "descending"}}.get(
            self.view, {"grade": "ascending"}
        )


def _with(query: QueryDict, **changes: str) -> str:
    """The address with some words changed; paging begins anew."""
    changed = query.copy()
    changed.pop("page", None)
    for name, value in changes.items():
        changed.pop(name, None)
        if value:
            changed[name] = value
    return f"?{changed.urlencode()}"


# The board

AGO = {
    Period.WEEK: gettext_lazy("a week ago"),
    Period.MONTH: gettext_lazy("a month ago"),
    Period.YEAR: gettext_lazy("a year ago"),
}


def period_tabs(query: QueryDict, current: Period) -> list[Tab]:
    return [Tab(label, _with(query, period=period), period == current) for period, label in Period.choices]


def scheme_tabs(query: QueryDict, schemes: list[SchemeInForce], current: SchemeInForce) -> list[Tab]:
    """The schemes of which the reader may see the board; none where there is only one."""
    if len(schemes) < 2:
        return []
    return [
        Tab(one.scheme.name, _with(query, scheme=one.scheme.code, grade=""), one.scheme == current.scheme)
        for one in schemes
    ]


def board_tabs(query: QueryDict, figures: Figures, current: View) -> list[Tab]:
    labels = {
        View.FELL: (pgettext("entities on the board", "Fell"), figures.fell),
        View.ROSE: (pgettext("entities on the board", "Rose"), figures.rose),
        View.ALL: (pgettext("entities on the board", "All"), None),
    }
    return [
        Tab(label, _with(query, show=view, sort=""), view == current, count)
        for view, (label, count) in labels.items()
    ]


@dataclass(frozen=True, slots=True)
class BoardPictures:
    """The pictures of the board, each with the sentence that says its finding."""

    distribution: Chart
    distribution_says: str
    weeks: Chart
    weeks_say: str
    flow: Chart
    flow_says: str
    matrix: Matrix
    then: str


def board_pictures(board: Board, figures: Figures, period: Period) -> BoardPictures:
    weeks = board.weeks()
    labels = [(_week_label(monday), rose, fell) for monday, rose, fell in weeks]
    now = figures.now
    listed = "; ".join(f"{letter} {formats.number(now[letter])}" for letter in board.scale)
    return BoardPictures(
        distribution=charts.distribution(now, figures.then, scale=board.scale, then_label=str(AGO[period])),
        distribution_says=_("Grades today: %(listed)s; not rated %(none)s.")
        % {"listed": listed, "none": formats.number(now[""])},
        weeks=charts.moves(labels),
        weeks_say=_("Moves of the last %(weeks)s weeks. This week %(rose)s rose and %(fell)s fell.")
        % {"weeks": len(weeks), "rose": weeks[-1][1], "fell": weeks[-1][2]},
        flow=charts.flow(
            figures.moves,
            scales=(board.scale, board.scale),
            labels=(str(AGO[period]), _("today")),
            with_colours=board.scheme.scheme.family == Scheme.Family.EVALUATION,
        ),
        flow_says=_(
            "From %(then)s to today %(kept)s kept their grade, %(rose)s rose and %(fell)s fell; %(newly)s got one who"
            " had none."
        )
        % {
            "then": AGO[period],
            "kept": formats.number(figures.kept),
            "rose": formats.number(figures.rose),
            "fell": formats.number(figures.fell),
            "newly": formats.number(figures.newly),
        },
        matrix=charts.migration(
            {pair: count for pair, count in figures.moves.items() if all(pair)}, board.scale
        ),
        then=str(AGO[period]),
    )


def class_lanes(figures: Figures, scheme: SchemeInForce) -> list[dict]:
    """The classes of a scheme that is no evaluation, in words and numbers."""
    is_risk = scheme.scheme.family == Scheme.Family.RISK
    lanes = [
        {
            "label": (_("Class %(letter)s") if is_risk else _("Sector grade %(letter)s"))
            % {"letter": grade.letter},
            "count": figures.now[grade.letter],
            "says": str(grade.meaning),
        }
        for grade in scheme.document.scale
    ]
    return [*lanes, {"label": _("Not rated"), "count": figures.now[""], "says": _("nothing to go by")}]


def _week_label(monday: date) -> str:
    return _("W%(week)s") % {"week": monday.isocalendar().week}


@dataclass(frozen=True, slots=True)
class HeatTable:
    """The heat of the board with its links: (one word, name) of each section. `whole` is the share of all looked at."""

    title: str
    head: list[tuple[str, str]]
    rows: list[tuple[str, list[dict | None]]]
    whole: float | None


def heat_table(heat: Heat, query: QueryDict, scale: tuple[str, ...]) -> HeatTable:
    """Where the worst grades are, with a link from each cell to its list."""
    return HeatTable(
        title=_("%(grades)s by district") % {"grades": _(" and ").join(scale[-WORST:])},
        head=[
            (str(SHORT.get(section, section)), str(SECTIONS.get(section, section)))
            for section in heat.sections
        ],
        rows=[
            (
                district,
                [
                    None
                    if cell is None
                    else {
                        "share": cell.share,
                        "shade": cell.shade,
                        "count": cell.count,
                        "url": _with(query, district=district, section=section, show=View.ALL, sort="-grade"),
                    }
                    for cell, section in zip(cells, heat.sections, strict=True)
                ],
            )
            for district, cells in heat.rows
        ],
        whole=heat.whole,
    )


# One entity


@dataclass(frozen=True, slots=True)
class RecordLine:
    """A record that counts, with all that it moves together."""

    record: CreditRecord
    level: int | None
    points: Decimal
    sub: str
    end: str


@dataclass(frozen=True, slots=True)
class LeftOutLine:
    """A record that does not count, and why."""

    record: CreditRecord
    why: str


@dataclass(frozen=True, slots=True)
class OtherGrade:
    """A grade of another family, said in words and never with the seal."""

    name: str
    says: str
    note: str
    url: str


@dataclass(frozen=True, slots=True)
class RatingPage:
    """An entity's grade under one scheme."""

    entity: Entity
    explained: Explained
    is_evaluation: bool
    say: str
    as_of: str
    next_limit: str
    ladder: list[dict]
    reasons: list[dict]
    waterfall: Chart
    waterfall_title: str
    #: That not all records have a name in it, where that is so.
    waterfall_note: str
    waterfall_says: str
    path: Chart | None
    path_says: str
    events: list[dict]
    last: "LastLines | None"
    turns: list[dict]
    turns_until: str
    ahead: Chart | None
    ahead_says: str
    counting: Page
    not_counted: Page
    parts: list[PartsTable]
    others: list[OtherGrade]
    imported: list[ImportedGrade]
    changes: list[dict]
    is_waiting: bool

    @property
    def next_turn(self) -> dict | None:
        return self.turns[0] if self.turns else None

    @property
    def industry(self) -> str:
        """The industry code with the name of its section."""
        code = self.entity.industry_code
        name = SECTIONS.get(code[:1])
        return _("%(section)s, %(code)s") % {"section": name, "code": code} if name else code


def rating_page(
    *, user, credit_code: str, scheme_code: str, today: date, params: Mapping[str, str] | None = None
) -> RatingPage:
    """All that the page shows; `Missing` where this user may not see the entity or its grade under the scheme.

    Args:
        params: which page of the records that count (`COUNTING`) and of those that do not (`LEFT_OUT`) is asked for.
    """
    entity, schemes = entity_and_schemes(user, credit_code, today)
    scheme = next((one for one in schemes if scheme_code in ("", one.scheme.code)), None)
    if scheme is None:
        raise Missing
    columns = frames.columns_of([entity.pk], Vocabulary.union(one.compiled.vocabulary for one in schemes))
    records = SeenRecords.by(user, columns)
    by_scheme = {one.scheme.code: explained_from(columns, entity, one, today, records) for one in schemes}
    explained = by_scheme[scheme.scheme.code]
    shown = build_up(explained, records, params or {})
    steps = history.steps_of(entity_id=entity.pk, scheme=scheme, columns=columns)
    ahead = forecast(scheme=scheme, columns=columns, today=today)
    return RatingPage(
        entity=entity,
        say=_say(user, explained),
        next_limit=next_limit(explained),
        **shown,
        **_over_time(user, explained, steps, ahead, records),
        others=list(_others(by_scheme, scheme.scheme.code)),
        imported=imported_grades(user, entity, today),
        is_waiting=RatingRequest.objects.filter(entity=entity).exists(),
    )


def build_up(
    explained: Explained, records: SeenRecords, params: Mapping[str, str], end: str = ""
) -> dict[str, Any]:
    """A grade and what makes it, of whatever day: the seal's line, reasons, the picture, both lists of records.

    Args:
        params: which page of the two lists is asked for.
        end: what the end of the picture is called, where it is not today.
    """
    lists = _pages_of(explained, params)
    # What most of the page names comes in one read.
    records.read([*_named_first(explained), *(key for page in lists.values() for key in _keys_on(page))])
    return {
        "explained": explained,
        "is_evaluation": explained.scheme.scheme.family == Scheme.Family.EVALUATION,
        "as_of": as_of_line(explained),
        "ladder": rungs_of(explained.scheme.document),
        "reasons": _reasons(explained),
        "waterfall": waterfall(explained, total_label=end),
        "waterfall_title": _waterfall_title(explained),
        "waterfall_note": _named_of(int((explained.reasons.points != 0).sum())),
        "waterfall_says": _waterfall_says(explained),
        "parts": tables_of_parts(explained, records),
        **lists,
    }


def _over_time(
    user, explained: Explained, steps: list[Step], ahead: Forecast, records: SeenRecords
) -> dict[str, Any]:
    """What moved the grade, and what will."""
    records.read(step.event.record_id for step in steps if step.event)
    turns = turn_lines(ahead.turns, records, explained)
    path, events = _path(explained, steps, ahead, records)
    return {
        "path": path,
        "path_says": _path_says(explained, steps),
        "events": events,
        "last": _last_lines(history.last_move(steps), records),
        "turns": turns,
        "turns_until": horizon(ahead),
        "ahead": _ahead(explained, ahead, turns) if is_official(user) else None,
        "ahead_says": _ahead_says(explained, ahead),
        "changes": [
            {"step": step, "text": event_text(step.event, step, records)} for step in reversed(steps)
        ],
    }


def _pages_of(explained: Explained, params: Mapping[str, str]) -> dict[str, Any]:
    """The asked page of the records that count, the heaviest first, and of those that do not, the newest first."""
    return {
        name: Paginator(lines, RECORDS_SHOWN).get_page(params.get(parameter))
        for name, lines, parameter in (
            ("counting", counting_lines(explained.counting), COUNTING),
            ("not_counted", left_out_lines(explained.not_counted), LEFT_OUT),
        )
    }


def _keys_on(page: Page) -> list[int]:
    """The keys of the records on a page of lines."""
    first = (page.number - 1) * page.paginator.per_page
    lines = cast("Listed", page.paginator.object_list)
    return lines.keys[first : first + page.paginator.per_page].tolist()


def _named_first(explained: Explained) -> list[int]:
    """The keys of the records that the reasons and the picture name."""
    reasons = explained.reasons
    lists = (explained.held_by, reasons.moving, reasons.of_sectors)
    return [key for one in lists for key in one.keys[:RECORDS_SHOWN].tolist()]


@dataclass(frozen=True, slots=True)
class RatingPanel:
    """The grade in short, for the registry's page of the entity."""

    explained: Explained
    is_evaluation: bool
    say: str
    as_of: str
    reasons: list[dict]
    others: list[OtherGrade]
    url: str


def rating_panel(*, user, entity: Entity, today: date) -> RatingPanel | None:
    """The comprehensive grade in short, other families named beside it.

    None where no scheme is in force under which this user may see the entity's grade.
    """
    schemes = schemes_in_sight(user, entity, today)
    if not schemes:
        return None
    columns = frames.columns_of([entity.pk], Vocabulary.union(one.compiled.vocabulary for one in schemes))
    records = SeenRecords.by(user, columns)
    by_scheme = {one.scheme.code: explained_from(columns, entity, one, today, records) for one in schemes}
    code, explained = next(iter(by_scheme.items()))
    return RatingPanel(
        explained=explained,
        is_evaluation=explained.scheme.scheme.family == Scheme.Family.EVALUATION,
        say=_say(user, explained),
        as_of=as_of_line(explained),
        reasons=_reasons(explained),
        others=list(_others(by_scheme, code)),
        url=reverse("evaluation:entity-rating", args=[entity.credit_code]),
    )


def _say(user, explained: Explained) -> str:
    """The grade in words for who reads it: an official, or the entity's own agent."""
    return sentences.say(explained) if is_official(user) else sentences.say_to_entity(explained)


def _reasons(explained: Explained) -> list[dict]:
    held = list(explained.held_by[:REASONS_SHOWN])
    # As many of those that move as are shown at most, and those that stand there already.
    moving = explained.reasons.moving[: 2 * REASONS_SHOWN]
    first = [*held, *(reason for reason in moving if reason not in held)]
    lines = [sentences.rule_line(rule) for rule in explained.rules]
    return [*lines, *(reason_line(reason) for reason in first)][:REASONS_SHOWN]


def reason_line(reason: Reason) -> dict:
    """A reason for the component `reasons`."""
    return {
        "points": reason.points,
        "text": sentences.name_of(reason),
        "url": record_url(reason.record),
        "sub": sentences.sub_line(reason),
        "note": formats.day(reason.record.decided_on) if reason.record else "",
        # What is only supposed has none.
        "statement": getattr(reason.record, "statement", ""),
    }


def waterfall(explained: Explained, total_label: str = "") -> Chart:
    """What makes the points, with an article for each row of its table; `total_label` names the end."""
    units = explained.reasons.points[explained.reasons.points != 0]
    # Only so many have a name: an entity may have thousands, which the list beneath names page by page.
    named = explained.reasons.some(explained.reasons.points != 0)[:RECORDS_SHOWN]
    document = explained.scheme.document
    shown = [(_short(sentences.name_of(one)), float(one.points)) for one in named[:PARTS_SHOWN]]
    shown.sort(key=lambda part: -part[1])
    listed = [(sentences.name_of(one), one.points, sentences.article_of(one, document)) for one in named]
    if len(units) > PARTS_SHOWN:
        shown.append(_others_of(units[PARTS_SHOWN:]))
    if len(units) > RECORDS_SHOWN:
        name, points = _others_of(units[RECORDS_SHOWN:])
        listed.append((name, Decimal(str(points)), ""))
    for one in explained.adjustments:
        name = sentences.name_of_adjustment(one)
        shown.append((_short(name), float(one.points)))
        listed.append((name, one.points, sentences.article_of(one, document)))
    return charts.waterfall(
        float(explained.start),
        shown,
        float(_total(explained)),
        limits=[
            (f"{grade.letter} {formats.score(grade.least)}", float(grade.least))
            for grade in explained.scheme.document.scale
            if grade.least is not None
        ],
        listed=[(name, float(points), article) for name, points, article in listed],
        note_label=_("Article of the scheme"),
        total_label=total_label,
    )


def _named_of(count: int) -> str:
    """That only the first of so many records have a name, where there are more."""
    if count <= RECORDS_SHOWN:
        return ""
    return _("the first %(shown)s of %(count)s") % {"shown": RECORDS_SHOWN, "count": formats.number(count)}


def _others_of(units: Ints) -> tuple[str, float]:
    """Points, in hundredths, that the picture puts together."""
    return _("%(count)s others") % {"count": formats.number(len(units))}, float(as_points(int(units.sum())))


def _total(explained: Explained) -> Decimal:
    """The points, or what the sum would be where there is too little for a grade."""
    if explained.points is not None:
        return explained.points
    reasons = as_points(int(explained.reasons.points.sum()))
    return explained.start + reasons + sum((one.points for one in explained.adjustments), Decimal(0))


def _short(text: str) -> str:
    return text if len(text) <= LABEL_LENGTH else f"{text[: LABEL_LENGTH - 1]}…"


def _waterfall_title(explained: Explained) -> str:
    if explained.points is None:
        return _("What there is to count")
    return _("What makes %(points)s points") % {"points": formats.score(explained.points)}


def _waterfall_says(explained: Explained) -> str:
    return _("From a start of %(start)s the records lead to %(points)s points.") % {
        "start": formats.score(explained.start),
        "points": formats.score(_total(explained)),
    }


def counting_lines(sums: Listed[RecordSum]) -> Listed[RecordLine]:
    """The records that count as the page and the file tell of them."""
    return Listed(sums.keys, lambda places: [_record_line(one) for one in sums.at(places)])


def left_out_lines(left_out: Listed[NotCounted]) -> Listed[LeftOutLine]:
    """The records that do not count as the page and the file tell of them."""

    def lines(places: Ints) -> list[LeftOutLine]:
        return [LeftOutLine(one.record, sentences.why_not_counted(one.why)) for one in left_out.at(places)]

    return Listed(left_out.keys, lines)


def _record_line(one: RecordSum) -> RecordLine:
    lines = [sentences.sub_line(reason, with_basis=number == 0) for number, reason in enumerate(one.reasons)]
    return RecordLine(
        record=one.record,
        level=LEVELS.get(one.record.severity_class),
        points=one.points,
        sub=" · ".join(lines) if lines else _("counts as data, moves nothing"),
        end=end_of(one.record),
    )


def _others(by_scheme: dict[str, Explained], current: str) -> Iterable[OtherGrade]:
    """Grades of other schemes, and the sector grades that departments reported; each says whose and what for."""
    for code, explained in by_scheme.items():
        if code == current:
            continue
        scheme, place = explained.scheme.scheme, explained.place
        meaning = str(explained.scheme.document.scale[place].meaning) if place is not None else ""
        yield OtherGrade(
            name=scheme.name,
            says=f"{explained.grade} · {meaning}" if explained.grade else _("not rated"),
            note=_("internal, not public, not an evaluation") if scheme.family == Scheme.Family.RISK else "",
            url=f"{reverse('evaluation:entity-rating', args=[explained.entity.credit_code])}?scheme={code}",
        )
    seen = set()
    for explained in by_scheme.values():
        for reason in explained.reasons.of_sectors:
            if reason.record and reason.record_id not in seen:
                seen.add(reason.record_id)
                yield OtherGrade(
                    name=str(reason.record.record_type),
                    says=reason.record.heading,
                    note=_("%(body)s, %(day)s")
                    % {"body": reason.record.submitted_by, "day": formats.day(reason.record.decided_on)},
                    url=record_url(reason.record),
                )


# The path


def event_text(event: Event | None, step: Step, records: SeenRecords) -> str:
    """What moved a rating, in words; neither name nor cause where the reader may not see the record (any more)."""
    if step.new_version:
        return _("Version %(number)s of the scheme") % {"number": step.new_version}
    if event is None:
        return _("First rated") if not step.from_grade else _("Several records together")
    if event.record_id not in records:
        return _("Something changed out of your sight")
    text = cause_text(event.cause, records[event.record_id].heading)
    if not step.more:
        return text
    return ngettext("%(text)s, and one more", "%(text)s, and %(count)s more", step.more) % {
        "text": text,
        "count": step.more,
    }


def cause_text(cause: Cause, title: str) -> str:
    """What a record did, by its title."""
    return {
        Cause.BEGAN: title,
        Cause.REPAIRED: _("Repaired: %(record)s") % {"record": title},
        Cause.EXPIRED: _("Ended by itself: %(record)s") % {"record": title},
        Cause.WITHDRAWN: _("Withdrawn: %(record)s") % {"record": title},
        Cause.REPLACED: _("Corrected: %(record)s") % {"record": title},
        Cause.AGED: _("Grew older, another weight: %(record)s") % {"record": title},
    }[cause]


def _path(
    explained: Explained, steps: list[Step], ahead: Forecast, records: SeenRecords
) -> tuple[Chart | None, list[dict]]:
    """The points over time with the events that moved them; no picture where there is nothing to see yet."""
    points = {step.as_of: float(step.to_points) for step in steps if step.to_points is not None}
    moved = [step for step in steps if step.move][-EVENTS_SHOWN:]
    events: list[dict[str, Any]] = [
        {
            "points": step.move,
            "text": event_text(step.event, step, records),
            "url": record_url(records.get(step.event.record_id)) if step.event else "",
            "note": formats.day(step.as_of),
        }
        for step in moved
    ]
    if explained.points is None or (len(points) < 2 and not ahead.turns):
        return None, events
    today = float(explained.points)
    points[explained.as_of] = today
    chart = charts.history(
        sorted(points.items()),
        bands=_bands(explained),
        scale=explained.scale,
        events=[
            charts.Event(step.as_of, float(step.to_points), float(step.move), event["text"])
            for step, event in zip(moved, events, strict=True)
        ],
        forecast=_points_ahead(ahead) if ahead.turns else [],
        today=explained.as_of,
    )
    return chart, events


def _points_ahead(ahead: Forecast) -> list[tuple[date, float]]:
    """The points from today on, where there are any."""
    days = [(ahead.today, ahead.points), *((turn.day, turn.points) for turn in ahead.turns)]
    return [(day, float(points)) for day, points in days if points is not None]


def _ahead(explained: Explained, ahead: Forecast, lines: list[dict]) -> Chart | None:
    """What is to come, as a picture; None where nothing turns or the scheme has no points."""
    points = _points_ahead(ahead)
    if ahead.points is None or not ahead.turns or len(points) < 2:
        return None
    return charts.history(
        points[:1],
        bands=_bands(explained),
        scale=explained.scale,
        events=[
            charts.Event(turn.day, float(turn.points), float(line["points"]), line["text"])
            for turn, line in zip(ahead.turns, lines, strict=True)
            if turn.points is not None
        ],
        forecast=[*points, (ahead.until, points[-1][1])],
        today=ahead.today,
    )


def _ahead_says(explained: Explained, ahead: Forecast) -> str:
    if not ahead.turns or ahead.points is None or ahead.turns[-1].points is None:
        return horizon(ahead)
    return _("From %(now)s points today to %(then)s points on %(day)s by themselves.") % {
        "now": formats.score(ahead.points),
        "then": formats.score(ahead.turns[-1].points),
        "day": formats.day_long(ahead.turns[-1].day),
    }


@dataclass(frozen=True, slots=True)
class LastLines:
    """What changed on the day of the last change, for the component `reasons`."""

    day: date
    from_grade: str
    from_scale: tuple[str, ...]
    to_grade: str
    to_scale: tuple[str, ...]
    move: Decimal | None
    lines: list[dict]


def _last_lines(last: LastMove | None, records: SeenRecords) -> LastLines | None:
    """Each record that moved the grade when it last became another, and what no record explains."""
    if last is None:
        return None
    seen = [event for event in last.events if event.record_id in records]
    records.read(event.record_id for event in seen[:EVENTS_SHOWN])
    lines = [
        {
            "points": event.points,
            "text": cause_text(event.cause, records[event.record_id].heading),
            "url": record_url(records[event.record_id]),
            "note": formats.day(records[event.record_id].decided_on),
        }
        for event in seen[:EVENTS_SHOWN]
    ]
    rest = last.rest
    if rest is not None:
        rest += sum((event.points for event in last.events), Decimal(0))
        rest -= sum((event.points for event in seen[:EVENTS_SHOWN]), Decimal(0))
    if last.step.new_version:
        text = _("Version %(number)s of the scheme") % {"number": last.step.new_version}
        lines.append({"points": rest or Decimal(0), "text": text})
    elif rest:
        hidden = len(seen) < len(last.events) or len(seen) > EVENTS_SHOWN
        text = _("Other records, limits and rounding") if hidden else _("Limits and rounding of the scheme")
        lines.append({"points": rest, "text": text})
    step = last.step
    return LastLines(
        step.as_of, last.from_grade, last.from_scale, step.to_grade, step.to_scale, last.move, lines
    )


def _bands(explained: Explained) -> list[tuple[str, float, float]]:
    """The grades as bands behind the line; a scheme that is no evaluation has no colours of grades."""
    document = explained.scheme.document
    values = [
        one for one in (explained.points, *(grade.least for grade in document.scale)) if one is not None
    ]
    above = float(document.ceiling if document.ceiling is not None else max(values))
    bottom = float(document.floor if document.floor is not None else min(values))
    if explained.scheme.scheme.family != Scheme.Family.EVALUATION or not _has_plain_bands(document):
        return [("", bottom, above)]
    bands = []
    for grade in document.scale:
        low = float(grade.least) if grade.least is not None else bottom
        bands.append((grade.letter, low, above))
        above = low
    return bands


def _has_plain_bands(document: SchemeDocument) -> bool:
    """Whether grades follow each other down the points, each from its own least number on."""
    return all(grade.least is not None for grade in document.scale[:-1])


def _path_says(explained: Explained, steps: list[Step]) -> str:
    known = [step for step in steps if step.to_points is not None]
    if not known or explained.points is None:
        return _("There is no path yet.")
    return _("From %(first)s points on %(day)s to %(now)s today.") % {
        "first": formats.score(known[0].to_points),
        "day": formats.day_long(known[0].as_of),
        "now": formats.score(explained.points),
    }
