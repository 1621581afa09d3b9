"""Balances that are carried from step to step: points that come back, coefficients, ladders, moving averages.

A step is a record or event of an entity, in the order of their days, or a period of its time, in which there may be none.
All entities take their n-th step together, whole columns at once, so that a run costs as many passes as the longest
chain has steps, and each pass only those who are still in it.
"""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Any

import numpy as np

from evaluation import exact
from evaluation.columns import Bools, Days, Ints, within_before
from evaluation.exact import Numbers
from evaluation.expressions import Run, Scope, Step, elapsed, evaluate, holds
from evaluation.schemes.document import RECENT, Recent, RecordsComponent, Running
from evaluation.schemes.language import Match

#: Of which items steps were made, and by how much each moved its balance.
Moves = list[tuple[Ints, Numbers]]


@dataclass(frozen=True, slots=True)
class Entry:
    """What goes into chains: records or events, each with its owner, its day, its key and the row that speaks for it."""

    owner: Ints
    day: Days
    key: Ints
    rows: Ints
    step: Step
    #: Where the day is not known.
    undated: Bools | None = None
    #: By what the items go, the largest first, where they do not go by their days.
    size: Ints | None = None

    def turns(self) -> Iterator[Ints]:
        """The first item of each owner, then the second of those who have one, and so on, by their days or by their size."""
        by_size = () if self.size is None else (-np.abs(self.size),)
        order = np.lexsort((self.key, self.day.astype(np.int64), *by_size, self.owner))
        owner = self.owner[order]
        place = np.arange(len(order)) - np.searchsorted(owner, owner, side="left")
        turns = np.argsort(place, kind="stable")
        edges = np.searchsorted(place[turns], np.arange(int(place.max(initial=-1)) + 2))
        for number in range(len(edges) - 1):
            yield order[turns[edges[number] : edges[number + 1]]]


@dataclass(frozen=True, slots=True)
class Turn:
    """The n-th step of those who take one: whose it is, what its formulas see, and what is known of it but the balance.

    `items` is that which speaks for the step, -1 where it is made of none.
    """

    who: Ints
    items: Ints
    seen: Scope
    points: Numbers
    records: Numbers
    quiet: Ints
    matching: Callable[[Match, Any], Numbers]

    def scope(self, carried: dict[str, Numbers]) -> Scope:
        """What the formulas of the step see, the balance and what else is carried among it."""
        numbers = {
            "points": self.points,
            "records": self.records,
            "quiet": Numbers(self.quiet, 0),
        }
        return Scope(self.seen.run, self.seen.rows, self.seen.who, Step(numbers | carried, self.matching))


@dataclass(slots=True)
class _Recent:
    """What came within so long before each step and was not struck. Steps are items, and one more of each owner for now."""

    #: Of each step its place among those of all owners, and where its window begins.
    place: Ints
    begins: Ints
    #: The sum of the points before each place.
    so_far: Ints
    places: int
    #: Of each entity the place from which on nothing was struck.
    stands: Ints
    owners: Ints
    items: int

    @classmethod
    def of(cls, entry: Entry, over: Recent, run: Run) -> "_Recent":
        owners = np.unique(entry.owner)
        owner = np.append(entry.owner, owners)
        now = np.broadcast_to(np.asarray(Scope(run, who=owners).today), len(owners)).astype(np.int64)
        day = np.append(entry.day.astype(np.int64), now)
        key = np.append(entry.key, np.full(len(owners), np.iinfo(np.int64).max))
        points = entry.step.numbers["points"]
        order = np.lexsort((key, day, owner))
        place: Ints = np.empty(len(order), np.int64)
        place[order] = np.arange(len(order))
        first = within_before(owner[order], day[order], over.over, over.unit)
        units = np.append(points.units, np.zeros(len(owners), np.int64))[order]
        # Whole numbers without end, so that no sum on the way is too large.
        so_far = np.append(0, np.cumsum(units.astype(object)))
        return cls(
            place, first[place], so_far, points.places, np.zeros(run.size, np.int64), owners, len(entry.owner)
        )

    def steps(self, turn: Turn) -> Ints:
        """The steps of a turn: its items, or that of now."""
        return np.where(turn.items >= 0, turn.items, self.items + np.searchsorted(self.owners, turn.who))

    def points(self, turn: Turn) -> Numbers:
        step = self.steps(turn)
        begins = np.maximum(self.begins[step], self.stands[turn.who])
        units = self.so_far[self.place[step] + 1] - self.so_far[begins]
        return exact.fitting(Numbers(exact.narrow(units), self.places))

    def strike(self, turn: Turn, struck: Bools) -> None:
        self.stands[turn.who[struck]] = self.place[self.steps(turn)[struck]] + 1


