"""Regions of GB/T 2260: names, and what became of the codes that are gone, as far as free lists know them.

The code of an entity is that of the region in which it was registered and never changes, so many stand in regions
that are part of another today.
"""

import csv
from collections import defaultdict
from dataclasses import dataclass
from functools import cache
from importlib.resources import files

from django.utils.translation import gettext as _

#: Entries of the lists that group others and name no place.
GROUPING = frozenset({"市辖区", "县", "省直辖县级行政区划", "自治区直辖县级行政区划", "省直辖县"})


@cache
def names() -> dict[str, str]:
    """Every six-place code that GB/T 2260 has or had, with its (last) name."""
    with files("entities").joinpath("data/regions.csv").open(encoding="utf-8") as file:
        return {row["code"]: row["name"] for row in csv.DictReader(file)}


def is_known(region_code: str) -> bool:
    return region_code in names()


@cache
def district(region_code: str) -> str:
    """What people call the region: its own name, or that of the city or province around it; "" when unknown.

    "330281" gives 余姚市, "330201" (the city's own districts taken together) and a development zone
    that is on no list give 宁波市.
    """
    known = names()
    for code in (region_code, region_code[:4] + "00", region_code[:2] + "0000"):
        name = known.get(code, "")
        if name and name not in GROUPING:
            return name
    return ""


@dataclass(frozen=True, slots=True)
class Period:
    """A code under one name, from the year in which it began to that in which it ended; None where no list says.

    `became` is the code of the region that has taken its place or taken it in; "" where that is not known.
    """

    code: str
    name: str
    since: int | None
    until: int | None
    became: str


@cache
def _periods() -> dict[str, tuple[Period, ...]]:
    found: dict[str, list[Period]] = defaultdict(list)
    with files("entities").joinpath("data/region_changes.csv").open(encoding="utf-8") as file:
        for row in csv.DictReader(file):
            since, until = (int(row[side]) if row[side] else None for side in ("since", "until"))
            found[row["code"]].append(Period(row["code"], row["name"], since, until, row["became"]))
    return {
        code: tuple(sorted(periods, key=lambda one: (one.until is None, one.until, one.since or 0)))
        for code, periods in found.items()
    }


def history(region_code: str) -> tuple[Period, ...]:
    """What the code has meant since 1985, oldest first; empty for one that never changed since."""
    return _periods().get(region_code, ())


def named_in(region_code: str, year: int) -> str:
    """The name under the code in that year, the last known where no list says; "" for an unknown code."""
    for period in history(region_code):
        if (period.until is None or year < period.until) and (period.since is None or period.since <= year):
            return period.name
    return names().get(region_code, "")


def today(region_code: str) -> str:
    """The code of the region to which it belongs now: itself, or that which took it in, directly or over others."""
    return _today(region_code)[0]


@cache
def _today(region_code: str) -> tuple[str, int | None]:
    """The code of today and the year from which it has been so; no year where nothing became of it."""
    code, year, seen = region_code, None, {region_code}
    while (ended := _ended(code)) and ended.became and ended.became not in seen:
        code, year = ended.became, ended.until
        seen.add(code)
    return code, year


def _ended(region_code: str) -> Period | None:
    """The last period of a code that is gone; None for one in use."""
    periods = history(region_code)
    last = periods[-1] if periods else None
    return last if last and last.until and last.became != region_code else None


@cache
def former_codes_within(beginning: str) -> tuple[str, ...]:
    """Codes that do not begin so and are part today of a region whose code does: 330204 for 330212 since 2016."""
    return tuple(
        code
        for code in sorted(_periods())
        if not code.startswith(beginning) and today(code).startswith(beginning)
    )


def described(region_code: str) -> str:
    """The region with its city and province, and what became of it: 余姚市 (宁波市, 浙江省); "" when on no list."""
    place, (now, year) = _described(region_code), _today(region_code)
    if not place or year is None:
        return place
    said = {"place": place, "year": year, "now": f"{district(now)} {now}"}
    return _("%(place)s; since %(year)d %(now)s") % said


def _described(region_code: str) -> str:
    known = names()
    parts = [known.get(code, "") for code in (region_code, region_code[:4] + "00", region_code[:2] + "0000")]
    own, *around = [part for part in dict.fromkeys(parts) if part and part not in GROUPING] or [""]
    return f"{own}（{'，'.join(around)}）" if around else own
