"""Peer groups: how the number of an entity stands among those of its like.

Two passes, so that shards agree with the whole: the first takes a sample of each shard, whatever its place in
the city; the samples together make a table, the same whichever way the city was cut; the second pass rates
each shard with the table.
"""

from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from decimal import Decimal
from fractions import Fraction
from math import isqrt

import numpy as np

from evaluation import clusters, exact
from evaluation.columns import Bools, Ints
from evaluation.exact import Numbers
from evaluation.expressions import Run, Scope, evaluate, holds, word_of_parts
from evaluation.schemes.document import Peers
from evaluation.schemes.language import PartWord, PeerKey

Key = tuple[int, ...]


@dataclass(frozen=True, slots=True)
class PeerSample:
    """The numbers of one shard's peers, and for each way of grouping the key of each; `placed` is where it has one."""

    numbers: Numbers
    keys: tuple[Ints, ...]
    placed: tuple[Bools, ...]
    #: What each peer weighs, in units of one place for all shards; None where nobody is weighed.
    weights: Ints | None = None


@dataclass(frozen=True, slots=True)
class PeerTable:
    """For each way of grouping, the units of every group by its key, ascending."""

    places: int
    groups: tuple[dict[Key, Ints], ...]
    #: And what those of each different number weigh together, where peers are weighed.
    weights: tuple[dict[Key, Ints], ...] | None = None
    #: The groups that were found once among these peers, by what was asked.
    found: dict[tuple, clusters.Groups | None] = field(default_factory=dict, compare=False, repr=False)


def sample(one: Peers, run: Run) -> PeerSample:
    """What this shard adds to the table."""
    numbers, keys, placed = _asked(one, run, one.among)
    weights = None if one.weighed_by is None else _weights(one, run)
    member = np.flatnonzero(_members(one, run, numbers))
    return PeerSample(
        numbers.take(member),
        tuple(key[member] for key in keys),
        tuple(has[member] for has in placed),
        None if weights is None else weights.units[member],
    )


def _weights(one: Peers, run: Run) -> Numbers:
    return evaluate(one.weighed_by, Scope(run)).at(exact.MOST_PLACES)


def merged(samples: Iterable[PeerSample]) -> PeerTable:
    """The table of all shards together. The order of the shards does not matter."""
    many = list(samples)
    places = max(one.numbers.places for one in many)
    units = np.concatenate([one.numbers.at(places).units for one in many])
    given = [one.weights for one in many if one.weights is not None]
    weight = np.concatenate(given) if given else None
    groups, weights = [], []
    for way in range(len(many[0].keys)):
        placed = np.flatnonzero(np.concatenate([one.placed[way] for one in many]))
        keys = np.concatenate([one.keys[way] for one in many])[placed]
        rows = _grouped(keys, units[placed])
        groups.append({key: units[placed][chosen] for key, chosen in rows.items()})
        if weight is not None:
            of_each = weight[placed]
            weights.append({key: _of_each(units[placed][rows[key]], of_each[rows[key]]) for key in rows})
    return PeerTable(places, tuple(groups), None if weight is None else tuple(weights))


def _grouped(keys: Ints, units: Ints) -> dict[Key, Ints]:
    """By key the places of its rows, in the order of their units."""
    different, place = _different(keys)
    order = np.lexsort((units, place))
    edges = np.searchsorted(place[order], np.arange(len(different) + 1))
    return {key: order[edges[n] : edges[n + 1]] for n, key in enumerate(map(tuple, different.tolist()))}


def _of_each(units: Ints, weight: Ints) -> Ints:
    """What the rows of each different unit weigh together; the rows are in the order of their units."""
    begins = np.flatnonzero(np.append(True, units[1:] != units[:-1]))
    return exact.narrow(np.add.reduceat(weight.astype(object), begins))