def carried(entry: Entry, one: RecordsComponent, run: Run) -> tuple[Numbers, Moves]:
    """The balance of each entity after its last step, and what every step did."""
    said = one.running
    start = evaluate(said.start, Scope(run))
    if said.becomes is None:
        return _added_up(entry, one, run, start)
    names = ["balance", *(other.name for other in said.also)]
    state = {other.name: exact.constant(other.start, run.size) for other in said.also} | {"balance": start}
    turns, unknown = _periods(entry, said, run) if said.since else (_of_records(entry, said, run), None)
    moves: Moves = []
    recent = _Recent.of(entry, said.recent, run) if said.recent else None
    for turn in turns:
        before = {name: state[name].take(turn.who) for name in names}
        scope = turn.scope(before | ({RECENT: recent.points(turn)} if recent else {}))
        if recent and said.struck:
            recent.strike(turn, holds(said.struck, scope).yes)
        after = [evaluate(formula, scope) for formula in said.formulas()]
        after[0] = exact.clipped(after[0], one.floor, one.ceiling)
        for name, number in zip(names, after, strict=True):
            state[name] = _with(state[name], turn.who, number)
        of = np.flatnonzero(turn.items >= 0)
        moves.append((turn.items[of], exact.subtract(after[0], before["balance"]).take(of)))
    balance = state["balance"]
    if entry.undated is not None:
        unknown = exact.either(unknown, np.bincount(entry.owner[entry.undated], minlength=run.size) > 0)
    return exact.blank(balance.units, balance.places, exact.either(balance.unknown, unknown)), moves


def _with(numbers: Numbers, at: Ints, values: Numbers) -> Numbers:
    """Numbers with others in some places."""
    (one, other), places = exact.same_places([numbers, values])
    units = one.units.astype(np.result_type(one.units, other.units))
    units[at] = other.units
    unknown = None
    if one.unknown is not None or other.unknown is not None:
        unknown = ~one.known()
        unknown[at] = ~other.known()
    return exact.blank(units, places, unknown)


# From record to record


def _of_records(entry: Entry, said: Running, run: Run) -> Iterator[Turn]:
    last = np.full(run.size, run.today)
    spoke: Ints = np.full(run.size, -1, np.int64)
    for number, items in enumerate(entry.turns()):
        who, day = entry.owner[items], entry.day[items]
        quiet = elapsed(last[who], day, said.unit) if number else np.zeros(len(who), np.int64)
        last[who], spoke[who] = day, items

        def matching(match: Match, each: Any, items: Ints = items) -> Numbers:
            return entry.step.matching(match, each).take(items)

        points, records = (entry.step.numbers[name].take(items) for name in ("points", "records"))
        yield Turn(who, items, Scope(run, entry.rows[items]), points, records, quiet, matching)
    if said.up_to_now:
        who = np.flatnonzero(spoke >= 0)
        none = exact.constant(0, len(who))
        # Its formulas read the fields of the last record.
        seen = Scope(run, entry.rows[spoke[who]])
        quiet = elapsed(last[who], seen.today, said.unit)
        yield Turn(who, np.full(len(who), -1), seen, none, none, quiet, lambda match, each: none)


# From period to period


def _periods(entry: Entry, said: Running, run: Run) -> tuple[Iterator[Turn], Bools | None]:
    """The steps, and for whom the day is not known on which they would begin."""
    day, unknown = Scope(run).day(said.since or "")
    today = run.today
    since = np.broadcast_to(np.asarray(day), (run.size,))
    if unknown is not None:
        since = np.where(unknown, today + 1, since)
    number = np.maximum(elapsed(since, today, "months"), 0) // said.every
    if said.up_to_now:
        number = number + (since <= today)
    return _of_periods(_Periods.of(entry, since, number, said.every, run.size), number, run), unknown


