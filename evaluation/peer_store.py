"""Tables of peers, kept for each day on which they became others, so that every grade says by which it was found.

A table is made in a first pass over the whole city, when everybody is rated; until the next one is made, single
entities are held against it too. So what one entity does moves the grades of others only from table to table, bulk
and single agree bit for bit, and a replay finds the very numbers that were there.

Peers are the entities of which a record is in force on the day: what else happens to have a row of a rating is none.
"""

import hashlib
import json
import zlib
from collections.abc import Callable, Iterable, Mapping
from datetime import date, datetime
from functools import lru_cache
from typing import Any

import numpy as np
from django.utils import timezone

from evaluation import kernel
from evaluation.columns import Bools, Columns, Ints
from evaluation.models import PeerTables, SchemeVersion
from evaluation.peers import PeerTable
from evaluation.schemes.compiled import CompiledScheme

#: Tables that a process keeps at hand; of a large city one takes some megabytes.
KEPT = 8
IN_64_BITS = 2**63


def make(
    version: SchemeVersion, scheme: CompiledScheme, as_of: date, shards: Callable[[], Iterable[Columns]]
) -> PeerTables:
    """Make the tables of a day and keep them; where they say what the last ones of that day or before say, those."""
    tables = worked_out(scheme, as_of, shards)
    content = written(tables)
    digest = hashlib.sha256(content).hexdigest()
    last = PeerTables.objects.filter(version=version, as_of__lte=as_of).order_by("-as_of", "-pk").first()
    if last is not None and last.digest == digest:
        return last
    return PeerTables.objects.create(
        version=version,
        as_of=as_of,
        made_at=timezone.now(),
        digest=digest,
        peers=max((len_of(table) for table in tables.values()), default=0),
        content=zlib.compress(content),
    )


def worked_out(
    scheme: CompiledScheme, as_of: date, shards: Callable[[], Iterable[Columns]]
) -> dict[str, PeerTable]:
    """The tables of a day from all shards of the city. They come anew for each level of peers of peers."""
    return kernel.peer_tables(shards, scheme, as_of, with_records)


def with_records(columns: Columns, day: date) -> Bools:
    """The entities that have a record in force on that day."""
    at, rows = np.datetime64(day, "D"), columns.records
    in_force = (rows.standing == 0) & (rows.decided <= at) & (rows.until >= at)
    has: Bools = np.bincount(rows.entity_index[in_force], minlength=len(columns.entities)) > 0
    return has


def last_keys(version_ids: Iterable[int], day: date, known_at: datetime | None = None) -> dict[int, int]:
    """By version the key of the tables that hold on a day, as known at a moment; nothing for one that has none yet."""
    tables = PeerTables.objects.filter(version__in=list(version_ids), as_of__lte=day)
    if known_at is not None:
        tables = tables.filter(made_at__lte=known_at)
    last = tables.order_by("version", "-as_of", "-pk").distinct("version")
    return dict(last.values_list("version", "pk"))


@lru_cache(maxsize=KEPT)
def _read(key: int, digest: str) -> dict[str, PeerTable]:
    content = zlib.decompress(PeerTables.objects.values_list("content", flat=True).get(pk=key))
    if hashlib.sha256(content).hexdigest() != digest:
        raise ValueError(f"The tables of peers {key} are not those that were kept.")
    return understood(content)


def read(key: int) -> Mapping[str, PeerTable]:
    """Kept tables, by code of the component."""
    # With the digest, because what was rolled back may come again under its key.
    return _read(key, PeerTables.objects.values_list("digest", flat=True).get(pk=key))


def day_of(key: int) -> date:
    """The day from which kept tables hold."""
    day: date = PeerTables.objects.values_list("as_of", flat=True).get(pk=key)
    return day


def len_of(table: PeerTable) -> int:
    """How many peers stand in a table, under the way of grouping that has most."""
    return max((sum(map(len, groups.values())) for groups in table.groups), default=0)


def written(tables: Mapping[str, PeerTable]) -> bytes:
    """The one text of these tables: each number once, with how often it stands there."""
    said = {code: _said(table) for code, table in sorted(tables.items())}
    return json.dumps(said, separators=(",", ":")).encode()


def _said(table: PeerTable) -> dict[str, Any]:
    said: dict[str, Any] = {
        "places": table.places,
        "groups": [
            [[list(key), *_counted(groups[key])] for key in sorted(groups)] for groups in table.groups
        ],
    }
    if table.weights is not None:
        said["weights"] = [[groups[key].tolist() for key in sorted(groups)] for groups in table.weights]
    return said


def _counted(units: Ints) -> tuple[list[int], list[int]]:
    different, count = np.unique(units, return_counts=True)
    return different.tolist(), count.tolist()


def understood(content: bytes) -> dict[str, PeerTable]:
    """The tables that such a text holds."""
    said: dict[str, Any] = json.loads(content)
    return {
        code: PeerTable(
            one["places"],
            tuple(
                {tuple(key): np.repeat(_column(units), count) for key, units, count in way}
                for way in one["groups"]
            ),
            _weights_of(one),
        )
        for code, one in said.items()
    }


def _weights_of(one: Mapping[str, Any]) -> tuple[dict[tuple[int, ...], Ints], ...] | None:
    """What those of each number weigh, where a table has weights: in the order of its groups."""
    if "weights" not in one:
        return None
    return tuple(
        {tuple(group[0]): _column(units) for group, units in zip(way, weights, strict=True)}
        for way, weights in zip(one["groups"], one["weights"], strict=True)
    )


def _column(units: list[int]) -> Ints:
    fits = all(-IN_64_BITS <= unit < IN_64_BITS for unit in units)
    return np.array(units, np.int64 if fits else object)