def _different(keys: Ints) -> tuple[Ints, Ints]:
    """The different rows, and the place among them of each row."""
    if keys.shape[1] == 0:
        return keys[:1], np.zeros(len(keys), np.int64)
    different, place = np.unique(keys, axis=0, return_inverse=True)
    return different, place.reshape(-1)


def stand(one: Peers, run: Run, table: PeerTable) -> Numbers:
    """How each entity stands among its peers; unknown for those that are none, or have too few."""
    numbers, keys, placed = _asked(one, run, one.found_by or one.among)
    here = numbers.at(max(numbers.places, table.places))
    open_still = _askers(one, run, numbers)
    step = one.rounding or Decimal("0.01")
    units, unknown = np.zeros(run.size, np.int64), np.ones(run.size, bool)
    for way, groups in enumerate(table.groups):
        rows = np.flatnonzero(open_still & placed[way])
        different, place = _different(keys[way][rows])
        for n, key in enumerate(map(tuple, different.tolist())):
            peers = groups.get(key)
            if peers is None or len(peers) < one.at_least:
                continue
            mine = rows[place == n]
            if one.take == "group":
                found = _at(_in_groups(one, table, way, key, numbers.take(mine)), step)
            else:
                raised = Numbers(peers, table.places).at(here.places).units
                if table.weights is None:
                    found = TAKES[one.take](one, raised, here.take(mine), step)
                else:
                    weighed = np.unique(raised), table.weights[way][key]
                    found = WEIGHED[one.take](one, weighed, here.take(mine), step)
            units[mine], unknown[mine] = found.units, ~found.known()
            open_still[mine] = False
    return exact.blank(units, exact.decimal_places(step), unknown)


def _asked(
    one: Peers, run: Run, ways: tuple[tuple[PeerKey, ...], ...]
) -> tuple[Numbers, list[Ints], list[Bools]]:
    """The number of each entity, and for each way of grouping its key and whether it has one."""
    scope = Scope(run)
    keys, placed = [], []
    for way in ways:
        columns, has = [], np.ones(run.size, bool)
        for part in way:
            if isinstance(part, str):
                column = run.columns.facts.keys[part]
                has &= column != 0
            elif isinstance(part, PartWord):
                column = word_of_parts(run, part.part)
                has &= column != 0
            else:
                number = evaluate(part, scope)
                # At one place for all shards, whatever the numbers of this one need.
                column = number.at(exact.MOST_PLACES).units
                has &= number.known()
            columns.append(column)
        keys.append(np.stack(columns, axis=1) if columns else np.zeros((run.size, 0), np.int64))
        placed.append(has)
    return evaluate(one.of, scope), keys, placed


def _members(one: Peers, run: Run, numbers: Numbers) -> Bools:
    member = numbers.known()
    if one.weighed_by is not None:
        member = member & (_weights(one, run).units > 0)
    return member if one.who is None else member & holds(one.who, Scope(run)).yes


def _askers(one: Peers, run: Run, numbers: Numbers) -> Bools:
    """Who is held against peers: these themselves, or whoever looks at others than its own."""
    if not one.found_by:
        return _members(one, run, numbers)
    return np.ones(run.size, bool) if one.is_of_group else numbers.known()


def _doubled_ranks(one: Peers, peers: Ints, mine: Ints) -> Ints:
    """Twice the rank, so that the middle of tied ranks is whole."""
    if one.order == "falling":
        peers, mine = -peers[::-1], -mine
    first = np.searchsorted(peers, mine, side="left") + 1
    last = np.searchsorted(peers, mine, side="right")
    return {"lowest": 2 * first, "highest": 2 * last, "middle": first + last}[one.ties].astype(np.int64)