@dataclass(frozen=True, slots=True)
class _Periods:
    """The periods that hold items, by their number and then by their owner."""

    number: Ints
    owner: Ints
    #: The item that speaks for each, which is the last, and the items of all with the place of their period.
    speaks: Ints
    kept: Ints
    place: Ints
    entry: Entry

    @classmethod
    def of(cls, entry: Entry, since: Days, number: Ints, every: int, size: int) -> "_Periods":
        begun = since[entry.owner]
        which = elapsed(begun, entry.day, "months") // every
        kept = np.flatnonzero((entry.day >= begun) & (which < number[entry.owner]))
        # In the order of their days, so that the last of each period comes last.
        kept = kept[np.lexsort((entry.key[kept], entry.day[kept].astype(np.int64)))]
        periods, place = np.unique(which[kept] * size + entry.owner[kept], return_inverse=True)
        speaks: Ints = np.zeros(len(periods), np.int64)
        speaks[place] = kept
        return cls(periods // size, periods % size, speaks, kept, place, entry)

    def together(self, numbers: Numbers) -> Numbers:
        """Numbers of items added up by period; unknown where one of them is."""
        kept = numbers.take(self.kept)
        units = exact.total(self.place, kept.units, len(self.number))
        if kept.unknown is None:
            return Numbers(units, kept.places)
        spoils = np.bincount(self.place[kept.unknown], minlength=len(self.number)) > 0
        return exact.blank(units, kept.places, spoils)


def _of_periods(periods: _Periods, number: Ints, run: Run) -> Iterator[Turn]:
    records, points = (periods.together(periods.entry.step.numbers[name]) for name in ("records", "points"))
    quiet: Ints = np.zeros(run.size, np.int64)
    for nth in range(int(number.max(initial=0))):
        who = np.flatnonzero(number > nth)
        first, last = np.searchsorted(periods.number, [nth, nth + 1])
        at = np.searchsorted(who, periods.owner[first:last])

        def among(column: Ints, otherwise: int = 0, who=who, at=at, part=slice(first, last)) -> Ints:
            spread = np.full(len(who), otherwise, column.dtype)
            spread[at] = column[part]
            return spread

        held = among(records.units)
        quiet[who] = np.where(held == 0, quiet[who] + 1, 0)
        taken = Numbers(among(points.units), points.places)

        def matching(match: Match, each: Any, among=among) -> Numbers:
            found = periods.together(periods.entry.step.matching(match, each))
            unknown = None if found.unknown is None else among(found.unknown)
            return exact.blank(among(found.units), found.places, unknown)

        yield Turn(
            who, among(periods.speaks, -1), Scope(run, who=who), taken, Numbers(held, 0), quiet[who], matching
        )


# Points that come and go


def _added_up(entry: Entry, one: RecordsComponent, run: Run, start: Numbers) -> tuple[Numbers, Moves]:
    """The balance that takes the points of each and gets some back for the time between."""
    said, points = one.running, entry.step.numbers["points"]
    limits = [bound for bound in (one.floor, one.ceiling) if bound is not None]
    places = max(points.places, start.places, *map(exact.decimal_places, (said.returns, *limits)))
    raised = points.at(places).units
    balance, moves = start.at(places).units, []
    last = np.full(run.size, run.today)
    for number, items in enumerate(entry.turns()):
        who, day = entry.owner[items], entry.day[items]
        before = balance[who]
        if number:
            before = _given_back(before, last[who], day, one, places)
        after = _bounded(_sum_of(before, raised[items]), one, places)
        balance = _put(balance, who, after)
        last[who] = day
        moves.append((items, exact.subtract(Numbers(after, places), Numbers(before, places))))
    who = np.flatnonzero(np.bincount(entry.owner, minlength=run.size) > 0)
    now = _given_back(balance[who], last[who], np.full(len(who), Scope(run, who=who).today), one, places)
    return exact.blank(_put(balance, who, now), places, start.unknown), moves


def _given_back(balance: Ints, since: Days, until: Days, one: RecordsComponent, places: int) -> Ints:
    """The balance after the time from one day to another, in which nothing came."""
    said = one.running
    times = np.maximum(elapsed(since, until, said.unit), 0) // said.every
    back = exact.multiply([Numbers(times, 0), exact.constant(said.returns, len(times)).at(places)])
    return _bounded(_sum_of(balance, back.units), one, places)


def _bounded(units: Ints, one: RecordsComponent, places: int) -> Ints:
    return exact.clipped(Numbers(units, places), one.floor, one.ceiling).units


def _sum_of(one: Ints, other: Ints) -> Ints:
    return exact.add([Numbers(one, 0), Numbers(other, 0)]).units


def _put(units: Ints, at: Ints, values: Ints) -> Ints:
    """Units with others in some places; wide where either is."""
    result = units.astype(np.result_type(units, values))
    result[at] = values
    return result