def _percentile(one: Peers, peers: Ints, mine: Numbers, step: Decimal) -> Numbers:
    doubled, n = _doubled_ranks(one, peers, mine.units), len(peers)
    above, below = {
        "(rank-1)/(n-1)": (doubled - 2, 2 * (n - 1)),
        "(rank-1)/n": (doubled - 2, 2 * n),
        "rank/n": (doubled, 2 * n),
        "(rank-1/2)/n": (doubled - 1, 2 * n),
        "rank/(n+1)": (doubled, 2 * (n + 1)),
        "(rank-3/8)/(n+1/4)": (4 * doubled - 3, 8 * n + 2),
        "(rank-1/3)/(n+1/3)": (3 * doubled - 2, 6 * n + 2),
    }[one.scale]
    if below == 0:
        alone = exact.nothing_known(len(doubled))
        return _at(alone if one.alone is None else exact.constant(one.alone, len(doubled)), step)
    return _ratio(above * 100, below, step)


def _ratio(above: Ints, below: int, step: Decimal) -> Numbers:
    places = exact.decimal_places(step)
    size = int(step.scaleb(places))
    raised = above.astype(object) * 10**places
    return Numbers(exact.weighted(raised, 1, below, size), places)


def _at(one: Numbers, step: Decimal) -> Numbers:
    return exact.stepped(one, step).at(exact.decimal_places(step))


def _rank(one: Peers, peers: Ints, mine: Numbers, step: Decimal) -> Numbers:
    return _ratio(_doubled_ranks(one, peers, mine.units), 2, step)


def _ratio_to_mean(one: Peers, peers: Ints, mine: Numbers, step: Decimal) -> Numbers:
    total = sum(peers.tolist())
    if total == 0:
        return _at(exact.nothing_known(len(mine)), step)
    return _ratio(mine.units.astype(object) * len(peers), total, step)


def _standard_score(one: Peers, peers: Ints, mine: Numbers, step: Decimal) -> Numbers:
    """(number - mean) / standard deviation of all peers, exact but for one rounding."""
    known = peers.tolist()
    n, total = len(known), sum(known)
    spread = n * sum(unit * unit for unit in known) - total * total
    if spread == 0:
        return _at(exact.nothing_known(len(mine)), step)
    places = exact.decimal_places(step)
    size = int(step.scaleb(places))
    # Over n - 1 the deviation is √(n / (n - 1)) times as large.
    part = (n - 1, n) if one.spread == "sample" else (1, 1)
    units = [_root_ratio(unit * n - total, spread, 10**places, size, part) for unit in mine.units.tolist()]
    return Numbers(np.array(units, np.int64), places)


def _root_ratio(above: int, spread: int, scale: int, size: int, part: tuple[int, int]) -> int:
    """above · scale · √part / √spread, to the nearest multiple of size, half away from zero."""
    more, less = part
    doubled = isqrt(4 * above * above * scale * scale * more // (spread * size * size * less))
    nearest = (doubled + 1) // 2 * size
    return nearest if above >= 0 else -nearest


def _quantile(one: Peers, peers: Ints, mine: Numbers, step: Decimal) -> Numbers:
    """The number that so large a part of the peers does not exceed, or what lies between two of them."""
    part = min(max(Fraction(one.quantile), Fraction(0)), Fraction(1))
    low, high, between, below = exact.quantile_places(np.array([len(peers)]), part, one.between)
    above = int(peers[low[0]]) * (below - int(between[0])) + int(peers[high[0]]) * int(between[0])
    return _ratio(np.full(len(mine), above, object), below * 10**mine.places, step)


def _mean(one: Peers, peers: Ints, mine: Numbers, step: Decimal) -> Numbers:
    total = np.full(len(mine), sum(peers.tolist()), object)
    return _ratio(total, len(peers) * 10**mine.places, step)


def _sum(one: Peers, peers: Ints, mine: Numbers, step: Decimal) -> Numbers:
    return _ratio(np.full(len(mine), sum(peers.tolist()), object), 10**mine.places, step)


def _extreme(end: int) -> Callable[[Peers, Ints, Numbers, Decimal], Numbers]:
    return lambda one, peers, mine, step: _at(
        Numbers(np.full(len(mine), peers[end], np.int64), mine.places), step
    )


def _deviation(one: Peers, peers: Ints, mine: Numbers, step: Decimal) -> Numbers:
    places, known = exact.decimal_places(step), peers.tolist()
    found = exact.deviation(
        len(known),
        sum(known),
        sum(unit * unit for unit in known),
        is_sample=one.spread == "sample",
        step=int(step.scaleb(places)),
        scale=Fraction(10**places, 10**mine.places),
    )
    if found is None:
        return _at(exact.nothing_known(len(mine)), step)
    return Numbers(exact.narrow(np.full(len(mine), found, object)), places)


def _in_groups(one: Peers, table: PeerTable, way: int, key: Key, mine: Numbers) -> Numbers:
    """The group of each number; those of one table are found once, however many shards ask."""
    asked = (way, key, one.into, one.clustered)
    if asked not in table.found:
        units, count = np.unique(table.groups[way][key], return_counts=True)
        table.found[asked] = clusters.FOUND[one.clustered](units.tolist(), count.tolist(), one.into)
    groups = table.found[asked]
    if groups is None:
        return exact.nothing_known(len(mine))
    place = groups.place_of(
        [Fraction(unit, 10**mine.places) * 10**table.places for unit in mine.units.tolist()]
    )
    number = np.array(place, np.int64)
    return Numbers(number + 1 if one.order == "rising" else one.into - number, 0)


#: The different numbers of peers, ascending, and what those of each weigh together.
Weighed = tuple[Ints, Ints]


def _weighed_percentile(one: Peers, peers: Weighed, mine: Numbers, step: Decimal) -> Numbers:
    """The share of the weight of those below, of equals none, all or half."""
    units, weight = peers
    so_far = np.append(0, np.cumsum(weight.astype(object)))
    below = so_far[np.searchsorted(units, mine.units, side="left")]
    up_to = so_far[np.searchsorted(units, mine.units, side="right")]
    if one.order == "falling":
        below, up_to = so_far[-1] - up_to, so_far[-1] - below
    doubled = {"lowest": 2 * below, "highest": 2 * up_to, "middle": below + up_to}[one.ties]
    return _ratio(100 * doubled, 2 * int(so_far[-1]), step)


def _weighed_quantile(one: Peers, peers: Weighed, mine: Numbers, step: Decimal) -> Numbers:
    units, weight = peers
    part = min(max(Fraction(one.quantile), Fraction(0)), Fraction(1))
    ends = np.array([0]), np.array([len(units) - 1])
    low, high = exact.weighed_places(weight, *ends, part, one.between)
    above = int(units[low[0]]) + int(units[high[0]])
    return _ratio(np.full(len(mine), above, object), 2 * 10**mine.places, step)


def _weighed_mean(one: Peers, peers: Weighed, mine: Numbers, step: Decimal) -> Numbers:
    units, weight = peers
    total = sum((units.astype(object) * weight.astype(object)).tolist())
    return _ratio(np.full(len(mine), total, object), sum(weight.tolist()) * 10**mine.places, step)


WEIGHED: dict[str, Callable[[Peers, Weighed, Numbers, Decimal], Numbers]] = {
    "percentile": _weighed_percentile,
    "quantile": _weighed_quantile,
    "mean": _weighed_mean,
}


def _count(one: Peers, peers: Ints, mine: Numbers, step: Decimal) -> Numbers:
    return _at(exact.constant(len(peers), len(mine)), step)


TAKES: dict[str, Callable[[Peers, Ints, Numbers, Decimal], Numbers]] = {
    "percentile": _percentile,
    "rank": _rank,
    "ratio-to-mean": _ratio_to_mean,
    "standard-score": _standard_score,
    "quantile": _quantile,
    "mean": _mean,
    "sum": _sum,
    "largest": _extreme(-1),
    "smallest": _extreme(0),
    "count": _count,
    "deviation": _deviation,
}
